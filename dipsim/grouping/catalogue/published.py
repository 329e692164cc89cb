"""A published table as text: one sheet of an Excel workbook, or a CSV file, with the place of every cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from dipsim.cases.sheet_xml import DAMAGES, column_letters, formula_cells
from dipsim.errors import PolicyError, Problem
from dipsim.paths import did_you_mean
from dipsim.policy.files import read_text

EXCEL_ENDINGS = (".xlsx", ".xlsm", ".xls")
Record: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """The rows of a published table below its header line.

    shown      the file, with the sheet of a workbook
    sheet      '' for a CSV file
    lines      line of the file, or row of the sheet, on which each row begins
    numbers    (line, position) of the cells that a workbook holds as numbers; a CSV file holds text only
    formulas   likewise of the cells whose value is that of a formula
    """

    shown: str
    sheet: str
    is_hidden: bool
    header: Record
    lines: tuple[int, ...]
    rows: tuple[Record, ...]
    numbers: frozenset[tuple[int, int]]
    formulas: frozenset[tuple[int, int]]

    def column(self, name: str) -> tuple[str, ...]:
        """The cells of a column, blanks around them removed."""
        position = self.header.index(name)
        return tuple(row[position].strip() for row in self.rows)

    def place(self, row: int, column: str) -> str:
        """The file with the line, or the sheet with the cell as Excel names it."""
        if self.sheet:
            return f"{self.shown}!{column_letters(self.header.index(column))}{self.lines[row]}"
        return f"{self.shown}:{self.lines[row]}: {column}"

    def is_number(self, row: int, column: str) -> bool:
        """Whether a workbook holds this cell as a number."""
        return (self.lines[row], self.header.index(column)) in self.numbers

    def is_formula(self, row: int, column: str) -> bool:
        """Whether a workbook computes this cell."""
        return (self.lines[row], self.header.index(column)) in self.formulas


def is_workbook(path: Path) -> bool:
    """Whether the name of the file is that of an Excel workbook."""
    return path.suffix.lower() in EXCEL_ENDINGS


def read_published(path: Path, sheet: str, columns: Sequence[str]) -> PublishedTable:
    """The sheet of a workbook, or a CSV file, which has no sheets; the first row is the header.

    Raises PolicyError when it cannot be read, lacks one of the columns, or a row is shorter or longer than the header.
    """
    table = _read_sheet(path, sheet) if is_workbook(path) else _read_csv(path)
    problems = []
    for name in columns:
        if table.header.count(name) != 1:
            found = "is missing" if name not in table.header else "stands there more than once"
            hint = did_you_mean(name, table.header) or "compare the header with the mapping"
            problems.append(Problem(table.shown, f"column '{name}' {found}", next_step=hint))
    for line, row in zip(table.lines, table.rows, strict=True):
        if len(row) != len(table.header):
            what = f"{len(row)} cells, but {len(table.header)} columns"
            problems.append(Problem(f"{table.shown}:{line}", what, next_step="look for a missing or unquoted comma"))
    if problems:
        raise PolicyError(problems)
    return table


def _read_csv(path: Path) -> PublishedTable:
    reader = csv.reader(io.StringIO(read_text(path, path.name), newline=""), strict=True)
    records: list[tuple[int, Record]] = []
    line = 1
    try:
        for record in reader:
            records.append((line, tuple(record)))
            line = reader.line_num + 1
    except csv.Error as error:
        where = f"{path.name}:{line}"
        raise PolicyError(Problem(where, "not valid CSV", str(error), "look for an open quote")) from error
    header, lines, rows = _below_header(records, path.name)
    return PublishedTable(path.name, "", False, header, lines, rows, frozenset(), frozenset())


def _read_sheet(path: Path, sheet: str) -> PublishedTable:
    try:
        workbook = CalamineWorkbook.from_path(path)
        formulas = formula_cells(path, sheet)
    except (CalamineError, OSError, *DAMAGES) as error:
        step = "check the path, and that it opens in Excel"
        raise PolicyError(Problem(path.name, "cannot be read", str(error), step)) from error
    if sheet not in workbook.sheet_names:
        hint = did_you_mean(sheet, workbook.sheet_names) or f"it has: {', '.join(workbook.sheet_names)}"
        raise PolicyError(Problem(path.name, f"no sheet '{sheet}'", next_step=hint))
    cells = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    numbers = {
        (line, position)
        for line, row in enumerate(cells, start=1)
        for position, cell in enumerate(row)
        if isinstance(cell, int | float)
    }
    shown = f"{path.name} [{sheet}]"
    records = [(line, tuple(_cell_text(cell) for cell in row)) for line, row in enumerate(cells, start=1)]
    header, lines, rows = _below_header(records, shown)
    visible = {entry.name: entry.visible for entry in workbook.sheets_metadata}
    is_hidden = visible[sheet] != SheetVisibleEnum.Visible
    return PublishedTable(shown, sheet, is_hidden, header, lines, rows, frozenset(numbers), formulas)


def _below_header(
    records: Sequence[tuple[int, Record]], shown: str
) -> tuple[Record, tuple[int, ...], tuple[Record, ...]]:
    """The header, and the rows below it that are not blank with their lines."""
    if not records:
        raise PolicyError(Problem(shown, "empty", "a table begins with a line of column names"))
    header = tuple(name.strip() for name in records[0][1])
    filled = [(line, row) for line, row in records[1:] if any(cell.strip() for cell in row)]
    return header, tuple(line for line, _ in filled), tuple(row for _, row in filled)


def _cell_text(cell: object) -> str:
    """The text of a cell; a whole number without `.0`, any other number by its shortest exact form."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return str(cell)
