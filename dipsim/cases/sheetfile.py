"""A sheet of a workbook in blocks: every cell as text, with a mark on those that hold no text.

The line of a row is its row in the sheet. A number is written as the shortest decimal, a date as 2025-01-31.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from dipsim.cases.block import Block, CellMarks, unique_header
from dipsim.cases.sheet_xml import DAMAGES, column_letters, error_cells
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_ROWS_AT_ONCE = 50_000
_RANGES_SHOWN = 5
Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta
Row: TypeAlias = tuple[int, list[Cell]]
"""A row that is not empty, with its number in the sheet from 1."""


@dataclass(frozen=True, slots=True)
class SheetSource:
    """An opened sheet.

    place           the sheet as messages name it, such as cases.xlsx!Sheet1
    first_column    of the cells that `sheet` gives, from 0; header_row: number of the header's row, from 1
    errors          row from 1 and column from 0 of the cells that hold an error
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    hidden_sheets: tuple[str, ...]
    place: str
    sheet: CalamineSheet
    first_column: int
    header_row: int
    errors: frozenset[tuple[int, int]]

    @property
    def form(self) -> str:
        """The container and the sheet."""
        return f"Excel {self.place.removeprefix(self.name)[1:]}"

    def blocks(self, wanted: Sequence[str]) -> Iterator[Block]:
        """The rows below the header that are not empty."""
        rows = (row for row in _filled_rows(self.sheet) if row[0] > self.header_row)
        read = 0
        while part := list(islice(rows, _ROWS_AT_ONCE)):
            lines = np.array([line for line, _ in part], np.int64)
            numbers = np.arange(read + 1, read + len(part) + 1)
            places = {name: self.header.index(name) for name in wanted}
            columns = {
                name: pa.chunked_array([[_text(row[place]) for _, row in part]], pa.string())
                for name, place in places.items()
            }
            yield Block(columns, lines, numbers, (), {name: self._marks(part, at) for name, at in places.items()})
            read += len(part)

    def _marks(self, rows: Sequence[Row], place: int) -> CellMarks:
        column = self.first_column + place
        numbers = [at for at, (_, row) in enumerate(rows) if not isinstance(row[place], str)]
        errors = [at for at, (line, _) in enumerate(rows) if (line, column) in self.errors]
        letters = f"{self.place}!{column_letters(column)}"
        return CellMarks(letters, np.array(numbers, np.int64), np.array(errors, np.int64))


def open_sheet(path: Path, name: str, wanted: str) -> SheetSource:
    """Open the sheet of this name, or the only visible one when it is ''; its header is the first row not empty.

    CaseDataError for a workbook that cannot be read, several sheets and no name, an empty one, merged cells or a
    doubled column.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        workbook = CalamineWorkbook.from_path(path)
        chosen, hidden = _chosen_sheet(workbook, name, wanted)
        sheet = workbook.get_sheet_by_name(chosen)
        errors = error_cells(path, chosen)
    except OSError as error:
        raise _fault(
            name, f"cannot be read: {error.strerror or error}", "check the path and its permissions"
        ) from error
    except (CalamineError, *DAMAGES) as error:
        step = "check that it opens in Excel without a password, and save it again"
        raise _fault(name, f"not a workbook that can be read: {error}", step) from error
    place = f"{name}!{chosen}"
    header_row, cells = next(_filled_rows(sheet), (0, []))
    if not header_row or sheet.start is None:
        raise _fault(place, "the sheet is empty", "a table begins with a row of column names")
    _refuse_merged(place, sheet)
    header = unique_header(place, tuple(_text(cell).strip() for cell in cells))
    return SheetSource(name, digest, header, hidden, place, sheet, sheet.start[1], header_row, errors)


def _chosen_sheet(workbook: CalamineWorkbook, name: str, wanted: str) -> tuple[str, tuple[str, ...]]:
    """The sheet to read, and the hidden ones that are not read."""
    names = workbook.sheet_names
    hidden = [entry.name for entry in workbook.sheets_metadata if entry.visible != SheetVisibleEnum.Visible]
    visible = [sheet for sheet in names if sheet not in hidden]
    said = 'say sheet = "..." under [format] of a mapping file'
    if wanted:
        if wanted not in names:
            hint = did_you_mean(wanted, names) or f"it has: {', '.join(names)}"
            raise _fault(name, f"no sheet {wanted!r}", hint)
        return wanted, tuple(sheet for sheet in hidden if sheet != wanted)
    if len(visible) != 1:
        what = f"{len(visible)} visible sheets: {', '.join(visible)}" if visible else "no visible sheet"
        hidden_too = f" (hidden: {', '.join(hidden)})" if hidden else ""
        raise _fault(name, what + hidden_too, f"keep one, or {said}")
    return visible[0], tuple(hidden)


def _refuse_merged(place: str, sheet: CalamineSheet) -> None:
    ranges = sheet.merged_cell_ranges or []
    if ranges:
        shown = ", ".join(f"{_address(first)}:{_address(last)}" for first, last in ranges[:_RANGES_SHOWN])
        more = f" and {len(ranges) - _RANGES_SHOWN} more" if len(ranges) > _RANGES_SHOWN else ""
        what, why = f"merged cells {shown}{more}", "only the first cell of a merged range holds its value"
        raise CaseDataError(Problem(place, what, why, "unmerge them and fill in every cell; no title above the header"))


def _address(place: tuple[int, int]) -> str:
    return f"{column_letters(place[1])}{place[0] + 1}"


def _filled_rows(sheet: CalamineSheet) -> Iterator[Row]:
    for line, row in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in row):
            yield line, row


def _text(cell: Cell) -> str:
    """The text of a cell; a whole number without `.0`, a moment at midnight as its day."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)


def _fault(where: str, what: str, next_step: str) -> CaseDataError:
    return CaseDataError(Problem(where, what, next_step=next_step))
