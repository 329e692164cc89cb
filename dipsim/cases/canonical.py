"""Cases as a canonical Parquet file: what `dipsim convert` writes, once, so that later readings are fast.

Text is dictionary-encoded, diagnoses and procedures are lists of dictionary-encoded text, dates are days, and amounts
are decimal128(18, 2) stored as 64-bit integers: exact, as fast to read as fen, and in yuan for whoever reads the file.
A column without a blank is declared so, and amounts are stored as differences: measured on five columns of 10 million
cases, the file is a tenth smaller and is decoded in two thirds of the time.
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
    schema = pa.schema([_field(name, column, dictionaries.get(name)) for name, column in case_columns(cases).items()])

    def write(stream: BinaryIO) -> None:
        with writer(stream, schema) as file:
            for start in range(0, max(len(cases), 1), rows_per_group):
                file.write_table(_group(cases, start, rows_per_group, dictionaries, schema))

    write_whole(path, write)


def writer(stream: BinaryIO | Path, schema: Any) -> Any:
    """A Parquet writer for cases of this schema: texts by dictionary, amounts by difference, all compressed."""
    amounts = [field.name for field in schema if pa.types.is_decimal(field.type)]
    lists = {field.name: f"{field.name}.list.element" for field in schema if pa.types.is_list(field.type)}
    return pa.parquet.ParquetWriter(
        stream,
        schema,
        compression="zstd",
        store_decimal_as_integer=True,
        use_dictionary=[lists.get(name, name) for name in schema.names if name not in amounts],
        column_encoding=dict.fromkeys(amounts, "DELTA_BINARY_PACKED"),
    )


def _field(name: str, column: Column, dictionary: Any) -> Any:
    """Name and type of a column, and whether it holds a blank; a list is empty where it is blank."""
    array = _array(column, dictionary)
    if isinstance(column, CodedLists):
        return pa.field(name, pa.list_(pa.field("element", array.type.value_type, nullable=False)), nullable=False)
    return pa.field(name, array.type, nullable=array.null_count > 0)


def _group(cases: CaseTable, start: int, size: int, dictionaries: Mapping[str, Any], schema: Any) -> Any:
    rows = cases.take(np.arange(start, min(start + size, len(cases))))
    columns = [_array(column, dictionaries.get(name)) for name, column in case_columns(rows).items()]
    kinds = zip(columns, schema.types, strict=True)
    return pa.Table.from_arrays([array.cast(kind) for array, kind in kinds], schema=schema)


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
