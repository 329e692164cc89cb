"""The pass over cases: every CLAIM rule on the cases routed to it, added up into cells.

A rule of pass kind `cell` claims block by block; one that must see whole persons or hospitals gets all its cases first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim import cells as cell_sums
from dipsim.cases.companions import Hospitals
from dipsim.cases.table import BLANK_ID, CaseTable
from dipsim.cells import Cells
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.result import Grouping
from dipsim.ledger import INSURANCES, NOBODY, Accounts
from dipsim.money import MICRO, MISSING, micro
from dipsim.policy.weights import LEVELS
from dipsim.registry import RULES, table_of
from dipsim.reviewing import Review, review
from dipsim.routing import REJECTED, Routing, route_cases
from dipsim.rule import Claims, Need, PassKind, View
from dipsim.scenario import Scenario
from dipsim.weighting.hospital_factor import factors_micro
from dipsim.weighting.relative_weight import for_day_surgery, own_means, published
from dipsim.weighting.weighting import Weighting

I8 = NDArray[np.int64]

BLOCK = 1 << 18
"""Cases in a block."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the cases claim, one entry a case, and the same added up by cell.

    view        what the rules read, without rows
    claims      points that reviews left, yuan and flag by case; zero for a rejected case
    reviews     what every REVIEW rule said, in the order in which they ran
    """

    accounts: Accounts
    view: View
    routing: Routing
    claims: Claims
    cells: Cells
    reviews: tuple[Review, ...]

    @property
    def hospital(self) -> I8:
        """The hospital of each case, int64 index into accounts.hospital_ids, -1 for a blank."""
        return self.view.hospital

    @property
    def insurance(self) -> I8:
        """The insurance of each case, int64 index into ledger.INSURANCES, -1 for a blank."""
        return self.view.insurance

    @property
    def weighting(self) -> Weighting | None:
        """The weights of the run, None when no rule of it claims points of groups."""
        return self.view.weighting


def claim(
    cases: CaseTable, hospitals: Hospitals | None, scenario: Scenario, grouping: Grouping, threads: int
) -> Claimed:
    """Route and claim every case; CaseDataError or PolicyError when a rule cannot do its work."""
    routing = route_cases(cases, hospitals, grouping, scenario)
    accounts, hospital = _hospital_index(cases)
    view = _view(cases, hospitals, scenario, grouping, routing, accounts, hospital)
    claims = Claims(*(np.zeros(len(cases), np.int64) for _ in range(3)))
    for number in _rules(routing.rule):
        if RULES[number].pass_kind is not PassKind.CELL:
            _claim(np.flatnonzero(routing.rule == number), number, view, scenario, claims)

    blocks = [np.arange(start, min(start + BLOCK, len(cases))) for start in range(0, len(cases), BLOCK)]

    def claim_block(rows: I8) -> None:
        for number in _rules(routing.rule[rows]):
            if RULES[number].pass_kind is PassKind.CELL:
                _claim(rows[routing.rule[rows] == number], number, view, scenario, claims)

    def add_up(rows: I8) -> Cells:
        return _cells(rows, claims, view, routing.rule, routing.month, scenario.head.year)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(claim_block, blocks))
        reviews = review(view, routing.rule, claims, scenario)
        cells = cell_sums.merge(list(pool.map(add_up, blocks)))
    return Claimed(accounts, view, routing, claims, cells, reviews)


def _rules(routed: I8) -> list[int]:
    """The rules that cases were routed to."""
    return [number for number in np.unique(routed).tolist() if number != REJECTED]


def _claim(rows: I8, number: int, view: View, scenario: Scenario, claims: Claims) -> None:
    """Put what one rule claims for its rows into the claims of the run; no two calls share a row.

    A row that stands for many cases earns the points of each of them; its yuan follow from their sum.
    """
    rule = RULES[number]
    part: Claims = rule.run(replace(view, rows=rows), scenario.params[table_of(rule)])
    claims.points_micro[rows] = part.points_micro * view.cases.count(rows)
    claims.amount_fen[rows] = part.amount_fen
    claims.flag[rows] = part.flag


def cells_by(claimed: Claimed, year: int, month: I8) -> Cells:
    """What the cases claim added up by another month than that of the year's basis; groups and flags together."""

    def work(start: int) -> Cells:
        rows = np.arange(start, min(start + BLOCK, month.size))
        return _without_groups(_cells(rows, claimed.claims, claimed.view, claimed.routing.rule, month, year))

    return cell_sums.merge([work(start) for start in range(0, month.size, BLOCK)])


def _without_groups(cells: Cells) -> Cells:
    none = np.full(len(cells), NOBODY, np.int64)
    return cell_sums.merge([replace(cells, group=none, flag=none)])


def _cells(rows: I8, claims: Claims, view: View, rule: I8, month: I8, year: int) -> Cells:
    """A block added up; rejected cases are left out."""
    rows = rows[rule[rows] != REJECTED]
    cells = Cells(
        hospital=view.hospital[rows],
        insurance=view.insurance[rows],
        year=np.full(rows.size, year),
        month=month[rows],
        rule=rule[rows],
        group=view.grouping.group[rows].astype(np.int64),
        flag=claims.flag[rows],
        cases=view.cases.count(rows),
        cost_fen=_known(view.cases, "total_cost_yuan", rows),
        points_cost_fen=np.where(claims.points_micro[rows] != 0, _known(view.cases, "total_cost_yuan", rows), 0),
        patient_fen=_known(view.cases, "out_of_pocket_yuan", rows),
        fund_paid_fen=_known(view.cases, "fund_paid_yuan", rows),
        length_of_stay_days=_known(view.cases, "length_of_stay_days", rows),
        points_micro=claims.points_micro[rows],
        amount_fen=claims.amount_fen[rows],
    )
    return cell_sums.merge([cells])


