"""Points of cases by their deviation band, added up by cell: exact, rounded once half to even.

Most cases are normal, and whatever the limits, a normal case has the points of its group. So a further scenario of
other limits looks for the cases that are not, and knows the others from what all would be if they were normal.

Slow twin: tests/naive/scale.py; the same as `weighting/outlier.py` says of a hospital factor of one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
I8 = NDArray[np.int64]

# Columns of a row of limits.
POINTS, LOW_BELOW, HIGH_FROM, REFERENCE = range(4)
# Columns of a row of sums.
CASES, COST_FEN, POINTS_COST_FEN, POINTS_MICRO = range(4)

NORMAL, LOW, HIGH, EXTREME, NO_GROUP = range(5)
"""Bands, the order of the flags of `payment/dip.py`."""
BANDS = 5
AT_ONCE = 2048
"""Cases that go through one loop before the next; their places are unsigned, so that none is looked at for a sign."""
INSURANCES = 3
NONE = -1
MICRO_YUAN_PER_FEN = 10_000
"""Literals here, for a kernel reads no other module than numpy; a test holds them against `money` and `ledger`."""


class Cases(NamedTuple):
    """Cases of a block; key NONE for a case without a group."""

    key: I4
    hospital: I4
    insurance: I1
    cost_fen: I8


class Terms(NamedTuple):
    """What cases are paid by.

    limits         int64 (groups + 1, 4): points in millionths; a cost in fen below LOW_BELOW is low, one from HIGH_FROM
                   on is high; the reference in millionths of a yuan. The last row, for NONE, makes any cost high
    edges          int64 (groups + 1, 2): LOW_BELOW and HIGH_FROM alone, half as much to fetch
    extreme_from   int64 by group: fen from which on a high case is extreme
    high_ratio     int64 (2): the ratio U of the high band as u / v
    no_group       int64 (2): points of a case without a group are cost in micro yuan x no_group[0] / no_group[1]
    settings       int64 (1): 1 when extreme cases are paid the points of their group
    """

    limits: I8
    edges: I8
    extreme_from: I8
    high_ratio: I8
    no_group: I8
    settings: I8


@kernel
def add_points(cases: Cases, terms: Terms, sums: I8, before: I8) -> None:
    """Add every case to its row of `sums`, and those that are not normal to `before` as if they were.

    sums, before   int64 (hospitals x INSURANCES x BANDS, 4)
    No product leaves int64 by more than the quotient needs: the caller has seen that points stay below 2**49 and
    divisors below 2**60. Few cases go through plain loops at a time, so that the one that looks at all of them takes no
    branch.
    """
    band, points, far = np.empty(AT_ONCE, np.int8), np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.uint32)
    for start in range(0, cases.key.size, AT_ONCE):
        few = _few(cases, start)
        outside = far[: _points_of_groups(few.key, few.cost_fen, terms.limits, points, far)]
        band[:] = NORMAL
        _add_some(outside, few, band, points, before)
        _correct(few.key, few.cost_fen, outside, terms, band, points)
        _add_all(few.hospital, few.insurance, few.cost_fen, band, points, sums)


@kernel
def add_far(cases: Cases, terms: Terms, sums: I8, before: I8) -> None:
    """The same for the cases that are not normal alone: measured 0.79 of the time."""
    band, points, far = np.empty(AT_ONCE, np.int8), np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.uint32)
    for start in range(0, cases.key.size, AT_ONCE):
        few = _few(cases, start)
        outside = far[: _find_far(few.key, few.cost_fen, terms.edges, far)]
        for case in outside:
            band[case], points[case] = NORMAL, terms.limits[few.key[case], POINTS]
        _add_some(outside, few, band, points, before)
        _correct(few.key, few.cost_fen, outside, terms, band, points)
        _add_some(outside, few, band, points, sums)


@kernel
def _few(cases: Cases, start: int) -> Cases:
    end = start + AT_ONCE
    return Cases(cases.key[start:end], cases.hospital[start:end], cases.insurance[start:end], cases.cost_fen[start:end])


@kernel
def _find_far(key: I4, cost_fen: I8, edges: I8, far: U4) -> int:
    """Write which cases are not normal; return how many."""
    outside = 0
    for case in range(key.size):
        group = key[case]
        far[outside] = case
        outside += (cost_fen[case] < edges[group, 0]) | (cost_fen[case] >= edges[group, 1])
    return outside


@kernel
def _points_of_groups(key: I4, cost_fen: I8, limits: I8, points: I8, far: U4) -> int:
    """The points of each case's group, and which cases are not normal; return how many."""
    outside = 0
    for case in range(key.size):
        group = key[case]
        points[case] = limits[group, POINTS]
        far[outside] = case
        outside += (cost_fen[case] < limits[group, LOW_BELOW]) | (cost_fen[case] >= limits[group, HIGH_FROM])
    return outside


