"""Rank-and-cap of high cases by METHODS F3.5 and the docstring of the rule: one hospital after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

Tables = Mapping[str, Any]
Found = tuple[int, str]
"""Millionths of a point left, and the flag."""
MILLION = 10**6


def reviewed(cases: Sequence[Tables], rule: Tables) -> dict[str, Found]:
    """What becomes of each case that claims points of groups.

    A case states case_id, hospital_id, insurance, rule, cost and reference in yuan, limit (U), is_high, and points and
    normal in millionths: what it claimed, and what it would claim as a normal case.
    """
    found = {}
    for unit in {unit_of(case, rule) for case in cases}:
        own = [case for case in cases if unit_of(case, rule) == unit]
        claiming = [case for case in own if case["rule"] == "dip"]
        counted = [case for case in own if case["rule"] != "outside_pool"] if rule["discharges"] == "pool" else claiming
        high = sorted((case for case in claiming if case["is_high"]), key=lambda case: order(case, rule))
        kept = high[: allowed(len(counted), rule)]
        for case in claiming:
            if not case["is_high"]:
                found[case["case_id"]] = (case["points"], "not_high")
            elif case in kept:
                found[case["case_id"]] = (case["points"], "within_cap")
            else:
                left = case["points"] if rule["over_cap"] == "as_claimed" else min(case["points"], case["normal"])
                found[case["case_id"]] = (left, "over_cap")
    return found


def unit_of(case: Tables, rule: Tables) -> tuple[str, str]:
    return case["hospital_id"], case["insurance"] if rule["by_insurance"] else ""


def allowed(discharges: int, rule: Tables) -> int:
    exact = Fraction(str(rule["largest_share"])) * discharges
    return floor(exact) if rule["rounding"] == "down" else floor(exact + Fraction(1, 2))


def order(case: Tables, rule: Tables) -> tuple[Fraction, Fraction, str]:
    """The highest first, then the dearest, then the smallest id."""
    limit = Fraction(round(case["reference"] * case["limit"] * MILLION), MILLION)
    ratio = Fraction(round(case["cost"] / case["reference"] * MILLION), MILLION)
    measure = ratio if rule["rank_by"] == "ratio" else case["cost"] - limit
    return -measure, -case["cost"], case["case_id"]
