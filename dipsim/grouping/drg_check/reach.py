"""What a case must be to fulfil rules: among which codes its single codes are, between which limits its numbers.

Both are found condition by condition, so a rule that no case fulfils may pass for one that some case does, never the
reverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from dipsim.grouping.drg.expression import (
    MAIN_PROCEDURE,
    PRINCIPAL,
    VIRTUAL_SETS,
    And,
    Comparison,
    Condition,
    Count,
    Expression,
    Membership,
    Or,
)
from dipsim.grouping.drg_check.implication import Sets

SINGLE = (PRINCIPAL, MAIN_PROCEDURE)
"""Variables of which a case has at most one code, so that two conditions on one must agree."""


def ways(rules: Sequence[Expression]) -> Iterator[list[Expression]]:
    """Each way to fulfil all the rules: of an `or` one part, of an `and` all; what is nested deeper stays whole."""
    choices = [rule.parts if isinstance(rule, Or) else (rule,) for rule in rules]
    for chosen in product(*choices):
        yield [part for rule in chosen for part in (rule.parts if isinstance(rule, And) else (rule,))]


def codes_left(way: Sequence[Expression], variable: str, sets: Sets) -> frozenset[str] | None:
    """The codes that a variable may have on this way, None where nothing asks for one."""
    left: frozenset[str] | None = None
    for codes in (held_codes(part, sets) for part in way if _is_on(part, variable)):
        if codes is not None:
            left = codes if left is None else left & codes
    for codes in (held_codes(part, sets) for part in way if _is_on(part, variable, negated=True)):
        left = None if left is None or codes is None else left - codes
    return left


def held_codes(part: Expression, sets: Sets) -> frozenset[str] | None:
    """The codes that a membership looks for; None for another condition, and for MCC and CC."""
    if not isinstance(part, Membership) or not set(part.sets) <= set(sets):
        return None
    first, *others = (sets[name] for name in part.sets)
    return first.union(*others) if others else first


def taken_codes(rule: Expression, variable: str, sets: Sets) -> frozenset[str]:
    """Codes of a variable with which every case fulfils a rule."""
    parts = rule.parts if isinstance(rule, Or) else (rule,)
    asked = (part for part in parts if isinstance(part, Membership) and variable in part.variables and not part.negated)
    return frozenset[str]().union(*(held_codes(part, sets) or () for part in asked))


def is_possible(way: Sequence[Expression], sets: Sets) -> bool:
    """Whether nothing on this way contradicts itself."""
    if any(codes_left(way, variable, sets) == frozenset() for variable in SINGLE):
        return False
    if any(isinstance(part, Count) and not _can_count(part, sets) for part in way):
        return False
    limits = [part for part in way if isinstance(part, Comparison)]
    return all(_can_be(name, limits) for name in {part.variable for part in limits})


def _is_on(part: Expression, variable: str, negated: bool = False) -> bool:
    """Whether a membership asks this variable alone."""
    return isinstance(part, Membership) and part.variables == (variable,) and part.negated == negated


def _can_count(count: Count, sets: Sets) -> bool:
    """Whether there are as many codes as a count asks for."""
    if count.set_name in VIRTUAL_SETS or count.set_name not in sets or count.operator in ("<", "<="):
        return True
    is_single = len(count.variables) == 1 and count.variables[0] in SINGLE
    most = min(len(sets[count.set_name]), 1) if is_single else len(sets[count.set_name])
    return count.number + (count.operator == ">") <= most


def _can_be(variable: str, limits: Sequence[Condition]) -> bool:
    """Whether some number is within all limits of a variable; weights may have decimals, so no number is left out."""
    own = [part for part in limits if isinstance(part, Comparison) and part.variable == variable]
    lower = max(
        ((part.number, part.operator == ">") for part in own if part.operator in (">", ">=", "=")), default=None
    )
    upper = min(
        ((part.number, part.operator != "<") for part in own if part.operator in ("<", "<=", "=")), default=None
    )
    if lower is None or upper is None:
        return True
    return lower[0] < upper[0] or (lower[0] == upper[0] and not lower[1] and upper[1])
