"""Broken case files: refused with the place, the fault and the next step, and nothing is written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from tests.faults.city import (
    BASELINE,
    CASES,
    FIRST,
    HEADER,
    Fault,
    Plant,
    add,
    as_folder,
    both,
    change,
    move,
    put,
    require_refused,
)

RUN = ("run", "{city}/data", "-s", BASELINE, "--policy", "{city}", "-o", "{out}")
LATIN = f"{HEADER}\n{FIRST}\n".encode() + b"x,\xe9t\xe9,employee\n"


def instead(name: str, content: str | bytes) -> Plant:
    """Another file in the place of cases.csv."""

    def plant(city: Path) -> None:
        (city / CASES).unlink()
        put(f"data/{name}", content)(city)

    return plant


def table(columns: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def workbook(sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = (), merged: str = "") -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if merged:
                sheet.merge_range(merged, "x")
    return stream.getvalue()


PARQUET = table({"case_id": [f"c{number}" for number in range(500)], "total_cost_yuan": ["1.00"] * 500})
SHEET = [["case_id", "principal_diagnosis"], ["a", "J18.900"]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

FAULTS = [
    Fault(
        "a missing column",
        change(CASES, "hospital_id", "x"),
        ("cases.csv: no column 'hospital_id'", "read by payment.dip", "add the column"),
    ),
    Fault(
        "the key is missing",
        change(CASES, "case_id", "id"),
        ("cases.csv: no column case_id", "every case needs a key", "`dipsim map cases.csv` proposes how"),
    ),
    Fault(
        "a doubled column",
        change(CASES, "fund_paid_yuan", "total_cost_yuan"),
        ("cases.csv: more than one column 'total_cost_yuan'", "remove or rename all but one"),
    ),
    Fault(
        "a wrong encoding midway",
        put(CASES, LATIN),
        ("cases.csv:3: byte 5 of the line (0xE9)", "neither UTF-8 nor GB18030", "save it as CSV in UTF-8"),
    ),
    Fault(
        "GBK below UTF-8",
        put(CASES, f"{HEADER},科\n甲,医院\n".encode() + "乙,医院二\n".encode("gbk")),
        ("cases.csv:3: byte 1 of the line (0xD2)", "is not UTF-8, as the lines before it are", "save the whole file"),
    ),
    Fault(
        "UTF-16",
        put(CASES, f"{HEADER}\n{FIRST}\n".encode("utf-16")),
        ("cases.csv: the text is in UTF-16", "save it as CSV in UTF-8"),
    ),
    Fault(
        "UTF-16 without its mark",
        put(CASES, f"{HEADER}\n{FIRST}\n".encode("utf-16-le")),
        ("cases.csv: holds zero bytes", "UTF-16 without its mark", "save it as CSV in UTF-8"),
    ),
    Fault(
        "zero bytes",
        put(CASES, f"{HEADER}\n{FIRST}\n\0\0\0\n"),
        ("cases.csv: holds zero bytes", "or no text", "save it as CSV in UTF-8"),
    ),
    Fault(
        "an unclosed quote",
        add(CASES, 'x,"H1,employee\n'),
        ("cases.csv:14: a quote opens here and never closes", "close or remove it"),
    ),
    Fault(
        "a carriage return within a line",
        add(CASES, "x,H\r1,employee,,,,,,,,,\n"),
        ("cases.csv:14: not valid CSV: a carriage return alone", "end every line alike"),
    ),
    Fault(
        "an empty file", put(CASES, b""), ("cases.csv: the file is empty", "a table begins with a line of column names")
    ),
    Fault(
        "blank lines only",
        put(CASES, b"\n\r\n\n"),
        ("cases.csv: the file is empty", "a table begins with a line of column names"),
    ),
    Fault(
        "a header only",
        put(CASES, f"{HEADER}\n"),
        ("cases.csv: no rows below the header", "give a file that holds cases"),
    ),
    Fault(
        "blank header names",
        put(CASES, ",,\n1,2,3\n"),
        ("cases.csv: no column case_id", "let the file begin with its line of column names"),
    ),
    Fault(
        "semicolons",
        put(CASES, f"{HEADER}\n{FIRST}\n".replace(",", ";")),
        ("cases.csv: no column case_id", 'say delimiter = ";" under [format] of a mapping file'),
    ),
    Fault(
        "tabs",
        put(CASES, f"{HEADER}\n{FIRST}\n".replace(",", "\t")),
        ("cases.csv: no column case_id", r'say delimiter = "\t" under [format]'),
    ),
    Fault(
        "a line sep=",
        put(CASES, f"sep=,\n{HEADER}\n{FIRST}\n"),
        ("cases.csv: no column case_id", "delete the first line, 'sep='"),
    ),
    Fault(
        "a title above the header",
        put(CASES, f"2025 年结算明细\n{HEADER}\n{FIRST}\n"),
        ("cases.csv: no column case_id", "let the file begin with its line of column names"),
    ),
    Fault(
        "a header in Chinese",
        put(CASES, "病案号,医疗机构代码,主要诊断编码\n1,H1,J18.900\n"),
        ("cases.csv: no column case_id", "`dipsim map cases.csv` proposes how"),
    ),
    Fault(
        "200 unknown columns",
        put(CASES, ",".join(f"V{n}" for n in range(200)) + "\n"),
        ("cases.csv: no column case_id", "`dipsim map cases.csv` proposes how"),
    ),
    Fault(
        "a workbook named .csv",
        put(CASES, workbook({"a": SHEET})),
        ("cases.csv: an Excel workbook or a zip file, not CSV", "name it .xlsx"),
    ),
    Fault(
        "an old workbook named .csv",
        put(CASES, OLE + b"\0" * 512),
        ("cases.csv: an old Excel workbook, not CSV", "name it .xls"),
    ),
    Fault("Parquet named .csv", put(CASES, PARQUET), ("cases.csv: a Parquet file, not CSV", "name it .parquet")),
    Fault(
        "a suffix that is none",
        move(CASES, "data/cases.txt"),
        ("data: holds no cases", "cases.txt is no CSV, Parquet or Excel file", "add cases.csv"),
    ),
    Fault(
        "a packed file",
        move(CASES, "data/cases.csv.gz"),
        ("data: holds no cases", "cases.csv.gz is no CSV, Parquet or Excel file", "add cases.csv"),
    ),
    Fault(
        "text named .parquet",
        instead("cases.parquet", "case_id\n1\n"),
        ("cases.parquet: not a Parquet file, or one cut short", "give it its own suffix"),
    ),
    Fault(
        "truncated Parquet",
        instead("cases.parquet", PARQUET[:-40]),
        ("cases.parquet: not a Parquet file, or one cut short", "write it again"),
    ),
    Fault(
        "empty Parquet",
        instead("cases.parquet", b""),
        ("cases.parquet: not a Parquet file, or one cut short", "write it again"),
    ),
    Fault(
        "Parquet without rows",
        instead("cases.parquet", table({"case_id": pa.array([], pa.string())})),
        ("cases.parquet: no rows below the header", "give a file that holds cases"),
    ),
    Fault(
        "damaged Parquet",
        instead("cases.parquet", PARQUET[:300] + b"\xff" * 60 + PARQUET[360:]),
        ("cases.parquet: a damaged Parquet file, read up to row 0", "copy it again if it was cut short"),
    ),
    Fault(
        "Parquet of structs",
        instead("cases.parquet", table({"case_id": [{"a": 1}]})),
        ("cases.parquet: case_id: cells of type struct", "store text, numbers or dates"),
    ),
    Fault(
        "Parquet of lists as keys",
        instead("cases.parquet", table({"case_id": [["a"]]})),
        ("cases.parquet: case_id: cells of type list", "store one value a case"),
    ),
    Fault(
        "text named .xlsx",
        instead("cases.xlsx", "case_id\n1\n"),
        ("cases.xlsx: not a workbook that can be read", "opens in Excel without a password"),
    ),
    Fault(
        "a workbook cut short",
        instead("cases.xlsx", workbook({"a": SHEET})[:-600]),
        ("cases.xlsx: not a workbook that can be read", "save it again"),
    ),
    Fault(
        "a workbook with a password",
        instead("cases.xlsx", OLE + b"\0" * 4096),
        ("cases.xlsx: not a workbook that can be read", "opens in Excel without a password"),
    ),
    Fault(
        "several sheets",
        instead("cases.xlsx", workbook({"一月": SHEET, "二月": SHEET})),
        ("cases.xlsx: 2 visible sheets: 一月, 二月", "keep one, or say sheet ="),
    ),
    Fault(
        "an empty sheet",
        instead("cases.xlsx", workbook({"a": []})),
        ("cases.xlsx!a: the sheet is empty", "a table begins with a row of column names"),
    ),
    Fault(
        "merged cells",
        instead("cases.xlsx", workbook({"a": SHEET}, merged="A5:B6")),
        ("cases.xlsx!a: merged cells A5:B6", "only the first cell", "unmerge them and fill in every cell"),
    ),
    Fault(
        "codes that are numbers",
        instead("cases.xlsx", workbook({"a": [["case_id", "procedures"], ["a", 47.01], ["b", 86.04]]})),
        ("cases.xlsx!a!B (procedures): all 2 filled cells are numbers", "47.0100 becomes 47.01", "export CSV"),
    ),
    Fault(
        "two files of cases",
        put("data/cases.parquet", PARQUET),
        ("data: holds cases.csv and cases.parquet", "the cases would count twice", "keep one"),
    ),
    Fault(
        "files of two kinds",
        both(move(CASES, "data/a.csv"), put("data/b.parquet", PARQUET)),
        ("data: holds .csv and .parquet files", "keep one kind, or give the files"),
    ),
    Fault(
        "files with other columns",
        both(move(CASES, "data/cases/a.csv"), put("data/cases/b.csv", "case_id\n7\n")),
        ("b.csv: no column admitted_on", "another file of this reading has it", "read the files apart"),
    ),
    Fault(
        "a folder without cases",
        lambda city: (city / CASES).unlink(),
        ("data: holds no cases", "add cases.csv, cases.parquet or a folder cases"),
    ),
    Fault(
        "a folder named like a file",
        as_folder(CASES),
        ("cases.csv: cannot be read: Is a directory", "check the path"),
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_broken_case_file_is_refused_and_nothing_is_written(fault: Fault, tmp_path: Path) -> None:
    require_refused(fault, tmp_path, *RUN)
