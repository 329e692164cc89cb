"""One case of a table with some of its cells otherwise: the question "what if" is asked of a table like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dipsim.cases.identity import fresh_salt
from dipsim.cases.mapping import CANONICAL
from dipsim.cases.rejects import REASONS
from dipsim.cases.table import BLANK_ID, F8, I4, I8, CaseTable, Coded, CodedLists
from dipsim.cases.typed import typed_column
from dipsim.errors import CaseDataError, Problem
from dipsim.money import MISSING


def with_cells(cases: CaseTable, row: int, cells: Mapping[str, str]) -> CaseTable:
    """The table with the cells of one case as given, read as those of a file are; an empty text is a blank.

    A column that the table lacks is blank for all other cases. Raises CaseDataError for cells that cannot be read.
    """
    problems = []
    for name, text in cells.items():
        column = typed_column(name, pa.chunked_array([pa.array([text])]), CANONICAL, fresh_salt())
        problems += [
            Problem(f"{name}={text}", REASONS[fault.reason].en.format(field=name, **fault.details))
            for fault in column.faults
        ]
        if not problems:
            cases = _with_column(cases, name, row, column.data)
    if problems:
        raise CaseDataError(problems)
    return cases


def _with_column(cases: CaseTable, name: str, row: int, cell: Coded | CodedLists | I8 | F8) -> CaseTable:
    """The table with one cell in a row; `cell` is a column of one row."""
    if isinstance(cell, Coded):
        blank = Coded(np.full(len(cases), BLANK_ID, np.int32), ())
        return replace(cases, coded={**cases.coded, name: _with_code(cases.coded.get(name, blank), row, cell)})
    if isinstance(cell, CodedLists):
        empty = CodedLists(np.zeros(len(cases) + 1, np.int64), np.zeros(0, np.int32), ())
        return replace(cases, lists={**cases.lists, name: _with_list(cases.lists.get(name, empty), row, cell)})
    if cell.dtype == np.int64:
        whole = cases.integers.get(name, np.full(len(cases), MISSING, np.int64)).copy()
        whole[row] = cell[0]
        return replace(cases, integers={**cases.integers, name: whole})
    number = cases.reals.get(name, np.full(len(cases), np.nan)).copy()
    number[row] = cell[0]
    return replace(cases, reals={**cases.reals, name: number})


def _with_code(column: Coded, row: int, cell: Coded) -> Coded:
    values, of_column, of_cell = _merged(column.values, cell.values)
    ids = of_column[column.ids]
    ids[row] = of_cell[cell.ids[0]]
    return Coded(ids, values)


def _with_list(column: CodedLists, row: int, cell: CodedLists) -> CodedLists:
    values, of_column, of_cell = _merged(column.values, cell.values)
    ids = of_column[column.ids]
    start, end = int(column.offsets[row]), int(column.offsets[row + 1])
    offsets = column.offsets.copy()
    offsets[row + 1 :] += cell.ids.size - (end - start)
    return CodedLists(offsets, np.concatenate((ids[:start], of_cell[cell.ids], ids[end:])), values)


def _merged(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[tuple[str, ...], I4, I4]:
    """Two dictionaries as one, sorted, and where the ids of each went; the last entry is that of BLANK_ID."""
    values = tuple(sorted({*one, *other}))
    place = {value: number for number, value in enumerate(values)}
    of_one, of_other = (np.array([*(place[value] for value in part), BLANK_ID], np.int32) for part in (one, other))
    return values, of_one, of_other
