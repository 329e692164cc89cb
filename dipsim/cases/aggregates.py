"""Aggregates instead of cases: the table `cells`, one row for a hospital, insurance and group, as a case table.

A row stands for so many cases as its column `cases` says, and its amounts are sums over them. What goes on from here
is the same as with cases, except where a rule needs to know each case: such a rule refuses aggregates.
Always: rows in = accepted + rejected, and cases in = counted + rejected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from dipsim.cases.block import Block, Source
from dipsim.cases.encode import compact
from dipsim.cases.gather import FileInfo, Ignored
from dipsim.cases.mapping import CANONICAL
from dipsim.cases.parse import numerals, parse_integers
from dipsim.cases.read import CaseReading, RowCounts
from dipsim.cases.rejects import Fault, Reject, reject
from dipsim.cases.source import open_source, read_source
from dipsim.cases.table import BLANK_ID, COUNT, I8, CaseTable, Coded
from dipsim.cases.typed import TypedColumn, typed_column
from dipsim.errors import CaseDataError, Problem
from dipsim.money import MISSING
from dipsim.paths import did_you_mean

KEYS = ("hospital_id", "insurance", "group_code")
REQUIRED = (*KEYS, COUNT, "total_cost_yuan")
SUMS = (
    "total_cost_yuan",
    "out_of_pocket_yuan",
    "eligible_cost_yuan",
    "fund_paid_yuan",
    "length_of_stay_days",
)
"""Columns whose sum over the cases of a cell may stand in the table; a column that is there has no blanks."""
MONTH = "month"
_WHOLE_NUMBERS: Mapping[str, tuple[int, int]] = {COUNT: (1, 10**9), MONTH: (1, 12)}
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The date that counts in a scenario, and its year: a cell of a month stands under the first day of that month."""

    column: Literal["discharged_on", "settled_on", "none"]
    year: int


def read_aggregates(path: Path, known_groups: Collection[str], calendar: Calendar) -> CaseReading:
    """Read the table `cells`, CSV or Parquet; `counts` of the reading are cases, a count that is no number being none.

    known_groups   the groups that have points; empty where they follow from the cells themselves

    A row is rejected that has a blank or a value out of range, a group that is not known, or the key of another row.
    Raises CaseDataError when the file cannot be read or lacks a column.
    """
    source = open_source(path, path.name)
    _require_header(source)
    wanted = [name for name in (*KEYS, COUNT, MONTH, *SUMS) if name in source.header]
    raw = read_source(source, wanted)
    typed = {
        name: typed_column(name, raw.columns[name], CANONICAL, b"") for name in wanted if name not in _WHOLE_NUMBERS
    }
    numbers = {name: _whole_numbers(name, raw.columns[name]) for name in wanted if name in _WHOLE_NUMBERS}
    coded = {name: _coded(typed[name]) for name in KEYS}
    integers = {name: _integers(typed[name]) for name in SUMS if name in typed} | {
        name: values for name, (values, _) in numbers.items()
    }
    ids = _cell_ids(coded, integers.get(MONTH))
    faults = [fault for column in typed.values() for fault in column.faults]
    faults += [fault for _, found in numbers.values() for fault in found]
    faults += [*_blanks(coded, integers, faults), *_unknown_groups(coded["group_code"], known_groups)]
    faults += _duplicates(ids, raw)
    kept = np.setdiff1d(np.arange(raw.lines.size), np.array([fault.row for fault in faults], np.int64))
    rejects = [reject(source.name, int(raw.lines[fault.row]), ids[fault.row], fault) for fault in faults]
    return CaseReading(
        cases=_table(source, raw, ids, coded, _dated(integers, calendar), kept),
        rejects=tuple(sorted([*rejects, *_ragged(source, raw)], key=lambda row: (row.line, row.field, row.reason))),
        changes=tuple(change for column in typed.values() for change in column.changes),
        counts=_counts(integers[COUNT], kept),
        files=(FileInfo(source.name, source.sha256, raw.lines.size + len(raw.ragged), source.form),),
        ignored_columns=tuple(
            Ignored(name, did_you_mean(name, (*REQUIRED, MONTH, *SUMS))) for name in source.header if name not in wanted
        ),
    )


def _require_header(source: Source) -> None:
    lacking = [name for name in REQUIRED if name not in source.header]
    if lacking:
        raise CaseDataError(
            [
                Problem(
                    source.name,
                    f"no column {name}",
                    "the table `cells` needs it",
                    did_you_mean(name, source.header) or "add it",
                )
                for name in lacking
            ]
        )


def _coded(column: TypedColumn) -> Coded:
    assert isinstance(column.data, Coded)
    return column.data


