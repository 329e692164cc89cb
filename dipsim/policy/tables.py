"""Policy tables: CSV files read column by column against a spec, with exact numbers.

Money and points never pass through a float: "385.35787" points are 385357870 millionths.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.money import MISSING, half_even
from dipsim.paths import did_you_mean
from dipsim.policy.files import read_text

Kind: TypeAlias = Literal["text", "code", "choice", "yuan", "yuan_micro", "points", "factor", "integer", "number"]
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


MICRO_KINDS = ("yuan_micro", "points", "factor")
TEXT_KINDS = ("text", "code", "choice")
DECIMALS: Mapping[str, int] = {"yuan": 2, "yuan_micro": 6, "points": 6, "factor": 6, "integer": 0}
"""Decimals that a kind keeps: yuan become fen, the others millionths, integers stay."""
PROBLEMS_SHOWN = 20
LONGEST_NUMBER = 40

_EXACT = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?")
_FLOATING = re.compile(r"[+-]?(?=\.?[0-9])[0-9]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_LARGEST = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a policy table; `required` means that it is there and that no cell of it is blank.

    minimum and maximum are in the unit of the file and belong to the range; `rounding` says what happens to more
    decimals than the kind keeps.
    """

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    rounding: Literal["refuse", "half_even"] = "refuse"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The columns of a table; others are refused, or kept as text.

    unique_key   the columns whose values together occur once; one that the file lacks is blank in every row
    """

    columns: tuple[Column, ...]
    unique_key: tuple[str, ...] = ()
    allow_extra: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table that keeps to its spec; optional columns that the file lacks read as blank.

    lines     line in the file on which each row begins
    header    the columns that the file has
    """

    file: str
    lines: tuple[int, ...]
    header: tuple[str, ...]
    kinds: Mapping[str, Kind]
    texts: Mapping[str, tuple[str, ...]]
    arrays: Mapping[str, I8 | F8]

    def has(self, name: str) -> bool:
        """Whether the file has the column."""
        return name in self.header

    def text(self, name: str) -> tuple[str, ...]:
        """The cells of a text, code, choice or extra column; '' for a blank."""
        return self.texts[name]

    def micro(self, name: str) -> I8:
        """A points, factor or yuan_micro column in millionths, int64, `MISSING` for a blank."""
        return self._array(name, MICRO_KINDS).astype(np.int64, copy=False)

    def fen(self, name: str) -> I8:
        """A yuan column in fen, int64, `MISSING` for a blank."""
        return self._array(name, ("yuan",)).astype(np.int64, copy=False)

    def integers(self, name: str) -> I8:
        """An integer column, int64, `MISSING` for a blank."""
        return self._array(name, ("integer",)).astype(np.int64, copy=False)

    def numbers(self, name: str) -> F8:
        """A number column, float64, NaN for a blank."""
        return self._array(name, ("number",)).astype(np.float64, copy=False)

    def _array(self, name: str, kinds: Collection[str]) -> I8 | F8:
        if self.kinds[name] not in kinds:
            raise TypeError(f"column '{name}' is of kind '{self.kinds[name]}', not {' or '.join(kinds)}")
        return self.arrays[name]


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a cell cannot be read, and what to write instead."""

    what: str
    next_step: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """The cells of a CSV file: the header, and the rows as long as it with the line on which each begins."""

    header: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, name: str) -> tuple[str, ...]:
        if name not in self.header:
            return ("",) * len(self.rows)
        position = self.header.index(name)
        return tuple(row[position] for row in self.rows)


Reading: TypeAlias = str | int | float | _Fault


def read_table(path: Path, spec: TableSpec, shown: str | None = None, gb18030: bool = False) -> Table:
    """The table in a CSV file; blanks around a cell and lines without any value do not count.

    `shown` names the file in errors; left out, its folder and name do. With `gb18030` the file may be in that encoding
    too, as offices in China export. Raises PolicyError with all problems of the file, the first 20 in full.
    """
    file = f"{path.parent.name}/{path.name}" if shown is None else shown
    problems: list[Problem] = []
    rows = _rows(read_text(path, file, gb18030), file, problems)
    problems += _header_problems(rows.header, spec, file)
    columns = [column for column in spec.columns if column.name in rows.header or not column.required]
    readings = {column.name: _readings(column, rows.cells(column.name)) for column in columns}
    for column in columns:
        problems += _cell_problems(column, readings[column.name], rows.lines, file)
    problems += _duplicate_problems(rows, spec.unique_key, file)
    if problems:
        raise PolicyError(_capped(problems, file))
    kinds = {column.name: column.kind for column in columns}
    texts = {name: rows.cells(name) for name in {*rows.header, *kinds} if kinds.get(name, "text") in TEXT_KINDS}
    arrays = {name: _array_of(kind, readings[name]) for name, kind in kinds.items() if kind not in TEXT_KINDS}
    return Table(file, rows.lines, rows.header, kinds, texts, arrays)


def require_members(table: Table, column: str, allowed: Collection[str], what: str) -> None:
    """Refuse values of a text column that are not among the allowed; blanks pass.

    `what` names an allowed value, as in "group of scheme 'dip-demo'". Raises PolicyError with each line at fault.
    """
    members = frozenset(allowed)
    strangers = [(line, cell) for line, cell in zip(table.lines, table.text(column), strict=True) if cell]
    strangers = [(line, cell) for line, cell in strangers if cell not in members]
    problems = []
    for line, cell in strangers[:PROBLEMS_SHOWN]:
        hint = did_you_mean(cell, members) or "correct it or leave the row out"
        problems.append(Problem(f"{table.file}:{line}: {column}", f"'{cell}' is no {what}", next_step=hint))
    if strangers:
        raise PolicyError([*problems, *_rest(len(strangers), table.file)])


def write_table(path: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Write a CSV file in UTF-8 with line ends "\\n", whole or not at all; ValueError when columns differ in length."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _rows(text: str, file: str, problems: list[Problem]) -> _Rows:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: tuple[str, ...] = ()
    lines, rows = [], []
    line = 1
    try:
        for record in reader:
            row = tuple(cell.strip() for cell in record)
            if not header:
                header = row
            elif len(row) == len(header) and any(row):
                lines.append(line)
                rows.append(row)
            elif any(row):
                what = f"{len(row)} cells, but {len(header)} columns"
                problems.append(Problem(f"{file}:{line}", what, next_step="look for a missing or unquoted comma"))
            line = reader.line_num + 1
    except csv.Error as error:
        raise PolicyError(Problem(f"{file}:{line}", "not valid CSV", str(error), "look for an open quote")) from error
    if not any(header):
        why = "a table begins with a line of column names"
        raise PolicyError(Problem(file, "empty", why, "write the column names and the rows"))
    return _Rows(header, tuple(lines), tuple(rows))


def _header_problems(header: tuple[str, ...], spec: TableSpec, file: str) -> Iterator[Problem]:
    known = [column.name for column in spec.columns]
    unknown = [name for name in header if name not in known]
    for column in spec.columns:
        if column.required and column.name not in header:
            hint = did_you_mean(column.name, unknown) or f"add the column '{column.name}'"
            yield Problem(f"{file}:1", f"column '{column.name}' is missing", next_step=hint)
    for name in sorted(set(header)):
        if header.count(name) > 1:
            yield Problem(f"{file}:1", f"column '{name}' stands there {header.count(name)} times", next_step="keep one")
    for name in unknown if not spec.allow_extra else ():
        hint = did_you_mean(name, [column for column in known if column not in header])
        yield Problem(f"{file}:1", f"unknown column '{name}'", next_step=hint or f"known: {', '.join(known)}")


def _cell_problems(column: Column, readings: Sequence[Reading], lines: Sequence[int], file: str) -> Iterator[Problem]:
    unit = f" ({column.unit})" if column.unit else ""
    for line, reading in zip(lines, readings, strict=True):
        if isinstance(reading, _Fault):
            yield Problem(f"{file}:{line}: {column.name}{unit}", reading.what, next_step=reading.next_step)


def _readings(column: Column, cells: Sequence[str]) -> list[Reading]:
    """What each cell says; for a blank, the fault or the value that stands for it."""
    read = _reader(column)
    blank: Reading = _Fault("is blank", "fill it in") if column.required else _blank(column.kind)
    return [read(cell) if cell else blank for cell in cells]


def _blank(kind: Kind) -> str | int | float:
    if kind in TEXT_KINDS:
        return ""
    return math.nan if kind == "number" else MISSING


def _reader(column: Column) -> Callable[[str], Reading]:
    """The function that reads a filled cell of the column."""
    if column.kind == "choice":
        return lambda cell: cell if cell in column.choices else _not_a_choice(cell, column.choices)
    if column.kind in TEXT_KINDS:
        return lambda cell: cell
    decimals = DECIMALS.get(column.kind, 0)
    lowest = None if column.minimum is None else Decimal(str(column.minimum)).scaleb(decimals)
    highest = None if column.maximum is None else Decimal(str(column.maximum)).scaleb(decimals)
    read = _floating if column.kind == "number" else partial(_exact, decimals=decimals, rounding=column.rounding)

    def in_range(cell: str) -> Reading:
        value = read(cell)
        if isinstance(value, _Fault):
            return value
        if lowest is not None and value < lowest:
            return _Fault(f"{cell} is below {column.minimum}", f"give {column.minimum} or more")
        if highest is not None and value > highest:
            return _Fault(f"{cell} is above {column.maximum}", f"give {column.maximum} or less")
        return value

    return in_range


def _not_a_choice(cell: str, choices: tuple[str, ...]) -> _Fault:
    return _Fault(f"'{cell}' is not allowed", did_you_mean(cell, choices) or f"allowed: {', '.join(choices)}")


def _exact(cell: str, decimals: int, rounding: str) -> int | _Fault:
    """The number times 10^decimals, without passing through a float."""
    found = _EXACT.fullmatch(cell)
    if found is None or len(cell) > LONGEST_NUMBER:
        return _Fault(f"'{cell}' is not a plain number", "write digits as in 1234.5, without commas or exponents")
    sign, whole, fraction = found[1], found[2], (found[3] or "").rstrip("0")
    digits = int(whole + fraction or "0")
    surplus = len(fraction) - decimals
    if surplus > 0 and rounding == "refuse":
        what = f"has more than {decimals} decimals" if decimals else "is not a whole number"
        return _Fault(f"{cell} {what}", "round it in the file")
    size = half_even(digits, 10**surplus) if surplus > 0 else digits * 10**-surplus
    if size > _LARGEST:
        return _Fault(f"{cell} is too large", f"the largest number is {Decimal(_LARGEST).scaleb(-decimals)}")
    return -size if sign == "-" else size


def _floating(cell: str) -> float | _Fault:
    if _FLOATING.fullmatch(cell) and math.isfinite(value := float(cell)):
        return value
    return _Fault(f"'{cell}' is not a finite number", "write it as in 1234.5")


def _array_of(kind: Kind, readings: Sequence[Reading]) -> I8 | F8:
    array: I8 | F8 = np.array(readings, np.float64) if kind == "number" else np.array(readings, np.int64)
    array.setflags(write=False)
    return array


def _duplicate_problems(rows: _Rows, unique_key: tuple[str, ...], file: str) -> Iterator[Problem]:
    """Rows that repeat the key of an earlier one, naming both lines."""
    unique_key = tuple(name for name in unique_key if name in rows.header)
    if not unique_key:
        return
    first_line: dict[tuple[str, ...], int] = {}
    for line, key in zip(rows.lines, zip(*map(rows.cells, unique_key), strict=True), strict=True):
        first = first_line.setdefault(key, line)
        if first != line:
            what = f"'{', '.join(key)}' stands in line {first} already"
            yield Problem(f"{file}:{line}: {', '.join(unique_key)}", what, next_step="keep one of the two lines")


def _capped(problems: Sequence[Problem], file: str) -> list[Problem]:
    return [*problems[:PROBLEMS_SHOWN], *_rest(len(problems), file)]


def _rest(count: int, file: str) -> Iterator[Problem]:
    """The line that tells how many problems are not shown, when some are not."""
    if count > PROBLEMS_SHOWN:
        yield Problem(file, f"{count - PROBLEMS_SHOWN} more problems", next_step="correct these first and check again")
