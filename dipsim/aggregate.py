"""Running on aggregates: which policies can be carried out on sums over cases, and how a scenario reads them.

Points x cases and sums of money is all that the table `cells` can say. A rule or setting that needs to know each case
refuses it by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dipsim.cases.aggregates import KEYS, Calendar
from dipsim.cases.table import CaseTable
from dipsim.errors import PolicyError, Problem
from dipsim.policy.any_scheme import brought_scheme, group_names
from dipsim.registry import CLAIM_RULES, RULES, table_of
from dipsim.rule import Need, Stage
from dipsim.scenario import GROUP_STATUS, HOSPITAL_LEVEL, HOSPITAL_TYPE, Scenario

ASKABLE_OF_CELLS = frozenset({*KEYS, GROUP_STATUS, HOSPITAL_LEVEL, HOSPITAL_TYPE})
"""What a route may ask of a cell."""
_WHY = "the cells hold sums only"


def brought(scenario: Scenario) -> Scenario:
    """The scenario for cells: they bring their group, whatever scheme found it."""
    return replace(scenario, scheme=brought_scheme(scenario.scheme))


def known_groups(scenario: Scenario) -> frozenset[str]:
    """The groups that a cell may name: those with published points, else those of the scheme; empty for any."""
    weights = scenario.weights
    if weights.kind == "table":
        return frozenset(weights.group_codes)
    return frozenset(group_names(scenario.scheme))


def calendar(scenario: Scenario) -> Calendar:
    """Where the month of a cell stands in for a date."""
    return Calendar(scenario.head.year_basis, scenario.head.year)


def require_sums_suffice(cells: CaseTable, scenario: Scenario) -> None:
    """PolicyError naming every rule and setting of the scenario that needs to know each case."""
    problems = [*_routes(scenario), *_rules(scenario), *_reviews(scenario)]
    basis = scenario.head.year_basis
    if basis != "none" and not cells.has(basis):
        where = f"{scenario.document.place('year_basis')}: year_basis"
        step = "state year_basis = 'none', add the column month to the cells, or bring cases"
        problems.append(Problem(where, f"reads {basis} of each case", _WHY, step))
    if problems:
        raise PolicyError(problems)


def _routes(scenario: Scenario) -> Iterator[Problem]:
    for number, route in enumerate(scenario.head.route, start=1):
        for column in sorted(route.when.keys() - ASKABLE_OF_CELLS):
            where = f"{scenario.document.place('route')}: route {number}: when.{column}"
            yield Problem(where, f"reads {column} of each case", _WHY, "leave this route out, or bring cases")


def _rules(scenario: Scenario) -> Iterator[Problem]:
    """The CLAIM rules that routes name and that read each case, and the deviation bands where points are claimed."""
    document = scenario.document
    is_weighted = False
    for key in sorted({route.pay for route in scenario.head.route}):
        rule, params = CLAIM_RULES[key], scenario.params[table_of(CLAIM_RULES[key])]
        is_weighted |= Need.GROUP_POINTS in rule.needs(params)
        if not rule.of_sums:
            columns = ", ".join(sorted(rule.reads(params) - {*KEYS}))
            where = f"{document.place(table_of(rule))}: [{table_of(rule)}]"
            yield Problem(where, f"reads {columns} of each case", _WHY, "route the cells elsewhere, or bring cases")
    if is_weighted and scenario.outlier.references:
        where = f"{document.place('weighting.outlier.form')}: weighting.outlier.form"
        step = "state form = 'none', or bring cases"
        yield Problem(where, "reads total_cost_yuan of each case", _WHY, step)


def _reviews(scenario: Scenario) -> Iterator[Problem]:
    for rule in (rule for rule in RULES if rule.stage is Stage.REVIEW and table_of(rule) in scenario.params):
        if columns := rule.reads(scenario.params[table_of(rule)]):
            where = f"{scenario.document.place(table_of(rule))}: [{table_of(rule)}]"
            yield Problem(
                where, f"reads {', '.join(sorted(columns))} of each case", _WHY, "leave it out, or bring cases"
            )
