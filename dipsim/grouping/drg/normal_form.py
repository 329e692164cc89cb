"""A rule as terms: it holds where, in some term, every required condition holds and no forbidden one does.

Negation is carried down to the conditions (not (a or b) = not a and not b), then `and` is multiplied out over `or`. A
negated comparison stays a forbidden one: where the number is missing, it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dipsim.grouping.drg.expression import (
    VIRTUAL_SETS,
    Always,
    And,
    Comparison,
    Condition,
    Count,
    Expression,
    Membership,
    Not,
    Or,
)


class TooLargeError(Exception):
    """A rule grows beyond what tables are made for; the machine evaluates it as it stands."""


@dataclass(frozen=True, slots=True)
class Term:
    """Conditions by number, as bits: all of `require` hold and none of `forbid` does."""

    require: int = 0
    forbid: int = 0


@dataclass(frozen=True, slots=True)
class Conditions:
    """The distinct conditions of a scheme, numbered as they are met; no order of names within one, none negated."""

    number_of: dict[Condition, int] = field(default_factory=dict)

    def number(self, condition: Condition) -> int:
        """The number of a condition, a new one when it was not met before."""
        return self.number_of.setdefault(_uniform(condition), len(self.number_of))

    def all(self) -> tuple[Condition, ...]:
        """Every condition in the order of its number."""
        return tuple(self.number_of)


def single_conditions(membership: Membership) -> tuple[Condition, ...]:
    """A membership as conditions of one kind each: the sets of the scheme together, the virtual ones together."""
    virtual = tuple(name for name in membership.sets if name in VIRTUAL_SETS)
    real = tuple(name for name in membership.sets if name not in VIRTUAL_SETS)
    return tuple(Membership(membership.variables, sets) for sets in (real, virtual) if sets)


def terms_of(expression: Expression, conditions: Conditions, limit: int) -> tuple[Term, ...]:
    """The terms of an expression, none containing another; TooLargeError above the limit."""
    return _terms(expression, True, conditions, limit)


def product(left: Sequence[Term], right: Sequence[Term], limit: int) -> tuple[Term, ...]:
    """The terms of `left and right`; a term that requires what it forbids holds never and is left out."""
    if len(left) * len(right) > limit:
        raise TooLargeError
    joined = (Term(a.require | b.require, a.forbid | b.forbid) for a in left for b in right)
    return _least(term for term in joined if not term.require & term.forbid)


def _terms(expression: Expression, is_true: bool, conditions: Conditions, limit: int) -> tuple[Term, ...]:
    """The terms of the expression, or of its negation."""
    match expression:
        case Always():
            return (Term(),) if is_true else ()
        case Not(part):
            return _terms(part, not is_true, conditions, limit)
        case And(parts) if is_true:
            return _all_of(parts, is_true, conditions, limit)
        case Or(parts) if not is_true:
            return _all_of(parts, is_true, conditions, limit)
        case And(parts) | Or(parts):
            return _least(term for part in parts for term in _terms(part, is_true, conditions, limit))
        case Membership(negated=negated):
            singles = single_conditions(expression)
            return _alternatives(singles, is_true is not negated, conditions)
        case Comparison() | Count():
            return _alternatives((expression,), is_true, conditions)


def _all_of(parts: Sequence[Expression], is_true: bool, conditions: Conditions, limit: int) -> tuple[Term, ...]:
    found: tuple[Term, ...] = (Term(),)
    for part in parts:
        found = product(found, _terms(part, is_true, conditions, limit), limit)
    return found


def _alternatives(singles: Sequence[Condition], is_true: bool, conditions: Conditions) -> tuple[Term, ...]:
    """Some condition holds: a term each. None does: one term."""
    bits = [1 << conditions.number(single) for single in singles]
    return tuple(Term(require=bit) for bit in bits) if is_true else (Term(forbid=sum(bits)),)


def _least(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms without those that ask for all that another asks for, and more."""
    kept: list[Term] = []
    for term in sorted(set(terms), key=lambda term: (term.require | term.forbid).bit_count()):
        if not any(not (less.require & ~term.require) and not (less.forbid & ~term.forbid) for less in kept):
            kept.append(term)
    return tuple(kept)


def _uniform(condition: Condition) -> Condition:
    if isinstance(condition, Comparison):
        return condition
    variables = tuple(sorted(set(condition.variables)))
    if isinstance(condition, Count):
        return replace(condition, variables=variables)
    return Membership(variables, tuple(sorted(set(condition.sets))))
