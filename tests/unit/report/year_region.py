"""A year small enough to reckon by hand: two hospitals, one fund, claims that come late, are corrected, or come after.

Every stay earns 1,000 points. Employees, 10,000 yuan for the year; in the end 5,000 points are claimed: 2 yuan a point.

    case   hospital   stay ended   came         fund bore
    a1     H1 三级     01-10        01-20           3,000
    a2     H1         01-25        02-03           2,000   the month after the stay ended
    b1     H2 一级     02-10        02-15           1,000
    b2     H2         02-12        02-20           1,500   replaced by b3 on 03-05
    b3     H2         02-12        03-05           1,200   a correction
    b4     H2         12-20        2026-01-08        800   after December

    month        came   that month   earlier   corrected   taken back, net   prepaid 90%   deposit 5% of it
    1           3,000        3,000                                                 2,700             135.00
    2           4,500        1,000     2,000                         1,500         4,050             202.50
    3            -300                              1,200            -1,500          -270             -13.50
    later         800                    800

Sharing by the template of METHODS F5.5; what is not retained goes to the risk reserve, which gives back 200 at most:
H1 bore 5,000 of 4,000: wants 0.7 x 400 = 280, gets 200. H2 bore 3,000 of 6,000: 0.15 x 6,000 + 3,000 = 3,900.
A score of 85 takes a tenth of the deposit of H2, 99 yuan; 50 yuan are deducted.

    hospital   priced   shared   assessed   deducted   earned      prepaid   deposit   due
    H1          4,000      200          0          0   4,200.00     -4,500       225     -75.00
    H2          6,000   -2,100      -9.90        -50   3,840.10     -1,980        99   1,959.10
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dipsim.cases.arrival import Superseded
from dipsim.cases.read import CaseReading, RowCounts
from dipsim.cases.year_tables import Deduction
from dipsim.lab.compare import Comparison, compared
from dipsim.money import micro
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.scenario import Scenario
from tests import build
from tests.golden.test_year import tables_of

YEAR = 2025
LEVELS = {"H1": "tertiary", "H2": "primary"}
CASES = (
    ("a1", "H1", "2025-01-10", "2025-01-20", "3000", "normal"),
    ("a2", "H1", "2025-01-25", "2025-02-03", "2000", "normal"),
    ("b1", "H2", "2025-02-10", "2025-02-15", "1000", "normal"),
    ("b3", "H2", "2025-02-12", "2025-03-05", "1200", "corrected"),
    ("b4", "H2", "2025-12-20", "2026-01-08", "800", "normal"),
)
REPLACED = ("b2", "H2", "2025-02-12", "2025-02-20", "1500", "normal")
REPLACED_ON = "2025-03-05"
RULES = ("prepayment", "risk_sharing", "assessment", "deductions")


def inputs() -> Inputs:
    """The cases in force at the end, the one that was replaced, scores and deductions."""
    names = ("case_id", "hospital_id", "discharged_on", "settled_on", "fund_paid_yuan", "claim_status")

    def table(cases: tuple[tuple[str, ...], ...]) -> Any:
        rest = {"insurance": "employee", "group_code": "G", "total_cost_yuan": "10000"}
        return build.case_table([{**rest, **dict(zip(names, case, strict=True))} for case in cases])

    day = (np.datetime64(REPLACED_ON) - np.datetime64("1970-01-01")).astype(int)
    cases = table(CASES)
    given = Inputs(
        cases,
        hospitals=build.hospitals(LEVELS),
        superseded=Superseded(table((REPLACED,)), np.array([day], np.int64)),
        assessment={(YEAR, "H1"): micro(95), (YEAR, "H2"): micro(85)},
        deductions=(Deduction(YEAR, "employee", "H2", "", 5_000, 0, "invented for tests"),),
    )
    counts = RowCounts(len(CASES) + 1, len(CASES), 1)
    return replace(given, reading=CaseReading(cases, (), (), counts, (), ()))


def scenario(changes: Mapping[str, Any] | None = None, rules: tuple[str, ...] = RULES) -> Scenario:
    """The year, with further changes."""
    none = {"employee": "none", "resident": "none"}
    solved = {"mode": "solve", "given_yuan": none, "budget_yuan": {"employee": 10_000, "resident": "none"}}
    settlement: dict[str, Any] = {"point_value": solved, **tables_of({"rules": list(rules)})}
    if "risk_sharing" in rules:
        settlement["risk_sharing"] |= {"surplus_to": "reserve", "reserve_yuan": {"employee": 200, "resident": "none"}}
    stated = {"title": "The year", "title_zh": "全年", "year_basis": "discharged_on", "settlement": settlement}
    return build.scenario(build.changed(stated, changes or {}))


def result(through: int | None = None, changes: Mapping[str, Any] | None = None) -> Result:
    """The year, or a part of it."""
    return simulate(inputs(), scenario(changes), through=through)


def comparison() -> Comparison:
    """The year, and the same without sharing: H1 earns 4,000 yuan, H2 5,940.10."""
    rest = tuple(rule for rule in RULES if rule != "risk_sharing")
    alone = scenario({"title": "Without sharing", "title_zh": "不作分担"}, rest)
    other = replace(alone, document=alone.document.override({}, "test/alone"))
    return compared(inputs(), [scenario(), other])
