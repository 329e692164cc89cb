"""A region small enough to reckon by hand: two hospitals, one fund, a case of every band, and rows that are left out.

Group G is worth 1,000 points and costs 10,000 yuan on average. Employees, budget 8,800 yuan, 4,400 points: 2 yuan a
point.

    hospital   case     charge   r     points                     pay
    H1 三级     c1       10,000   1.0   1,000                      2,000
    H1         c2       10,000   1.0   1,000                      2,000
    H2 一级     c3        4,000   0.4   1,000 x 0.4 = 400            800
    H2         c4       30,000   3.0   1,000 x (3 - 2 + 1) = 2,000  4,000
    H1         c5        5,000   insured elsewhere: outside the pool
    H2         c6        blank   rejected: dip reads the charge
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dipsim.cases.read import CaseReading, RowCounts
from dipsim.lab.compare import Comparison, compared
from dipsim.pipeline import Inputs, Result, simulate
from tests import build

LEVELS = {"H1": "tertiary", "H2": "primary"}
CASES: tuple[dict[str, Any], ...] = (
    {"case_id": "c1", "hospital_id": "H1", "total_cost_yuan": 10_000, "out_of_pocket_yuan": 3_000},
    {"case_id": "c2", "hospital_id": "H1", "total_cost_yuan": 10_000, "out_of_pocket_yuan": 4_000},
    {"case_id": "c3", "hospital_id": "H2", "total_cost_yuan": 4_000, "out_of_pocket_yuan": 1_000},
    {"case_id": "c4", "hospital_id": "H2", "total_cost_yuan": 30_000, "out_of_pocket_yuan": 9_000},
    {"case_id": "c5", "hospital_id": "H1", "total_cost_yuan": 5_000, "insurance": "other"},
    {"case_id": "c6", "hospital_id": "H2", "total_cost_yuan": None},
)
CHANGES: Mapping[str, Any] = {
    "route": [{"when": {"insurance": "other"}, "pay": "outside_pool"}, {"pay": "dip"}],
    "settlement": {
        "point_value": {
            "mode": "solve",
            "budget_yuan": {"employee": 8_800, "resident": "none"},
            "given_yuan": {"employee": "none", "resident": "none"},
        }
    },
}


def inputs() -> Inputs:
    """The cases and hospitals, and an account of their reading that saw one more row."""
    rows = [{"insurance": "employee", "group_code": "G", **case} for case in CASES]
    cases = build.case_table(rows)
    reading = CaseReading(cases, (), (), RowCounts(len(rows) + 1, len(rows), 1), (), ())
    return replace(Inputs(cases, hospitals=build.hospitals(LEVELS)), reading=reading)


def result(changes: Mapping[str, Any] | None = None) -> Result:
    """The region paid by the base scenario, or by one with further changes."""
    return simulate(inputs(), build.scenario(build.changed(CHANGES, changes or {})))


def comparison(given: Inputs | None = None) -> Comparison:
    """The base scenario and narrower bands, on the same inputs.

    With U = 1.5 the case c4 earns 1,000 x (3 - 1.5 + 1) = 2,500 points: 4,900 in all. H1 is paid 8,800 x 2,000 / 4,900
    = 3,591.84 yuan, 408.16 less than before, and H2 5,208.16.
    """
    base = build.scenario(CHANGES)
    narrow = {"title": "Narrow bands", "title_zh": "收窄界限", "weighting": {"outlier": {"high_ratio": 1.5}}}
    document = base.document.override({"weighting.outlier.high_ratio": 1.5}, "test/narrow")
    other = replace(build.scenario(build.changed(CHANGES, narrow)), document=document)
    return compared(given or inputs(), [base, other])
