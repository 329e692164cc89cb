"""One data set in every container and encoding: the same cases, and the same bytes from a run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from dipsim.cases.columns import COLUMNS, Kind
from dipsim.cases.identity import content_fingerprint
from dipsim.cases.read import read_cases
from dipsim.synth import demo_region, generate, write_region
from tests.e2e.commands import contents, dipsim

BASELINE = "demo-city/baseline-2025"
CASES = 1_000
SALT = b"the same in every form"

Table = tuple[list[str], list[list[str]]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo region as CSV in UTF-8, with the rows that are rejected."""
    folder = tmp_path_factory.mktemp("original")
    write_region(generate(demo_region(), 7, CASES), folder)
    return folder


@pytest.fixture(scope="module")
def expected(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """What a run on the original leaves."""
    return ran(original, tmp_path_factory.mktemp("expected"))


def in_encoding(codec: str) -> Callable[[Path, str, Table], None]:
    def write(folder: Path, name: str, table: Table) -> None:
        with (folder / f"{name}.csv").open("w", encoding=codec, newline="") as stream:
            csv.writer(stream).writerows([table[0], *table[1]])

    return write


def in_workbook(folder: Path, name: str, table: Table) -> None:
    """Codes and keys as text; numbers, amounts and dates as Excel holds them."""
    with xlsxwriter.Workbook(folder / f"{name}.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(name)
        book.add_worksheet("hidden").hide()
        for row, cells in enumerate([table[0], *table[1]]):
            for column, cell in enumerate(cells):
                typed = typed_cell(table[0][column], cell) if row else cell
                write = sheet.write_string if isinstance(typed, str) else sheet.write
                write(row, column, typed)


def typed_cell(column: str, cell: str) -> str | int | Decimal | date:
    """A number, an amount or a day; what is a fault, and any other cell, stays text."""
    kind = COLUMNS[column].kind if column in COLUMNS else Kind.KEY
    read: Mapping[Kind, Callable[[str], int | Decimal | date]] = {
        Kind.INTEGER: int,
        Kind.NUMBER: Decimal,
        Kind.YUAN: Decimal,
        Kind.DATE: date.fromisoformat,
    }
    try:
        return read[kind](cell) if kind in read else cell
    except (ValueError, InvalidOperation):
        return cell


def in_parquet(folder: Path, name: str, table: Table) -> None:
    """The canonical file: dictionaries, lists of dictionaries, decimals and days, in several row groups."""
    write_parquet(folder / f"{name}.parquet", table, canonical)


def in_parquet_text(folder: Path, name: str, table: Table) -> None:
    """Every cell as text, codes joined by |."""
    write_parquet(folder / f"{name}.parquet", table, lambda _, cells: pa.array(cells))


def in_parquet_parts(folder: Path, name: str, table: Table) -> None:
    """A folder of part files; the table of hospitals stays one file."""
    header, rows = table
    if name != "cases":
        return in_parquet(folder, name, table)
    (folder / "cases").mkdir()
    for part, start in enumerate(range(0, len(rows), 300)):
        in_parquet(folder / "cases", f"part-{part}", (header, rows[start : start + 300]))
    return None


def write_parquet(path: Path, table: Table, array: Callable[[str, list[str]], Any]) -> None:
    header, rows = table
    columns = {name: array(name, [row[at] for row in rows]) for at, name in enumerate(header)}
    pq.write_table(pa.table(columns), path, row_group_size=170)


def canonical(name: str, cells: Sequence[str]) -> Any:
    """A column as the canonical file has it; one with faults stays text."""
    kind = COLUMNS[name].kind if name in COLUMNS else Kind.KEY
    if kind is Kind.CODE_LIST:
        lists = pa.array([cell.split("|") if cell else [] for cell in cells], pa.list_(pa.string()))
        return pa.ListArray.from_arrays(lists.offsets, lists.values.dictionary_encode())
    typed = [typed_cell(name, cell) if cell else None for cell in cells]
    if any(isinstance(cell, str) for cell in typed):
        return pa.array(cells).dictionary_encode() if kind is not Kind.KEY else pa.array(cells)
    types = {Kind.INTEGER: pa.int32(), Kind.YUAN: pa.decimal128(12, 2), Kind.DATE: pa.date32()}
    return pa.array(typed, types.get(kind))


FORMS: Mapping[str, Callable[[Path, str, Table], None]] = {
    "UTF-8 with a mark": in_encoding("utf-8-sig"),
    "GB18030": in_encoding("gb18030"),
    "Excel": in_workbook,
    "Parquet": in_parquet,
    "Parquet of text": in_parquet_text,
    "Parquet in parts": in_parquet_parts,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_cases_rejects_and_run(
    form: str, original: Path, expected: Mapping[str, bytes], tmp_path: Path
) -> None:
    for name in ("cases", "hospitals"):
        with (original / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        FORMS[form](tmp_path, name, (header, rows))
    first, other = read_cases([original], salt=SALT), read_cases([tmp_path], salt=SALT)
    assert first.counts == other.counts
    assert first.counts.rejected > 0
    assert content_fingerprint(first.cases) == content_fingerprint(other.cases)
    assert first.changes == other.changes
    assert [(row.case_id, row.field, row.reason) for row in first.rejects] == [
        (row.case_id, row.field, row.reason) for row in other.rejects
    ]
    found = ran(tmp_path, tmp_path / "out")
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name] and name != "rejected.csv"] == []


def ran(folder: Path, out: Path) -> Mapping[str, bytes]:
    """The files of a run on a folder, but for the pages, which name the files that were read."""
    dipsim("run", folder, "-s", BASELINE, "-o", out / "run")
    return {name: data for name, data in contents(out / "run").items() if not name.endswith((".html", ".xlsx"))}
