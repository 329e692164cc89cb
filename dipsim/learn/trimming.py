"""Trimming (裁剪): cases whose cost lies beyond percentiles of their group are left out of every mean.

The percentile p of n costs in rising order is the one at rank ceil(p n / 100), at least 1 (nearest rank), so it is a
cost that occurred. A case is trimmed when its cost is below the lower or above the upper percentile; one that equals it
stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.learn.rules import TrimmingRules
from dipsim.money import MICRO, micro

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]


def trimmed_cases(rules: TrimmingRules, group: I8, cost_fen: I8, groups: int) -> Mask:
    """Whether each case is trimmed; a case without a group (-1) never is."""
    is_trimmed = np.zeros(group.size, bool)
    rows = np.flatnonzero(group >= 0)
    if rules.method == "none" or not rows.size:
        return is_trimmed
    own, cost = group[rows], cost_fen[rows]
    sorted_cost = cost[np.lexsort((cost, own))]
    count = np.bincount(own, minlength=groups).astype(np.int64)
    first = np.cumsum(count) - count

    def percentile(percent: float) -> I8:
        """The percentile of each group that is trimmed; what stands for the others means nothing."""
        rank = np.maximum(-(-micro(percent) * count // (100 * MICRO)), 1)
        values: I8 = sorted_cost[np.where(count, first + rank - 1, 0)]
        return values

    is_beyond = (cost < percentile(rules.lower_percent)[own]) | (cost > percentile(rules.upper_percent)[own])
    is_trimmed[rows] = is_beyond & (count[own] >= rules.minimum_cases)
    return is_trimmed
