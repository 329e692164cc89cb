"""Which groups of a scheme get a weight, and whose mean cost it is: the group's own, or that of its whole ADRG."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dipsim.learn.means import annual_sums
from dipsim.learn.relative_weight_rules import RelativeWeightRules
from dipsim.learn.weights import Observed
from dipsim.money import MICRO

I8 = NDArray[np.int64]
Basis = Literal["own", "adrg"]
NO_ADRG = -1


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee category whose factor is not 1: the factor in millionths, and the fee of each kept case in fen."""

    factor_micro: int
    fen: I8


@dataclass(frozen=True, slots=True)
class Costs:
    """A mean cost in fen: as billed, and with each fee category times its factor."""

    mean: Fraction
    restructured: Fraction


@dataclass(frozen=True, slots=True)
class Weighed:
    """A group that gets a weight; `cases` and `trimmed` are its own over all years, whoever's the mean is."""

    group_code: str
    basis: Basis
    cases: int
    trimmed: int
    costs: Costs


@dataclass(frozen=True, slots=True)
class Sample:
    """What means are taken from: all cases that count, those not trimmed, and the fees of these.

    adrg    int64, index of the ADRG of each group, NO_ADRG where its mean may not stand in
    adrgs   how many ADRGs there are
    """

    seen: Observed
    kept: Observed
    fees: tuple[Fee, ...]
    adrg: I8
    adrgs: int


def weighed_groups(
    sample: Sample, rules: RelativeWeightRules
) -> tuple[tuple[Weighed, ...], tuple[tuple[str, int], ...]]:
    """The groups that get a weight, and those with cases that get none; in the order of their codes."""
    codes, minimum = sample.seen.group_codes, rules.minimum_cases
    adrg = np.append(sample.adrg, NO_ADRG)
    own = _mean_costs(sample, sample.kept.group, len(codes), rules)
    whole = (*_mean_costs(sample, adrg[sample.kept.group], sample.adrgs, rules), None)
    cases, kept = _count(sample.seen.group, len(codes)), _count(sample.kept.group, len(codes))
    whole_cases = [*_count(adrg[sample.seen.group], sample.adrgs), 0]
    weighed, unweighted = [], []
    for i, code in enumerate(codes):
        trimmed, parent = cases[i] - kept[i], int(adrg[i])
        mine, theirs = own[i], whole[parent]
        if cases[i] >= minimum and mine is not None:
            weighed.append(Weighed(code, "own", cases[i], trimmed, mine))
        elif whole_cases[parent] >= minimum and theirs is not None:
            weighed.append(Weighed(code, "adrg", cases[i], trimmed, theirs))
        elif cases[i]:
            unweighted.append((code, cases[i]))
    return tuple(weighed), tuple(unweighted)


def _mean_costs(sample: Sample, unit: I8, units: int, rules: RelativeWeightRules) -> tuple[Costs | None, ...]:
    """The means of each unit over the kept cases, None where it has none in a year that counts."""
    weights, reading, kept = rules.history.weights, rules.means.mean_reading, sample.kept
    years = len(weights)
    whole = annual_sums(unit, kept.year, kept.cost_fen, units, years)
    parts = [
        (Fraction(fee.factor_micro - MICRO, MICRO), annual_sums(unit, kept.year, fee.fen, units, years))
        for fee in sample.fees
    ]

    def costs(number: int) -> Costs | None:
        mean = whole.mean(number, weights, reading)
        if mean is None:
            return None
        more = sum((times * (sums.mean(number, weights, reading) or 0) for times, sums in parts), Fraction(0))
        return Costs(mean, mean + more)

    return tuple(costs(number) for number in range(units))


def _count(unit: I8, units: int) -> list[int]:
    counts: list[int] = np.bincount(unit[unit >= 0], minlength=units).tolist()
    return counts
