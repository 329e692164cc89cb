"""The rules of a scheme, read: what the language does not know, sets that are not there, limits with gaps between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from dipsim.errors import Problem
from dipsim.grouping.drg.expression import (
    MAIN_PROCEDURE,
    OTHER_DIAGNOSES,
    OTHER_PROCEDURES,
    PRINCIPAL,
    VIRTUAL_SETS,
    WEIGHT,
    Comparison,
    Count,
    Expression,
    conditions_of,
    sets_of,
)
from dipsim.grouping.drg.language import RuleSyntaxError, parse
from dipsim.grouping.drg_check.anomalies import Anomaly, AnomalyKind
from dipsim.paths import did_you_mean
from dipsim.policy.drg_folder import Place
from dipsim.policy.drg_scheme import RuleRow
from dipsim.policy.drg_tables import DrgTables

_PREFIX_OF = {PRINCIPAL: "DI", OTHER_DIAGNOSES: "DI", MAIN_PROCEDURE: "OP", OTHER_PROCEDURES: "OP"}
"""How the names of the sets begin in which a variable is looked for."""


def parsed_rules(rows: Sequence[RuleRow], place: Place) -> tuple[Mapping[str, Expression], list[Problem]]:
    """The expression of each distinct rule that can be read, and a problem for each row whose rule cannot."""
    expressions: dict[str, Expression] = {}
    errors: dict[str, RuleSyntaxError] = {}
    for rule in {row.rule for row in rows}:
        try:
            expressions[rule] = parse(rule)
        except RuleSyntaxError as error:
            errors[rule] = error
    return expressions, [errors[row.rule].problem(place(row, "rule")) for row in rows if row.rule in errors]


def undefined_sets(
    rows: Sequence[RuleRow], expressions: Mapping[str, Expression], sets: Collection[str], place: Place
) -> Iterator[Problem]:
    """A problem for each set that a rule names and the tables do not have."""
    for row in rows:
        if row.rule not in expressions:
            continue
        for name in sorted(sets_of(expressions[row.rule]) - VIRTUAL_SETS):
            if name not in sets:
                hint = did_you_mean(name, sets) or "give it rows among the sets, or correct the rule"
                yield Problem(place(row, "rule"), f"no set '{name}'", f"the rule of {row.code} names it", hint)


def sets_of_another_kind(rows: Sequence[RuleRow], expressions: Mapping[str, Expression]) -> Iterator[Anomaly]:
    """Diagnoses looked for in sets of procedures, procedures in sets of diagnoses."""
    for row in rows:
        for condition in conditions_of(expressions[row.rule]) if row.rule in expressions else ():
            if isinstance(condition, Comparison):
                continue
            names = (condition.set_name,) if isinstance(condition, Count) else condition.sets
            prefixes = {_PREFIX_OF[variable] for variable in condition.variables if variable in _PREFIX_OF}
            for name in names:
                if name[:2] in ("DI", "OP") and prefixes and name[:2] not in prefixes:
                    what = f"{row.code}: {', '.join(condition.variables)} in {name}"
                    yield Anomaly(AnomalyKind.SET_OTHER_KIND, row.where, what)


def weight_gaps(tables: DrgTables, expressions: Mapping[str, Expression]) -> Iterator[Anomaly]:
    """Limits such as <=1499 and >=1500 within an MDC: a weight of 1499.5 g fulfils neither."""
    upper: dict[str, dict[int, RuleRow]] = defaultdict(dict)
    lower: dict[str, set[int]] = defaultdict(set)
    for row in tables.adrg:
        for condition in conditions_of(expressions[row.rule]) if row.rule in expressions else ():
            if isinstance(condition, Comparison) and condition.variable == WEIGHT:
                if condition.operator == "<=":
                    upper[row.parent].setdefault(condition.number, row)
                elif condition.operator == ">=":
                    lower[row.parent].add(condition.number)
    for mdc, rows in upper.items():
        for limit, row in rows.items():
            if limit + 1 in lower[mdc]:
                what = f"{row.code}: {limit}-{limit + 1} g"
                yield Anomaly(AnomalyKind.WEIGHT_GAP, row.where, what)
