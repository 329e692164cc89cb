from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.columns import FEE_COLUMNS
from dipsim.cases.read import read_cases
from dipsim.cases.rejects import REASONS, Fault, reject
from tests.unit.cases.tables import read_text, rejects_of, written

FEES = ",".join(["case_id,total_cost_yuan", *FEE_COLUMNS])


def test_a_blank_case_id_is_rejected(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,sex\nA,1\n \u3000,1\n")
    assert rejects_of(reading) == [(3, "", "case_id", "", "blank_case_id")]
    assert reading.rejects[0].text_en.startswith("case_id is blank; fill it in")
    assert reading.rejects[0].text_zh.startswith("病例标识为空；请补填")


def test_every_copy_of_a_doubled_case_id_is_rejected_and_says_where_the_others_stand(tmp_path: Path) -> None:
    first = written(tmp_path, "case_id,sex\nA,1\nB,1\n", "a.csv")
    second = written(tmp_path, "case_id,sex\nC,2\n A ,1\n", "b.csv")
    reading = read_cases([first, second])
    assert reading.cases.case_ids.to_pylist() == ["B", "C"]
    assert rejects_of(reading) == [
        (2, "A", "case_id", "A", "duplicate_case_id"),
        (3, "A", "case_id", "A", "duplicate_case_id"),
    ]
    assert [row.file for row in reading.rejects] == ["a.csv", "b.csv"]
    assert "also stands at b.csv:3; none is taken" in reading.rejects[0].text_en
    assert "还出现在 a.csv:2；" in reading.rejects[1].text_zh


def test_of_many_copies_a_few_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,sex\n" + "A,1\n" * 6)
    assert "at cases.csv:3, cases.csv:4, cases.csv:5, +2;" in reading.rejects[0].text_en
    assert "at cases.csv:2, cases.csv:3, cases.csv:4, +2;" in reading.rejects[5].text_en


@pytest.mark.parametrize(
    ("column", "cell", "reason", "next_step"),
    [
        ("total_cost_yuan", "1 234", "not_an_amount", "write it like 1234.50"),
        ("total_cost_yuan", "-0.01", "below_minimum", "below the least allowed, 0; correct it"),
        ("age_years", "65.5", "not_an_integer", "correct it or leave it blank"),
        ("age_years", "-1", "below_minimum", "below the least allowed, 0; correct it"),
        ("length_of_stay_days", "three", "not_an_integer", "correct it or leave it blank"),
        ("icu_hours", "1/13/24", "not_a_number", "correct it or leave it blank"),
        ("icu_hours", "-0.5", "below_minimum", "below the least allowed, 0; correct it"),
        ("admitted_on", "2025-02-30", "not_a_date", "write it like 2025-01-31"),
        (
            "insurance",
            "310",
            "unknown_category",
            "not among employee, resident, other; correct it, or translate it under",
        ),
        ("sex", "M", "unknown_category", "[values.sex]"),
        ("claim_status", "paid", "unknown_category", "normal, reversed, corrected"),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row(
    tmp_path: Path, column: str, cell: str, reason: str, next_step: str
) -> None:
    reading = read_text(tmp_path, f"case_id,{column}\nA,\nB,{cell}\n")
    assert reading.cases.case_ids.to_pylist() == ["A"]
    assert rejects_of(reading) == [(3, "B", column, cell, reason)]
    assert next_step in reading.rejects[0].text_en


def test_a_category_of_a_rejected_row_is_in_no_dictionary(tmp_path: Path) -> None:
    cases = read_text(tmp_path, "case_id,insurance,hospital_id\nA,resident,H2\nB,310,H1\n").cases
    assert cases.code("insurance").values == ("resident",)
    assert (cases.code("hospital_id").values, cases.code("hospital_id").ids.tolist()) == (("H2",), [0])


def test_discharge_before_admission_is_rejected(tmp_path: Path) -> None:
    text = "case_id,admitted_on,discharged_on\nA,2025-01-02,2025-01-01\nB,2025-01-02,2025-01-02\nC,,2025-01-01\n"
    reading = read_text(tmp_path, text)
    assert rejects_of(reading) == [(2, "A", "discharged_on", "2025-01-01", "discharged_before_admitted")]
    assert reading.rejects[0].text_en == "discharged before admission on 2025-01-02; check both dates"


def test_fees_that_miss_the_total_by_one_fen_are_rejected(tmp_path: Path) -> None:
    fees = "1,2,3,4,5,6"
    reading = read_text(tmp_path, f"{FEES}\nA,21.00,{fees}\nB,21.01,{fees}\nC,20.99,{fees}\n")
    assert reading.cases.case_ids.to_pylist() == ["A"]
    assert rejects_of(reading) == [
        (3, "B", "total_cost_yuan", "21.01", "fees_not_total"),
        (4, "C", "total_cost_yuan", "20.99", "fees_not_total"),
    ]
    assert reading.rejects[0].text_en == "the six fees add up to 21.00 yuan, not to the total; check the fees"


def test_fees_are_compared_with_the_total_only_when_all_are_filled(tmp_path: Path) -> None:
    reading = read_text(tmp_path, f"{FEES}\nA,99,1,2,3,4,5,\nB,,1,2,3,4,5,6\n")
    assert reading.counts.accepted == 2


def test_a_reversed_claim_is_rejected(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,claim_status\nA,reversed\nB,normal\nC,\n")
    assert rejects_of(reading) == [(2, "A", "claim_status", "reversed", "reversed")]
    assert reading.cases.case_ids.to_pylist() == ["B", "C"]


def test_a_corrected_claim_takes_the_place_of_the_case_it_names(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,replaces_case_id\nA,\nB,A\nC,B\nD,Z\n")
    assert reading.cases.case_ids.to_pylist() == ["C", "D"]
    assert rejects_of(reading) == [(2, "A", "case_id", "A", "replaced"), (3, "B", "case_id", "B", "replaced")]
    assert reading.rejects[0].text_en == "replaced by the corrected claim B; nothing to do"


def test_of_two_corrections_the_smaller_key_is_named_whatever_the_order(tmp_path: Path) -> None:
    for rows in ("A,\nC,A\nB,A\n", "B,A\nA,\nC,A\n"):
        reading = read_text(tmp_path, f"case_id,replaces_case_id\n{rows}")
        assert "claim B" in reading.rejects[0].text_en


def test_a_case_that_replaces_itself_is_rejected(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,replaces_case_id\nA,A\nB,\n")
    assert rejects_of(reading) == [(2, "A", "replaces_case_id", "A", "replaces_itself")]


def test_a_row_of_another_length_is_rejected_with_both_lengths(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,sex\nA,1\nB\nC,1,2\nD,2\n")
    assert reading.cases.case_ids.to_pylist() == ["A", "D"]
    assert [(row.line, row.text_en) for row in reading.rejects] == [
        (3, "1 cells, but 2 columns; look for a missing or an unquoted delimiter"),
        (4, "3 cells, but 2 columns; look for a missing or an unquoted delimiter"),
    ]


def test_an_identifier_is_never_shown() -> None:
    assert reject("a.csv", 2, "A", Fault(0, "patient_id", "410402", "blank_but_read", {"reader": "x"})).value == ""


def test_every_reason_is_said_in_both_languages() -> None:
    assert all(reason.zh and reason.en and "；" in reason.zh and "; " in reason.en for reason in REASONS.values())
