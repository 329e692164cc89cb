"""Canonical Parquet, row group by row group, as arrays of ids; a text is touched once for each dictionary.

Columns: hospital_id, insurance and principal_diagnosis as text, procedures as lists of text with the main one first,
total_cost_yuan as decimals, whole numbers, or floats of at most two decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dipsim.errors import CaseDataError, Problem

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

TEXTS = ("hospital_id", "insurance", "principal_diagnosis")
COLUMNS = (*TEXTS, "procedures", "total_cost_yuan")
NEXT_STEP = "write the cases with `dipsim convert`, which tells what is wrong row by row"
AT_ONCE = 1 << 18
"""Cases in a batch: smaller ones bring their dictionaries too often (2**16: 6% more), larger ones need more memory."""
_CODED = (*TEXTS, "procedures")
_NO_ELEMENT = pa.array([None], pa.string())
"""So that a batch without any procedure has one entry to look at, which is no procedure."""
_MONEY, _ANY_WHOLE = pa.decimal128(18, 2), pa.decimal128(22, 2)


@dataclass(frozen=True, slots=True)
class RowGroup:
    """One row group of a file.

    coded   the leaves of the text columns, as the file calls them: to be read as dictionaries
    first   the place of the first case among all
    """

    path: Path
    coded: tuple[str, ...]
    number: int
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class Ids:
    """A text column: int32 ids, -1 for a blank cell, and the texts that they stand for, an Arrow array.

    Batches of a row group hold one and the same array of texts as long as their dictionaries are equal.
    """

    ids: I4
    texts: Any


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases of one row group that share dictionaries; `first` is the place of the first among all.

    procedure_start   int32 (cases + 1), into the ids of procedures
    """

    first: int
    hospital: Ids
    insurance: Ids
    diagnosis: Ids
    procedure_start: I4
    procedure: Ids
    cost_fen: I8


def row_groups(paths: Sequence[Path]) -> list[RowGroup]:
    """All row groups of files and folders, in the order of names; CaseDataError with every fault of every file."""
    found: list[RowGroup] = []
    problems: list[Problem] = []
    first = 0
    for path in _files(paths):
        try:
            file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            problems.append(Problem(str(path), f"cannot be read as Parquet: {error}", "", NEXT_STEP))
            continue
        with file:
            problems += _schema_faults(str(path), file.schema_arrow)
            leaves = [file.schema.column(position).path for position in range(len(file.schema))]
            coded = tuple(leaf for leaf in leaves if leaf.partition(".")[0] in _CODED)
            for number in range(file.num_row_groups):
                rows = file.metadata.row_group(number).num_rows
                found.append(RowGroup(path, coded, number, first, rows))
                first += rows
    if problems:
        raise CaseDataError(problems)
    return found


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files named and the Parquet files of the folders named; CaseDataError when there are none."""
    files = [file for path in paths for file in (sorted(path.glob("*.parquet")) if path.is_dir() else [path])]
    if not files:
        where = ", ".join(map(str, paths))
        raise CaseDataError(Problem(where, "no Parquet file", "there is nothing to read", NEXT_STEP))
    return files


def _schema_faults(where: str, schema: Any) -> list[Problem]:
    """Columns that are absent or of another type."""
    faults = []
    for name in COLUMNS:
        if name not in schema.names:
            faults.append(Problem(where, f"no column {name!r}", "points follow from it", NEXT_STEP))
        elif not _fits(name, schema.field(name).type):
            what = f"column {name!r} is of type {schema.field(name).type}"
            faults.append(Problem(where, what, "it is not as canonical Parquet keeps it", NEXT_STEP))
    return faults


def _fits(name: str, kind: Any) -> bool:
    if name == "total_cost_yuan":
        return bool(pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))
    if name == "procedures":
        return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind)) and _is_text(kind.value_type)
    return _is_text(kind)


def _is_text(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def batches(group: RowGroup) -> Iterator[Batch]:
    """The cases of a row group; CaseDataError when it cannot be read or holds an amount that is none."""
    try:
        with pq.ParquetFile(group.path, read_dictionary=list(group.coded)) as file:
            chosen = {"row_groups": [group.number], "columns": list(COLUMNS), "use_threads": False}
            yield from _batches(file.iter_batches(AT_ONCE, **chosen), group)
    except (OSError, pa.ArrowException) as error:
        raise CaseDataError(Problem(str(group.path), f"cannot be read: {error}", "", NEXT_STEP)) from error


def _batches(parts: Iterable[Any], group: RowGroup) -> Iterator[Batch]:
    first = group.first
    columns = {name: _Column() for name in _CODED}
    for part in parts:
        hospital, insurance, diagnosis = (columns[name].ids(part.column(name)) for name in TEXTS)
        listed = part.column("procedures")
        yield Batch(
            first=first,
            hospital=hospital,
            insurance=insurance,
            diagnosis=diagnosis,
            procedure_start=_fixed(listed.offsets),
            procedure=columns["procedures"].ids(listed.values if len(listed.values) else _NO_ELEMENT),
            cost_fen=_fen(part.column("total_cost_yuan"), str(group.path)),
        )
        first += part.num_rows


class _Column:
    """A text column read batch by batch; remembers the last dictionary."""

    def __init__(self) -> None:
        self._texts: Any = None

    def ids(self, column: Any) -> Ids:
        """The ids of a batch and their texts."""
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        if self._texts is None or not encoded.dictionary.equals(self._texts):
            self._texts = encoded.dictionary
        indices = encoded.indices
        return Ids(_fixed(pc.fill_null(indices, -1) if indices.null_count else indices), self._texts)


def _fixed(column: Any) -> I4:
    """Whole numbers as int32 that nobody writes to: one type for kernels, whatever the file holds."""
    values: I4 = column.to_numpy().astype(np.int32, copy=False)
    values.flags.writeable = False
    return values


def _fen(column: Any, where: str) -> I8:
    """Amounts in fen, exactly; CaseDataError for a blank and for more than two decimals."""
    if column.null_count:
        what = f"{column.null_count} cases without total_cost_yuan"
        raise CaseDataError(Problem(where, what, "points follow from the cost", NEXT_STEP))
    if pa.types.is_floating(column.type):
        yuan = column.to_numpy().astype(np.float64)
        fen = np.rint(yuan * 100)
        is_exact = fen / 100 == yuan
        if not is_exact.all():
            what = f"total_cost_yuan {yuan[~is_exact][0]!r} is not a number of two decimals"
            raise CaseDataError(Problem(where, what, "money is counted in fen", NEXT_STEP))
        return np.asarray(fen, np.int64)
    try:
        wide = column.cast(_ANY_WHOLE) if pa.types.is_integer(column.type) else column
        money = wide if wide.type == _MONEY else wide.cast(_MONEY)
    except pa.ArrowInvalid as error:
        what = "total_cost_yuan holds an amount of more than two decimals or sixteen digits"
        raise CaseDataError(Problem(where, what, str(error), NEXT_STEP)) from error
    words = np.frombuffer(money.buffers()[1], "<i8").reshape(-1, 2)
    low: I8 = words[money.offset : money.offset + len(money), 0]
    return low
