"""What a drawn year must hold: patients who come back, planted faults with their truth, newborns, long stays."""

from __future__ import annotations

import numpy as np
import pytest

from dipsim.cases.table import CodedLists
from dipsim.cases.write import Yuan
from dipsim.money import MISSING
from dipsim.synth import demo_region, draw_settlement_year
from dipsim.synth.claims import NO_ROW, Planted, Status
from dipsim.synth.periods import history_period
from dipsim.synth.stays import year_bounds
from dipsim.synth.year import CaseYear, draw_case_year

CASES = 20_000


@pytest.fixture(scope="module")
def year() -> CaseYear:
    return draw_settlement_year(demo_region(), seed=1, cases=CASES)


@pytest.fixture(scope="module")
def past() -> CaseYear:
    return draw_case_year(history_period(demo_region(), 1, 2023), CASES)


def of_specialty(year: CaseYear, specialty: str) -> np.ndarray:
    is_so = np.array([name == specialty for name in year.period.params.conditions.specialty])
    return np.asarray(is_so[year.stays.patients.condition[year.claims.stay]])


def test_a_year_has_exactly_the_rows_asked_for(year: CaseYear, past: CaseYear) -> None:
    for drawn in (year, past):
        assert {drawn.claims.stay.size, drawn.claims.replaces.size} == {CASES}


def test_stays_of_a_patient_never_overlap_and_nobody_returns_after_death(year: CaseYear) -> None:
    stays = year.stays
    order = np.lexsort((stays.discharged, stays.first))
    same = np.diff(stays.first[order]) == 0
    admitted = (stays.discharged - stays.days)[order]
    assert same.sum() > 500
    assert (admitted[1:] >= stays.discharged[order][:-1])[same].all()
    assert not stays.patients.has_died[order][:-1][same].any()
    assert (stays.is_followed[order][:-1] == same).all()


def test_a_patient_keeps_age_sex_and_insurance_from_stay_to_stay(year: CaseYear) -> None:
    patients, first = year.stays.patients, year.stays.first
    for values in (patients.age_years, patients.is_female, patients.insurance, patients.region, patients.hospital):
        assert (values == values[first]).all()


def test_a_chain_of_stays_ends_within_the_year(year: CaseYear) -> None:
    later = year.stays.first != np.arange(year.stays.first.size)
    assert (year.stays.discharged[later] <= year_bounds(2025)[1]).all()


def test_psychiatric_stays_last_weeks_to_months_and_follow_each_other_within_days(year: CaseYear) -> None:
    days = year.claims.days[of_specialty(year, "psychiatry")]
    assert 30 < np.median(days) < 60
    assert np.percentile(days, 90) > 80
    stays = year.stays
    condition = np.array([name == "psychiatry" for name in year.period.params.conditions.specialty])
    order = np.lexsort((stays.discharged, stays.first))
    gap = (stays.discharged - stays.days)[order][1:] - stays.discharged[order][:-1]
    linked = (np.diff(stays.first[order]) == 0) & condition[stays.patients.condition[order][1:]]
    assert linked.sum() > 50
    assert set(gap[linked]) == {0, 1, 2, 3}


def test_upcoded_rows_lie_in_the_stated_hospitals_and_are_coded_as_stated(year: CaseYear) -> None:
    settings, conditions = year.period.params.settings, year.period.params.conditions
    rows = np.flatnonzero(year.claims.planted == Planted.UPCODED)
    stay = year.claims.stay[rows]
    found = {
        (settings.hospital[hospital].hospital_id, conditions.keys[own], conditions.keys[coded])
        for hospital, own, coded in zip(
            year.stays.patients.hospital[stay],
            year.stays.patients.condition[stay],
            year.claims.coded[rows],
            strict=True,
        )
    }
    assert found == {(entry.hospital_id, entry.condition, entry.coded_as) for entry in settings.upcoding}
    others = year.claims.planted != Planted.UPCODED
    assert (year.claims.coded == year.stays.patients.condition[year.claims.stay])[others].all()
    points = dict(zip(conditions.keys, conditions.mean_cost_fen, strict=True))
    assert all(points[entry.coded_as] > points[entry.condition] for entry in settings.upcoding)


