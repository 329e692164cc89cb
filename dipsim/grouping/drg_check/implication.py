"""Whether a rule can hold only where another holds: by its conditions one by one, never wrongly, not always found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from dipsim.grouping.drg.expression import Always, And, Comparison, Expression, Membership, Or
from dipsim.policy.drg_tables import DrgTables

Sets: TypeAlias = Mapping[str, frozenset[str]]


def codes_of(tables: DrgTables) -> Sets:
    """The codes of each set."""
    codes: dict[str, set[str]] = defaultdict(set)
    for row in tables.sets:
        codes[row.set_name].add(row.code)
    return {name: frozenset(members) for name, members in codes.items()}


def implies(narrow: Expression, wide: Expression, sets: Sets) -> bool:
    """Whether every case that fulfils `narrow` is seen to fulfil `wide`."""
    if isinstance(wide, Always) or narrow == wide:
        return True
    if isinstance(narrow, Or):
        return all(implies(part, wide, sets) for part in narrow.parts)
    if isinstance(wide, And):
        return all(implies(narrow, part, sets) for part in wide.parts)
    return any(_implies_one(part, other, sets) for part in _parts(narrow, And) for other in _parts(wide, Or))


def _parts(expression: Expression, kind: type[And] | type[Or]) -> Iterator[Expression]:
    """The parts of an expression of this kind, or the expression itself."""
    if isinstance(expression, And | Or) and isinstance(expression, kind):
        yield from expression.parts
    else:
        yield expression


def _implies_one(narrow: Expression, wide: Expression, sets: Sets) -> bool:
    """The same for two conditions: codes of fewer variables in smaller sets, a limit beyond another."""
    if narrow == wide:
        return True
    if isinstance(narrow, Membership) and isinstance(wide, Membership):
        return not narrow.negated and not wide.negated and _is_within(narrow, wide, sets)
    if isinstance(narrow, Comparison) and isinstance(wide, Comparison) and narrow.variable == wide.variable:
        upward, downward = (
            {narrow.operator, wide.operator} <= {">=", "="},
            {narrow.operator, wide.operator} <= {"<=", "="},
        )
        is_beyond = (upward and narrow.number >= wide.number) or (downward and narrow.number <= wide.number)
        return wide.operator != "=" and is_beyond
    return False


def _is_within(narrow: Membership, wide: Membership, sets: Sets) -> bool:
    """Whether the variables and the sets of one membership are among those of the other; MCC and CC by name."""
    if not set(narrow.variables) <= set(wide.variables):
        return False
    wider = [sets[name] for name in wide.sets if name in sets]
    return all(name in wide.sets or (name in sets and _is_covered(sets[name], wider)) for name in narrow.sets)


def _is_covered(codes: frozenset[str], wider: Sequence[frozenset[str]]) -> bool:
    """Whether the sets together hold the codes; a union is made only where there are several."""
    return codes <= (wider[0] if len(wider) == 1 else frozenset[str]().union(*wider))
