from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.mapping import mapping_of
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import read_text, refused, rejects_of


def test_the_first_filled_of_several_columns_is_taken(tmp_path: Path) -> None:
    text = "case_id,out,paid\n1,2025-01-02,2025-01-05\n2,,2025-01-06\n3,-,\n"
    reading = read_text(tmp_path, text, columns={"discharged_on": ["out", "paid"]}, format={"blanks": ["-"]})
    days = reading.cases.integer("discharged_on")
    assert days[:2].astype("datetime64[D]").astype(str).tolist() == ["2025-01-02", "2025-01-06"]
    assert rejects_of(reading) == []


def test_keys_may_be_joined_and_are_blank_where_a_part_is(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "a,b\n007,1\n007,2\n8,\n", columns={"case_id": {"joined": ["a", "b"]}})
    assert reading.cases.case_ids.to_pylist() == ["007-1", "007-2"]
    assert rejects_of(reading) == [(4, "", "case_id", "", "blank_case_id")]


def test_amounts_are_added_up_exactly_and_a_bad_one_is_shown(tmp_path: Path) -> None:
    text = "case_id,a,b\n1,0.1,0.2\n2,,\n3,,5\n4,1.005,1\n5,x,1\n6,1e3,-0.5\n7,-3,1\n"
    reading = read_text(tmp_path, text, columns={"fee_drug_yuan": {"sum": ["a", "b"]}})
    values = dict(zip(reading.cases.case_ids.to_pylist(), reading.cases.fen("fee_drug_yuan").tolist(), strict=True))
    blank = int(np.iinfo(np.int64).min)
    assert values == {"1": 30, "2": blank, "3": 500, "4": 200, "6": 99950}
    assert rejects_of(reading) == [
        (6, "5", "fee_drug_yuan", "x", "not_an_amount"),
        (8, "7", "fee_drug_yuan", "-2.00", "below_minimum"),
    ]
    assert [(change.kind, change.cells) for change in reading.changes] == [("rounded_to_fen", 1)]


def test_sums_keep_to_the_decimal_sign_of_the_file(tmp_path: Path) -> None:
    cells = {"delimiter": ";", "decimal": ",", "thousands": "."}
    reading = read_text(
        tmp_path, "case_id;a;b\n1;1.000,50;0,25\n", columns={"fee_drug_yuan": {"sum": ["a", "b"]}}, format=cells
    )
    assert reading.cases.fen("fee_drug_yuan").tolist() == [100075]


def test_numbered_columns_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    text = "case_id,dx10,dx2,dx1,dxx\n1,c,b,a,z\n2,,,,\n3,c,,a,\n"
    reading = read_text(tmp_path, text, columns={"other_diagnoses": {"numbered": "dx##"}})
    lists = reading.cases.code_list("other_diagnoses")
    assert [lists.texts(row) for row in range(3)] == [("A", "B", "C"), (), ("A", "C")]
    assert [ignored.column for ignored in reading.ignored_columns] == ["dxx"]


@pytest.mark.parametrize(("without_main", "rejected"), [("reject", 1), ("blank", 0)])
def test_others_without_a_main_one_are_rejected_or_left_blank_as_stated(
    tmp_path: Path, without_main: str, rejected: int
) -> None:
    stated = {"main": "m", "numbered": "o##", "without_main": without_main}
    reading = read_text(tmp_path, "case_id,m,o1,o2\n1,47,51,\n2,,51,52\n3,,,\n", columns={"procedures": stated})
    lists = reading.cases.code_list("procedures")
    assert reading.counts.rejected == rejected
    assert lists.texts(0) == ("47", "51")
    assert lists.texts(1) == ()


def test_durations_are_hours_and_a_bad_one_is_shown_as_it_stands(tmp_path: Path) -> None:
    text = "case_id,ventilation_hours\n1,1/13/24\n2,0/0/0\n3,//\n4,1/2\n5,2//\n6,\n7,a/b/c\n"
    reading = read_text(tmp_path, text, durations={"ventilation_hours": "days/hours/minutes"})
    hours = dict(zip(reading.cases.case_ids.to_pylist(), reading.cases.real("ventilation_hours").tolist(), strict=True))
    assert (hours["1"], hours["2"], hours["5"]) == (37.4, 0.0, 48.0)
    assert np.isnan(hours["3"])
    assert np.isnan(hours["6"])
    assert [(row[1], row[3], row[4]) for row in rejects_of(reading)] == [
        ("4", "1/2", "not_a_number"),
        ("7", "a/b/c", "not_a_number"),
    ]


def test_a_blank_that_another_column_explains_is_filled_and_counted(tmp_path: Path) -> None:
    text = "case_id,age_years,age_days\n1,,0\n2,,\n3,4,\n4,x,9\n"
    rule = {"age_years": {"if_filled": "age_days", "value": 0}}
    reading = read_text(tmp_path, text, when_blank=rule)
    assert reading.cases.integer("age_years").tolist() == [0, int(np.iinfo(np.int64).min), 4]
    assert [row[1] for row in rejects_of(reading)] == ["4"]
    assert [(change.kind, change.cells) for change in reading.changes] == [("when_blank", 1)]


