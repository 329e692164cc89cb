from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.checks import CHECKS, blank_rows, require_columns, run_checks
from dipsim.cases.columns import COLUMNS, FEE_COLUMNS
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import read_text

FEES = ",".join(FEE_COLUMNS)


def marked(folder: Path, key: str, text: str) -> tuple[str, ...]:
    (result,) = (result for result in run_checks(read_text(folder, text).cases) if result.check.key == key)
    assert result.missing == ()
    assert result.cases == len(result.examples)
    return result.examples


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("blank_principal_diagnosis", "case_id,principal_diagnosis\nA,\nB,I10\n"),
        ("blank_total_cost", "case_id,total_cost_yuan\nA,\nB,0\n"),
        ("zero_cost", "case_id,total_cost_yuan\nA,0.00\nB,0.01\nC,\n"),
        (
            "length_of_stay_against_dates",
            """case_id,length_of_stay_days,admitted_on,discharged_on
A,4,2025-01-01,2025-01-03
B,2,2025-01-01,2025-01-03
C,1,2025-01-01,2025-01-01
D,0,2025-01-01,2025-01-01
E,9,,2025-01-01
F,,2025-01-01,2025-01-03
""",
        ),
        ("age_days_only_under_one", "case_id,age_years,age_days\nA,1,20\nB,0,20\nC,,20\nD,70,\n"),
        ("fees_against_total", f"case_id,total_cost_yuan,{FEES}\nA,5,6,,,,,\nB,6,6,,,,,\nC,,9,,,,,\n"),
        ("payments_against_total", "case_id,total_cost_yuan,fund_paid_yuan,out_of_pocket_yuan\nA,5,3,2.01\nB,5,3,2\n"),
        ("eligible_against_total", "case_id,total_cost_yuan,eligible_cost_yuan\nA,5,5.01\nB,5,5\nC,,9\n"),
        (
            "settled_before_discharged",
            "case_id,settled_on,discharged_on\nA,2025-01-01,2025-01-02\nB,2025-01-02,2025-01-02\n",
        ),
        (
            "corrected_without_original",
            "case_id,claim_status,replaces_case_id\nA,corrected,\nB,corrected,X\nC,normal,\nD,,\n",
        ),
        ("joined_other_diagnoses", "case_id,other_diagnoses\nA,I10|E11;E12\nB,I10|E11\nC,\n"),
        ("joined_procedures", "case_id,procedures\nB,\nA,86.04、39.95\nC,39.95\n"),
        ("filler_diagnosis", "case_id,principal_diagnosis\nA,I64.X\nB,I64.x00\nC,\n"),
        ("diagnosis_without_letter", "case_id,principal_diagnosis\nA,1.2\nB,I10.x00\nC,\n"),
        ("procedure_without_zero", "case_id,procedures\nA,47.0100|3.91\nB,03.9100\nC,\nD,0066\n"),
        ("hospital_without_zero", "case_id,hospital_id\nA,12\nB,0012\nC,4101\nD,H1\nE,\n"),
    ],
)
def test_a_check_marks_what_it_is_named_for_and_nothing_else(tmp_path: Path, key: str, text: str) -> None:
    assert marked(tmp_path, key, text) == ("A",)


def test_diagnoses_of_a_system_without_letters_are_not_odd(tmp_path: Path) -> None:
    assert marked(tmp_path, "diagnosis_without_letter", "case_id,principal_diagnosis\nA,4280\nB,25000\n") == ()


def test_every_check_reads_columns_of_the_dictionary_and_has_a_key_of_its_own() -> None:
    assert len({check.key for check in CHECKS}) == len(CHECKS)
    assert all(check.reads <= set(COLUMNS) and check.label_zh and check.label_en for check in CHECKS)


def test_a_check_without_its_columns_says_which_it_lacks(tmp_path: Path) -> None:
    results = {result.check.key: result for result in run_checks(read_text(tmp_path, "case_id,age_years\nA,1\n").cases)}
    assert results["age_days_only_under_one"].missing == ("age_days",)
    assert results["age_days_only_under_one"].cases == 0


def test_a_check_shows_five_cases_by_key_and_counts_all(tmp_path: Path) -> None:
    text = "case_id,total_cost_yuan\n" + "".join(f"C{number},0\n" for number in (7, 3, 5, 1, 6, 2, 4))
    (result,) = (result for result in run_checks(read_text(tmp_path, text).cases) if result.check.key == "zero_cost")
    assert (result.cases, result.examples) == (7, ("C1", "C2", "C3", "C4", "C5"))


def test_missing_columns_are_named_with_everyone_who_reads_them(tmp_path: Path) -> None:
    cases = read_text(tmp_path, "case_id,age_years\nA,1\n").cases
    with pytest.raises(CaseDataError) as caught:
        require_columns(
            cases, {"payment.dip": {"total_cost_yuan", "age_years"}, "group": {"total_cost_yuan", "age_days"}}
        )
    how = "add the column, or map it in a mapping file"
    assert str(caught.value).splitlines() == [
        f"cases.csv: no column 'age_days'; read by group; did you mean 'age_years'? {how}",
        f"cases.csv: no column 'total_cost_yuan'; read by group, payment.dip; {how}",
    ]


def test_columns_that_are_there_satisfy_every_reader(tmp_path: Path) -> None:
    require_columns(read_text(tmp_path, "case_id,sex\nA,1\n").cases, {"group": {"case_id", "sex"}, "run": set()})


def test_a_blank_is_an_unknown_value_and_an_empty_list_is_not(tmp_path: Path) -> None:
    cases = read_text(tmp_path, "case_id,sex,age_years,icu_hours,procedures\nA,1,0,0,39.95\nB,,,,\n").cases
    for column in ("sex", "age_years", "icu_hours"):
        np.testing.assert_array_equal(blank_rows(cases, column), [False, True])
    for column in ("case_id", "procedures"):
        np.testing.assert_array_equal(blank_rows(cases, column), [False, False])
    with pytest.raises(CaseDataError, match="no column 'age_days'"):
        blank_rows(cases, "age_days")