def _integers(column: TypedColumn) -> I8:
    assert isinstance(column.data, np.ndarray)
    return column.data.astype(np.int64, copy=False)


def _whole_numbers(name: str, column: Any) -> tuple[I8, list[Fault]]:
    """A column of whole numbers that the data dictionary of a case does not have, with the faults of its cells."""
    text = numerals(column, CANONICAL.cells)
    parsed = parse_integers(text)
    cells = text.to_pylist()
    lowest, highest = _WHOLE_NUMBERS[name]
    faults = [Fault(row, name, cells[row], "not_an_integer") for row in parsed.bad.tolist()]
    is_known = parsed.values != MISSING
    for row in np.flatnonzero(is_known & ((parsed.values < lowest) | (parsed.values > highest))).tolist():
        details = {"minimum": str(lowest), "maximum": str(highest)}
        faults.append(Fault(row, name, cells[row], "out_of_range", details))
    return parsed.values, faults


def _cell_ids(coded: Mapping[str, Coded], month: I8 | None) -> list[str]:
    """What each cell is called: its hospital, insurance and group, and its month where the table has months."""
    parts = [[*column.values, ""] for column in coded.values()]
    columns = [
        [words[number] for number in column.ids.tolist()] for words, column in zip(parts, coded.values(), strict=True)
    ]
    if month is not None:
        columns.append([f"{number:02d}" if number > 0 else "" for number in month.tolist()])
    return ["|".join(words) for words in zip(*columns, strict=True)]


def _blanks(coded: Mapping[str, Coded], integers: Mapping[str, I8], faults: list[Fault]) -> Iterator[Fault]:
    """Every blank: aggregates have no unknown parts. A cell that could not be read has its own fault already."""
    bad = {(fault.row, fault.field) for fault in faults}
    blank = {name: column.ids == BLANK_ID for name, column in coded.items()}
    blank |= {name: values == MISSING for name, values in integers.items()}
    for name, is_blank in blank.items():
        for row in np.flatnonzero(is_blank).tolist():
            if (row, name) not in bad:
                yield Fault(row, name, "", "blank_but_read", {"reader": "cells"})


def _unknown_groups(group: Coded, known: Collection[str]) -> Iterator[Fault]:
    if not known:
        return
    is_unknown = np.array([*(value not in known for value in group.values), False])
    for row in np.flatnonzero(is_unknown[group.ids]).tolist():
        yield Fault(row, "group_code", group.text(row), "unknown_group")


def _duplicates(ids: list[str], raw: Block) -> Iterator[Fault]:
    """Every row whose key another row has too: none of them is taken, so the order of the rows cannot matter."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(ids):
        rows.setdefault(name, []).append(row)
    for same in rows.values():
        for row in same if len(same) > 1 else ():
            lines = ", ".join(str(raw.lines[other]) for other in same if other != row)
            yield Fault(row, "hospital_id", ids[row], "duplicate_cell", {"lines": lines})


def _dated(integers: Mapping[str, I8], calendar: Calendar) -> dict[str, I8]:
    """The months as the first day of each, in the column that the scenario counts by."""
    kept = {name: values for name, values in integers.items() if name != MONTH}
    if MONTH in integers and calendar.column != "none":
        first = [(date(calendar.year, month, 1) - _EPOCH).days for month in range(1, 13)]
        kept[calendar.column] = np.array([0, *first], np.int64)[integers[MONTH].clip(0, 12)]
    return kept


def _table(
    source: Source, raw: Block, ids: list[str], coded: Mapping[str, Coded], integers: Mapping[str, I8], rows: I8
) -> CaseTable:
    """The accepted cells, each dictionary holding the values that occur in them."""
    return CaseTable(
        case_ids=pa.array(ids, pa.string()).take(pa.array(rows)),
        coded={name: compact(column.take(rows)) for name, column in coded.items()},
        lists={},
        integers={name: values[rows] for name, values in integers.items()},
        reals={},
        origin_file=np.zeros(rows.size, np.int32),
        origin_line=raw.lines[rows],
        files=(source.name,),
    )


def _ragged(source: Source, raw: Block) -> Iterator[Reject]:
    for row in raw.ragged:
        details = {"cells": str(row.cells), "expected": str(row.expected)}
        yield reject(source.name, row.line, "", Fault(-1, "", "", "ragged_row", details))


def _counts(count: I8, kept: I8) -> RowCounts:
    """Cases in, counted and rejected; a count below zero or not readable is no case."""
    readable = count.clip(0)
    counted = int(readable[kept].sum())
    return RowCounts(int(readable.sum()), counted, int(readable.sum()) - counted)
