from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter

from dipsim.cases.mapping import mapping_of
from dipsim.cases.read import CaseReading, read_cases
from dipsim.cases.source import open_source
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import rejects_of, written

HEADER = ["case_id", "procedures", "total_cost_yuan", "admitted_on"]
ROWS = [["A", "47.0100", 1234.56, date(2025, 1, 31)], ["B", "47.01x001|86.0400", 5, "2025/2/1"]]


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> Path:
    """Write a workbook with these rows of cells in its sheets."""
    path = folder / "cases.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def read_sheet(folder: Path, *rows: list[Any], header: list[str] | None = None) -> CaseReading:
    return read_cases([workbook(folder, {"病例": [header or HEADER, *rows]})])


def refused_sheet(folder: Path, *rows: list[Any]) -> str:
    with pytest.raises(CaseDataError) as caught:
        read_sheet(folder, *rows)
    return str(caught.value)


def test_text_numbers_and_dates_of_a_sheet_are_read(tmp_path: Path) -> None:
    reading = read_sheet(tmp_path, *ROWS)
    assert reading.rejects == ()
    assert reading.cases.fen("total_cost_yuan").tolist() == [123456, 500]
    assert reading.cases.integer("admitted_on").tolist() == [20119, 20120]
    assert reading.cases.code_list("procedures").texts(1) == ("47.01x001", "86.0400")
    assert reading.cases.origin_line.tolist() == [2, 3]
    assert reading.files[0].form == "Excel 病例"


def test_a_time_of_day_is_dropped_and_a_number_that_is_no_day_is_rejected(tmp_path: Path) -> None:
    rows = [["A", "", 1, datetime.fromisoformat("2025-01-31T23:59")], ["B", "", 1, 20250131], ["C", "", 1, 45688]]
    reading = read_sheet(tmp_path, *rows)
    assert reading.cases.integer("admitted_on").tolist() == [20119, 20119]
    assert rejects_of(reading) == [(4, "C", "admitted_on", "45688", "not_a_date")]


def test_a_number_where_a_code_should_stand_is_rejected_with_its_cell(tmp_path: Path) -> None:
    reading = read_sheet(tmp_path, *ROWS, ["C", 47.01, 1, ""], ["D", date(2025, 3, 1), 1, ""])
    assert rejects_of(reading) == [
        (4, "C", "procedures", "47.01", "number_for_code"),
        (5, "D", "procedures", "2025-03-01", "number_for_code"),
    ]
    assert "cell cases.xlsx!病例!B4 holds a number or a date" in reading.rejects[0].text_en
    assert "单元格 cases.xlsx!病例!B4" in reading.rejects[0].text_zh


def test_a_column_of_codes_that_holds_numbers_only_is_refused(tmp_path: Path) -> None:
    said = refused_sheet(tmp_path, ["A", 47.01, 1, ""], ["B", "", 1, ""], ["C", 8.5, 1, ""])
    assert said.startswith("cases.xlsx!病例!B (procedures): all 2 filled cells are numbers or dates")


def test_keys_may_be_whole_numbers_of_up_to_15_digits(tmp_path: Path) -> None:
    header = ["case_id", "patient_id", "sex"]
    rows: list[list[Any]] = [[1, 123456789012345, 1], [2, 4.10401199001011e17, 2], ["3", "410401199001011234", 1]]
    reading = read_sheet(tmp_path, *rows, header=header)
    assert reading.cases.case_ids.to_pylist() == ["1", "3"]
    assert rejects_of(reading) == [(3, "2", "patient_id", "", "number_for_code")]


def test_an_error_cell_is_rejected_with_its_address(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["A", "x"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    reading = read_cases([path])
    assert rejects_of(reading) == [(2, "A", "total_cost_yuan", "", "error_cell")]
    assert "cell cases.xlsx!S!C2 holds an error" in reading.rejects[0].text_en


def test_merged_cells_are_refused_by_their_addresses(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.merge_range("A1:D1", "2025年病例")
        sheet.write_row(1, 0, HEADER)
    with pytest.raises(CaseDataError, match=r"cases\.xlsx!S: merged cells A1:D1; only the first cell"):
        read_cases([path])


def test_hidden_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Any]]] = {"病例": [HEADER, *ROWS], "旧": [["case_id"], ["X"]]}
    reading = read_cases([workbook(tmp_path, sheets, ("旧",))])
    assert reading.cases.case_ids.to_pylist() == ["A", "B"]
    assert reading.files[0].hidden_sheets == ("旧",)


def test_of_several_visible_sheets_the_mapping_chooses(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"一": [HEADER, *ROWS], "二": [["case_id"], ["X"]], "三": [["a"]]}, ("三",))
    with pytest.raises(CaseDataError, match=r"cases\.xlsx: 2 visible sheets: 一, 二 \(hidden: 三\); keep one, or say"):
        read_cases([path])
    chosen = read_cases([path], mapping_of({"format": {"sheet": "二"}}, "m.toml"))
    assert chosen.cases.case_ids.to_pylist() == ["X"]
    with pytest.raises(CaseDataError, match=r"no sheet '四'; it has: 一, 二, 三"):
        read_cases([path], mapping_of({"format": {"sheet": "四"}}, "m.toml"))


def test_empty_rows_and_columns_around_the_table_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        for line, row in ((3, HEADER), (4, ["A", "x", 1, ""]), (7, ["B", 1, 1, ""])):
            sheet.write_row(line, 2, row)
    reading = read_cases([path])
    assert reading.cases.origin_line.tolist() == [5]
    assert "cases.xlsx!S!D8" in reading.rejects[0].text_en


def test_a_sheet_without_cells_or_with_a_doubled_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match=r"cases\.xlsx!S: the sheet is empty"):
        open_source(workbook(tmp_path, {"S": []}), "cases.xlsx")
    with pytest.raises(CaseDataError, match=r"cases\.xlsx!S: more than one column 'a'"):
        open_source(workbook(tmp_path, {"S": [["a", "a"]]}), "cases.xlsx")


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "xlsb", "ods"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, "case_id\nA\n", f"cases.{suffix}")
    with pytest.raises(CaseDataError, match=r"not a workbook that can be read: .*check that it opens in Excel"):
        read_cases([path])


def test_a_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"S": [HEADER, *ROWS]})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(CaseDataError, match="not a workbook that can be read"):
        read_cases([path])


@pytest.mark.parametrize("encoding", [b"WTF-8", b"gb18030"])
def test_a_workbook_in_an_unknown_encoding_is_refused(tmp_path: Path, encoding: bytes) -> None:
    path = workbook(tmp_path, {"a": [HEADER, *ROWS]})
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b'"UTF-8"', b'"%s"' % encoding))
    with pytest.raises(CaseDataError, match=r"cases\.xlsx: not a workbook that can be read: .*save it again"):
        read_cases([path])
