"""Exact sums and means: integers until the last step, one rounding.

weighted mean of annual means   m = sum_y w_y (C_y / n_y) / sum_y w_y     over the years y with cases
pooled                          m = sum_y w_y C_y / sum_y w_y n_y
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dipsim.money import MICRO_YUAN_PER_FEN, half_even

I8 = NDArray[np.int64]
Reading = Literal["weighted_mean_of_annual_means", "pooled"]

_SAFE_SUM = float(2**62)
_HALF_BITS = 20


@dataclass(frozen=True, slots=True)
class AnnualSums:
    """Counts and costs of units (groups, hospitals, levels) by year; int64, shape (units, years)."""

    cases: I8
    cost_fen: I8

    def mean(self, unit: int, weights: Sequence[int], reading: Reading) -> Fraction | None:
        """The mean cost of a unit in fen, None when it has no case in a year that counts."""
        years = [
            (weight, int(n), int(cost))
            for weight, n, cost in zip(weights, self.cases[unit], self.cost_fen[unit], strict=True)
            if n and weight
        ]
        if not years:
            return None
        if reading == "pooled":
            return Fraction(sum(w * cost for w, _, cost in years), sum(w * n for w, n, _ in years))
        return sum((Fraction(w * cost, n) for w, n, cost in years), Fraction(0)) / sum(w for w, _, _ in years)

    def annual_mean(self, unit: int, year: int) -> Fraction | None:
        """The mean cost of a unit in one year in fen, None without a case."""
        n = int(self.cases[unit, year])
        return Fraction(int(self.cost_fen[unit, year]), n) if n else None


def annual_sums(unit: I8, year: I8, cost_fen: I8, units: int, years: int) -> AnnualSums:
    """The sums over all cases; a case whose unit is negative counts nowhere."""
    counts = unit >= 0
    cell = unit[counts] * years + year[counts]
    cases = np.bincount(cell, minlength=units * years).astype(np.int64)
    return AnnualSums(cases.reshape(units, years), totals(cell, cost_fen[counts], units * years).reshape(units, years))


def totals(unit: I8, values: I8, units: int) -> I8:
    """The sum of the values of each unit, exact int64; OverflowError when a sum could leave int64."""
    if float(np.abs(values.astype(np.float64)).sum()) > _SAFE_SUM:
        raise OverflowError("the sum of the costs does not fit in 64 bits")
    sums = np.zeros(units, np.int64)
    np.add.at(sums, unit, values)
    return sums


def square_totals(unit: I8, values: I8, units: int) -> list[int]:
    """The sum of the squares of each unit, exact beyond 64 bits: each value is squared as two halves; values >= 0."""
    high, low = values >> _HALF_BITS, values & ((1 << _HALF_BITS) - 1)
    parts = (totals(unit, part, units).tolist() for part in (high * high, high * low, low * low))
    return [(hh << 2 * _HALF_BITS) + (hl << _HALF_BITS + 1) + ll for hh, hl, ll in zip(*parts, strict=True)]


def cv_micro(cases: int, cost_fen: int, squares: int) -> int:
    """The coefficient of variation sqrt(n Q - C^2) / C of n costs with sum C > 0 and squares' sum Q, in millionths."""
    spread = isqrt((cases * squares - cost_fen**2) * 10**18)  # 10^9 times the root
    return half_even(spread, cost_fen * 10**3)


def rounded(value: Fraction) -> int:
    """The nearest integer, half to even."""
    return half_even(value.numerator, value.denominator)


def micro_yuan(mean_fen: Fraction) -> int:
    """A mean in fen as millionths of a yuan."""
    return rounded(mean_fen * MICRO_YUAN_PER_FEN)
