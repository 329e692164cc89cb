"""The six sheets of a workbook as cells, each with its place; what cannot be read is refused, all of it at once."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from dipsim.cases.normalise import half_width, without_blanks
from dipsim.cases.sheet_xml import DAMAGES, XML_SUFFIXES, column_letters, error_cells, formula_cells
from dipsim.errors import PolicyError, Problem
from dipsim.grouping.drg_check import Anomaly, AnomalyKind
from dipsim.grouping.workbook.layout import HEADER_LINE, NUMBERS_ALLOWED, SHEETS, SheetColumn
from dipsim.paths import did_you_mean, nearest_name

TOP_LINES = 10
"""Rows that are looked at for a header that does not stand where it should."""

Record: TypeAlias = tuple[object, ...]
UnsafeCells: TypeAlias = Mapping[tuple[int, int], str]
"""What stands in a cell besides a value, by its row from 1 and column from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet below its header that are not blank.

    positions    of each column of the layout, by its name in the scheme folder
    others       header texts that the layout does not know
    lines        row of the sheet of each row
    """

    file: str
    name: str
    columns: tuple[SheetColumn, ...]
    positions: Mapping[str, int]
    others: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[Record, ...]

    def cells(self, column: str) -> Iterator[tuple[int, object]]:
        """The row of the sheet and the value of each cell of a column; blank where the sheet leaves the column out."""
        if column not in self.positions:
            return ((line, "") for line in self.lines)
        position = self.positions[column]
        return ((line, row[position]) for line, row in zip(self.lines, self.rows, strict=True))

    def place(self, line: int, column: str) -> str:
        """The sheet with the cell as Excel names it."""
        return f"{self.file} [{self.name}]!{column_letters(self.positions[column])}{line}"


@dataclass(frozen=True, slots=True)
class WorkbookSheets:
    """The six sheets by name, what blocks their reading, and what else the workbook holds.

    is_whole    whether each sheet has its columns and rows; one that has not stands there without rows
    """

    sheets: Mapping[str, Sheet]
    is_whole: bool
    problems: tuple[Problem, ...]
    anomalies: tuple[Anomaly, ...]


def read_sheets(path: Path) -> WorkbookSheets:
    """The sheets of a workbook; problems are absent sheets, columns or rows, merged cells, formulas, numbers as codes.

    Raises PolicyError for a file that is no .xlsx workbook.
    """
    workbook, unsafe = _opened(path)
    problems: list[Problem] = []
    sheets: dict[str, Sheet] = {}
    is_whole = True
    for name, columns in SHEETS.items():
        given = workbook.get_sheet_by_name(name) if name in workbook.sheet_names else None
        try:
            if given is None:
                raise PolicyError(_absent(path.name, name, workbook.sheet_names))
            problems += _blocked_cells(path.name, given, unsafe[name])
            sheets[name] = _sheet(path.name, given, columns)
        except PolicyError as error:
            is_whole = False
            problems += error.problems
            sheets[name] = Sheet(path.name, name, columns, {column.name: 0 for column in columns}, (), (), ())
        problems += _numbers(sheets[name])
    return WorkbookSheets(sheets, is_whole, tuple(problems), tuple(_other_content(workbook, sheets)))


def _opened(path: Path) -> tuple[CalamineWorkbook, Mapping[str, UnsafeCells]]:
    """The workbook, and the unsafe cells of each of the six sheets."""
    if path.exists() and not (path.suffix.lower() in XML_SUFFIXES and zipfile.is_zipfile(path)):
        step = "open it in Excel and save it as .xlsx, without a password"
        raise PolicyError(Problem(path.name, "not an .xlsx workbook", next_step=step))
    try:
        workbook = CalamineWorkbook.from_path(path)
        unsafe = {name: _unsafe_cells(path, name) for name in SHEETS}
    except (CalamineError, OSError, *DAMAGES) as error:
        step = "check the path, and that it opens in Excel"
        raise PolicyError(Problem(path.name, "cannot be read", str(error), step)) from error
    if not set(SHEETS) & set(workbook.sheet_names):
        why = f"it has none of the sheets {', '.join(SHEETS)}"
        raise PolicyError(Problem(path.name, "not the official DRG workbook", why, "a DIP catalogue needs a mapping"))
    return workbook, unsafe


def _unsafe_cells(path: Path, sheet: str) -> UnsafeCells:
    """The cells with an error such as #N/A or with a formula."""
    errors = dict.fromkeys(error_cells(path, sheet), "an error")
    return {**errors, **dict.fromkeys(formula_cells(path, sheet), "a formula")}


