"""Incomplete stays by the text of METHODS F3.4, in fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tests.naive.points import Group, mean_of, to_millionth
from tests.naive.region import factor, number

Tables = Mapping[str, Any]


def points_micro(
    case: Tables, level: str, weights: Tables, scenario: Tables, groups: Mapping[str, Group], overall: Fraction
) -> int:
    """Millionths of a point that a broken-off stay earns."""
    rule = scenario["payment"]["incomplete_stay"]
    code, cost = case["group_code"], number(case["total_cost_yuan"])
    if not code:
        return to_millionth(number(rule["no_match_ratio"]) * number(weights["scale"]) * cost / overall)
    whole, mean = groups[code].points, mean_of(code, groups)
    if whole == 0:
        return 0
    by_cost = whole * cost / mean
    if rule["form"] == "zhejiang":
        by_cost *= factor(case, level, weights, scenario["weighting"]["hospital_factor"])
    return to_millionth(min(by_cost, whole))