@kernel
def _correct(key: I4, cost_fen: I8, far: U4, terms: Terms, band: I1, points: I8) -> None:
    """Band and points of the cases that are not normal."""
    u, v = terms.high_ratio[0], terms.high_ratio[1]
    is_extreme_plain = terms.settings[0] == 1
    for case in far:
        group = key[case]
        reference = terms.limits[group, REFERENCE]
        cost_micro_yuan = cost_fen[case] * MICRO_YUAN_PER_FEN
        if group == NONE:
            band[case] = NO_GROUP
            points[case] = half_even_ratio(cost_micro_yuan, terms.no_group[0], terms.no_group[1])
        elif cost_fen[case] < terms.limits[group, LOW_BELOW]:
            band[case] = LOW
            points[case] = half_even_ratio(points[case], cost_micro_yuan, reference)
        else:
            band[case] = EXTREME if cost_fen[case] >= terms.extreme_from[group] else HIGH
            if band[case] == HIGH or not is_extreme_plain:
                excess = max(v * cost_micro_yuan - (u - v) * reference, 0)
                points[case] = half_even_ratio(points[case], excess, v * reference)


@kernel
def _add_all(hospital: I4, insurance: I1, cost_fen: I8, band: I1, points: I8, sums: I8) -> None:
    for case in range(hospital.size):
        row = np.uint32((hospital[case] * INSURANCES + insurance[case]) * BANDS + band[case])
        cost, own = cost_fen[case], points[case]
        sums[row, CASES] += 1
        sums[row, COST_FEN] += cost
        sums[row, POINTS_COST_FEN] += cost * (own != 0)
        sums[row, POINTS_MICRO] += own


@kernel
def _add_some(some: U4, cases: Cases, band: I1, points: I8, sums: I8) -> None:
    hospital, insurance, cost_fen = cases.hospital, cases.insurance, cases.cost_fen
    for case in some:
        row = np.uint32((hospital[case] * INSURANCES + insurance[case]) * BANDS + band[case])
        cost, own = cost_fen[case], points[case]
        sums[row, CASES] += 1
        sums[row, COST_FEN] += cost
        sums[row, POINTS_COST_FEN] += cost * (own != 0)
        sums[row, POINTS_MICRO] += own


@kernel
def half_even_ratio(a: int, b: int, d: int) -> int:
    """a x b / d rounded half to even; a, b >= 0, quotient below 2**49, 0 < d < 2**60: as `money.half_even_ratio`.

    The quotient is estimated in float64; the remainder is small, hence exact in int64 that wraps.
    """
    quotient = np.int64(np.float64(a) * np.float64(b) / np.float64(d))
    remainder = a * b - quotient * d
    while remainder < 0:
        quotient -= 1
        remainder += d
    while remainder >= d:
        quotient += 1
        remainder -= d
    gap = d - remainder
    return int(quotient + ((remainder > gap) | ((remainder == gap) & (quotient & 1 == 1))))
