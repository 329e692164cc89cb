"""What a rule says, as a tree: memberships, comparisons and counts joined by and, or, not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dipsim.policy.drg_scheme import LEVELS

PRINCIPAL, OTHER_DIAGNOSES, MAIN_PROCEDURE, OTHER_PROCEDURES = "ZYZD", "QTZD", "ZYSS", "QTSS"
CODE_VARIABLES = (PRINCIPAL, OTHER_DIAGNOSES, MAIN_PROCEDURE, OTHER_PROCEDURES)
"""Variables that hold codes: principal and other diagnoses, main and other procedures."""

WEIGHT = "XSRTZ"
COLUMN_OF_NUMBER = {"NL": "age_years", "XB": "sex", "XSRTL": "age_days"}
"""The official numbers and their columns; the column of XSRTZ is a choice of the scheme."""

NUMBER_COLUMNS = ("length_of_stay_days", "icu_hours", "ventilation_hours", "birth_weight_g", "admission_weight_g")
TEXT_COLUMNS = ("discharge_way", "department", "care_type", "specialty")
"""Columns that rules of a city variant may name as they stand in the data dictionary; the official rules name none."""

OFFICIAL_NUMBERS = (*COLUMN_OF_NUMBER, WEIGHT)
NUMBER_VARIABLES = (*OFFICIAL_NUMBERS, *NUMBER_COLUMNS, *TEXT_COLUMNS)
OFFICIAL_VARIABLES = frozenset({*CODE_VARIABLES, *OFFICIAL_NUMBERS})

VIRTUAL_SETS = frozenset(LEVELS)
"""The sets MCC and CC, whose members depend on the principal diagnosis of the case."""

Operator = Literal["=", ">=", "<=", ">", "<"]
OPERATORS: tuple[Operator, ...] = ("=", ">=", "<=", ">", "<")


@dataclass(frozen=True, slots=True)
class Always:
    """True for every case: `1`, or an empty rule."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Some code of some of the variables is in some of the sets; negated, none is, which a missing code fulfils."""

    variables: tuple[str, ...]
    sets: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number against a limit; false where the number is missing."""

    variable: str
    operator: Operator
    number: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many distinct codes of the variables are in the set, against a limit."""

    set_name: str
    variables: tuple[str, ...]
    operator: Operator
    number: int


@dataclass(frozen=True, slots=True)
class And:
    """True where all parts are."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where some part is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false: `not NL>=70` holds where the age is missing, `NL<70` does not."""

    part: Expression


Condition = Membership | Comparison | Count
Expression = Always | Condition | And | Or | Not


def conditions_of(expression: Expression) -> Iterator[Condition]:
    """The memberships, comparisons and counts of an expression, in the order of the rule."""
    match expression:
        case Always():
            return
        case Not(part):
            yield from conditions_of(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from conditions_of(part)
        case Membership() | Comparison() | Count():
            yield expression


def sets_of(expression: Expression) -> frozenset[str]:
    """The sets that an expression names, MCC and CC included."""
    return frozenset(
        name
        for condition in conditions_of(expression)
        if not isinstance(condition, Comparison)
        for name in (condition.sets if isinstance(condition, Membership) else (condition.set_name,))
    )


def variables_of(expression: Expression) -> frozenset[str]:
    """The variables that an expression names."""
    return frozenset(
        name
        for condition in conditions_of(expression)
        for name in ((condition.variable,) if isinstance(condition, Comparison) else condition.variables)
    )
