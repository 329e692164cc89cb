"""Further tables of the same cases: diagnoses, procedures and one-to-one tables joined by the case_id.

Nothing depends on the order of the rows: without a stated order codes stand in the order of their spelling, and a
case for which two rows claim the same place is rejected. Every row is used or counted under the reason why not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.celltext import as_words, merged_words
from dipsim.cases.columns import Kind
from dipsim.cases.encode import cleaner, compact, compact_lists, encode_texts
from dipsim.cases.further import TableRows, read_table_rows
from dipsim.cases.gather import FileInfo
from dipsim.cases.layout import restated
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.mapping_tables import REJECT, CodeTable, Flag, RowTable
from dipsim.cases.normalise import Change, spelling_changes
from dipsim.cases.parse import parse_integers, trimmed
from dipsim.cases.rejects import Fault
from dipsim.cases.table import BLANK_ID, I8, Coded, CodedLists
from dipsim.cases.typed import TypedColumn, column_reader
from dipsim.money import MISSING

Mask = NDArray[np.bool_]
PLACES_SHOWN = 3
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of a table that were not used, for one reason, with the first places."""

    reason: str
    rows: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableAccount:
    """What became of the rows of a further table: rows = used + those left out.

    cases_without   cases that have no row in it
    """

    table: str
    files: tuple[FileInfo, ...]
    rows: int
    used: int
    left_out: tuple[LeftOut, ...]
    cases_without: int


@dataclass(frozen=True, slots=True)
class Joined:
    """What one table adds to the cases: typed columns, one entry a case, with their faults, and its account."""

    columns: Mapping[str, TypedColumn]
    account: TableAccount


def join_tables(
    case_ids: Any, folder: Path, mapping: CaseMapping, wanted: Collection[str] | None, salt: bytes
) -> list[Joined]:
    """The tables of a mapping that hold a wanted column, read from `folder` and joined; CaseDataError."""
    tables = [table for table in mapping.tables if wanted is None or set(table.makes) & set(wanted)]
    return [_join(case_ids, read_table_rows(table, folder, mapping), mapping, salt) for table in tables]


def _join(case_ids: Any, rows: TableRows, mapping: CaseMapping, salt: bytes) -> Joined:
    keys = pc.utf8_trim_whitespace(rows.columns[rows.table.key]).combine_chunks()
    keys = pc.if_else(pc.equal(keys, ""), None, keys)
    case = pc.index_in(keys, value_set=case_ids, skip_nulls=True).fill_null(-1).to_numpy(zero_copy_only=False)
    uses = _Uses(rows, case.astype(np.int64), len(case_ids))
    uses.leave_out("blank_key", keys.is_null().to_numpy(zero_copy_only=False))
    uses.leave_out("no_such_case", case < 0)
    if isinstance(rows.table, RowTable):
        columns = _one_to_one(rows, rows.table, uses, mapping, salt)
    else:
        columns = _code_columns(rows, rows.table, uses, mapping)
    return Joined(columns, uses.account())


class _Uses:
    """Which rows of a table are used so far, and why the others are not."""

    def __init__(self, rows: TableRows, case: I8, cases: int) -> None:
        self.rows = rows
        self.case = case
        self.cases = cases
        self.is_used = np.ones(case.size, bool)
        self.left_out: list[LeftOut] = []
        if rows.ragged:
            self.left_out.append(LeftOut("ragged_row", len(rows.ragged), rows.ragged[:PLACES_SHOWN]))

    def leave_out(self, reason: str, mask: Mask) -> None:
        """Take the rows under the mask out, those that no earlier reason took."""
        rows = np.flatnonzero(mask & self.is_used)
        self.is_used[rows] = False
        if rows.size:
            places = tuple(self.rows.place(int(row)) for row in rows[:PLACES_SHOWN])
            self.left_out.append(LeftOut(reason, rows.size, places))

    def leave_out_rows(self, reason: str, rows: I8) -> None:
        """The same for rows by number."""
        mask = np.zeros(self.is_used.size, bool)
        mask[rows] = True
        self.leave_out(reason, mask)

    def account(self) -> TableAccount:
        """Used and left out, so far."""
        has_row = np.zeros(self.cases + 1, bool)
        has_row[self.case] = True  # a row without a case stands at -1, the last
        return TableAccount(
            table=self.rows.table.name,
            files=self.rows.files,
            rows=self.is_used.size + len(self.rows.ragged),
            used=int(self.is_used.sum()),
            left_out=tuple(self.left_out),
            cases_without=int((~has_row[:-1]).sum()),
        )

    def places(self, rows: Sequence[int]) -> str:
        """The first of some rows, as a text."""
        more = f", +{len(rows) - PLACES_SHOWN}" if len(rows) > PLACES_SHOWN else ""
        return ", ".join(sorted(map(self.rows.place, rows))[:PLACES_SHOWN]) + more


