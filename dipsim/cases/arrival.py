"""When claims come and go: what was settled late, taken back or replaced in the course of a year.

A claim arrives on the day of settlement, or of discharge where that is blank. It goes on the day on which a row arrives
that names it in `replaces_case_id`: a corrected claim, or a reversed one that only takes it back. A row that is itself
marked as reversed never counted, and one that is named before it arrives goes as it comes. What is in force at the end
of the reading are the accepted cases; the claims that went before are kept here: they counted in the months between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dipsim.cases.encode import compact, compact_lists
from dipsim.cases.rejects import Fault
from dipsim.cases.table import BLANK_ID, I8, CaseTable, Coded, CodedLists
from dipsim.money import MISSING

GOING = "replaced"
"""The reason not to count a row that was a claim all the same."""
NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Superseded:
    """Claims that are no longer in force, and the day on which each went, int64 days, never before it arrived."""

    cases: CaseTable
    gone_on: I8


def arrived_on(integers: Mapping[str, I8], rows: int) -> I8:
    """The day on which each claim arrived, int64 days since 1970-01-01, `MISSING` where neither date is known."""
    unknown = np.full(rows, MISSING)
    settled, discharged = (integers.get(name, unknown) for name in ("settled_on", "discharged_on"))
    return np.where(settled != MISSING, settled, discharged)


def superseded(whole: CaseTable, faults: Sequence[Fault]) -> Superseded:
    """The rows whose only fault is that another names them, where it is known when both arrived."""
    is_gone, is_faulty = np.zeros(len(whole), bool), np.zeros(len(whole), bool)
    is_gone[[fault.row for fault in faults if fault.reason == GOING]] = True
    is_faulty[[fault.row for fault in faults if fault.reason != GOING]] = True
    came, named = arrived_on(whole.integers, len(whole)), _named_on(whole)
    rows = np.flatnonzero(is_gone & ~is_faulty & (came != MISSING) & (named != NEVER))
    return Superseded(compacted(whole.take(rows)), np.maximum(came, named)[rows])


def _named_on(whole: CaseTable) -> I8:
    """The day on which the first claim arrived that names each row, NEVER where there is none."""
    first = np.full(len(whole), NEVER)
    if "replaces_case_id" not in whole.coded or not whole.coded["replaces_case_id"].values:
        return first
    named = whole.coded["replaces_case_id"]
    place = pc.index_in(pa.array(named.values), value_set=whole.case_ids).fill_null(BLANK_ID).to_numpy()
    target, day = np.append(place, BLANK_ID)[named.ids], arrived_on(whole.integers, len(whole))
    naming = np.flatnonzero((target != BLANK_ID) & (day != MISSING))
    np.minimum.at(first, target[naming], day[naming])
    return first


def compacted(cases: CaseTable) -> CaseTable:
    """The same cases, each dictionary holding the values that occur."""
    return CaseTable(
        case_ids=cases.case_ids,
        coded={name: compact(column) for name, column in cases.coded.items()},
        lists={name: compact_lists(column) for name, column in cases.lists.items()},
        integers=cases.integers,
        reals=cases.reals,
        origin_file=cases.origin_file,
        origin_line=cases.origin_line,
        files=cases.files,
    )


def joined(first: CaseTable, second: CaseTable) -> CaseTable:
    """The cases of two tables of one reading, one below the other."""
    return CaseTable(
        case_ids=pa.chunked_array([first.case_ids, second.case_ids], pa.string()).combine_chunks(),
        coded={name: _joined_codes(column, second.coded[name]) for name, column in first.coded.items()},
        lists={name: _joined_lists(column, second.lists[name]) for name, column in first.lists.items()},
        integers={name: np.append(column, second.integers[name]) for name, column in first.integers.items()},
        reals={name: np.append(column, second.reals[name]) for name, column in first.reals.items()},
        origin_file=np.append(first.origin_file, second.origin_file),
        origin_line=np.append(first.origin_line, second.origin_line),
        files=first.files,
    )


def _joined_codes(first: Coded, second: Coded) -> Coded:
    values = tuple(sorted({*first.values, *second.values}))
    place = {value: number for number, value in enumerate(values)}
    parts = [
        np.array([*(place[value] for value in part.values), BLANK_ID], np.int32)[part.ids] for part in (first, second)
    ]
    return Coded(np.concatenate(parts), values)


def _joined_lists(first: CodedLists, second: CodedLists) -> CodedLists:
    codes = _joined_codes(Coded(first.ids, first.values), Coded(second.ids, second.values))
    offsets = np.append(first.offsets, first.offsets[-1] + second.offsets[1:])
    return CodedLists(offsets, codes.ids, codes.values)
