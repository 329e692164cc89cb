from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.source import open_source
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import read_text, refused, written


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read_text(tmp_path, "\ufeffcase_id\nA\n").cases.case_ids.to_pylist() == ["A"]


def test_windows_and_old_line_ends_are_read(tmp_path: Path) -> None:
    for end in ("\r\n", "\r"):
        reading = read_text(tmp_path, f"case_id,sex{end}A,1{end}B,2{end}")
        assert reading.cases.case_ids.to_pylist() == ["A", "B"]
        assert reading.cases.origin_line.tolist() == [2, 3]


def test_utf_16_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes("case_id\nA\n".encode("utf-16"))
    with pytest.raises(CaseDataError, match=r"cases\.csv: the text is in UTF-16; save it as CSV in UTF-8"):
        open_source(path, "cases.csv")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == "cases.csv: the file is empty; a table begins with a line of column names"


def test_a_doubled_column_is_refused_by_name(tmp_path: Path) -> None:
    said = refused(tmp_path, "case_id,sex,sex\nA,1,2\n")
    assert said == "cases.csv: more than one column 'sex'; remove or rename all but one"


def test_a_quote_that_never_closes_is_refused_where_it_opens(tmp_path: Path) -> None:
    said = refused(tmp_path, 'case_id,department\nA,x\nB,"y\nC,z\n')
    assert said == "cases.csv:3: a quote opens here and never closes; close or remove it"


def test_line_ends_of_two_kinds_are_refused(tmp_path: Path) -> None:
    assert "cases.csv:2: not valid CSV: a carriage return alone" in refused(tmp_path, "case_id,sex\nA,1\rB,2\n")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match=r"cases\.txt: neither a CSV, a Parquet nor an Excel file; save it"):
        open_source(written(tmp_path, "x", "cases.txt"), "cases.txt")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match=r"gone\.csv: cannot be read: No such file or directory; check the path"):
        open_source(tmp_path / "gone.csv", "gone.csv")


def test_text_named_as_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CaseDataError, match=r"cases\.parquet: not a Parquet file, or one cut short: .*; write it again"
    ):
        open_source(written(tmp_path, "case_id\nA\n", "cases.parquet"), "cases.parquet")
