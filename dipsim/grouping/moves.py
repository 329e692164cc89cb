"""The cases that a change of scheme moves from one group to another, and what they cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dipsim.cases.table import CaseTable
from dipsim.grouping.dip import group_cases
from dipsim.grouping.drg.group import group_drg
from dipsim.money import MISSING
from dipsim.policy.any_scheme import AnyScheme
from dipsim.policy.drg_scheme import DrgScheme


@dataclass(frozen=True, slots=True)
class Move:
    """Cases that leave one group for another, '' for no group; the cost is None where the cases do not say it."""

    old: str
    new: str
    cases: int
    cost_fen: int | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What a change of scheme moves, the most cases first; `cases` and `cost_fen` count all cases, moved or not."""

    moves: tuple[Move, ...]
    cases: int
    cost_fen: int | None

    @property
    def moved(self) -> int:
        """How many cases change their group."""
        return sum(move.cases for move in self.moves)

    @property
    def moved_cost_fen(self) -> int | None:
        """What the cases cost that change their group."""
        return None if self.cost_fen is None else sum(move.cost_fen or 0 for move in self.moves)


def moves_between(cases: CaseTable, old: AnyScheme, new: AnyScheme, threads: int = 1) -> Moves:
    """The cases grouped by both schemes; a cost that a case leaves blank counts as nothing."""
    costs = None
    if cases.has("total_cost_yuan"):
        costs = [0 if cost == MISSING else cost for cost in cases.fen("total_cost_yuan").tolist()]
    return moves_of(group_code_of_cases(cases, old, threads), group_code_of_cases(cases, new, threads), costs)


def group_code_of_cases(cases: CaseTable, scheme: AnyScheme, threads: int) -> list[str]:
    """The group of each case by a scheme of any kind, '' for no group of DIP."""
    if isinstance(scheme, DrgScheme):
        drg = group_drg(cases, scheme, threads)
        return [drg.group_code_of(row) for row in range(len(cases))]
    dip = group_cases(cases, scheme, threads)
    return [dip.group_code_of(row) for row in range(len(cases))]


def moves_of(old: Sequence[str], new: Sequence[str], costs_fen: Sequence[int] | None) -> Moves:
    """The moves from the old and the new group of each case."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for before, after, cost in zip(old, new, costs_fen or [0] * len(old), strict=True):
        if before != after:
            counts[before, after] += 1
            sums[before, after] += cost
    is_known = costs_fen is not None
    found = (Move(*key, count, sums[key] if is_known else None) for key, count in counts.items())
    in_order = sorted(found, key=lambda move: (-move.cases, move.old, move.new))
    return Moves(tuple(in_order), len(old), sum(costs_fen) if costs_fen is not None else None)
