"""Exact money and points: int64 fen, int64 millionths, one rounding half to even, splits that lose nothing.

Every function is exact. Products of two int64 exceed int64, so a quotient is estimated in float64 and corrected with
the remainder, which is small and therefore exact in wrapping int64 arithmetic; where the bounds for that do not hold,
Python integers do the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int64]
Whole = I8 | np.int64

MICRO = 1_000_000
"""Millionths in one point, in one yuan of a mean cost and in a factor of one."""
FEN = 100
"""Fen in one yuan."""
MICRO_YUAN_PER_FEN = MICRO // FEN
MISSING = int(np.iinfo(np.int64).min)
"""The value of a blank in an int64 column."""

_QUOTIENT_LIMIT = float(2**49)
_DIVISOR_LIMIT = float(2**60)


def half_even(numerator: int, denominator: int) -> int:
    """The quotient rounded half to even; denominator > 0."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + int(twice > denominator or (twice == denominator and quotient % 2 == 1))


def quotient_remainder(a: Whole, b: Whole, d: Whole) -> tuple[I8, I8]:
    """floor(a x b / d) and its remainder, exactly; a, b >= 0, d > 0, shapes broadcast; OverflowError past int64."""
    shape = np.broadcast_shapes(np.shape(a), np.shape(b), np.shape(d))
    a, b, d = (np.broadcast_to(np.asarray(part, np.int64), shape).reshape(-1) for part in (a, b, d))
    estimate = a.astype(np.float64) * b / d
    is_small = (estimate < _QUOTIENT_LIMIT) & (d < _DIVISOR_LIMIT)
    quotient = np.where(is_small, estimate, 0.0).astype(np.int64)
    remainder = a * b - quotient * d
    for _ in range(4):  # the estimate is off by less than four
        low, high = remainder < 0, remainder >= d
        if not (low | high).any():
            break
        quotient += high.astype(np.int64) - low
        remainder += d * (low.astype(np.int64) - high)
    for i in np.flatnonzero(~is_small):
        quotient[i], remainder[i] = divmod(int(a[i]) * int(b[i]), int(d[i]))
    return quotient.reshape(shape), remainder.reshape(shape)


def half_even_ratio(a: Whole, b: Whole, d: Whole) -> I8:
    """a x b / d rounded once, half to even; a, b >= 0, d > 0, exact; OverflowError past int64."""
    quotient, remainder = quotient_remainder(a, b, d)
    gap = np.asarray(d, np.int64) - remainder
    rounds_up = (remainder > gap) | ((remainder == gap) & (quotient % 2 == 1))
    rounded: I8 = quotient + rounds_up
    if (rounded < 0).any():
        raise OverflowError("a rounded quotient does not fit in 64 bits")
    return rounded


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a largest-remainder split stopped rounding up; with it one share can be recomputed without the others.

    A share with a larger remainder, or an equal one and an id no larger than `last_id`, got one unit more.
    """

    remainder: int
    last_id: str


NO_CUT = Cut(-1, "")
"""Nothing was left over: every share is the plain quotient."""
ALONE = Cut(-2, "")
"""No split at all: every share was rounded by itself, half to even."""


def split_fen(total_fen: int, weights: I8, ids: Sequence[str]) -> tuple[I8, Cut]:
    """Split an amount by integer weights, largest remainder, ties to the smaller id; the shares add up to it exactly.

    share_i = floor(total x w_i / W), plus one for the largest remainders until nothing is left. The result does not
    depend on the order of the shares. A negative total is split by its size and negated. weights >= 0; if all are zero
    the total must be zero (ValueError).
    """
    weight_sum = int(weights.sum(dtype=object)) if weights.size else 0
    if weight_sum == 0:
        if total_fen:
            raise ValueError("an amount cannot be split by weights that are all zero")
        return np.zeros(weights.size, np.int64), NO_CUT
    if total_fen < 0:
        shares, cut = split_fen(-total_fen, weights, ids)
        return -shares, cut
    shares, remainders = quotient_remainder(weights, np.int64(total_fen), np.int64(weight_sum))
    left = total_fen - int(shares.sum())
    if left == 0:
        return shares, NO_CUT
    order = np.lexsort((np.asarray(ids), -remainders))[:left]
    shares[order] += 1
    return shares, Cut(int(remainders[order[-1]]), ids[int(order[-1])])


def share_of(total_fen: int, weight: int, weight_sum: int, unit_id: str, cut: Cut) -> int:
    """One share of a split, recomputed alone from the total, the sum of weights and the cut: the same fen."""
    if cut == ALONE:
        return half_even(total_fen * weight, weight_sum)
    quotient, remainder = divmod(total_fen * weight, weight_sum)
    if cut == NO_CUT:
        return quotient
    return quotient + (remainder > cut.remainder or (remainder == cut.remainder and unit_id <= cut.last_id))


def micro(value: float | str | Decimal) -> int:
    """A decimal number in millionths, half to even; a float counts as its shortest decimal."""
    return int((Decimal(str(value)) * MICRO).to_integral_value(ROUND_HALF_EVEN))


def fen(yuan: float | str | Decimal) -> int:
    """Yuan in fen, half to even; a float counts as its shortest decimal."""
    return int((Decimal(str(yuan)) * FEN).to_integral_value(ROUND_HALF_EVEN))


def decimal_text(units: int, places: int) -> str:
    """An integer number of 10**-places as decimal text: (12345, 2) -> '123.45'."""
    sign, digits = "-" if units < 0 else "", str(abs(units)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def yuan_text(amount_fen: int) -> str:
    """Fen as yuan with two decimals."""
    return decimal_text(amount_fen, 2)
