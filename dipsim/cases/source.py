"""The files that a table is read from, by their suffix: CSV, Parquet or Excel, opened in one way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from dipsim.cases.block import Block, Source
from dipsim.cases.celltext import as_text
from dipsim.cases.csvfile import open_csv
from dipsim.cases.mapping import CellFormat
from dipsim.cases.sheetfile import WORKBOOK_SUFFIXES, open_sheet
from dipsim.errors import CaseDataError, Problem

SUFFIXES = (".csv", ".parquet", *WORKBOOK_SUFFIXES)
"""Of the files that may hold cases."""


def open_source(path: Path, name: str, cells: CellFormat | None = None) -> Source:
    """Open a file and read its header.

    Raises CaseDataError for a file that cannot be read, is empty, of another kind or has a doubled column.
    """
    cells = CellFormat() if cells is None else cells
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return open_csv(path, name, cells.delimiter)
    if suffix == ".parquet":
        from dipsim.cases.parquetfile import open_parquet  # what it takes is loaded where there is such a file

        return open_parquet(path, name)
    if suffix in WORKBOOK_SUFFIXES:
        return open_sheet(path, name, cells.sheet)
    next_step = "save it as CSV in UTF-8, as Parquet or as .xlsx"
    raise CaseDataError(Problem(name, "neither a CSV, a Parquet nor an Excel file", next_step=next_step))


def read_source(source: Source, wanted: Sequence[str]) -> Block:
    """All rows of an opened file at once, every cell as text: for tables that are small."""
    return joined_blocks(list(source.blocks(wanted)), wanted)


def joined_blocks(blocks: Sequence[Block], wanted: Sequence[str]) -> Block:
    """Blocks as one, every cell as text."""
    if not blocks:
        none = np.zeros(0, np.int64)
        return Block({name: pa.chunked_array([], pa.string()) for name in wanted}, none, none)
    columns = {
        name: pa.chunked_array([as_text(name, chunk) for block in blocks for chunk in block.columns[name].chunks])
        for name in wanted
    }
    lines, numbers = (np.concatenate([getattr(block, part) for block in blocks]) for part in ("lines", "numbers"))
    return Block(columns, lines, numbers, tuple(row for block in blocks for row in block.ragged))
