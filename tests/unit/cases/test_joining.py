from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from dipsim.cases.identity import content_fingerprint
from dipsim.cases.mapping import mapping_of
from dipsim.cases.read import CaseReading, read_cases
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import rejects_of, written

FLAGGED = {
    "file": "dx.csv",
    "key": "id",
    "code": "code",
    "main": {"column": "main", "is": "1"},
    "without_main": "blank",
}
ORDERED = {"file": "op.csv", "key": "id", "code": "code", "order": "n", "without_main": "reject"}
ROWS = {"file": "settled.csv", "key": "id", "columns": {"sex": "gend", "total_cost_yuan": "amount"}}


def read(folder: Path, tables: dict[str, Any], cases: str = "case_id\na\nb\n", **files: str) -> CaseReading:
    for name, text in files.items():
        written(folder, text, f"{name}.csv")
    return read_cases([written(folder, cases)], mapping_of({"tables": tables}, "m.toml"))


def left_out(reading: CaseReading) -> dict[str, tuple[int, tuple[str, ...]]]:
    (account,) = reading.tables
    assert account.rows == account.used + sum(part.rows for part in account.left_out)
    return {part.reason: (part.rows, part.places) for part in account.left_out}


def diagnoses(reading: CaseReading) -> list[tuple[str, tuple[str, ...]]]:
    cases = reading.cases
    principal, others = cases.code("principal_diagnosis"), cases.code_list("other_diagnoses")
    return [(principal.text(row), others.texts(row)) for row in range(len(cases))]


def test_the_flagged_diagnosis_is_the_principal_one_and_the_others_stand_by_code(tmp_path: Path) -> None:
    reading = read(tmp_path, {"diagnoses": FLAGGED}, dx="id,code,main\na,Z9,0\nb,I10,1\na,J18.900,1\na,E11,0\n")
    assert diagnoses(reading) == [("J18.900", ("E11", "Z9")), ("I10", ())]


def test_the_first_of_a_stated_order_is_the_principal_diagnosis(tmp_path: Path) -> None:
    table = {**ORDERED, "file": "dx.csv"}
    reading = read(tmp_path, {"diagnoses": table}, dx="id,code,n\na,Z9,2\na,J18,10\na,K35,1\nb,I10,1\n")
    assert diagnoses(reading) == [("K35", ("Z9", "J18")), ("I10", ())]


def test_procedures_stand_main_first_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    table = {**FLAGGED, "file": "op.csv", "order": "n"}
    reading = read(tmp_path, {"procedures": table}, op="id,code,main,n\na,47.0,0,1\na,51.2,1,2\na,38.9,0,3\n")
    assert reading.cases.code_list("procedures").texts(0) == ("51.2", "47.0", "38.9")
    assert reading.cases.code_list("procedures").texts(1) == ()


def test_a_case_without_any_row_is_accepted_with_blanks_and_counted(tmp_path: Path) -> None:
    reading = read(tmp_path, {"diagnoses": FLAGGED}, dx="id,code,main\na,I10,1\n")
    assert diagnoses(reading) == [("I10", ()), ("", ())]
    assert reading.tables[0].cases_without == 1


def test_rows_that_serve_no_case_are_counted_by_reason_with_their_places(tmp_path: Path) -> None:
    text = "id,code,main,kind\nx,I10,1,1\n,I10,1,1\na,,0,1\na,I10,1,1\na,I10,1,1\na,BNW,0,2\na,I10\n"
    table = {**FLAGGED, "only": {"column": "kind", "is": ["1"]}}
    reading = read(tmp_path, {"diagnoses": table}, dx=text)
    assert left_out(reading) == {
        "ragged_row": (1, ("dx.csv:8",)),
        "blank_key": (1, ("dx.csv:3",)),
        "no_such_case": (1, ("dx.csv:2",)),
        "other_kind": (1, ("dx.csv:7",)),
        "blank_code": (1, ("dx.csv:4",)),
        "repeated": (1, ("dx.csv:6",)),
    }
    assert reading.tables[0].used == 1


def test_two_principal_diagnoses_reject_the_case_and_name_both_rows(tmp_path: Path) -> None:
    reading = read(tmp_path, {"diagnoses": FLAGGED}, dx="id,code,main\na,I10,1\na,J18,1\nb,I10,1\n")
    assert rejects_of(reading) == [(2, "a", "principal_diagnosis", "", "two_main_codes")]
    assert "two rows of diagnoses are the main one: dx.csv:2, dx.csv:3" in reading.rejects[0].text_en
    assert reading.cases.case_ids.to_pylist() == ["b"]


def test_two_rows_in_the_first_place_reject_the_case(tmp_path: Path) -> None:
    reading = read(tmp_path, {"procedures": ORDERED}, op="id,code,n\na,47.0,1\na,51.2,1\n")
    assert rejects_of(reading) == [(2, "a", "procedures", "", "two_main_codes")]


