"""A CSV file in blocks: every cell as text, every row with its physical line, the header's first line being line 1."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from dipsim.cases.block import Block, Ragged, unique_header
from dipsim.cases.encoding import BLOCK_BYTES, Survey, survey, utf8_blocks
from dipsim.cases.lines import BrokenLine, Records, find_records
from dipsim.errors import CaseDataError, Problem

_HEADER_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class CsvSource:
    """An opened CSV file."""

    path: Path
    name: str
    header: tuple[str, ...]
    delimiter: str
    surveyed: Survey
    block_bytes: int

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return self.surveyed.sha256

    @property
    def form(self) -> str:
        """The container and encoding."""
        return f"CSV {self.surveyed.codec}"

    @property
    def hidden_sheets(self) -> tuple[str, ...]:
        """None: a CSV file has no sheets."""
        return ()

    def blocks(self, wanted: Sequence[str]) -> Iterator[Block]:
        """The rows below the header, block after block; CaseDataError where rows cannot be told apart."""
        number, is_header_read = 1, False
        for text, records in record_blocks(self.path, self.name, self.surveyed, self.delimiter, self.block_bytes):
            rows = records if is_header_read else records.after_first()
            body = memoryview(text) if is_header_read else memoryview(text)[records.ends[0] :]
            is_header_read = True
            if rows.starts.size:
                yield self._block(body, rows, list(wanted), number)
            number += rows.starts.size

    def _block(self, body: memoryview, rows: Records, wanted: list[str], number: int) -> Block:
        included = wanted or list(self.header[:1])
        invalid: list[Any] = []
        try:
            table = self._arrow_table(body, included, None)
        except pa.ArrowInvalid:  # rows of another length: once more on one thread, which numbers them
            table = self._arrow_table_of_even_rows(body, included, invalid)
        if rows.starts.size != table.num_rows + len(invalid):
            raise _unreadable(self.name)
        kept = np.delete(np.arange(rows.starts.size), [row.number - 1 for row in invalid])
        ragged = (Ragged(int(rows.lines[row.number - 1]), row.actual_columns, row.expected_columns) for row in invalid)
        return Block({name: table.column(name) for name in wanted}, rows.lines[kept], kept + number, tuple(ragged))

    def _arrow_table(self, body: memoryview, included: list[str], invalid: list[Any] | None) -> Any:
        """The rows of a text without header; with a list, rows of another length are skipped and noted in it."""

        def note(row: Any) -> str:
            if invalid is None:
                return "error"
            invalid.append(row)
            return "skip"

        return pa.csv.read_csv(
            pa.BufferReader(body),
            pa.csv.ReadOptions(use_threads=invalid is None, block_size=len(body) + 1, column_names=list(self.header)),
            pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=note),
            pa.csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(included, pa.string()), include_columns=included
            ),
        )

    def _arrow_table_of_even_rows(self, body: memoryview, included: list[str], invalid: list[Any]) -> Any:
        try:
            return self._arrow_table(body, included, invalid)
        except pa.ArrowInvalid as error:
            raise _unreadable(self.name) from error


def open_csv(path: Path, name: str, delimiter: str, block_bytes: int = BLOCK_BYTES) -> CsvSource:
    """Find the encoding of a CSV file and read its header.

    CaseDataError for a file that cannot be read, is empty, in another encoding or has a doubled column.
    """
    surveyed = survey(path, name)
    for text, records in record_blocks(path, name, surveyed, delimiter, _HEADER_BYTES):
        header = text[records.starts[0] : records.ends[0]].decode("utf-8")
        try:
            names = next(csv.reader(io.StringIO(header, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise _fault(f"{name}:1", f"not valid CSV: {error}", "look for a quote that never closes") from error
        unique = unique_header(name, tuple(cell.strip() for cell in names))
        return CsvSource(path, name, unique, delimiter, surveyed, block_bytes)
    raise _fault(name, "the file is empty", "a table begins with a line of column names")


def record_blocks(
    path: Path, name: str, surveyed: Survey, delimiter: str, size: int
) -> Iterator[tuple[bytes, Records]]:
    """The text in UTF-8 in blocks of whole records, at least one in each, with their lines in the file.

    A record that a block leaves open goes to the next. CaseDataError for a quote that never closes.
    """
    held, lines_before, enough = b"", 0, 0
    for block in utf8_blocks(path, name, surveyed, size):
        held += block
        if len(held) < enough:
            continue
        records = _records(held, name, delimiter, lines_before)
        is_open = bool(records.unclosed_line)
        cut = int(records.starts[-1]) if is_open else len(held)
        whole = records.without_last() if is_open else records
        if whole.starts.size:
            yield held[:cut], whole.moved(lines_before)
        lines_before += held.count(b"\n", 0, cut)
        held = held[cut:]
        enough = 2 * len(held)  # an open record is looked at again when it has doubled, not at every block
    if not held:
        return
    records = _records(held, name, delimiter, lines_before)
    if records.unclosed_line:
        where = f"{name}:{records.unclosed_line + lines_before}"
        raise _fault(where, "a quote opens here and never closes", "close or remove it")
    yield held, records.moved(lines_before)


def _records(text: bytes, name: str, delimiter: str, lines_before: int) -> Records:
    try:
        return find_records(text, delimiter)
    except BrokenLine as broken:
        next_step = "look for a quote that never closes, and end every line alike"
        raise _fault(f"{name}:{broken.line + lines_before}", f"not valid CSV: {broken.why}", next_step) from broken


def _unreadable(name: str) -> CaseDataError:
    what = "the rows cannot be told apart: quotes that do not pair up, or line ends of two kinds"
    return _fault(name, what, "write a quote inside a quoted cell twice and end every line alike")


def _fault(where: str, what: str, next_step: str) -> CaseDataError:
    return CaseDataError(Problem(where, what, next_step=next_step))