def _sheet_faults(rows: TableRows, uses: _Uses) -> list[Fault]:
    """What a sheet did to the cells of rows that are used, as faults of their cases."""
    used = [fault for fault in rows.faults if uses.is_used[fault.row]]
    places = [rows.file_and_line(fault.row) for fault in used]
    return [
        replace(fault, row=int(uses.case[fault.row]), file=file, line=line)
        for fault, (file, line) in zip(used, places, strict=True)
    ]


# ---- several rows a case


def _code_columns(rows: TableRows, table: CodeTable, uses: _Uses, mapping: CaseMapping) -> dict[str, TypedColumn]:
    name = table.makes[0]
    if table.only is not None:
        uses.leave_out("other_kind", ~_is_flagged(rows, table.only, mapping))
    cells = merged_words([as_words(table.code, chunk) for chunk in rows.columns[table.code].chunks])
    codes, words = encode_texts(cells, cleaner(name, Kind.CODE, mapping))
    uses.leave_out("blank_code", codes.ids == BLANK_ID)
    order, faults = _order(rows, table, uses, mapping)
    is_main = np.zeros(codes.ids.size, bool) if table.main is None else _is_flagged(rows, table.main, mapping)
    chosen = _in_order(codes, order, is_main, uses)
    firsts = np.flatnonzero(np.diff(uses.case[chosen], prepend=-1))
    has_main, ambiguous = _mains(table, chosen, firsts, order, is_main, uses)
    faults += [*ambiguous, *_sheet_faults(rows, uses)]
    if table.without_main == REJECT:
        without = uses.case[chosen[firsts[~has_main]]]
        faults += [Fault(case, name, "", "no_main_code") for case in without.tolist()]
    changes = tuple(spelling_changes(name, words.before, words.after, words.cells))
    is_headed = np.zeros(uses.cases, bool)
    is_headed[uses.case[chosen[firsts[has_main]]]] = True
    return _listed(table, chosen, codes, uses, is_headed, tuple(faults), changes)


def _is_flagged(rows: TableRows, flag: Flag, mapping: CaseMapping) -> Mask:
    text = trimmed(rows.columns[flag.column], mapping.cells)
    is_meant = pc.is_in(text, value_set=pa.array(flag.values)).combine_chunks()
    return np.asarray(is_meant.to_numpy(zero_copy_only=False), bool)


def _order(rows: TableRows, table: CodeTable, uses: _Uses, mapping: CaseMapping) -> tuple[I8, list[Fault]]:
    """The place of each row, the last for a blank; a place that is no number is a fault of its case."""
    if not table.order:
        return np.full(uses.case.size, _LAST), []
    text = trimmed(rows.columns[table.order], mapping.cells)
    parsed = parse_integers(text)
    bad = [int(row) for row in parsed.bad if uses.is_used[row]]
    cells = text.take(pa.array(bad, pa.int64())).to_pylist()
    faults = [
        Fault(int(uses.case[row]), table.order, cell, "not_an_integer", {}, *rows.file_and_line(row))
        for row, cell in zip(bad, cells, strict=True)
    ]
    return np.where(parsed.values == MISSING, _LAST, parsed.values), faults


def _in_order(codes: Coded, order: I8, is_main: Mask, uses: _Uses) -> I8:
    """The rows used, case by case, the main one first, then by order and code; a row that repeats another is out."""
    chosen = np.flatnonzero(uses.is_used)
    keys = [column[chosen] for column in (codes.ids, order, ~is_main, uses.case)]
    by_place = np.lexsort(keys)
    ordered = np.stack([key[by_place].astype(np.int64) for key in keys])
    is_again = np.zeros(chosen.size, bool)
    is_again[1:] = (ordered[:, 1:] == ordered[:, :-1]).all(axis=0)
    chosen = chosen[by_place]
    uses.leave_out_rows("repeated", chosen[is_again])
    return chosen[~is_again]


def _mains(table: CodeTable, chosen: I8, firsts: I8, order: I8, is_main: Mask, uses: _Uses) -> tuple[Mask, list[Fault]]:
    """Whether each case with rows has a main one, and a fault for each case where two claim to be it."""
    first = chosen[firsts]
    second = chosen[np.minimum(firsts + 1, chosen.size - 1)] if chosen.size else first
    has_second = (uses.case[second] == uses.case[first]) & (second != first)
    if table.main is not None:
        has_main, is_ambiguous = is_main[first], has_second & is_main[second]
    else:
        has_main = order[first] != _LAST
        is_ambiguous = has_second & has_main & (order[second] == order[first])
    faults = [
        Fault(
            int(uses.case[one]),
            table.makes[0],
            "",
            "two_main_codes",
            {"table": table.name, "places": uses.places([int(one), int(other)])},
        )
        for one, other in zip(first[is_ambiguous], second[is_ambiguous], strict=True)
    ]
    return np.asarray(has_main, bool), faults


