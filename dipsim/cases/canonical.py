"""Cases as a canonical Parquet file: what `dipsim convert` writes, once, so that later readings are fast.

Text is dictionary-encoded, diagnoses and procedures are lists of dictionary-encoded text, dates are days, and amounts
are decimal128(18, 2) stored as 64-bit integers: exact, as fast to read as fen, and in yuan for whoever reads the file.
Rows are written in groups, so that neither writing nor reading needs room for a second copy of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from dipsim.cases.table import BLANK_ID, I4, CaseTable, Coded, CodedLists
from dipsim.cases.write import Column, arrow_array, case_columns, write_whole

ROWS_PER_GROUP = 500_000
"""Of 10 million cases a group is 5%; smaller ones repeat the dictionaries more often."""


def write_cases(path: Path, cases: CaseTable, rows_per_group: int = ROWS_PER_GROUP) -> None:
    """Write all columns of a case table, whole or not at all; OutputError when that fails."""
    values = {name: column.values for part in (cases.coded, cases.lists) for name, column in part.items()}
    dictionaries = {name: pa.array(texts, pa.string()) for name, texts in values.items()}

    def write(stream: BinaryIO) -> None:
        first = _group(cases, 0, rows_per_group, dictionaries)
        with pa.parquet.ParquetWriter(stream, first.schema, compression="zstd", store_decimal_as_integer=True) as file:
            file.write_table(first)
            for start in range(rows_per_group, len(cases), rows_per_group):
                file.write_table(_group(cases, start, rows_per_group, dictionaries))

    write_whole(path, write)


def _group(cases: CaseTable, start: int, size: int, dictionaries: Mapping[str, Any]) -> Any:
    rows = cases.take(np.arange(start, min(start + size, len(cases))))
    return pa.table({name: _array(column, dictionaries.get(name)) for name, column in case_columns(rows).items()})


def _array(column: Column, dictionary: Any) -> Any:
    if isinstance(column, Coded):
        return _words(column.ids, dictionary)
    if isinstance(column, CodedLists):
        return pa.ListArray.from_arrays(pa.array(column.offsets, pa.int32()), _words(column.ids, dictionary))
    return arrow_array(column)


def _words(ids: I4, dictionary: Any) -> Any:
    """Dictionary-encoded text over those values of the dictionary that occur."""
    is_used = np.zeros(len(dictionary) + 1, bool)
    is_used[ids] = True
    is_used[BLANK_ID] = False  # -1, the last
    new_ids = np.append(np.cumsum(is_used[:-1]) - 1, BLANK_ID).astype(np.int32)[ids]
    used = dictionary.take(pa.array(np.flatnonzero(is_used)))
    return pa.DictionaryArray.from_arrays(pa.array(new_ids, mask=new_ids == BLANK_ID), used)
