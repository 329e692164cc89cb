"""The rows of a scheme as a tree of rules: every DRG row with the rules that lead to it, in the order of trying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.drg.expression import VIRTUAL_SETS, Expression, sets_of
from dipsim.grouping.drg.language import RuleSyntaxError, parse
from dipsim.policy.drg_scheme import DrgScheme, RuleRow


@dataclass(frozen=True, slots=True)
class Path:
    """A DRG row, by its number in `scheme.drg`, and the ADRG and MDC rows above it, by theirs."""

    mdc: int
    adrg: int
    drg: int


@dataclass(frozen=True, slots=True)
class RuleTree:
    """What each row says, and the paths in the order in which they are tried: the first whose three rules hold wins.

    A path that fails hands the case to the next: an MDC whose gate holds but none of whose groups matches is passed by.
    """

    mdc: tuple[Expression, ...]
    adrg: tuple[Expression, ...]
    drg: tuple[Expression, ...]
    paths: tuple[Path, ...]


def rule_tree(scheme: DrgScheme) -> RuleTree:
    """The rules of a scheme; PolicyError naming every rule that does not parse or names an unknown set or parent."""
    problems: list[Problem] = []
    mdc, adrg, drg = (_expressions(rows, scheme, problems) for rows in (scheme.mdc, scheme.adrg, scheme.drg))
    adrg_of = _children(scheme.mdc, scheme.adrg, problems)
    drg_of = _children(scheme.adrg, scheme.drg, problems)
    if problems:
        raise PolicyError(problems)
    paths = tuple(Path(m, a, d) for m in range(len(mdc)) for a in adrg_of[m] for d in drg_of[a])
    return RuleTree(mdc, adrg, drg, paths)


def _expressions(rows: Sequence[RuleRow], scheme: DrgScheme, problems: list[Problem]) -> tuple[Expression, ...]:
    known = VIRTUAL_SETS | scheme.sets.keys()
    found = []
    for row in rows:
        try:
            expression = parse(row.rule)
        except RuleSyntaxError as error:
            problems.append(error.problem(f"{row.where}: {row.code}"))
            continue
        found.append(expression)
        problems.extend(
            Problem(
                f"{row.where}: {row.code}", f"no set {name!r}", "its rule names it", "add the set or correct the rule"
            )
            for name in sorted(sets_of(expression) - known)
        )
    return tuple(found)


def _children(
    parents: Sequence[RuleRow], rows: Sequence[RuleRow], problems: list[Problem]
) -> Mapping[int, Sequence[int]]:
    """The numbers of the rows below each parent, in order."""
    number_of = {parent.code: number for number, parent in enumerate(parents)}
    found: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.parent in number_of:
            found[number_of[row.parent]].append(number)
        else:
            what = f"no row {row.parent!r} above it"
            problems.append(Problem(f"{row.where}: {row.code}", what, next_step="add the row or correct the parent"))
    return found
