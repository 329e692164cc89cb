"""Writing tables: CSV or Parquet by suffix, exact, the same bytes every time, whole or not at all.

CSV is plain UTF-8 without a byte order mark: every program reads it, two files can be joined and compared, and the
workbook serves those who open results in Excel.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.columns import COLUMNS, Kind
from dipsim.cases.rejects import Reject
from dipsim.cases.table import BLANK_ID, I8, CaseTable, Coded, CodedLists
from dipsim.errors import OutputError, Problem
from dipsim.money import MISSING

_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Yuan:
    """Amounts in fen, int64, written in yuan with two decimals; `MISSING` is a blank."""

    fen: I8


@dataclass(frozen=True, slots=True)
class Micro:
    """Millionths, int64, written with six decimals; `MISSING` is a blank."""

    micro: I8


@dataclass(frozen=True, slots=True)
class Days:
    """Days since 1970-01-01, int64, written as dates; `MISSING` is a blank."""

    days: I8


Column: TypeAlias = Sequence[Any] | NDArray[Any] | Coded | CodedLists | Yuan | Micro | Days | pa.Array
"""A column to write; in an int64 array `MISSING` is a blank, in a float64 array nan is."""


def write_columns(path: Path, columns: Mapping[str, Column]) -> None:
    """Write columns of one length as CSV or Parquet; OutputError when the file cannot be written.

    Money becomes decimal128(18, 2), millionths decimal128(24, 6); lists are joined by `|` in CSV. ValueError for
    another suffix or columns of different lengths: a mistake of the program, not of the user.
    """
    table = pa.table({name: arrow_array(column) for name, column in columns.items()})
    if path.suffix == ".csv":
        write_whole(path, lambda stream: _write_csv(stream, table))
    elif path.suffix == ".parquet":
        from pyarrow import parquet  # takes as long to load as a small run to read

        write_whole(path, lambda stream: parquet.write_table(table, stream, compression="zstd"))
    else:
        raise ValueError(f"{path.name}: a table is written as .csv or .parquet")


def case_columns(cases: CaseTable) -> dict[str, Column]:
    """The columns of a case table in the order of the dictionary, ready to be written and read again."""
    found: dict[str, Column] = {"case_id": cases.case_ids}
    for name, spec in COLUMNS.items():
        if name in cases.coded:
            found[name] = cases.coded[name]
        elif name in cases.lists:
            found[name] = cases.lists[name]
        elif name in cases.reals:
            found[name] = cases.reals[name]
        elif name in cases.integers:
            values = cases.integers[name]
            found[name] = {Kind.YUAN: Yuan, Kind.DATE: Days}.get(spec.kind, np.asarray)(values)
    return found


def write_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    """Write the reject file in the order of case_id, file, line and field."""
    rows = sorted(rejects, key=lambda row: (row.case_id, row.file, row.line, row.field, row.reason))
    write_columns(path, {entry.name: _reject_cells(rows, entry.name) for entry in fields(Reject)})


def _reject_cells(rows: Sequence[Reject], name: str) -> Any:
    return pa.array([getattr(row, name) for row in rows], pa.int64() if name == "line" else pa.string())


def arrow_array(column: Column) -> Any:
    """A column as an Arrow array of its own type, null for a blank."""
    if isinstance(column, Yuan):
        return _decimals(column.fen, pa.decimal128(18, 2))
    if isinstance(column, Micro):
        return _decimals(column.micro, pa.decimal128(24, 6))
    if isinstance(column, Days):
        return arrow_array(column.days).cast(pa.int32()).cast(pa.date32())
    if isinstance(column, Coded):
        return _dictionary(column).cast(pa.string())
    if isinstance(column, CodedLists):
        texts = _dictionary(Coded(column.ids, column.values)).cast(pa.string())
        return pa.ListArray.from_arrays(pa.array(column.offsets, pa.int32()), texts)
    if isinstance(column, np.ndarray) and column.dtype == np.int64:
        return pa.array(column, mask=column == MISSING)
    return pa.array(column, from_pandas=True)


def _dictionary(column: Coded) -> Any:
    indices = pa.array(column.ids, mask=column.ids == BLANK_ID)
    return pa.DictionaryArray.from_arrays(indices, pa.array(column.values, pa.string()))


def _decimals(units: I8, kind: Any) -> Any:
    """Integers as the unscaled values of a decimal type: low and high words, so that nothing is ever rounded."""
    words = np.empty((units.size, 2), "<i8")
    words[:, 0], words[:, 1] = units, units >> 63
    validity = pa.array(units != MISSING).buffers()[1]
    return pa.Array.from_buffers(kind, units.size, [validity, pa.py_buffer(words)])


def _write_csv(stream: BinaryIO, table: Any) -> None:
    heading = io.StringIO(newline="")
    csv.writer(heading, lineterminator="\n").writerow(table.column_names)
    stream.write(heading.getvalue().encode())
    for start in range(0, table.num_rows, _ROWS_AT_ONCE):
        part = table.slice(start, _ROWS_AT_ONCE)
        rows = io.StringIO(newline="")
        csv.writer(rows, lineterminator="\n").writerows(zip(*(_cells(column) for column in part.columns), strict=True))
        stream.write(rows.getvalue().encode())


def _cells(column: Any) -> list[str]:
    """The cells of a column as text, '' for a blank."""
    text = pc.binary_join(column, "|") if pa.types.is_list(column.type) else column.cast(pa.string())
    cells: list[str] = pc.fill_null(text, "").to_pylist()
    return cells


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all; OutputError when that fails."""

    def write(stream: BinaryIO) -> None:
        stream.write(text.encode())

    write_whole(path, write)


def write_whole(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write beside the path and rename, so that a file is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("wb") as stream:
                write(stream)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise OutputError(
            Problem(str(path), what, "nothing was left behind", "check space, folder and rights")
        ) from error
