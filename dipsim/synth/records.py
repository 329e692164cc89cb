"""The records of synthetic cases, column by column under the names of the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import Coded, CodedLists
from dipsim.cases.write import Days, Yuan
from dipsim.ledger import INSURANCES
from dipsim.money import MISSING
from dipsim.synth.bills import FEES, Bills
from dipsim.synth.claims import NO_ROW, Claims, Status
from dipsim.synth.diagnoses import draw_diagnoses
from dipsim.synth.draws import Draws, Topic
from dipsim.synth.patients import LOCAL
from dipsim.synth.periods import Period
from dipsim.synth.region import RegionParams
from dipsim.synth.settings import Claims as ClaimSettings
from dipsim.synth.stays import Stays
from dipsim.synth.text import Cells

I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

Columns = dict[str, Cells]

DEATH = "5"
"""离院方式 of those who died."""
SEXES = ("1", "2")
LIGHTEST_G = 400
HOURS_OF_DAY = 24


def case_columns(period: Period, stays: Stays, claims: Claims, bills: Bills) -> Columns:
    """Every column of the cases of a year in the order of the file, before anything is spoilt."""
    conditions, settings = period.params.conditions, period.params.settings
    source = period.draws(Topic.RECORD, claims.stay.size)
    patients, stay = stays.patients, claims.stay
    condition = patients.condition[stay]
    diagnoses = draw_diagnoses(period, stays, claims)
    return {
        "case_id": case_ids(period, np.arange(stay.size)),
        "patient_id": [f"P{period.year}{number:07d}" for number in stays.first[stay].tolist()],
        "hospital_id": coded([hospital.hospital_id for hospital in settings.hospital], patients.hospital[stay]),
        "insurance": coded(INSURANCES, patients.insurance[stay]),
        "insured_region": coded((*settings.population.elsewhere_regions, LOCAL), patients.region[stay]),
        "sex": coded(SEXES, patients.is_female[stay].astype(np.int64)),
        "age_years": patients.age_years[stay],
        "age_days": np.where(patients.age_days[stay] < 0, MISSING, patients.age_days[stay]),
        **_newborn_weights(period, stays, claims),
        "principal_diagnosis": diagnoses.principal,
        "other_diagnoses": diagnoses.others,
        "procedures": _procedures(period, claims),
        "length_of_stay_days": claims.days,
        **_dates(settings.claims, claims, source),
        "discharge_way": _discharge_ways(period, stays, claims, source),
        **_intensive_hours(period, stays, claims),
        "care_type": coded(conditions.care_type, condition),
        "specialty": coded(conditions.specialty, condition),
        "department": coded(conditions.department, condition),
        "physician_id": _physicians(period, stays).take(stay),
        "claim_status": coded([status.name.lower() for status in Status], claims.status),
        "replaces_case_id": case_ids(period, claims.replaces),
        "total_cost_yuan": Yuan(claims.total_fen),
        **{f"fee_{name}_yuan": Yuan(fee) for name, fee in zip(FEES, bills.fee_fen, strict=True)},
        "eligible_cost_yuan": Yuan(bills.eligible_fen),
        "out_of_pocket_yuan": Yuan(claims.total_fen - bills.fund_fen),
        "fund_paid_yuan": Yuan(bills.fund_fen),
    }


def hospital_columns(params: RegionParams) -> dict[str, list[str]]:
    """Every column of hospitals.csv."""
    hospitals = params.settings.hospital
    names = (
        "hospital_id",
        "name",
        "level",
        "grade",
        "type",
        "county",
        "consortium_id",
        "role",
        "ownership",
        "designated_from",
    )
    return {name: [str(getattr(hospital, name)) for hospital in hospitals] for name in names}


def case_ids(period: Period, rows: I8) -> NDArray[np.object_]:
    """The case_id of rows of a year, None for NO_ROW; those of history begin with their year."""
    names = np.full(rows.size, None, object)
    known = np.flatnonzero(rows != NO_ROW)
    prefix = "D" if period.is_settlement else f"D{period.year}-"
    names[known] = [f"{prefix}{number:07d}" for number in (rows[known] + 1).tolist()]
    return names


def coded(names: Sequence[str], index: I8) -> Coded:
    """A column of names by their places in `names`; a negative place counts from the end."""
    values = sorted(set(names))
    ids = np.array([values.index(name) for name in names], np.int32)
    return Coded(ids[index], tuple(values))


def _procedures(period: Period, claims: Claims) -> CodedLists:
    """The procedures of the condition that each row is coded as."""
    lists = [tuple(filter(None, cell.split("|"))) for cell in period.params.conditions.procedures]
    values = sorted({code for codes in lists for code in codes})
    ids = np.array([values.index(code) for codes in lists for code in codes], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(codes) for codes in lists])])
    return CodedLists(offsets, ids, tuple(values)).take(claims.coded)


def _dates(settings: ClaimSettings, claims: Claims, source: Draws) -> Columns:
    """Days of admission, discharge and settlement; corrected claims are settled late, as some others are."""
    is_late = source.chance(settings.late_ratio) | (claims.status == Status.CORRECTED)
    soon = source.below(settings.settled_within_days + 1)
    late = settings.settled_within_days + 1 + source.below(settings.late_within_days - settings.settled_within_days)
    return {
        "admitted_on": Days(claims.discharged - claims.days),
        "discharged_on": Days(claims.discharged),
        "settled_on": Days(claims.discharged + np.where(is_late, late, soon)),
    }


def _discharge_ways(period: Period, stays: Stays, claims: Claims, source: Draws) -> Coded:
    """How each case left; of a stay cut in two, the first part ended alive."""
    ways = period.params.settings.discharge_way
    drawn = source.pick(np.array([way.share for way in ways]))
    has_died = stays.patients.has_died[claims.stay]
    return coded([*(way.code for way in ways), DEATH], np.where(has_died, len(ways), drawn))


def _newborn_weights(period: Period, stays: Stays, claims: Claims) -> Columns:
    """Weights at birth and admission in grams, to ten grams, of newborns; blank for all others."""
    newborn, conditions = period.params.settings.newborn, period.params.conditions
    source = period.draws(Topic.NEWBORN, stays.days.size)
    condition = stays.patients.condition
    mean = np.where(conditions.is_newborn, conditions.birth_weight_g, 0)[condition]
    at_birth = _to_ten_grams(mean + newborn.spread_g * source.normal())
    at_admission = _to_ten_grams(at_birth * newborn.admission_ratio)
    is_newborn = conditions.is_newborn[condition]
    return {
        name: np.where(is_newborn, grams, MISSING)[claims.stay]
        for name, grams in (("birth_weight_g", at_birth), ("admission_weight_g", at_admission))
    }


def _to_ten_grams(grams: NDArray[Any]) -> I8:
    return np.rint(grams / 10).astype(np.int64).clip(LIGHTEST_G // 10) * 10


def _intensive_hours(period: Period, stays: Stays, claims: Claims) -> Columns:
    """Hours in intensive care and on a ventilator, 0 for most; no longer than the stay."""
    intensive, conditions = period.params.settings.intensive, period.params.conditions
    source = period.draws(Topic.INTENSIVE, claims.stay.size)
    condition = stays.patients.condition[claims.stay]
    kinds = (
        ("icu_hours", conditions.icu_ratio, intensive.mean_icu_hours),
        ("ventilation_hours", conditions.ventilation_ratio, intensive.mean_ventilation_hours),
    )
    columns: Columns = {}
    for name, ratio, mean in kinds:
        drawn = np.rint(mean * np.exp(intensive.spread * source.normal() - intensive.spread**2 / 2)).astype(np.int64)
        longest = claims.days * HOURS_OF_DAY
        columns[name] = np.where(source.chance(ratio[condition]), np.minimum(drawn, longest), 0)
    return columns


def _physicians(period: Period, stays: Stays) -> Coded:
    """Hospital, number of the department and number of the physician in it, as in H01-07-3."""
    settings, conditions = period.params.settings, period.params.conditions
    departments, department = np.unique(np.array(conditions.department), return_inverse=True)
    staff = settings.physicians.array().astype(np.int64)
    person = period.draws(Topic.PHYSICIAN, stays.days.size).below(staff[period.params.level[stays.patients.hospital]])
    most = int(staff.max())
    place = stays.patients.hospital * departments.size + department[stays.patients.condition]
    found, index = np.unique(place * most + person, return_inverse=True)
    names = []
    for number in found.tolist():
        place, person_number = divmod(number, most)
        hospital, department_number = divmod(place, departments.size)
        names.append(f"{settings.hospital[hospital].hospital_id}-{department_number + 1:02d}-{person_number + 1}")
    return coded(names, index)