def test_an_infant_whose_age_stands_in_days_alone_is_0_years_old_without_a_mapping(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,age_years,age_days\n1,,0\n2,,364\n3,,365\n4,,\n5,2,\n")
    blank = int(np.iinfo(np.int64).min)
    assert reading.cases.integer("age_years").tolist() == [0, 0, blank, blank, 2]
    assert [(change.kind, change.cells) for change in reading.changes] == [("when_blank", 2)]


@pytest.mark.parametrize(("first", "year"), [(1950, 2049), (1900, 1949), (2100, 2149)])
def test_a_year_of_two_digits_is_one_of_the_stated_hundred(tmp_path: Path, first: int, year: int) -> None:
    cells = {"date_format": "%m/%d/%y %H:%M", "two_digit_years_from": first}
    reading = read_text(tmp_path, "case_id,admitted_on\n1,2/3/49 21:09\n", format=cells)
    day = reading.cases.integer("admitted_on").astype("datetime64[D]").astype(str).tolist()
    assert day == [f"{year}-02-03"]


def test_headers_may_differ_in_letter_case_where_the_mapping_says_so(tmp_path: Path) -> None:
    text = "CASE,C06X01C\n1,I10\n"
    stated = {"case_id": "Case", "other_diagnoses": {"numbered": "C06x##C"}}
    assert "'Case': no such column" in refused(tmp_path, text, columns=stated)
    reading = read_text(tmp_path, text, columns=stated, format={"ignore_header_case": True})
    assert reading.cases.code_list("other_diagnoses").texts(0) == ("I10",)


def test_absent_columns_are_refused_unless_the_mapping_lets_them(tmp_path: Path) -> None:
    text, stated = "case_id,a\n1,5\n", {"sex": "gend", "fee_drug_yuan": {"sum": ["a", "b"]}}
    said = refused(tmp_path, text, columns=stated)
    assert "'gend': no such column" in said
    assert "'b': no such column" in said
    reading = read_text(tmp_path, text, columns=stated, format={"allow_absent_columns": True})
    assert reading.absent_columns == ("fee_drug_yuan", "sex")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"columns": {"sex": 3}}, "[columns] sex: 3; give a text or a list of texts"),
        ({"columns": {"sex": {"joined": ["a"], "x": 1}}}, "[columns.sex] x: no such key"),
        ({"columns": {"sex": {"sum": ["a"]}}}, "[columns] sex: is no column to be sum; sum amounts, join keys"),
        ({"columns": {"sex": {"first": ["a"]}}}, "say joined, sum or numbered in it"),
        ({"columns": {"sex": {"numbered": "s##"}}}, "[columns] sex: holds no list; name one header"),
        ({"columns": {"procedures": {"numbered": "s"}}}, "'s' has no place for the number"),
        (
            {"columns": {"procedures": {"numbered": "s##", "main": "m"}}},
            "[columns] procedures without_main: is missing; say one of: blank, reject",
        ),
        ({"durations": {"sex": "days"}}, "[durations] sex: is no column of hours"),
        ({"durations": {"icu_hours": "days-weeks"}}, 'write it like "days/hours/minutes"'),
        ({"when_blank": {"sex": {}}}, "[when_blank] sex: is no column of whole numbers"),
        (
            {"when_blank": {"age_years": {"if_filled": "age", "value": 0}}},
            'write { if_filled = "age_days", value = 0 }',
        ),
        ({"format": {"date_format": "%y"}}, "%y does not say which century; add two_digit_years_from"),
        ({"format": {"two_digit_years_from": "1950"}}, "[format] two_digit_years_from: '1950'; give a year"),
        ({"diagnosis_system": "icd"}, "diagnosis_system: 'icd'; say one of: clinical, insurance"),
        (
            {"tables": {"diagnoses": {"file": "f", "key": "k", "code": "c", "without_main": "blank"}}},
            "state main or order",
        ),
        ({"tables": {"diagnoses": {"main": 1}}}, 'write { column = "...", is = ["..."] }'),
        (
            {"tables": {"settled": {"file": "/etc/x", "key": "k", "columns": {"sex": "g"}}}},
            "is no file name; name a file",
        ),
        ({"tables": {"settled": {"file": "f", "key": "k"}}}, "write [tables.settled.columns] and keys below it"),
        (
            {"case_id": "row_number", "tables": {"s": {"file": "f", "key": "k", "columns": {"sex": "g"}}}},
            "a row number is no key into [tables]",
        ),
        (
            {"columns": {"sex": "s"}, "tables": {"s": {"file": "f", "key": "k", "columns": {"sex": "g"}}}},
            "[columns] sex: stated twice; keep one: the column, the constant or the table",
        ),
    ],
)
def test_a_faulty_mapping_is_refused_with_what_to_write(document: dict[str, object], said: str) -> None:
    with pytest.raises(CaseDataError) as caught:
        mapping_of(document, "m.toml")
    assert said in str(caught.value)