def _blocked_cells(file: str, sheet: CalamineSheet, unsafe: UnsafeCells) -> Iterator[Problem]:
    """A problem for each merged range, formula and error from the header on; a title above it may be merged."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom + 1 >= HEADER_LINE:
            cells = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
            why = "only the first of them has a value, and a blank rule would be true for every case"
            yield Problem(f"{file} [{sheet.name}]!{cells}", "merged cells", why, "unmerge them and fill each cell")
    for (line, column), what in sorted(unsafe.items()):
        if line >= HEADER_LINE:
            why = "it may read as blank, and a blank rule would be true for every case"
            place = f"{file} [{sheet.name}]!{column_letters(column)}{line}"
            yield Problem(place, what, why, "put the value itself in its place")


def _absent(file: str, name: str, names: Sequence[str]) -> Problem:
    hint = did_you_mean(name, [other for other in names if other not in SHEETS])
    return Problem(f"{file} [{name}]", "no such sheet", next_step=hint or f"the six sheets are {', '.join(SHEETS)}")


def _sheet(file: str, given: CalamineSheet, columns: tuple[SheetColumn, ...]) -> Sheet:
    """A sheet with its columns found by their header text; PolicyError when it has not these columns, or no rows."""
    shown = f"{file} [{given.name}]"
    cells = given.to_python(skip_empty_area=False)
    if len(cells) < HEADER_LINE:
        step = f"row {HEADER_LINE} is the header: {', '.join(column.header for column in columns)}"
        raise PolicyError(Problem(shown, "empty", next_step=step))
    top = [[without_blanks(half_width(str(cell))) for cell in row] for row in cells[:TOP_LINES]]
    _require_header_line(shown, top, columns)
    header = top[HEADER_LINE - 1]
    problems = list(_header_problems(shown, header, columns))
    filled = [
        (line, tuple(row))
        for line, row in enumerate(cells[HEADER_LINE:], start=HEADER_LINE + 1)
        if any(str(cell).strip() for cell in row)
    ]
    if not filled:
        problems.append(Problem(f"{shown}!A{HEADER_LINE + 1}", "no rows below the header", next_step="fill the sheet"))
    if problems:
        raise PolicyError(problems)
    positions = {column.name: header.index(column.header) for column in columns if column.header in header}
    lines, rows = tuple(line for line, _ in filled), tuple(row for _, row in filled)
    others = tuple(text for text in header if text and text not in {column.header for column in columns})
    return Sheet(file, given.name, columns, positions, others, lines, rows)


def _require_header_line(shown: str, top: Sequence[Sequence[str]], columns: Sequence[SheetColumn]) -> None:
    """PolicyError when the whole header stands in another row than that of the format."""
    wanted = {column.header for column in columns if column.is_required}
    found = [line for line, row in enumerate(top, start=1) if wanted <= set(row)]
    if found and HEADER_LINE not in found:
        line = found[0]
        why = f"the format has one title above it, and the rows from {HEADER_LINE + 1} on"
        step = "insert a row above it" if line < HEADER_LINE else f"delete {line - HEADER_LINE} of the rows above it"
        raise PolicyError(Problem(f"{shown}!A{line}", f"the header stands in row {line}", why, step))


def _header_problems(shown: str, header: Sequence[str], columns: Sequence[SheetColumn]) -> Iterator[Problem]:
    """A problem for each column that is missing or twice there; a missing one at the cell that may have been it."""
    known = [column.header for column in columns]
    for usual, (name, column) in enumerate(zip(known, columns, strict=True)):
        places = [column_letters(position) for position, text in enumerate(header) if text == name]
        if not places:
            unknown = [text for text in header if text and text not in known]
            if not column.is_required and not unknown:
                continue  # left out; with an unknown header it may have been renamed
            near = nearest_name(name, unknown)
            there = ", ".join(filter(None, header)) or "nothing"
            hint = f"did you mean '{near}'?" if near else f"row {HEADER_LINE} has: {there}"
            is_renamed = usual < len(header) and header[usual] not in known
            position = header.index(near) if near else usual if is_renamed else 0
            cell = f"{shown}!{column_letters(position)}{HEADER_LINE}"
            yield Problem(cell, f"column '{name}' is missing", next_step=hint)
        elif len(places) > 1:
            cell = f"{shown}!{places[1]}{HEADER_LINE}"
            yield Problem(cell, f"column '{name}' stands there {len(places)} times", next_step="keep one")


def _numbers(sheet: Sheet) -> Iterator[Problem]:
    """A problem for each cell of codes that is no text."""
    for column in sheet.columns:
        if column.content in NUMBERS_ALLOWED:
            continue
        for line, cell in sheet.cells(column.name):
            if not isinstance(cell, str):
                where = sheet.place(line, column.name)
                why = "as a number a code has lost its zeros"
                yield Problem(where, f"{cell} is not text", why, "format the column as text and enter the code again")


def _other_content(workbook: CalamineWorkbook, sheets: Mapping[str, Sheet]) -> Iterator[Anomaly]:
    """Hidden sheets, further sheets, further columns."""
    for entry in workbook.sheets_metadata:
        if entry.name not in sheets:
            yield Anomaly(AnomalyKind.OTHER_SHEET, entry.name, entry.name)
            continue
        if entry.visible != SheetVisibleEnum.Visible:
            yield Anomaly(AnomalyKind.HIDDEN_SHEET, entry.name, entry.name)
        sheet = sheets[entry.name]
        for column in sheet.columns:
            if column.name not in sheet.positions:
                yield Anomaly(AnomalyKind.COLUMN_LEFT_OUT, f"{entry.name}:{HEADER_LINE}", column.header)
        for text in sheet.others:
            yield Anomaly(AnomalyKind.OTHER_COLUMN, f"{entry.name}:{HEADER_LINE}", text)