def test_a_split_stay_is_two_rows_of_one_patient_a_few_days_apart_that_add_up(year: CaseYear) -> None:
    claims, splitting = year.claims, year.period.params.settings.splitting
    rows = np.flatnonzero(claims.planted == Planted.SPLIT)
    assert rows.size == 2 * round(CASES * splitting.ratio)
    firsts = rows[claims.first_part[rows] == rows]
    seconds = rows[claims.first_part[rows] != rows]
    seconds = seconds[np.argsort(claims.first_part[seconds])]
    assert claims.first_part[seconds].tolist() == firsts.tolist()
    stay = claims.stay[firsts]
    assert (claims.stay[seconds] == stay).all()
    assert (claims.days[firsts] + claims.days[seconds] == year.stays.days[stay]).all()
    assert (year.stays.days[stay] >= splitting.from_days).all()
    gap = claims.discharged[seconds] - claims.days[seconds] - claims.discharged[firsts]
    assert set(gap) == set(range(splitting.last_gap_days + 1))
    hospitals = {year.period.params.settings.hospital[row].hospital_id for row in year.stays.patients.hospital[stay]}
    assert hospitals == set(splitting.hospital_ids)


def test_history_has_nothing_planted(past: CaseYear) -> None:
    assert not past.claims.planted.any()
    assert (past.claims.first_part == NO_ROW).all()


def test_a_corrected_claim_repeats_another_row_at_another_cost_and_comes_late(year: CaseYear) -> None:
    claims = year.claims
    rows = np.flatnonzero(claims.status == Status.CORRECTED)
    replaced = claims.replaces[rows]
    assert rows.size == 0.0015 * CASES
    assert (claims.stay[rows] == claims.stay[replaced]).all()
    assert (claims.total_fen[rows] != claims.total_fen[replaced]).mean() > 0.9
    assert not claims.is_counted()[replaced].any()
    assert (claims.replaces[claims.status != Status.CORRECTED] == NO_ROW).all()


def test_newborns_alone_have_weights(year: CaseYear) -> None:
    weight, age_days = year.columns["birth_weight_g"], year.columns["age_days"]
    assert isinstance(weight, np.ndarray)
    assert isinstance(age_days, np.ndarray)
    has_weight = weight != MISSING
    assert (age_days[has_weight] < 7).all()
    assert (age_days[~has_weight & (age_days != MISSING)] >= 29).all()
    assert 3000 < np.median(weight[has_weight]) < 3400
    assert 0 < (weight[has_weight] < 2500).mean() < 0.3


def test_day_surgery_has_its_share_in_groups_that_are_inpatient_too(year: CaseYear) -> None:
    conditions = year.period.params.conditions
    is_day = conditions.is_day_surgery
    share = is_day[year.stays.patients.condition[year.claims.stay]].mean()
    assert share == pytest.approx(0.043, abs=0.006)
    codes = np.array(conditions.group_code)
    assert set(codes[is_day]) <= set(codes[~is_day])
    assert (year.stays.days[is_day[year.stays.patients.condition]] == 1).all()


def test_intensive_hours_never_exceed_the_stay(year: CaseYear) -> None:
    for name in ("icu_hours", "ventilation_hours"):
        hours = year.columns[name]
        assert isinstance(hours, np.ndarray)
        assert (hours <= 24 * year.claims.days).all()
        assert 0 < (hours > 0).mean() < 0.05


def test_those_treated_for_a_tumour_have_it_among_the_other_diagnoses(year: CaseYear) -> None:
    others = year.columns["other_diagnoses"]
    assert isinstance(others, CodedLists)
    number = year.period.params.conditions.keys.index("chemotherapy")
    rows = np.flatnonzero(year.stays.patients.condition[year.claims.stay] == number)
    tumours = {"C34.900", "C16.900", "C18.900", "C20.x00", "C15.900"}
    assert all(len(tumours & set(others.texts(row))) == 1 for row in rows[:200].tolist())


def test_costs_grow_from_year_to_year_and_the_mix_of_the_settlement_year_is_lighter(
    year: CaseYear, past: CaseYear
) -> None:
    common = year.period.params.conditions.keys.index("cerebral_infarction")
    means = []
    for drawn in (past, year):
        cost = drawn.columns["total_cost_yuan"]
        assert isinstance(cost, Yuan)
        means.append(cost.fen[drawn.stays.patients.condition[drawn.claims.stay] == common].mean())
    assert means[1] / means[0] == pytest.approx(1.02 / 0.98, abs=0.06)
    dear = year.period.params.conditions.mean_cost_fen > 1_000_000
    shares = [dear[drawn.stays.patients.condition].mean() for drawn in (past, year)]
    assert shares[1] < shares[0]