def _known(cases: CaseTable, column: str, rows: I8) -> I8:
    """A column for adding up: 0 where it is absent or blank."""
    if not cases.has(column):
        return np.zeros(rows.size, np.int64)
    values = cases.integer(column)[rows]
    return np.where(values == MISSING, 0, values)


def _hospital_index(cases: CaseTable) -> tuple[Accounts, I8]:
    """The accounts of the hospitals that have cases, and the index of each case's hospital."""
    if not cases.has("hospital_id"):
        return Accounts(()), np.full(len(cases), NOBODY, np.int64)
    coded = cases.code("hospital_id")
    occurring = np.unique(coded.ids[coded.ids != BLANK_ID])
    index = np.where(coded.ids == BLANK_ID, NOBODY, np.searchsorted(occurring, coded.ids))
    return Accounts(tuple(coded.values[number] for number in occurring)), index.astype(np.int64)


def _insurance_index(cases: CaseTable) -> I8:
    if not cases.has("insurance"):
        return np.full(len(cases), NOBODY, np.int64)
    coded = cases.code("insurance")
    positions = np.array([*(INSURANCES.index(value) for value in coded.values), NOBODY], np.int64)
    return positions[coded.ids]


def _view(
    cases: CaseTable,
    hospitals: Hospitals | None,
    scenario: Scenario,
    grouping: Grouping,
    routing: Routing,
    accounts: Accounts,
    hospital: I8,
) -> View:
    """What the rules of the run may read, without rows; levels, factors and weights as far as a rule needs them."""
    needs = {number: RULES[number].needs(scenario.params[table_of(RULES[number])]) for number in _rules(routing.rule)}
    weighted, factored = (
        np.flatnonzero(np.isin(routing.rule, [number for number, wanted in needs.items() if need in wanted]))
        for need in (Need.GROUP_POINTS, Need.HOSPITAL_FACTOR)
    )
    level = _levels(hospitals, accounts)
    readers = _level_readers(scenario, weighted.size > 0, factored.size > 0)
    _require_levels(
        level, hospitals is not None, readers, accounts, np.unique(hospital[np.union1d(weighted, factored)])
    )
    factor = np.full(len(accounts.hospital_ids), MICRO, np.int64)
    if factored.size:
        of_factor = np.unique(hospital[factored])
        ids = tuple(accounts.hospital_ids[number] for number in of_factor)
        factor[of_factor] = factors_micro(scenario.hospital_factor, scenario.weights, ids, level[of_factor])
    weighting = _weighting(cases, scenario, grouping, weighted, level, factor, hospital) if weighted.size else None
    insurance = _insurance_index(cases)
    return View(cases, np.zeros(0, np.int64), hospital, insurance, grouping, weighting, level, factor)


def _weighting(
    cases: CaseTable, scenario: Scenario, grouping: Grouping, weighted: I8, level: I8, factor: I8, hospital: I8
) -> Weighting:
    """Weights of the groups of the run; own means are those of the cases that claim points of groups."""
    weights = scenario.weights
    if weights.kind == "own_means":
        groups = own_means(
            weights,
            grouping.group_codes,
            grouping.group[weighted].astype(np.int64),
            cases.fen("total_cost_yuan")[weighted],
            level[hospital[weighted]],
            cases.count(weighted),
        )
    else:
        groups = published(weights, grouping.group_codes)
    grassroots = scenario.hospital_factor.grassroots_factor
    grassroots_micro = -1 if grassroots == "none" else micro(grassroots)
    day_surgery = for_day_surgery(weights, groups, grouping.group_codes)
    return Weighting(groups, scenario.outlier, level, factor, grassroots_micro, day_surgery)


def _levels(hospitals: Hospitals | None, accounts: Accounts) -> I8:
    """The level of each hospital, -1 for unknown."""
    if hospitals is None:
        return np.full(len(accounts.hospital_ids), -1, np.int64)
    known = hospitals.level_of(accounts.hospital_ids)
    return np.array([LEVELS.index(name) if name in LEVELS else -1 for name in known], np.int64)


def _level_readers(scenario: Scenario, is_weighted: bool, is_factored: bool) -> list[str]:
    """The parameters by which the run reads the level of a hospital."""
    readers = []
    if is_weighted:
        references = scenario.outlier.references.items()
        readers = [f"[weighting.outlier] {key}" for key, kind in references if kind == "level_mean"]
        readers += ["[weighting.outlier] high_limits"] if scenario.outlier.high_limits else []
    if is_factored and scenario.hospital_factor.by == "level":
        readers.append("[weighting.hospital_factor] by")
    return readers


def _require_levels(level: I8, has_table: bool, readers: list[str], accounts: Accounts, claiming: I8) -> None:
    """CaseDataError naming the claiming hospitals without a level, when it is read or a table should state it."""
    missing = [accounts.hospital_ids[number] for number in claiming if level[number] < 0]
    if missing and (readers or has_table):
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        raise CaseDataError(
            Problem(
                "hospitals",
                f"no level for {shown}",
                f"read by {', '.join(readers) or 'the report by level'}",
                "bring the table hospitals with a level (primary, secondary, tertiary) for each",
            )
        )
