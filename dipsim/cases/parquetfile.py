"""A Parquet file in blocks of its row groups: dictionaries stay dictionaries, numbers stay numbers.

The line of a row is its number from 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from dipsim.cases.block import Block, unique_header
from dipsim.errors import CaseDataError, Problem

_DAMAGES = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What reading a damaged file may raise."""


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """An opened Parquet file."""

    path: Path
    name: str
    sha256: str
    header: tuple[str, ...]

    @property
    def form(self) -> str:
        """The container."""
        return "Parquet"

    @property
    def hidden_sheets(self) -> tuple[str, ...]:
        """None: a Parquet file has no sheets."""
        return ()

    def blocks(self, wanted: Sequence[str]) -> Iterator[Block]:
        """The row groups with the wanted columns; CaseDataError for a damaged one."""
        read = 0
        try:
            with pa.parquet.ParquetFile(self.path, read_dictionary=_texts(self.path)) as file:
                for number in range(file.num_row_groups):
                    table = file.read_row_group(number, columns=list(wanted))
                    table.validate(full=True)  # text may be no UTF-8, and an index lie outside its dictionary
                    rows = np.arange(read + 1, read + table.num_rows + 1)
                    yield Block({name: table.column(name) for name in wanted}, rows, rows)
                    read += table.num_rows
        except _DAMAGES as error:
            what = f"a damaged Parquet file, read up to row {read}: {_first_line(error)}"
            raise _fault(self.name, what, "write it again, or copy it again if it was cut short") from error


def open_parquet(path: Path, name: str) -> ParquetSource:
    """Read the schema of a Parquet file; CaseDataError when it is none, or has a doubled column."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _fault(name, f"cannot be read: {error.strerror}", "check the path and its permissions") from error
    try:
        header = tuple(pa.parquet.read_schema(path).names)
    except _DAMAGES as error:
        what = f"not a Parquet file, or one cut short: {_first_line(error)}"
        raise _fault(name, what, "write it again or give it its own suffix") from error
    return ParquetSource(path, name, digest, unique_header(name, header))


def _texts(path: Path) -> list[str]:
    """The columns of text, also those inside lists, which are read as dictionaries."""
    schema = pa.parquet.read_metadata(path).schema
    columns: list[Any] = [schema.column(number) for number in range(len(schema))]
    return [column.path for column in columns if column.logical_type.type == "STRING"]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _fault(where: str, what: str, next_step: str) -> CaseDataError:
    return CaseDataError(Problem(where, what, next_step=next_step))
