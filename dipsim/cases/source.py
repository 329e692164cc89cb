"""The files that a table is read from: CSV or Parquet, every cell as text, every row with its line.

Line numbers are physical lines, the header being line 1; in a Parquet file they are row numbers from 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from dipsim.cases.lines import I8, Records, find_records
from dipsim.errors import CaseDataError, Problem

SUFFIXES = (".csv", ".parquet")
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_BLOCK_BYTES = 1 << 24
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file: its name in messages, the digest of its bytes and its column names."""

    name: str
    sha256: str
    header: tuple[str, ...]
    data: bytes
    delimiter: str
    records: Records | None
    """The records of a CSV file, the header first; None for Parquet."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row with more or fewer cells than the header has names."""

    line: int
    cells: int
    expected: int


@dataclass(frozen=True, slots=True)
class RawTable:
    """Columns as text; a list column of a Parquet file stays a list of text.

    lines     line of each row, int64
    numbers   number of each row in the file from 1, ragged rows counted, int64
    """

    columns: Mapping[str, Any]
    lines: I8
    numbers: I8
    ragged: tuple[Ragged, ...]


def open_source(path: Path, name: str, delimiter: str = ",") -> Source:
    """Open a CSV or Parquet file and read its header.

    Raises CaseDataError for a file that cannot be read, is empty, not UTF-8, of another kind or has a doubled column.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise _fault(name, "neither a CSV nor a Parquet file", "save it as CSV in UTF-8 or as Parquet")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _fault(name, f"cannot be read: {error.strerror}", "check the path and its permissions") from error
    digest = hashlib.sha256(data).hexdigest()
    if path.suffix.lower() == ".parquet":
        return Source(name, digest, _unique(name, _parquet_header(name, data)), data, "", None)
    data = _utf8(name, data)
    records = find_records(data, delimiter)
    if records.unclosed_line:
        raise _fault(f"{name}:{records.unclosed_line}", "a quote opens here and never closes", "close or remove it")
    if not records.starts.size:
        raise _fault(name, "the file is empty", "a table begins with a line of column names")
    header = data[records.starts[0] : records.ends[0]].decode("utf-8")
    names = next(csv.reader(io.StringIO(header, newline=""), delimiter=delimiter))
    return Source(name, digest, _unique(name, tuple(text.strip() for text in names)), data, delimiter, records)


def read_source(source: Source, wanted: Sequence[str]) -> RawTable:
    """The wanted columns of an opened file, which its header has."""
    if source.records is None:
        return _read_parquet(source, wanted)
    return _read_csv(source, source.records, wanted)


def _read_csv(source: Source, records: Records, wanted: Sequence[str]) -> RawTable:
    if records.starts.size == 1:
        return RawTable({name: pa.chunked_array([], pa.string()) for name in wanted}, _NONE, _NONE, ())
    body = memoryview(source.data)[records.ends[0] :]
    included = list(wanted) or list(source.header[:1])
    invalid: list[Any] = []
    try:
        table = _arrow_table(body, source, included, None)
    except pa.ArrowInvalid:  # rows of another length: once more on one thread, which numbers them
        table = _arrow_table_of_even_rows(body, source, included, invalid)
    numbers = np.delete(np.arange(1, records.starts.size), [row.number - 1 for row in invalid])
    if numbers.size != table.num_rows:
        raise _unreadable(source.name)
    ragged = [Ragged(int(records.lines[row.number]), row.actual_columns, row.expected_columns) for row in invalid]
    return RawTable({name: table.column(name) for name in wanted}, records.lines[numbers], numbers, tuple(ragged))


def _arrow_table(body: memoryview, source: Source, included: list[str], invalid: list[Any] | None) -> Any:
    """The rows of a CSV text without its header; with a list, rows of another length are skipped and noted in it."""

    def note(row: Any) -> str:
        if invalid is None:
            return "error"
        invalid.append(row)
        return "skip"

    return pa.csv.read_csv(
        pa.BufferReader(body),
        pa.csv.ReadOptions(use_threads=invalid is None, block_size=_BLOCK_BYTES, column_names=list(source.header)),
        pa.csv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True, invalid_row_handler=note),
        pa.csv.ConvertOptions(column_types=dict.fromkeys(included, pa.string()), include_columns=included),
    )


def _arrow_table_of_even_rows(body: memoryview, source: Source, included: list[str], invalid: list[Any]) -> Any:
    try:
        return _arrow_table(body, source, included, invalid)
    except pa.ArrowInvalid as error:
        raise _unreadable(source.name) from error


def _unreadable(name: str) -> CaseDataError:
    what = "the rows cannot be told apart: quotes that do not pair up, or line ends of two kinds"
    return _fault(name, what, "write a quote inside a quoted cell twice and end every line alike")


def _read_parquet(source: Source, wanted: Sequence[str]) -> RawTable:
    try:
        table = pa.parquet.read_table(pa.BufferReader(source.data), columns=list(wanted))
    except (pa.ArrowInvalid, OSError) as error:
        raise _fault(source.name, f"a damaged Parquet file: {error}", "write it again") from error
    numbers = np.arange(1, table.num_rows + 1)
    return RawTable({name: _as_text(source.name, name, table.column(name)) for name in wanted}, numbers, numbers, ())


def _as_text(file: str, name: str, column: Any) -> Any:
    """A Parquet column as text or lists of text; a float becomes its shortest decimal, a NaN a blank."""
    is_list = pa.types.is_list(column.type) or pa.types.is_large_list(column.type)
    try:
        text = column.cast(pa.list_(pa.string()) if is_list else pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _fault(
            f"{file}: {name}", f"cells of type {column.type}", "store text, numbers, dates or lists"
        ) from error
    if pa.types.is_floating(column.type):
        return pa.compute.if_else(pa.compute.is_nan(column), None, text)
    return text


def _parquet_header(name: str, data: bytes) -> tuple[str, ...]:
    try:
        return tuple(pa.parquet.read_schema(pa.BufferReader(data)).names)
    except pa.ArrowInvalid as error:
        raise _fault(name, f"not a Parquet file: {error}", "write it again or give it its own suffix") from error


def _utf8(name: str, data: bytes) -> bytes:
    """The bytes without a byte order mark and with "\\n" for a lone "\\r"; CaseDataError when they are not UTF-8."""
    next_step = "save it as CSV in UTF-8 (in Excel: 'CSV UTF-8')"
    if data.startswith(_WIDE_BOMS):
        raise _fault(name, "the text is in UTF-16", next_step)
    data = data.removeprefix(_BOM)
    try:
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _fault(f"{name}:{line}", "the text is not UTF-8, perhaps GBK", next_step) from error
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _unique(name: str, header: tuple[str, ...]) -> tuple[str, ...]:
    doubled = [column for column, times in Counter(header).items() if times > 1 and column]
    if doubled:
        text = ", ".join(repr(column) for column in doubled)
        raise _fault(name, f"more than one column {text}", "remove or rename all but one")
    return header


def _fault(where: str, what: str, next_step: str) -> CaseDataError:
    return CaseDataError(Problem(where, what, next_step=next_step))
