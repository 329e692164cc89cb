"""Reviews: every REVIEW rule on the cases that claim points of groups, after claiming and before cells are added up.

A review leaves points or takes some, and names the case that is its reason. What it finds is a lead for review.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.checks import require_columns
from dipsim.registry import CLAIM_RULES, RULES, table_of
from dipsim.rule import Claims, Need, Reviewed, ReviewView, Rule, Stage, View
from dipsim.scenario import Scenario

I8 = NDArray[np.int64]


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
    found = []
    for rule in rules:
        params = scenario.params[table_of(rule)]
        part = ReviewView(view.cases, rows, view.hospital, view.grouping, claims.points_micro[rows])
        reviewed: Reviewed = rule.run(part, params)
        claims.points_micro[rows] = reviewed.points_micro
        found.append(Review(rule, params, part, reviewed))
    return tuple(found)


def _rules_of_groups(scenario: Scenario) -> list[int]:
    """The CLAIM rules that claim points of groups under this scenario."""
    stated = [rule for rule in CLAIM_RULES.values() if table_of(rule) in scenario.params]
    return [RULES.index(rule) for rule in stated if Need.GROUP_POINTS in rule.needs(scenario.params[table_of(rule)])]
