"""The streamed DIP job as slowly and plainly as it can be said: cases as rows, groups as pairs of text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.naive.learn import nearest_rank


@dataclass(frozen=True)
class Case:
    """One case; codes '' where there are none."""

    hospital: str
    insurance: str
    diagnosis: str
    procedures: tuple[str, ...]
    cost_fen: int

    @property
    def group(self) -> str:
        """Subcategory and main procedure, '' without a diagnosis."""
        procedures = [code for code in self.procedures if code]
        return ":".join([self.diagnosis[:5], *procedures[:1]]) if self.diagnosis else ""


def group_sums(cases: Sequence[Case]) -> dict[str, tuple[int, int]]:
    """Number and cost of the cases of each group."""
    return {group: (len(costs), sum(costs)) for group, costs in _costs(cases).items()}


def trimmed_sums(cases: Sequence[Case], lower: float, upper: float, smallest: int) -> dict[str, tuple[int, int]]:
    """The same without costs beyond the percentiles of their group, in groups of `smallest` cases or more."""
    found = {}
    for group, costs in _costs(cases).items():
        kept = costs
        if len(costs) >= smallest:
            kept = [cost for cost in costs if nearest_rank(costs, lower) <= cost <= nearest_rank(costs, upper)]
        found[group] = (len(kept), sum(kept))
    return found


def _costs(cases: Sequence[Case]) -> dict[str, list[int]]:
    costs: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        if case.group:
            costs[case.group].append(case.cost_fen)
    return {group: sorted(own) for group, own in costs.items()}