def _listed(
    table: CodeTable,
    chosen: I8,
    codes: Coded,
    uses: _Uses,
    is_headed: Mask,
    faults: tuple[Fault, ...],
    changes: tuple[Change, ...],
) -> dict[str, TypedColumn]:
    """The codes of each case under the columns of the table; a list whose first is the main one needs a main one."""
    ids, case = codes.ids[chosen], uses.case[chosen]
    is_first = np.diff(case, prepend=-1) != 0
    *before, name = table.makes
    if before:
        principal = np.full(uses.cases, BLANK_ID, np.int32)
        is_principal = is_first & is_headed[case]
        principal[case[is_principal]] = ids[is_principal]
        others = compact_lists(_lists(ids[~is_principal], case[~is_principal], uses.cases, codes.values))
        first = compact(Coded(principal, codes.values))
        return {before[0]: TypedColumn(first, faults, changes), name: TypedColumn(others, (), ())}
    kept = is_headed[case]
    uses.leave_out_rows("no_main_code", chosen[~kept])
    lists = compact_lists(_lists(ids[kept], case[kept], uses.cases, codes.values))
    return {name: TypedColumn(lists, faults, changes)}


def _lists(ids: Any, case: I8, cases: int, values: tuple[str, ...]) -> CodedLists:
    offsets = np.append(0, np.cumsum(np.bincount(case, minlength=cases))).astype(np.int64)
    return CodedLists(offsets, ids, values)


# ---- one row a case


def _one_to_one(
    rows: TableRows, table: RowTable, uses: _Uses, mapping: CaseMapping, salt: bytes
) -> dict[str, TypedColumn]:
    differing = [*_differing(rows, table, uses), *_sheet_faults(rows, uses)]
    row_of = np.full(uses.cases, -1, np.int64)
    used = np.flatnonzero(uses.is_used)
    row_of[uses.case[used]] = used
    columns = {}
    for number, (name, header) in enumerate(table.columns.items()):
        reader = column_reader(name, mapping, salt)
        reader.add(restated(name, rows.columns[header], mapping))
        column = reader.finish()
        at = {int(row): case for case, row in enumerate(row_of.tolist()) if row >= 0} if column.faults else {}
        faults = [
            Fault(at[fault.row], name, fault.value, fault.reason, fault.details, *rows.file_and_line(fault.row))
            for fault in column.faults
            if fault.row in at
        ]
        of_table = differing if number == 0 else []
        columns[name] = TypedColumn(_taken(column.data, row_of), (*faults, *of_table), column.changes)
    return columns


def _differing(rows: TableRows, table: RowTable, uses: _Uses) -> Iterator[Fault]:
    """A fault for each case whose rows differ; of equal rows the first in the file stays."""
    used = np.flatnonzero(uses.is_used)
    times = np.bincount(uses.case[used], minlength=uses.cases)
    doubled = used[times[uses.case[used]] > 1]
    if not doubled.size:
        return
    texts = [
        rows.columns[header].take(pa.array(doubled)).to_pylist() for header in dict.fromkeys(table.columns.values())
    ]
    of_case: dict[int, dict[tuple[str | None, ...], list[int]]] = {}
    for row, cells in zip(doubled.tolist(), zip(*texts, strict=True), strict=True):
        of_case.setdefault(int(uses.case[row]), {}).setdefault(cells, []).append(row)
    again = [row for same in of_case.values() for rows_alike in same.values() for row in rows_alike[1:]]
    uses.leave_out_rows("repeated", np.array(again, np.int64))
    for case, same in sorted(of_case.items()):
        if len(same) > 1:
            places = uses.places([alike[0] for alike in same.values()])
            yield Fault(case, next(iter(table.columns)), "", "rows_differ", {"table": table.name, "places": places})


def _taken(data: Any, row_of: I8) -> Any:
    """The entry of each case's row, a blank where it has none."""
    if isinstance(data, Coded):
        return compact(Coded(np.append(data.ids, np.int32(BLANK_ID))[row_of], data.values))
    if isinstance(data, CodedLists):
        with_none = CodedLists(np.append(data.offsets, data.offsets[-1]), data.ids, data.values)
        return compact_lists(with_none.take(np.where(row_of < 0, len(data.offsets) - 1, row_of)))
    blank = MISSING if data.dtype == np.int64 else np.nan
    return np.append(data, blank).astype(data.dtype)[row_of]