def test_procedures_without_a_main_one_reject_the_case_or_are_left_out_as_stated(tmp_path: Path) -> None:
    text = "id,code,main\na,47.0,0\na,51.2,0\nb,47.0,1\n"
    table = {**FLAGGED, "file": "op.csv"}
    rejected = read(tmp_path, {"procedures": {**table, "without_main": "reject"}}, op=text)
    assert rejects_of(rejected) == [(2, "a", "procedures", "", "no_main_code")]
    blank = read(tmp_path, {"procedures": table}, op=text)
    assert blank.counts.rejected == 0
    assert blank.cases.code_list("procedures").texts(0) == ()
    assert left_out(blank) == {"no_main_code": (2, ("op.csv:2", "op.csv:3"))}


def test_other_diagnoses_stay_where_no_row_is_the_principal_one(tmp_path: Path) -> None:
    reading = read(tmp_path, {"diagnoses": FLAGGED}, dx="id,code,main\na,I10,0\n")
    assert diagnoses(reading)[0] == ("", ("I10",))


def test_an_order_that_is_no_number_rejects_the_case_at_its_own_place(tmp_path: Path) -> None:
    reading = read(tmp_path, {"procedures": ORDERED}, op="id,code,n\na,47.0,one\na,51.2,1\n")
    (row,) = reading.rejects
    assert (row.file, row.line, row.case_id, row.field, row.value) == ("op.csv", 2, "a", "n", "one")


def test_a_one_to_one_table_adds_its_columns_and_blanks_where_it_has_no_row(tmp_path: Path) -> None:
    reading = read(tmp_path, {"settlement": ROWS}, settled="id,gend,amount\nb,2,10.50\n")
    assert [reading.cases.code("sex").text(row) for row in (0, 1)] == ["", "2"]
    assert reading.cases.fen("total_cost_yuan").tolist()[1] == 1050


def test_doubled_rows_of_a_one_to_one_table_count_once_and_differing_ones_reject_the_case(tmp_path: Path) -> None:
    text = "id,gend,amount\na,1,10\na,1,10\nb,2,20\nb,2,21\n"
    reading = read(tmp_path, {"settlement": ROWS}, settled=text)
    assert rejects_of(reading) == [(3, "b", "sex", "", "rows_differ")]
    assert left_out(reading)["repeated"] == (1, ("settled.csv:3",))
    assert reading.cases.fen("total_cost_yuan").tolist() == [1000]


def test_a_bad_cell_of_a_further_table_names_the_place_in_that_table(tmp_path: Path) -> None:
    reading = read(tmp_path, {"settlement": ROWS}, settled="id,gend,amount\nx,1,bad\na,3,ten\nb,1,1\n")
    found = [(row.file, row.line, row.case_id, row.field, row.reason) for row in reading.rejects]
    assert found == [
        ("settled.csv", 3, "a", "sex", "unknown_category"),
        ("settled.csv", 3, "a", "total_cost_yuan", "not_an_amount"),
    ]


def test_nothing_depends_on_the_order_of_the_rows_or_the_split_into_files(tmp_path: Path) -> None:
    rows = ["a,I10,0", "a,J18,1", "b,K35,0", "b,E11,1", "x,Z9,1"]
    seen = set()
    for number, order in enumerate(itertools.permutations(rows)):
        folder = tmp_path / str(number)
        half = len(order) // 2
        parts = {
            f"dx{part}": "\n".join(["id,code,main", *lines, ""])
            for part, lines in enumerate((order[:half], order[half:]))
        }
        reading = read(folder, {"diagnoses": {**FLAGGED, "file": "dx*.csv"}}, **parts)
        counts = tuple((part.reason, part.rows) for part in reading.tables[0].left_out)
        seen.add((content_fingerprint(reading.cases), counts, reading.rejects))
    assert len(seen) == 1


def test_a_number_for_a_code_in_a_sheet_rejects_the_case_and_names_the_cell(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "op.xlsx")
    sheet = book.add_worksheet("手术")
    for line, row in enumerate([["id", "code", "n"], ["a", 47.01, 1], ["b", "51.2", 1]]):
        sheet.write_row(line, 0, row)
    book.close()
    reading = read(tmp_path, {"procedures": {**ORDERED, "file": "op.xlsx"}})
    (row,) = reading.rejects
    assert (row.file, row.line, row.case_id, row.reason) == ("op.xlsx", 2, "a", "number_for_code")
    assert "op.xlsx!手术!B2" in row.text_en


def test_a_table_that_is_not_there_and_a_column_that_it_lacks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match=r"\[tables.diagnoses\] file: no dx.csv beside the cases"):
        read(tmp_path, {"diagnoses": FLAGGED})
    with pytest.raises(CaseDataError, match=r"dx\.csv: 'main': no such column; m.toml names it"):
        read(tmp_path, {"diagnoses": FLAGGED}, dx="id,code\na,I10\n")


def test_a_table_is_not_read_when_none_of_its_columns_is_wanted(tmp_path: Path) -> None:
    path = written(tmp_path, "case_id\na\n")
    assert read_cases([path], mapping_of({"tables": {"diagnoses": FLAGGED}}, "m.toml"), ["sex"]).tables == ()
