"""Trimming (裁剪): cases whose cost lies beyond the limits of their group are left out of every mean.

    percentile   from the lower to the upper percentile; that of p is the cost at rank ceil(p n / 100), at least 1, of n
                 costs in rising order (nearest rank), so it is a cost that occurred
    sigma        mean - k s to mean + k s, s the standard deviation of the group: s^2 = sum (c - mean)^2 / n
    iqr          Q1 - f (Q3 - Q1) to Q3 + f (Q3 - Q1), with the percentiles 25 and 75 by nearest rank

Every limit is the outermost whole fen that is kept, found in integers; a cost that equals a limit stays.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
from numpy.typing import NDArray

from dipsim.learn.means import square_totals, totals
from dipsim.learn.rules import TrimmingRules
from dipsim.money import MICRO, micro

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]
QUARTILES = (25.0, 75.0)


def trimmed_cases(rules: TrimmingRules, group: I8, cost_fen: I8, groups: int) -> Mask:
    """Whether each case is trimmed; a case without a group (-1) never is."""
    is_trimmed = np.zeros(group.size, bool)
    rows = np.flatnonzero(group >= 0)
    if rules.method == "none" or not rows.size:
        return is_trimmed
    own, cost = group[rows], cost_fen[rows]
    count = np.bincount(own, minlength=groups).astype(np.int64)
    lowest, highest = _limits(rules, own, cost, count)
    is_beyond = (cost < lowest[own]) | (cost > highest[own])
    is_trimmed[rows] = is_beyond & (count[own] >= rules.minimum_cases)
    return is_trimmed


def _limits(rules: TrimmingRules, group: I8, cost: I8, count: I8) -> tuple[I8, I8]:
    """The lowest and the highest cost that is kept in each group; those of a group without cases mean nothing."""
    if rules.method == "sigma":
        assert rules.sigmas is not None  # as the rules were checked
        return _by_deviation(micro(rules.sigmas), group, cost, count)
    if rules.method == "iqr":
        assert rules.iqr_factor is not None
        first, third = _percentiles(QUARTILES, group, cost, count)
        reach = _floor(micro(rules.iqr_factor), third - first)
        return first - reach, third + reach
    lower, upper = _percentiles((rules.lower_percent, rules.upper_percent), group, cost, count)
    return lower, upper


def _percentiles(percents: tuple[float, float], group: I8, cost: I8, count: I8) -> tuple[I8, I8]:
    """Two percentiles of the costs of each group, by nearest rank."""
    sorted_cost = cost[np.lexsort((cost, group))]
    first = np.cumsum(count) - count

    def percentile(percent: float) -> I8:
        rank = np.maximum(-(-micro(percent) * count // (100 * MICRO)), 1)
        values: I8 = sorted_cost[np.where(count, first + rank - 1, 0)]
        return values

    lower, upper = percents
    return percentile(lower), percentile(upper)


def _floor(factor_micro: int, values: I8) -> I8:
    """The factor times each value, down to the whole fen; a cost of whole fen is beyond neither or both."""
    return np.array([factor_micro * value // MICRO for value in values.tolist()], np.int64)


def _by_deviation(sigmas_micro: int, group: I8, cost: I8, count: I8) -> tuple[I8, I8]:
    """Mean -+ k s of each group: |n c - C| <= k sqrt(n Q - C^2), with the sum C and the squares' sum Q of n costs."""
    lowest, highest = np.zeros(count.size, np.int64), np.zeros(count.size, np.int64)
    costs, squares = totals(group, cost, count.size).tolist(), square_totals(group, cost, count.size)
    for unit in np.flatnonzero(count).tolist():
        n, total = int(count[unit]), costs[unit]
        reach = isqrt(sigmas_micro**2 * (n * squares[unit] - total**2) // MICRO**2)
        lowest[unit], highest[unit] = -((reach - total) // n), (total + reach) // n
    return lowest, highest
