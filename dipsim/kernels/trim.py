"""Sums of the costs of each group within percentiles of the group (裁剪).

Slow twin: tests/naive/scale.py; the same as `learn/trimming.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

NONE = -1


@kernel
def gather_costs(key: I4, cost_fen: I8, place: I8, by_group: I8) -> None:
    """Put the cost of each case of a group at place[group] of `by_group`, and move that place on."""
    for case in range(key.size):
        if key[case] != NONE:
            by_group[place[key[case]]] = cost_fen[case]
            place[key[case]] += 1


@kernel
def sums_within(costs: I8, first: I8, lower_rank: I8, upper_rank: I8, cases: I8, cost_fen: I8) -> None:
    """Write count and sum of the costs of each group that lie between those at its two ranks, both kept.

    costs   those of group g are costs[first[g]:first[g + 1]], in any order; they are reordered
    ranks   from 1; a lower rank of 0 keeps every cost of the group
    """
    for group in range(cases.size):
        own = costs[first[group] : first[group + 1]]
        counted = own.size
        total = 0
        if lower_rank[group] == 0:
            for cost in own:
                total += cost
        else:
            low = ranked(own, lower_rank[group] - 1)
            high = ranked(own, upper_rank[group] - 1)
            counted = 0
            for cost in own:
                if low <= cost <= high:
                    counted += 1
                    total += cost
        cases[group] = counted
        cost_fen[group] = total


@kernel
def ranked(values: I8, rank: int) -> int:
    """The value that would stand at `rank`, from 0, were they sorted; they are reordered (Hoare's selection)."""
    left, right = 0, values.size - 1
    while left < right:
        pivot = values[(left + right) // 2]
        i, j = left, right
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            right = j
        elif rank >= i:
            left = i
        else:
            break
    return int(values[rank])
