"""What a mapping adds once the columns of the cases are typed: further tables, explained blanks, translated codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dipsim.cases.code_map import CodeWarning, read_code_maps, translated
from dipsim.cases.joining import TableAccount, join_tables
from dipsim.cases.mapping import CaseMapping, WhenBlank
from dipsim.cases.normalise import Example, change
from dipsim.cases.table import F8, I8, Coded, CodedLists
from dipsim.cases.typed import TypedColumn
from dipsim.money import MISSING


@dataclass(frozen=True, slots=True)
class Completed:
    """All typed columns of the cases, what became of the rows of further tables, and codes in doubt."""

    columns: Mapping[str, TypedColumn]
    tables: tuple[TableAccount, ...]
    code_warnings: tuple[CodeWarning, ...]


def completed(
    columns: Mapping[str, TypedColumn],
    case_ids: Any,
    folder: Path,
    mapping: CaseMapping,
    wanted: Collection[str] | None,
    salt: bytes,
) -> Completed:
    """The columns with all that the mapping adds; `folder` holds the further tables. Raises CaseDataError."""
    joined = join_tables(case_ids, folder, mapping, wanted, salt)
    found = dict(columns)
    for part in joined:
        found |= {name: column for name, column in part.columns.items() if wanted is None or name in wanted}
    for name, rule in mapping.when_blank.items():
        if name in found and rule.if_filled in found:
            found[name] = _filled(name, found[name], found[rule.if_filled].data, rule)
    warnings: list[CodeWarning] = []
    for name, code_map in read_code_maps(mapping).items():
        if name in found:
            column = found[name]
            assert isinstance(column.data, Coded | CodedLists)
            translation = translated(name, column.data, code_map)
            found[name] = TypedColumn(translation.column, column.faults, (*column.changes, *translation.changes))
            warnings += translation.warnings
    return Completed(found, tuple(part.account for part in joined), tuple(warnings))


def _filled(name: str, column: TypedColumn, other: Coded | CodedLists | I8 | F8, rule: WhenBlank) -> TypedColumn:
    """A column of whole numbers with the value of the rule where it is blank and the other column is filled.

    A cell that could not be read is no blank.
    """
    assert isinstance(column.data, np.ndarray)
    is_blank = column.data == MISSING
    is_blank[[fault.row for fault in column.faults]] = False
    rows = np.flatnonzero(is_blank & _is_filled(other) & _is_below(other, rule.below))
    if not rows.size:
        return column
    values = column.data.copy()
    values[rows] = rule.value
    note = change(name, "when_blank", [Example("", str(rule.value), rows.size)])
    return TypedColumn(values, column.faults, (*column.changes, note))


def _is_below(data: Coded | CodedLists | I8 | F8, limit: int | None) -> Any:
    return True if limit is None else np.asarray(data) < limit


def _is_filled(data: Coded | CodedLists | I8 | F8) -> Any:
    if isinstance(data, Coded):
        return data.ids >= 0
    if isinstance(data, CodedLists):
        return np.diff(data.offsets) > 0
    return data != MISSING if data.dtype == np.int64 else ~np.isnan(data)
