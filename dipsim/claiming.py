"""The pass over cases: every CLAIM rule on the cases routed to it, block by block, added up into cells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim import cells as cell_sums
from dipsim.cases.companions import Hospitals
from dipsim.cases.table import BLANK_ID, MISSING, CaseTable
from dipsim.cells import Cells
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.dip import Grouping
from dipsim.ledger import INSURANCES, NOBODY, Accounts
from dipsim.money import MICRO, micro
from dipsim.policy.weights import LEVELS
from dipsim.registry import RULES, table_of
from dipsim.routing import REJECTED, Routing, route_cases
from dipsim.rule import Claims, View
from dipsim.scenario import Scenario
from dipsim.weighting.hospital_factor import factors_micro
from dipsim.weighting.relative_weight import own_means, published
from dipsim.weighting.weighting import Weighting

I8 = NDArray[np.int64]

BLOCK = 1 << 18
"""Cases in a block."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the cases claim, one entry a case, and the same added up by cell.

    hospital    int64 index into accounts.hospital_ids, -1 for a blank
    insurance   int64 index into ledger.INSURANCES, -1 for a blank
    claims      points, yuan and flag by case; zero for a rejected case
    """

    accounts: Accounts
    hospital: I8
    insurance: I8
    routing: Routing
    weighting: Weighting | None
    claims: Claims
    cells: Cells


def claim(
    cases: CaseTable, hospitals: Hospitals | None, scenario: Scenario, grouping: Grouping, threads: int
) -> Claimed:
    """Route and claim every case; CaseDataError or PolicyError when a rule cannot do its work."""
    routing = route_cases(cases, grouping, scenario)
    accounts, hospital = _hospital_index(cases)
    insurance = _insurance_index(cases)
    weighting = None
    if any(RULES[number].is_weighted for number in np.unique(routing.rule) if number != REJECTED):
        weighting = _weighting(cases, hospitals, scenario, grouping, routing, accounts, hospital)
    view = View(cases, np.zeros(0, np.int64), hospital, insurance, grouping, weighting)

    def work(start: int) -> tuple[Claims, Cells]:
        rows = np.arange(start, min(start + BLOCK, len(cases)))
        claims = _claim_block(rows, view, routing, scenario)
        return claims, _cells(rows, claims, view, routing, scenario.head.year)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(work, range(0, len(cases), BLOCK)))
    claims = Claims(
        *(_joined([getattr(part, name) for part, _ in parts]) for name in ("points_micro", "amount_fen", "flag"))
    )
    cells = cell_sums.merge([part for _, part in parts])
    return Claimed(accounts, hospital, insurance, routing, weighting, claims, cells)


def _joined(parts: list[I8]) -> I8:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _claim_block(rows: I8, view: View, routing: Routing, scenario: Scenario) -> Claims:
    """The claims of a block of rows, each case by its own rule."""
    block = Claims(*(np.zeros(rows.size, np.int64) for _ in range(3)))
    for number in np.unique(routing.rule[rows]).tolist():
        if number == REJECTED:
            continue
        rule = RULES[number]
        at = np.flatnonzero(routing.rule[rows] == number)
        claims: Claims = rule.run(replace(view, rows=rows[at]), scenario.params[table_of(rule)])
        block.points_micro[at] = claims.points_micro
        block.amount_fen[at] = claims.amount_fen
        block.flag[at] = claims.flag
    return block


def _cells(rows: I8, claims: Claims, view: View, routing: Routing, year: int) -> Cells:
    """A block added up; rejected cases are left out."""
    kept = routing.rule[rows] != REJECTED
    rows = rows[kept]
    month = routing.month[rows]
    cells = Cells(
        hospital=view.hospital[rows],
        insurance=view.insurance[rows],
        year=np.full(rows.size, year),
        month=month,
        rule=routing.rule[rows],
        group=view.grouping.group[rows].astype(np.int64),
        flag=claims.flag[kept],
        cases=np.ones(rows.size, np.int64),
        cost_fen=_known(view.cases, "total_cost_yuan", rows),
        patient_fen=_known(view.cases, "out_of_pocket_yuan", rows),
        length_of_stay_days=_known(view.cases, "length_of_stay_days", rows),
        points_micro=claims.points_micro[kept],
        amount_fen=claims.amount_fen[kept],
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


def _weighting(
    cases: CaseTable,
    hospitals: Hospitals | None,
    scenario: Scenario,
    grouping: Grouping,
    routing: Routing,
    accounts: Accounts,
    hospital: I8,
) -> Weighting:
    """Weights and factors of the groups and hospitals of the run."""
    weighted = np.flatnonzero([number != REJECTED and RULES[number].is_weighted for number in routing.rule])
    claiming = np.unique(hospital[weighted])
    level = _levels(hospitals, scenario, accounts, claiming)
    weights = scenario.weights
    if weights.kind == "own_means":
        groups = own_means(
            weights,
            grouping.group_codes,
            grouping.group[weighted].astype(np.int64),
            cases.fen("total_cost_yuan")[weighted],
            level[hospital[weighted]],
        )
    else:
        groups = published(weights, grouping.group_codes)
    factor = np.full(len(accounts.hospital_ids), MICRO, np.int64)
    ids = tuple(accounts.hospital_ids[number] for number in claiming)
    factor[claiming] = factors_micro(scenario.hospital_factor, weights, ids, level[claiming])
    grassroots = scenario.hospital_factor.grassroots_factor
    return Weighting(groups, scenario.outlier, level, factor, -1 if grassroots == "none" else micro(grassroots))


def _levels(hospitals: Hospitals | None, scenario: Scenario, accounts: Accounts, claiming: I8) -> I8:
    """The level of each hospital, -1 for unknown; CaseDataError naming claiming hospitals without one that need it."""
    level = np.full(len(accounts.hospital_ids), -1, np.int64)
    if hospitals is not None:
        known = hospitals.level_of(accounts.hospital_ids)
        level[:] = [LEVELS.index(name) if name in LEVELS else -1 for name in known]
    readers = [
        f"[weighting.outlier] {key}"
        for key in ("classify_by", "compute_by")
        if getattr(scenario.outlier, key) == "level_mean"
    ]
    if scenario.hospital_factor.by == "level":
        readers.append("[weighting.hospital_factor] by")
    missing = [accounts.hospital_ids[number] for number in claiming if level[number] < 0]
    if missing and (readers or hospitals is not None):
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        raise CaseDataError(
            Problem(
                "hospitals",
                f"no level for {shown}",
                f"read by {', '.join(readers) or 'the report by level'}",
                "bring the table hospitals with a level (primary, secondary, tertiary) for each",
            )
        )
    return level
