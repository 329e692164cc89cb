"""Scenarios on the same cases, the baseline first; stages that do not differ run once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dipsim.errors import PolicyError, Problem
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Comparison:
    """Results on the same inputs; the first is the baseline."""

    results: tuple[Result, ...]


def compared(inputs: Inputs, scenarios: Sequence[Scenario], threads: int = 1, memo: Memo | None = None) -> Comparison:
    """Run every scenario on the same inputs; PolicyError when two have one name."""
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PolicyError(Problem("compare", f"{', '.join(twice)} given twice", "", "name each scenario once"))
    memo = Memo() if memo is None else memo
    return Comparison(tuple(simulate(inputs, scenario, memo, threads) for scenario in scenarios))
