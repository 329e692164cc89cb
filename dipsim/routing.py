"""Every case goes to one CLAIM rule, by the first route that fits; a case that its rule cannot read is rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.aggregate import require_sums_suffice
from dipsim.cases.checks import blank_rows, require_columns
from dipsim.cases.companions import Hospitals
from dipsim.cases.rejects import Fault, Reject, reject
from dipsim.cases.table import CaseTable, CodedLists
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.result import Grouping, Status
from dipsim.money import MISSING
from dipsim.registry import CLAIM_RULES, RULES, table_of
from dipsim.rule import Rule, Stage
from dipsim.scenario import (
    ASKABLE,
    GROUP_STATUS,
    HOSPITAL_LEVEL,
    HOSPITAL_TYPE,
    OUTSIDE_YEAR_RULE,
    Route,
    Scenario,
    Span,
)

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

REJECTED = -1
"""The rule of a case that was rejected."""
OUTSIDE_POOL = RULES.index(CLAIM_RULES[OUTSIDE_YEAR_RULE])


@dataclass(frozen=True, slots=True)
class Routing:
    """Where each case went.

    rule              int64 index into registry.RULES, REJECTED for a rejected case
    is_outside_year   bool: the date that counts lies in another year; such a case is outside the pool
    month             int64, 1 to 12 by the date that counts, 0 without one
    rejects           one entry for each case and column that its rule reads and that is blank
    """

    rule: I8
    is_outside_year: Mask
    month: I8
    rejects: tuple[Reject, ...]


def route_cases(cases: CaseTable, hospitals: Hospitals | None, grouping: Grouping, scenario: Scenario) -> Routing:
    """The rule of each case; CaseDataError naming every column or table that is read and absent, and who reads it."""
    if cases.is_aggregate:
        require_sums_suffice(cases, scenario)
    rule = np.full(len(cases), REJECTED, np.int64)
    for route in scenario.head.route:
        fits = (rule == REJECTED) & _fits(cases, hospitals, grouping, route)
        rule[fits] = RULES.index(CLAIM_RULES[route.pay])
    month, is_outside_year, is_undated = _calendar(cases, scenario)
    rule[is_outside_year] = OUTSIDE_POOL

    needs = {number: _reads(RULES[number], scenario) for number in np.unique(rule).tolist()}
    require_columns(cases, {table_of(RULES[number]): columns for number, columns in needs.items()})
    rejects: list[Reject] = []
    is_rejected = np.zeros(len(cases), bool)
    for number, columns in needs.items():
        for column in sorted(columns):
            blank = (rule == number) & blank_rows(cases, column)
            rejects += _blank_rejects(cases, blank, column, table_of(RULES[number]))
            is_rejected |= blank
    undated = is_undated & (rule != OUTSIDE_POOL)
    rejects += _blank_rejects(cases, undated, scenario.head.year_basis, "year_basis")
    rule[is_rejected | undated] = REJECTED
    return Routing(rule, is_outside_year & (rule == OUTSIDE_POOL), month, tuple(rejects))


def _fits(cases: CaseTable, hospitals: Hospitals | None, grouping: Grouping, route: Route) -> Mask:
    """The cases that meet every condition of a route; a blank meets none."""
    fits = np.ones(len(cases), bool)
    for name, wanted in route.when.items():
        of_hospital = name in (HOSPITAL_LEVEL, HOSPITAL_TYPE)
        column = "hospital_id" if of_hospital else name
        if column != GROUP_STATUS:
            require_columns(cases, {f"route to {route.pay}": {column}})
        if isinstance(wanted, Span):
            fits &= _lies_within(cases.integer(column), wanted)
        elif column == GROUP_STATUS:
            fits &= np.isin(grouping.status, [status for status in Status if status.key in wanted])
        elif column in cases.lists:
            codes = cases.code_list(column)
            fits &= _holds_any(codes, _meets(codes.values, name, wanted))
        else:
            coded = cases.code(column)
            values = _of_hospitals(hospitals, coded.values, name, route) if of_hospital else coded.values
            fits &= np.append(_meets(values, name, wanted), False)[coded.ids]  # BLANK_ID, -1, is the last
    return fits


def _meets(values: Sequence[str], name: str, wanted: tuple[str, ...]) -> Mask:
    """Which of the distinct values fit: by their leading characters for codes, else those that are wanted."""
    if ASKABLE[name].by == "leading characters":
        return np.array([value.startswith(wanted) for value in values], bool)
    return np.array([value in wanted for value in values], bool)


def _lies_within(values: I8, span: Span) -> Mask:
    lowest = MISSING + 1 if span.lowest is None else span.lowest
    is_within = (values != MISSING) & (values >= lowest)
    return np.asarray(is_within if span.highest is None else is_within & (values <= span.highest))


def _holds_any(codes: CodedLists, is_wanted: Mask) -> Mask:
    """Cases with at least one wanted code in their list."""
    before = np.append(0, np.cumsum(is_wanted[codes.ids]))
    return np.asarray(before[codes.offsets[1:]] > before[codes.offsets[:-1]])


def _of_hospitals(hospitals: Hospitals | None, ids: Sequence[str], name: str, route: Route) -> list[str]:
    """What the table hospitals says of each hospital, '' where it says nothing; CaseDataError without the table."""
    if hospitals is None:
        why = f"the route to {route.pay} asks for {name}"
        raise CaseDataError(Problem("hospitals", "no such table", why, "bring the table hospitals"))
    stated = hospitals.level if name == HOSPITAL_LEVEL else hospitals.type
    return [stated[hospitals.row_of[key]] if key in hospitals.row_of else "" for key in ids]


def _calendar(cases: CaseTable, scenario: Scenario) -> tuple[I8, Mask, Mask]:
    """Month of each case, and whether its date lies in another year or is blank."""
    basis, year = scenario.head.year_basis, scenario.head.year
    no = np.zeros(len(cases), bool)
    if basis == "none":
        return np.zeros(len(cases), np.int64), no, no
    require_columns(cases, {"year_basis": {basis}})
    days = cases.integer(basis)
    is_undated = days == MISSING
    months = np.where(is_undated, 0, days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    is_outside = ~is_undated & (months // 12 + 1970 != year)
    return np.where(is_undated | is_outside, 0, months % 12 + 1), is_outside, is_undated


def _reads(rule: Rule, scenario: Scenario) -> frozenset[str]:
    """What a CLAIM rule reads, and what the PRICE rules read of the cases that claim through it."""
    columns: frozenset[str] = rule.reads(scenario.params[table_of(rule)])
    return columns | price_reads(scenario) if columns else columns


def price_reads(scenario: Scenario) -> frozenset[str]:
    """The columns whose sums price and clearing need of every case that claims."""
    params = scenario.params
    after = [rule for rule in RULES if rule.stage in (Stage.CEILING, Stage.PRICE, Stage.MONTH, Stage.SETTLE)]
    return frozenset().union(*(rule.reads(params[table_of(rule)]) for rule in after if table_of(rule) in params))


def _blank_rejects(cases: CaseTable, blank: Mask, column: str, reader: str) -> Iterator[Reject]:
    rows = np.flatnonzero(blank)
    case_ids = cases.case_ids.take(rows).to_pylist()
    for row, case_id in zip(rows.tolist(), case_ids, strict=True):
        file, line = cases.files[cases.origin_file[row]], int(cases.origin_line[row])
        yield reject(file, line, case_id, Fault(row, column, "", "blank_but_read", {"reader": reader}))


def counts_by_status(grouping: Grouping, routing: Routing) -> Mapping[str, int]:
    """Cases by grouping status, rejected cases left out."""
    kept = routing.rule != REJECTED
    return {status.key: int(np.sum(grouping.status[kept] == status)) for status in Status}
