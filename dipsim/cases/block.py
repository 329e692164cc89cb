"""What every reader of a file gives: an opened source with a header, and its rows in blocks of raw columns."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import CaseDataError, Problem

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row with more or fewer cells than the header has names."""

    line: int
    cells: int
    expected: int


@dataclass(frozen=True, slots=True)
class CellMarks:
    """What a sheet knows of the cells of one column that their text does not say.

    place     the column as Excel names it, such as cases.xlsx!Sheet1!F; a line number makes it a cell
    numbers   rows whose cell holds a number; errors: rows whose cell holds an error, such as #REF!
    """

    place: str
    numbers: I8
    errors: I8


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file, by header.

    columns   Arrow columns: text as in CSV; in Parquet also dictionaries of text, lists, numbers, days and times
    lines     line of each row, int64
    numbers   number of each row in the file from 1, ragged rows counted, int64
    marks     of the columns of a sheet only
    """

    columns: Mapping[str, Any]
    lines: I8
    numbers: I8
    ragged: tuple[Ragged, ...] = ()
    marks: Mapping[str, CellMarks] = dataclasses.field(default_factory=dict)


class Source(Protocol):
    """An opened file: its name in messages, the digest of its bytes, its column names and what it was read as."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def header(self) -> tuple[str, ...]: ...

    @property
    def form(self) -> str:
        """The container and encoding, such as `CSV gb18030`."""

    @property
    def hidden_sheets(self) -> tuple[str, ...]:
        """The sheets of a workbook that are hidden and not read."""

    def blocks(self, wanted: Sequence[str]) -> Iterator[Block]:
        """The rows, block after block, with the wanted columns, which the header has."""


def unique_header(name: str, header: tuple[str, ...]) -> tuple[str, ...]:
    """The header; CaseDataError when a column stands there twice."""
    doubled = [column for column, times in Counter(header).items() if times > 1 and column]
    if doubled:
        text = ", ".join(repr(column) for column in doubled)
        raise CaseDataError(Problem(name, f"more than one column {text}", next_step="remove or rename all but one"))
    return header
