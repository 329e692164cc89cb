"""Cost-deviation cases (费用偏差病例): a case far from the mean cost of its group is paid by its own cost.

With r = case cost / reference cost, low limit L, high limit U, group points s and hospital factor k:

    national   r < L: s k r        L <= r <= U: s k     r > U: s k (r - U + 1)
    jining     r < L: s r          L <= r <= U: s k     U < r <= E: s (r - U + k)     r > E: s k until reviewed
    drg        r < L: s r          L <= r <= U: s k     r > U: s (r - U + k), U by weight and hospital level
    none       s k, whatever a case costs

The result is rounded once, half to even, to the millionth of a point, after all factors, and is exact: no float enters
(docs/sources.md, F2.4 and F3.5).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim.money import MICRO, half_even, half_even_ratio, micro
from dipsim.policy.params import ByInsurance, Params, Setting, Strict
from dipsim.policy.weights import LEVELS

I8 = NDArray[np.int64]

BANDS = (
    ("normal", "正常病例"),
    ("low_outlier", "低倍率病例"),
    ("high_outlier", "高倍率病例"),
    ("extreme", "极高费用病例"),
)
"""The bands in the order of their flags; `extreme` awaits special review (特例单议) and is paid as its form says."""
NORMAL, LOW, HIGH, EXTREME = range(4)

Reference = Literal["level_mean", "city_mean", "pay_standard"]
WHOLE = (1, 1)
"""The share of a case that earns all its points."""
_WIDE = float(2**59)

Ratio: TypeAlias = tuple[Any, Any]
"""Whole numbers u and v of a ratio u / v: one for all cases, or int64 arrays with one a case."""


class HighLimits(Strict):
    """The limits above which cases are high, for groups up to a weight, by hospital level."""

    up_to_weight: Setting = Field(description="Highest relative weight that they hold for; 'none' for the last ones")
    primary: float = Field(gt=0, le=1000, multiple_of=0.001)
    secondary: float = Field(gt=0, le=1000, multiple_of=0.001)
    tertiary: float = Field(gt=0, le=1000, multiple_of=0.001)


class OutlierParams(Params):
    """What `[weighting.outlier]` may say; ratios have at most three decimals, and low <= high <= extreme."""

    form: Literal["national", "jining", "drg", "none"] = Field(
        description="Which of the formulas applies; 'none': the cost of a case corrects nothing"
    )
    low_ratio: float = Field(ge=0, le=1000, multiple_of=0.001, description="L: below it a case is low")
    high_ratio: float = Field(
        gt=0, le=1000, multiple_of=0.001, description="U: above it a case is high; not read by drg"
    )
    extreme_ratio: float = Field(
        gt=0, le=1000, multiple_of=0.001, description="E: above it a case is listed for special review"
    )
    low_includes_limit: bool = Field(description="Whether r = L is low (texts differ)")
    high_includes_limit: bool = Field(description="Whether r = U is high (texts differ)")
    classify_by: Reference = Field(description="What r compares with when the band is chosen")
    compute_by: Reference = Field(description="What r compares with when the points are computed")
    budget_point_value_yuan: ByInsurance = Field(description="Yuan per point that pay_standard is reckoned with")
    high_limits: tuple[HighLimits, ...] | None = Field(
        default=None, description="U by weight of the group and hospital level, in rising order; only with form = drg"
    )

    @model_validator(mode="after")
    def _limits_in_order(self) -> OutlierParams:
        if not self.low_ratio <= self.high_ratio <= self.extreme_ratio:
            raise ValueError("low_ratio, high_ratio and extreme_ratio must rise in this order")
        return self

    @model_validator(mode="after")
    def _high_limits_rise(self) -> OutlierParams:
        if (self.form == "drg") != bool(self.high_limits):
            raise ValueError("state high_limits with form = 'drg', and only there")
        if not self.high_limits:
            return self
        *limits, last = (each.up_to_weight for each in self.high_limits)
        if last != "none" or "none" in limits:
            raise ValueError("the last of high_limits, and no other, has up_to_weight = 'none'")
        if any(float(low) >= float(high) for low, high in pairwise(limits)):
            raise ValueError("up_to_weight rises from limit to limit")
        if any(getattr(each, level) < self.low_ratio for each in self.high_limits for level in LEVELS):
            raise ValueError("no high limit lies below low_ratio")
        return self

    @property
    def references(self) -> Mapping[str, Reference]:
        """What r compares with, by parameter; nothing where no formula applies."""
        return {} if self.form == "none" else {"classify_by": self.classify_by, "compute_by": self.compute_by}


def ratio_parts(value: float) -> tuple[int, int]:
    """A ratio in lowest terms: 2.5 -> (5, 2)."""
    numerator = micro(value)
    divisor = int(np.gcd(numerator, MICRO))
    return numerator // divisor, MICRO // divisor


def high_limits_micro(params: OutlierParams, points_micro: I8, scale_micro: int) -> I8:
    """U of each group at each hospital level by form drg, millionths, shape (levels, groups).

    A limit holds up to its weight and that weight included; the weight of a group is its points over the scale.
    """
    stated = params.high_limits or ()
    upper = [micro(float(each.up_to_weight)) * scale_micro for each in stated if each.up_to_weight != "none"]
    at = [bisect_left(upper, points * MICRO) for points in points_micro.tolist()]
    by_level = [[micro(getattr(each, level)) for each in stated] for level in LEVELS]
    return np.array(by_level, np.int64)[:, at]


def bands(params: OutlierParams, cost_micro_yuan: I8, reference_micro_yuan: I8, high_ratio: Ratio | None = None) -> I8:
    """The band of each case, int64 index into BANDS; compared exactly by cross-multiplication.

    A case whose reference is 0 (a group of no points or no cost) is normal: there is nothing to deviate from.
    high_ratio   U where it is not the one of the parameters
    """

    def compared(ratio: Ratio) -> tuple[I8, I8]:
        numerator, denominator = ratio
        return cost_micro_yuan * denominator, reference_micro_yuan * numerator

    cost, low = compared(ratio_parts(params.low_ratio))
    is_low = (cost <= low) if params.low_includes_limit else (cost < low)
    cost, high = compared(ratio_parts(params.high_ratio) if high_ratio is None else high_ratio)
    is_high = (cost >= high) if params.high_includes_limit else (cost > high)
    cost, extreme = compared(ratio_parts(params.extreme_ratio))
    is_extreme = is_high & (cost > extreme)
    is_nothing = reference_micro_yuan == 0
    return np.select([is_nothing, is_extreme, is_high, is_low], [NORMAL, EXTREME, HIGH, LOW], NORMAL)


def is_paid_high(params: OutlierParams, flag: I8) -> NDArray[np.bool_]:
    """Which cases are paid above the points of their group, by the flag that a weighted rule gave them."""
    is_high: NDArray[np.bool_] = flag == HIGH
    return is_high if params.form == "jining" else is_high | (flag == EXTREME)


def deviation_points(
    params: OutlierParams,
    band: I8,
    group_points_micro: I8,
    factor_micro: I8,
    cost_micro_yuan: I8,
    reference_micro_yuan: I8,
    share: tuple[int, int] = WHOLE,
    high_ratio: Ratio | None = None,
) -> I8:
    """Points of each case in millionths, int64, exact and rounded once; `reference` is the one named by `compute_by`.

    Where the two references differ, a high case can fall below s k (r - U + 1 < 1); it is never below zero. `share` is
    the part of the points that a case earns, as a ratio of two whole numbers; `high_ratio` is U where it is not the one
    of the parameters.
    """
    u, v = ratio_parts(params.high_ratio) if high_ratio is None else high_ratio
    u, v = np.broadcast_to(u, band.shape), np.broadcast_to(v, band.shape)
    arguments = (band, group_points_micro, factor_micro, cost_micro_yuan, reference_micro_yuan, u, v)
    part, whole = share
    factor = factor_micro.clip(MICRO).astype(np.float64)
    size = cost_micro_yuan.astype(np.float64) + reference_micro_yuan
    parts = np.maximum(u, v) * max(part, whole)
    is_wide = (size * factor * parts >= _WIDE) | (group_points_micro * factor >= _WIDE)
    points = np.zeros(band.size, np.int64)
    narrow = np.flatnonzero(~is_wide)
    a, b, d = _terms(params, *(values[narrow] for values in arguments))
    points[narrow] = half_even_ratio(a, b * part, d * whole)
    for row in np.flatnonzero(is_wide):  # beyond 64 bits: the same terms in Python integers
        a, b, d = _terms(params, *(values[row : row + 1].astype(object) for values in arguments))
        points[row] = half_even(a[0] * b[0] * part, d[0] * whole)
    return points


def _terms(
    params: OutlierParams, band: Any, s: Any, k: Any, cost: Any, reference: Any, u: Any, v: Any
) -> tuple[Any, Any, Any]:
    """The points of each case as a x b / d in whole numbers, U = u / v; arrays of int64 or of Python integers."""
    divisor = np.gcd(k, MICRO)
    k, one = k // divisor, MICRO // divisor  # the factor is k / one
    low, high = band == LOW, is_paid_high(params, band)
    if params.form in ("jining", "drg"):
        excess = one * (v * cost - u * reference) + k * v * reference
        factor = np.where(low | high, 1, k)
        divided = np.where(low, reference, np.where(high, v * one * reference, one))
    else:
        excess = np.maximum(v * cost - (u - v) * reference, 0)
        factor = k
        divided = np.where(low, one * reference, np.where(high, v * one * reference, one))
    times = np.where(low, cost, np.where(high, excess, 1))
    return s * factor, np.maximum(times, 0), divided
