"""The case table: a frozen struct of typed arrays, one entry a case.

Strings are touched once, on reading: a text column is dictionary-encoded with its values in sorted order, so that an id
does not depend on the order of the rows or of the files. Blank is unknown and never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import CaseDataError, Problem

if TYPE_CHECKING:
    import pyarrow as pa

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
T = TypeVar("T")

BLANK_ID = -1
"""The id of a blank in a dictionary-encoded column."""
COUNT = "cases"
"""The column of a table of aggregates that says how many cases a row stands for."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A dictionary-encoded text column: `values[ids[i]]`, `BLANK_ID` for a blank; `values` are sorted and unique."""

    ids: I4
    values: tuple[str, ...]

    def take(self, rows: I8) -> Coded:
        """The same dictionary over the chosen rows."""
        return Coded(self.ids[rows], self.values)

    def text(self, row: int) -> str:
        """The value of one row, '' for a blank."""
        code = int(self.ids[row])
        return "" if code == BLANK_ID else self.values[code]


@dataclass(frozen=True, slots=True)
class CodedLists:
    """A ragged dictionary-encoded column: row i holds `ids[offsets[i]:offsets[i + 1]]`, in the order of the record."""

    offsets: I8
    ids: I4
    values: tuple[str, ...]

    def take(self, rows: I8) -> CodedLists:
        """The same dictionary over the chosen rows."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.zeros(rows.size + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        positions = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return CodedLists(offsets, self.ids[positions], self.values)

    def texts(self, row: int) -> tuple[str, ...]:
        """The values of one row in order."""
        return tuple(self.values[code] for code in self.ids[self.offsets[row] : self.offsets[row + 1]])


@dataclass(frozen=True, slots=True)
class CaseTable:
    """All accepted cases, column by column; a column that the input did not bring is absent.

    case_ids    pyarrow string array, unique, no blank
    coded       text columns (hospital_id, insurance, principal_diagnosis, ...)
    lists       list columns (other_diagnoses, procedures)
    integers    int64; `_yuan` columns hold fen, dates hold days since 1970-01-01; `MISSING` for a blank
    reals       float64, nan for a blank (hours, weights in grams)
    origin_file, origin_line   where each case stood: index into `files`, line number from 1
    """

    case_ids: pa.Array
    coded: Mapping[str, Coded]
    lists: Mapping[str, CodedLists]
    integers: Mapping[str, I8]
    reals: Mapping[str, F8]
    origin_file: I4
    origin_line: I8
    files: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.case_ids)

    def has(self, column: str) -> bool:
        """Whether the input brought this column."""
        return column == "case_id" or any(
            column in part for part in (self.coded, self.lists, self.integers, self.reals)
        )

    @property
    def is_aggregate(self) -> bool:
        """Whether a row stands for many cases, and its amounts are sums over them (`cases/aggregates.py`)."""
        return COUNT in self.integers

    def count(self, rows: I8) -> I8:
        """How many cases each of these rows stands for, int64: one, save in a table of aggregates."""
        return self.integers[COUNT][rows] if self.is_aggregate else np.ones(rows.size, np.int64)

    def code(self, column: str) -> Coded:
        """A text column; CaseDataError when the input did not bring it."""
        return self._found(self.coded, column)

    def code_list(self, column: str) -> CodedLists:
        """A list column; CaseDataError when the input did not bring it."""
        return self._found(self.lists, column)

    def integer(self, column: str) -> I8:
        """An integer or date column, int64, `MISSING` for a blank."""
        return self._found(self.integers, column)

    def fen(self, column: str) -> I8:
        """A `_yuan` column in fen, int64, `MISSING` for a blank."""
        return self._found(self.integers, column)

    def real(self, column: str) -> F8:
        """A float64 column, nan for a blank."""
        return self._found(self.reals, column)

    def _found(self, part: Mapping[str, T], column: str) -> T:
        if column not in part:
            raise CaseDataError(
                Problem(", ".join(self.files) or "cases", f"no column {column!r}", next_step="add it or map it")
            )
        return part[column]

    def take(self, rows: I8) -> CaseTable:
        """The chosen rows, in the order given."""
        return replace(
            self,
            case_ids=self.case_ids.take(rows),
            coded={name: column.take(rows) for name, column in self.coded.items()},
            lists={name: column.take(rows) for name, column in self.lists.items()},
            integers={name: column[rows] for name, column in self.integers.items()},
            reals={name: column[rows] for name, column in self.reals.items()},
            origin_file=self.origin_file[rows],
            origin_line=self.origin_line[rows],
        )
