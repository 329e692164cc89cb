"""Companion tables of a data folder: the hospitals and the budget, CSV or Parquet; and how such a table is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.block import Ragged, Source
from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping import CellFormat
from dipsim.cases.parse import parse_days, trimmed
from dipsim.cases.source import open_source, read_source
from dipsim.errors import CaseDataError, Problem
from dipsim.money import FEN, fen
from dipsim.paths import did_you_mean

I8 = NDArray[np.int64]

LEVELS = ("primary", "secondary", "tertiary")
ROLES = ("lead", "township", "village")
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class Hospitals:
    """The hospitals in the order of their ids, one entry each; '' for a blank.

    level                            primary, secondary or tertiary
    role                             lead, township or village, in a consortium
    designated_from, designated_to   int64 days since 1970-01-01, `MISSING` for a blank
    """

    hospital_ids: tuple[str, ...]
    name: tuple[str, ...]
    level: tuple[str, ...]
    grade: tuple[str, ...]
    type: tuple[str, ...]
    county: tuple[str, ...]
    consortium_id: tuple[str, ...]
    role: tuple[str, ...]
    ownership: tuple[str, ...]
    designated_from: I8
    designated_to: I8

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """The row of each hospital."""
        return {hospital_id: row for row, hospital_id in enumerate(self.hospital_ids)}

    def level_of(self, hospital_ids: Sequence[str]) -> tuple[str, ...]:
        """The level of each hospital asked for, '' where it is blank or the hospital is not in the table."""
        return tuple(self.level[self.row_of[key]] if key in self.row_of else "" for key in hospital_ids)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One amount of the budget and where it comes from: of the whole city, of a county or of a hospital."""

    year: int
    insurance: str
    item: str
    amount_fen: int
    source: str
    county: str = ""
    hospital_id: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget in the order of year, insurance and item; with county and hospital each of these occurs once."""

    lines: tuple[BudgetLine, ...]

    def amount(self, year: int, insurance: str, item: str) -> int | None:
        """The amount of the whole city in fen, None where the table has no such line."""
        of_city = (line for line in self._lines(year, insurance, item) if not line.county and not line.hospital_id)
        return next((line.amount_fen for line in of_city), None)

    def by_county(self, year: int, insurance: str, item: str) -> Mapping[str, int]:
        """The amount of each county that the table names, fen."""
        return {line.county: line.amount_fen for line in self._lines(year, insurance, item) if line.county}

    def by_hospital(self, year: int, insurance: str, item: str) -> Mapping[str, int]:
        """The amount of each hospital that the table names, fen."""
        return {line.hospital_id: line.amount_fen for line in self._lines(year, insurance, item) if line.hospital_id}

    def _lines(self, year: int, insurance: str, item: str) -> Iterator[BudgetLine]:
        wanted = (year, insurance, item)
        return (line for line in self.lines if (line.year, line.insurance, line.item) == wanted)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A small table as text, '' for a blank, with the problems found so far."""

    file: str
    columns: Mapping[str, list[str]]
    lines: list[int]
    problems: list[Problem]

    def require(self, column: str, is_good: Callable[[str], bool], what: str, next_step: str) -> None:
        """Note each cell of a column that is not good."""
        for line, cell in zip(self.lines, self.columns[column], strict=True):
            if not is_good(cell):
                said = f"{cell!r} is {what}" if cell else "blank"
                self.problems.append(Problem(f"{self.file}:{line}: {column}", said, next_step=next_step))

    def require_one_of(self, column: str, known: Sequence[str]) -> None:
        """Note each cell of a column that is not among the known values."""
        self.require(column, lambda cell: cell in known, f"no {column}", f"known: {', '.join(filter(None, known))}")

    def require_one_each(self, *columns: str) -> None:
        """Note each row that does not fill exactly one of these columns."""
        for row, line in enumerate(self.lines):
            filled = [column for column in columns if self.columns[column][row]]
            if len(filled) != 1:
                what = f"{'more than one' if filled else 'none'} of {', '.join(columns)} is filled"
                self.problems.append(Problem(f"{self.file}:{line}", what, next_step="fill exactly one of them"))

    def require_unique(self, *columns: str) -> None:
        """Note each row whose values in these columns together stood in a row before."""
        first: dict[tuple[str, ...], int] = {}
        for row, line in enumerate(self.lines):
            values = tuple(self.columns[column][row] for column in columns)
            before = first.setdefault(values, line)
            if before != line:
                where, said = f"{self.file}:{line}", ", ".join(filter(None, values))
                what = f"{said} stands in line {before} already"
                self.problems.append(Problem(where, what, next_step="keep one of the two"))

    def raise_any(self) -> None:
        """CaseDataError with all problems, if there are any."""
        if self.problems:
            raise CaseDataError(self.problems)


_HOSPITAL_TEXTS = (
    "hospital_id",
    "name",
    "level",
    "grade",
    "type",
    "county",
    "consortium_id",
    "role",
    "ownership",
)
_HOSPITAL_DAYS = ("designated_from", "designated_to")
_BUDGET_COLUMNS = ("year", "insurance", "item", "amount_yuan", "source")
_BUDGET_AREAS = ("county", "hospital_id")


