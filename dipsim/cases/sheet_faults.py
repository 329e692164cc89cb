"""What a sheet does to codes: a number or a date where a code should stand has lost digits, an error cell its value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute as pc

from dipsim.cases.block import CellMarks
from dipsim.cases.columns import COLUMNS, Kind
from dipsim.cases.rejects import Fault
from dipsim.cases.table import I8
from dipsim.errors import CaseDataError, Problem

_EXACT_DIGITS = 15
"""So many digits of a number a workbook keeps; an identity number of 18 comes back as another one."""


@dataclass(slots=True)
class SheetFaults:
    """Judges the marked cells of all blocks; counts them, for a column that holds nothing but refused numbers."""

    filled: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def of(self, name: str, marks: CellMarks, column: Any, lines: I8) -> list[Fault]:
        """The faults of one block of a sheet's column, which is text; rows count from 0 in the block."""
        text = column.combine_chunks()
        where = f"{marks.place} ({name})"
        numbers = marks.numbers[_is_refused(COLUMNS[name].kind, text.take(marks.numbers).to_pylist())]
        self.filled[where] += len(text) - int(pc.sum(pc.equal(text, "")).as_py() or 0)
        self.refused[where] += numbers.size
        faults = []
        for rows, reason in ((numbers, "number_for_code"), (marks.errors, "error_cell")):
            cells = text.take(rows).to_pylist()
            for row, cell in zip(rows.tolist(), cells, strict=True):
                faults.append(Fault(row, name, cell, reason, {"cell": f"{marks.place}{lines[row]}"}))
        return faults

    def require_some_text(self) -> None:
        """CaseDataError for every column of codes in which each filled cell was refused."""
        problems = [
            Problem(
                where,
                f"all {count} filled cells are numbers or dates",
                "it is a column of codes, and numbers lose zeros: 47.0100 becomes 47.01",
                "format the column as text and fill it again, or export CSV from the system",
            )
            for where, count in self.refused.items()
            if count and count == self.filled[where]
        ]
        if problems:
            raise CaseDataError(problems)


def _is_refused(kind: Kind, cells: Sequence[str]) -> Any:
    """Which of the cells that hold no text may not stand in a column of this kind, a mask."""
    if kind in (Kind.CODE, Kind.CODE_LIST):
        return np.ones(len(cells), bool)
    if kind in (Kind.KEY, Kind.CATEGORY):
        return np.array([not cell.isdecimal() or len(cell) > _EXACT_DIGITS for cell in cells], bool)
    return np.zeros(len(cells), bool)
