"""Points of cases by their deviation band, added up by cell: one pass, exact, rounded once half to even.

Slow twin: tests/naive/scale.py; the same as `weighting/outlier.py` says of a hospital factor of one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

# Columns of a row of limits.
POINTS, LOW_BELOW, HIGH_FROM, REFERENCE = range(4)
# Columns of a row of sums.
CASES, COST_FEN, POINTS_COST_FEN, POINTS_MICRO = range(4)

NORMAL, LOW, HIGH, EXTREME, NO_GROUP = range(5)
"""Bands, the order of the flags of `payment/dip.py`."""
BANDS = 5
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

    limits         int64 (groups, 4): points in millionths; a cost in fen below LOW_BELOW is low, one from HIGH_FROM on
                   is high; the reference in millionths of a yuan
    extreme_from   int64 by group: fen from which on a high case is extreme
    high_ratio     int64 (2): the ratio U of the high band as u / v
    no_group       int64 (2): points of a case without a group are cost in micro yuan x no_group[0] / no_group[1]
    settings       int64 (1): 1 when extreme cases are paid the points of their group
    """

    limits: I8
    extreme_from: I8
    high_ratio: I8
    no_group: I8
    settings: I8


@kernel
def add_points(cases: Cases, terms: Terms, sums: I8) -> None:
    """Add every case to its row of `sums`, int64 (hospitals x INSURANCES x BANDS, 4).

    No product leaves int64 by more than the quotient needs: the caller has seen that points stay below 2**49 and
    divisors below 2**60.
    """
    u, v = terms.high_ratio[0], terms.high_ratio[1]
    is_extreme_plain = terms.settings[0] == 1
    for case in range(cases.key.size):
        group = cases.key[case]
        cost_fen = cases.cost_fen[case]
        if group == NONE:
            band = NO_GROUP
            points = half_even_ratio(cost_fen * MICRO_YUAN_PER_FEN, terms.no_group[0], terms.no_group[1])
        else:
            band = NORMAL
            points = terms.limits[group, POINTS]
            if cost_fen < terms.limits[group, LOW_BELOW]:
                band = LOW
                points = half_even_ratio(points, cost_fen * MICRO_YUAN_PER_FEN, terms.limits[group, REFERENCE])
            elif cost_fen >= terms.limits[group, HIGH_FROM]:
                reference = terms.limits[group, REFERENCE]
                band = EXTREME if cost_fen >= terms.extreme_from[group] else HIGH
                if band == HIGH or not is_extreme_plain:
                    excess = max(v * cost_fen * MICRO_YUAN_PER_FEN - (u - v) * reference, 0)
                    points = half_even_ratio(points, excess, v * reference)
        row = (cases.hospital[case] * INSURANCES + cases.insurance[case]) * BANDS + band
        sums[row, CASES] += 1
        sums[row, COST_FEN] += cost_fen
        sums[row, POINTS_COST_FEN] += cost_fen if points != 0 else 0
        sums[row, POINTS_MICRO] += points


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
    if remainder > gap or (remainder == gap and quotient & 1 == 1):
        quotient += 1
    return int(quotient)
