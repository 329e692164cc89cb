"""A scheme compiled: its rules as tables for the kernel, or as programs for the machine where tables grow too large."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.drg.classes import CaseClasses, case_classes, code_classes, conditions_by_code
from dipsim.grouping.drg.codes import CodeTables, code_tables
from dipsim.grouping.drg.expression import (
    CODE_VARIABLES,
    MAIN_PROCEDURE,
    PRINCIPAL,
    Expression,
    Membership,
    conditions_of,
)
from dipsim.grouping.drg.layout import layout
from dipsim.grouping.drg.machine import build_machine
from dipsim.grouping.drg.normal_form import Conditions, TooLargeError, single_conditions
from dipsim.grouping.drg.rows import RuleTree, rule_tree
from dipsim.grouping.drg.tables import build_tables, program_of
from dipsim.grouping.result import Status
from dipsim.kernels import drg as kernel
from dipsim.kernels.drg_machine import Machine
from dipsim.policy.drg_scheme import DrgScheme

CASE_CLASSES = 1 << 18
COUNTS = 64


@dataclass(frozen=True, slots=True)
class Compiled:
    """A scheme as numbers.

    tree       its rules
    cases      the classes of cases by age, sex and other columns
    codes      what it makes of each code that it names
    tables     None where they would grow too large
    machine    the rules as programs, which group where there are no tables
    """

    scheme: DrgScheme
    tree: RuleTree
    cases: CaseClasses
    codes: CodeTables
    tables: kernel.Tables | None
    machine: Machine


def compile_scheme(scheme: DrgScheme) -> Compiled:
    """Compile a scheme; PolicyError with every rule that cannot be carried out."""
    tree = rule_tree(scheme)
    conditions = Conditions()
    gate = _number(conditions, (*tree.mdc, *tree.adrg))
    _number(conditions, tree.drg)
    numbered = conditions.all()
    its_layout = layout(numbered, gate)
    if its_layout.counts.bit_count() > COUNTS:
        raise _too_many(scheme, f"rules with more than {COUNTS} different counts (length)")
    try:
        cases = case_classes(numbered, scheme.sets, scheme.choices.weight, CASE_CLASSES)
    except TooLargeError:
        raise _too_many(scheme, f"rules that tell more than {CASE_CLASSES} kinds of cases by age and so on") from None
    by_variable = {name: conditions_by_code(numbered, name, scheme.sets) for name in CODE_VARIABLES}
    principal, main = code_classes(by_variable[PRINCIPAL]), code_classes(by_variable[MAIN_PROCEDURE])
    status_of = statuses(scheme)
    try:
        program = program_of(tree, conditions, its_layout)
        tables = build_tables(program, its_layout, principal, main, cases, status_of)
    except TooLargeError:
        tables = None
    codes = code_tables(scheme, its_layout, by_variable, principal, main)
    machine = build_machine(tree, conditions, its_layout, principal, main, cases, status_of)
    return Compiled(scheme, tree, cases, codes, tables, machine)


def statuses(scheme: DrgScheme) -> tuple[int, ...]:
    """The status of each reason that stands in place of a row, then of each DRG row by its ADRG."""
    choices = scheme.choices
    found = []
    for row in scheme.drg:
        if row.code == choices.ungroupable:
            found.append(Status.UNGROUPABLE)
        elif row.parent in choices.fallback:
            found.append(Status.FALLBACK)
        elif row.parent in choices.surgery_unrelated:
            found.append(Status.SURGERY_UNRELATED)
        else:
            found.append(Status.GROUPED)
    return (Status.UNKNOWN_DIAGNOSIS, Status.NO_PRINCIPAL_DIAGNOSIS, Status.UNGROUPABLE, *found)


def _number(conditions: Conditions, expressions: Iterable[Expression]) -> int:
    """Number the conditions of the expressions; return which they are."""
    named = 0
    for expression in expressions:
        for condition in conditions_of(expression):
            singles = single_conditions(condition) if isinstance(condition, Membership) else (condition,)
            for single in singles:
                named |= 1 << conditions.number(single)
    return named


def _too_many(scheme: DrgScheme, what: str) -> PolicyError:
    return PolicyError(Problem(f"groupers/{scheme.name}", what, "grouping is not made for so many", "use fewer"))
