"""Reviews: every REVIEW rule on the cases that claim points of groups, after claiming and before cells are added up.

A review leaves points or takes some, and names the case that is its reason. What it finds is a lead for review, or the
application of a limit; never a finding about care.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.checks import require_columns
from dipsim.money import half_even_ratio
from dipsim.registry import CLAIM_RULES, RULES, table_of
from dipsim.routing import OUTSIDE_POOL, REJECTED
from dipsim.rule import Claims, HighCases, Need, Reviewed, ReviewView, Rule, Stage, View
from dipsim.scenario import Scenario
from dipsim.weighting.outlier import is_paid_high

I8 = NDArray[np.int64]


_NO_HIGH_CASES = HighCases(*(np.zeros(0, np.int64) for _ in range(4)))


@dataclass(frozen=True, slots=True)
class Review:
    """What one rule said: its view, with the points before it, and its answer by row of the view."""

    rule: Rule
    params: Any
    view: ReviewView
    reviewed: Reviewed


def active_reviews(scenario: Scenario) -> tuple[Rule, ...]:
    """The REVIEW rules that the scenario states and that read anything."""
    stated = [rule for rule in RULES if rule.stage is Stage.REVIEW and table_of(rule) in scenario.params]
    return tuple(rule for rule in stated if rule.reads(scenario.params[table_of(rule)]))


def review(view: View, routed: I8, claims: Claims, scenario: Scenario) -> tuple[Review, ...]:
    """Run every review, one on what the one before it left, and put the points left into the claims of the run.

    routed   index into registry.RULES of each case. Raises CaseDataError when a column that is read is absent.
    """
    rules = active_reviews(scenario)
    require_columns(view.cases, {table_of(rule): rule.reads(scenario.params[table_of(rule)]) for rule in rules})
    rows = np.flatnonzero(np.isin(routed, _rules_of_groups(scenario))) if rules else np.zeros(0, np.int64)
    is_paid = (routed != OUTSIDE_POOL) & (routed != REJECTED)
    found = []
    for rule in rules:
        params = scenario.params[table_of(rule)]
        asks = Need.HIGH_CASES in rule.needs(params)
        high = _high_cases(view, routed, claims, scenario, rows) if asks else _NO_HIGH_CASES
        points = claims.points_micro[rows]
        part = ReviewView(view.cases, rows, view.hospital, view.insurance, is_paid, view.grouping, points, high)
        reviewed: Reviewed = rule.run(part, params)
        claims.points_micro[rows] = reviewed.points_micro
        found.append(Review(rule, params, part, reviewed))
    return tuple(found)


def _rules_of_groups(scenario: Scenario) -> list[int]:
    """The CLAIM rules that claim points of groups under this scenario."""
    stated = [rule for rule in CLAIM_RULES.values() if table_of(rule) in scenario.params]
    return [RULES.index(rule) for rule in stated if Need.GROUP_POINTS in rule.needs(scenario.params[table_of(rule)])]


def _high_cases(view: View, routed: I8, claims: Claims, scenario: Scenario, rows: I8) -> HighCases:
    """Those of the reviewed rows that are paid as high, by whatever rule."""
    weighted = [number for number in _rules_of_groups(scenario) if RULES[number].is_weighted]
    is_banded = np.isin(routed[rows], weighted)
    at = np.flatnonzero(is_banded & is_paid_high(scenario.outlier, claims.flag[rows]))
    reference, limit, normal = (np.zeros(at.size, np.int64) for _ in range(3))
    for number in np.unique(routed[rows[at]]).tolist():
        rule = RULES[number]
        params = scenario.params[table_of(rule)]
        own = np.flatnonzero(routed[rows[at]] == number)
        part = replace(view, rows=rows[at[own]])
        reference[own], limit[own] = _reference_and_limit(rule, part, params)
        as_normal: Claims = rule.run(replace(part, weighting=view.weights.without_bands()), params)
        normal[own] = as_normal.points_micro
    return HighCases(at, reference, limit, normal)


def _reference_and_limit(rule: Rule, view: View, params: Any) -> tuple[I8, I8]:
    """What the cost of each case compared with when its band was chosen, and the cost above which it is high."""
    reference, limit = np.zeros(view.rows.size, np.int64), np.zeros(view.rows.size, np.int64)
    for chosen, weights in rule.weights_of(view, params):
        rows = view.rows[chosen]
        group, hospital = view.grouping.group[rows].astype(np.int64), view.hospital[rows]
        by = weights.outlier.classify_by
        reference[chosen] = weights.reference(by, group, hospital, view.insurance[rows])
        u, v = weights.high_ratio(group, hospital)
        limit[chosen] = half_even_ratio(reference[chosen], u, v)
    return reference, limit
