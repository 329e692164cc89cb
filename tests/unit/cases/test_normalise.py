from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases.normalise import Change, Example, normalise_code
from tests.unit.cases.tables import read_text


@pytest.mark.parametrize(
    ("written", "uniform"),
    [
        ("I63.900", "I63.900"),
        ("i63.900", "I63.900"),
        (" I63. 9 ", "I63.9"),
        ("\u3000Ｉ６３．９", "I63.9"),
        ("I63.9X00", "I63.9x00"),
        ("X59.9X01", "X59.9x01"),
        ("x59.9", "X59.9"),
        ("T66.X02+h47.5*", "T66.x02+H47.5*"),
        ("A18.0+x01.1X", "A18.0+X01.1x"),
        ("00.6600X004", "00.6600x004"),
        ("\ufeffI10", "I10"),
        ("U07.1", "U07.1"),
        ("新码 1", "新码1"),
    ],
)
def test_codes_get_one_spelling(written: str, uniform: str) -> None:
    assert normalise_code(written) == uniform


@given(st.text(min_size=1, max_size=12))
def test_normalising_twice_changes_nothing_more(code: str) -> None:
    assert normalise_code(normalise_code(code)) == normalise_code(code)


def test_changes_are_counted_by_kind_with_the_commonest_first(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,principal_diagnosis\n1,I63.9X1\n2,I63.9X1\n3,i10\n4,I1 0\n5,I10\n")
    assert reading.changes == (
        Change("principal_diagnosis", "blanks", 1, 1, (Example("I1 0", "I10", 1),)),
        Change(
            "principal_diagnosis", "letter_case", 3, 2, (Example("I63.9X1", "I63.9x1", 2), Example("i10", "I10", 1))
        ),
    )
    assert reading.cases.code("principal_diagnosis").values == ("I10", "I63.9x1")


def test_codes_of_a_list_are_normalised_and_keep_their_order_and_repetitions(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,procedures\n1,39.9501|86.04X011|39.9501\n2,\n3,| 86.04x011 ||\n")
    procedures = reading.cases.code_list("procedures")
    assert procedures.texts(0) == ("39.9501", "86.04x011", "39.9501")
    assert procedures.texts(1) == ()
    assert procedures.texts(2) == ("86.04x011",)
    # Blanks around a code are no change; a blank in the place of the main procedure is told.
    assert [(change.kind, change.cells) for change in reading.changes] == [("blank_main", 1), ("letter_case", 1)]


def test_codes_of_other_columns_stay_as_written(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,group_code,department\n1, i63X:a b ,科 室X\n")
    assert reading.cases.code("group_code").values == ("i63X:a b",)
    assert reading.cases.code("department").values == ("科 室X",)
    assert reading.changes == ()


def test_signs_for_a_blank_and_shortened_numbers_are_told_and_stay(tmp_path: Path) -> None:
    header = "case_id,patient_id,department,procedures\n"
    rows = "1,1.23E+17,-,39.9501|-\n2,1.23E+17,E+1,无\n3,-,A-1,-\n"
    reading = read_text(tmp_path, header + rows)
    assert reading.changes == (
        Change("procedures", "looks_blank", 3, 2, (Example("-", "-", 2), Example("无", "无", 1))),
        Change("patient_id", "looks_blank", 1, 1, (Example("-", "-", 1),)),
        Change("patient_id", "looks_shortened", 2, 1, (Example("1.23E+17", "1.23E+17", 2),)),
        Change("department", "looks_blank", 1, 1, (Example("-", "-", 1),)),
    )
    assert reading.cases.code_list("procedures").texts(2) == ("-",)
