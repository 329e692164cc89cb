from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from dipsim.cases.columns import COLUMNS, FEE_COLUMNS
from dipsim.cases.read import read_cases
from dipsim.errors import CaseDataError
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Status
from dipsim.money import fen
from dipsim.paths import policy_roots
from dipsim.policy.scheme import read_scheme
from dipsim.synth import Region, demo_region, generate, write_region
from dipsim.synth.untidy import REPEATED

CASES = 20_000
SEEN_LATER = ("hospital_id", "total_cost_yuan")
"""Columns that may be blank on reading; the run that needs them rejects the case."""


@pytest.fixture(scope="module")
def region() -> Region:
    return generate(demo_region(), seed=1, cases=CASES)


def share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


def test_the_same_seed_gives_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    write_region(generate(demo_region(), seed=1, cases=1_000), tmp_path)
    digest = hashlib.sha256((tmp_path / "cases.csv").read_bytes()).hexdigest()
    assert digest == "a0358dd3b8bc462a365f828bef1e61ba06f3d8971969e7f934c3728af414f237"


def test_another_seed_gives_other_cases() -> None:
    params = demo_region()
    assert generate(params, 1, 100).cases != generate(params, 2, 100).cases


def test_every_column_is_in_the_data_dictionary_and_full_length(region: Region) -> None:
    assert set(region.cases) <= set(COLUMNS)
    assert {len(column) for table in (region.cases, region.truth) for column in table.values()} == {CASES}


def test_fees_and_payers_add_up_to_the_total_in_every_sound_row(region: Region) -> None:
    amounts = {name: [fen(cell or "0") for cell in region.cases[name]] for name in (*FEE_COLUMNS, "fund_paid_yuan")}
    patients = [fen(cell) for cell in region.cases["out_of_pocket_yuan"]]
    for row, total in enumerate(region.cases["total_cost_yuan"]):
        if not region.truth["fault"][row]:
            assert sum(amounts[name][row] for name in FEE_COLUMNS) == fen(total)
            assert amounts["fund_paid_yuan"][row] + patients[row] == fen(total)


def test_infants_alone_have_an_age_in_days(region: Region) -> None:
    rows = zip(region.cases["age_years"], region.cases["age_days"], region.truth["fault"], strict=True)
    assert all((years == "0") == (days != "") for years, days, fault in rows if not fault)


def test_obstetrics_has_no_men_and_children_are_no_employees(region: Region) -> None:
    sound = [row for row, fault in enumerate(region.truth["fault"]) if not fault]
    obstetrics = {region.cases["sex"][row] for row in sound if region.cases["specialty"][row] == "obstetrics"}
    children = {region.cases["insurance"][row] for row in sound if int(region.cases["age_years"][row]) < 18}
    assert obstetrics == {"2"}
    assert children == {"resident", "other"}


def test_payers_come_in_the_stated_shares(region: Region) -> None:
    payers = Counter(region.cases["insurance"])
    assert payers["employee"] / CASES == pytest.approx(0.12, abs=0.01)
    assert payers["resident"] / CASES == pytest.approx(0.87, abs=0.01)
    elsewhere = share([where != "local" for where in region.cases["insured_region"]])
    assert payers["other"] / CASES + elsewhere == pytest.approx(0.022, abs=0.005)


def test_a_few_cases_leave_outside_the_year(region: Region) -> None:
    outside = share([not day.startswith("2025") for day in region.cases["discharged_on"]])
    assert 0 < outside < 0.006


def test_the_stated_number_of_faults_is_planted_one_a_row(region: Region) -> None:
    untidy = demo_region().settings.untidy
    expected = Counter({REPEATED: untidy.repeated_case_ids})
    for fault in untidy.fault:
        expected[fault.column] += fault.cases
    assert Counter(filter(None, region.truth["fault"])) == expected
    assert expected.total() == 21


def test_too_few_cases_to_hold_the_faults_are_refused() -> None:
    with pytest.raises(CaseDataError, match="21 cases cannot hold 21 faulty rows"):
        generate(demo_region(), 1, 21)


def test_writing_keeps_every_cell(tmp_path: Path, region: Region) -> None:
    folder = tmp_path / "new" / "folder"
    write_region(region, folder)
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert {name: list(column) for name, column in zip(header, zip(*rows, strict=True), strict=True)} == region.cases
    written = {path.stem for path in folder.iterdir()}
    assert written == {"cases", "hospitals", "truth", "prepaid", "assessment", "deductions"}


def test_reading_rejects_the_planted_faults_and_grouping_finds_the_stated_group(tmp_path: Path, region: Region) -> None:
    write_region(region, tmp_path)
    reading = read_cases([tmp_path / "cases.csv"])
    cases, truth = reading.cases, region.truth
    lines = range(2, CASES + 2)
    spoilt = {line for line, fault in zip(lines, truth["fault"], strict=True) if fault}
    blank = {line for line in spoilt for name in SEEN_LATER if not region.cases[name][line - 2]}
    repeated = {line - 1 for line, fault in zip(lines, truth["fault"], strict=True) if fault == REPEATED}
    status = zip(lines, region.cases["claim_status"], strict=True)
    taken_back = {line for line, claim_status in status if claim_status == "reversed"}
    replaced_ids = set(filter(None, region.cases["replaces_case_id"]))
    replaced = {line for line, case_id in zip(lines, region.cases["case_id"], strict=True) if case_id in replaced_ids}
    assert {fault.line for fault in reading.rejects} == (spoilt - blank) | repeated | taken_back | replaced
    named = zip(region.cases["claim_status"], region.cases["replaces_case_id"], strict=True)
    naming = [claim_status for claim_status, replaces in named if replaces]
    assert naming.count("corrected") == 0.0015 * CASES
    assert len(taken_back) - naming.count("reversed") in (0, 1)  # what is left over when pairs are made
    assert len(taken_back) == pytest.approx(0.0005 * CASES, abs=8)
    assert len(replaced) == len(naming)

    grouping = group_cases(cases, read_scheme(policy_roots(None).scheme("dip-demo")))
    found = [(Status(int(grouping.status[row])).key, grouping.group_code_of(row)) for row in range(len(cases))]
    rows = [int(line) - 2 for line in cases.origin_line]
    assert found == [(truth["status"][row], truth["group_code"][row]) for row in rows]
    assert not grouping.tied.any()


def test_cases_reach_every_group_and_every_status_of_the_catalogue(region: Region) -> None:
    scheme = read_scheme(policy_roots(None).scheme("dip-demo"))
    assert {row.group_code for row in scheme.rows} == set(filter(None, region.truth["group_code"]))
    statuses = Counter(region.truth["status"])
    assert set(statuses) == {"core", "composite", "no_match", "no_procedure_class", "no_principal_diagnosis"}
    assert statuses["core"] / CASES == pytest.approx(0.90, abs=0.02)