def read_hospitals(path: Path) -> Hospitals:
    """Read the table `hospitals`; only hospital_id is needed. CaseDataError with every problem and its line."""
    sheet = read_sheet(path, (*_HOSPITAL_TEXTS, *_HOSPITAL_DAYS), {"hospital_id"})
    sheet.require("hospital_id", bool, "", "give the hospital an id")
    sheet.require_unique("hospital_id")
    sheet.require_one_of("level", ("", *LEVELS))
    sheet.require_one_of("role", ("", *ROLES))
    designated_from, designated_to = (_days(sheet, column) for column in _HOSPITAL_DAYS)
    sheet.raise_any()
    order = np.argsort(np.array(sheet.columns["hospital_id"], object), kind="stable")
    texts = (tuple(sheet.columns[column][row] for row in order) for column in _HOSPITAL_TEXTS)
    hospital_ids, name, level, grade, kind, county, consortium_id, role, ownership = texts
    return Hospitals(
        hospital_ids=hospital_ids,
        name=name,
        level=level,
        grade=grade,
        type=kind,
        county=county,
        consortium_id=consortium_id,
        role=role,
        ownership=ownership,
        designated_from=designated_from[order],
        designated_to=designated_to[order],
    )


def read_budget(path: Path) -> Budget:
    """Read the table `budget`; only the columns county and hospital_id may be left out, and a row fills at most one of
    them. CaseDataError with every problem and its line.
    """
    names = (*_BUDGET_COLUMNS, *_BUDGET_AREAS)
    sheet = read_sheet(path, names, set(_BUDGET_COLUMNS))
    sheet.require("year", lambda cell: bool(YEAR.fullmatch(cell)), "no year", "write four digits, as 2025")
    sheet.require_one_of("insurance", COLUMNS["insurance"].values)
    sheet.require("item", bool, "", "say what the amount is for, as inpatient_pool")
    sheet.require("amount_yuan", is_amount, "no amount in whole fen", "write plain digits, as 400000000.00")
    sheet.require("source", bool, "", "say where the amount comes from")
    sheet.require_unique("year", "insurance", "item", *_BUDGET_AREAS)
    for line, county, hospital_id in zip(sheet.lines, *(sheet.columns[name] for name in _BUDGET_AREAS), strict=True):
        if county and hospital_id:
            what = "an amount of a county and of a hospital at once"
            sheet.problems.append(Problem(f"{sheet.file}:{line}", what, next_step="fill one of the two"))
    sheet.raise_any()
    rows = zip(*(sheet.columns[name] for name in names), strict=True)
    lines = (
        BudgetLine(int(year), payer, item, fen(amount), source, county, hospital_id)
        for year, payer, item, amount, source, county, hospital_id in rows
    )
    return Budget(tuple(sorted(lines, key=_place_in_budget)))


def _place_in_budget(line: BudgetLine) -> tuple[int, str, str, str, str]:
    return line.year, line.insurance, line.item, line.county, line.hospital_id


def is_amount(cell: str) -> bool:
    """Whether a cell is an amount in yuan and whole fen."""
    return bool(_AMOUNT.fullmatch(cell)) and Decimal(cell) * FEN % 1 == 0


def _days(sheet: Sheet, column: str) -> I8:
    cells = sheet.columns[column]
    parsed = parse_days(pa.chunked_array([[cell or None for cell in cells]], pa.string()), "")
    bad = {cells[row] for row in parsed.bad}
    sheet.require(column, lambda cell: cell not in bad, "no date", "write it like 2025-01-31")
    return parsed.values


def read_sheet(path: Path, known: Sequence[str], needed: Collection[str]) -> Sheet:
    """The known columns of a small table, blank where the file lacks them; ragged rows are noted.

    CaseDataError for columns that are not known, or are needed and lacking.
    """
    source = open_source(path, path.name)
    if problems := _header_problems(source, known, needed):
        raise CaseDataError(problems)
    raw = read_source(source, list(source.header))
    columns = {name: _cells(raw.columns.get(name), raw.lines.size) for name in known}
    return Sheet(path.name, columns, raw.lines.tolist(), [_ragged_problem(path.name, row) for row in raw.ragged])


def _header_problems(source: Source, known: Sequence[str], needed: Collection[str]) -> list[Problem]:
    problems = []
    for name in source.header:
        if name not in known:
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            problems.append(Problem(f"{source.name}: {name!r}", "no such column", next_step=hint))
    for name in known:
        if name in needed and name not in source.header:
            problems.append(Problem(source.name, f"no column {name}", next_step="add it"))
    return problems


def _ragged_problem(file: str, row: Ragged) -> Problem:
    what = f"{row.cells} cells, but {row.expected} columns"
    return Problem(f"{file}:{row.line}", what, next_step="look for a missing or unquoted comma")


def _cells(column: Any, rows: int) -> list[str]:
    """The trimmed cells of a column, '' for a blank; all blank for a column that the file lacks."""
    if column is None:
        return [""] * rows
    cells: list[str] = pc.fill_null(trimmed(column, CellFormat()), "").to_pylist()
    return cells
