"""What a run knows about points: group weights, deviation bands and hospital factors, ready for a CLAIM rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, half_even_ratio, micro
from dipsim.weighting.outlier import (
    NORMAL,
    WHOLE,
    OutlierParams,
    Ratio,
    Reference,
    bands,
    deviation_points,
    high_limits_micro,
    ratio_parts,
)
from dipsim.weighting.relative_weight import GroupWeights

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weights and parameters of a run; hospitals and groups are indices into the run's ids and codes.

    level            index into LEVELS of each hospital, -1 for unknown
    factor_micro     factor of each hospital, millionths
    grassroots_micro the one factor of grassroots groups, -1 when they are treated as any other group
    day_surgery      the groups with points of their own for day surgery; the others are not priced there
    """

    groups: GroupWeights
    outlier: OutlierParams
    level: I8
    factor_micro: I8
    grassroots_micro: int
    day_surgery: GroupWeights

    def factor(self, group: I8, hospital: I8) -> I8:
        """The factor that applies to each case, millionths."""
        factor = self.factor_micro[hospital]
        if self.grassroots_micro < 0:
            return factor
        return np.where(self.groups.is_grassroots[group], self.grassroots_micro, factor)

    def reference(self, kind: Reference, group: I8, hospital: I8, insurance: I8) -> I8:
        """The cost that r compares with, millionths of a yuan.

        A level without a mean falls back to the city's mean (`is_level_mean_missing` tells which cases did).
        pay_standard = group points x factor x budget point value, to the millionth of a yuan.
        """
        if kind == "pay_standard":
            values = self.outlier.budget_point_value_yuan
            by_insurance = np.array([micro(values.get(name) or 0) for name in INSURANCES], np.int64)
            points = half_even_ratio(self.groups.points_micro[group], self.factor(group, hospital), np.int64(MICRO))
            return half_even_ratio(points, by_insurance[insurance], np.int64(MICRO))
        city = self.groups.mean_micro_yuan[group]
        if kind == "city_mean":
            return city
        at_level = self.groups.level_mean_micro_yuan[self.level[hospital], group]
        return np.where(self.is_level_mean_missing(group, hospital), city, at_level)

    def is_level_mean_missing(self, group: I8, hospital: I8) -> NDArray[np.bool_]:
        """Cases whose group has no mean at the level of their hospital."""
        level = self.level[hospital]
        is_missing: NDArray[np.bool_] = (level < 0) | (self.groups.level_mean_micro_yuan[level, group] == 0)
        return is_missing

    def points(
        self, group: I8, hospital: I8, insurance: I8, cost_fen: I8, share: tuple[int, int] = WHOLE
    ) -> tuple[I8, I8]:
        """Points in millionths and band of each case, int64; checked by require_points and require_references."""
        if not self.outlier.references:
            return self.points_without_bands(group, hospital, share), np.full(group.size, NORMAL)
        cost = cost_fen * MICRO_YUAN_PER_FEN
        classify = self.reference(self.outlier.classify_by, group, hospital, insurance)
        compute = self.reference(self.outlier.compute_by, group, hospital, insurance)
        high = self.high_ratio(group, hospital)
        band = np.where(compute == 0, NORMAL, bands(self.outlier, cost, classify, high))
        factor, of_group = self.factor(group, hospital), self.groups.points_micro[group]
        return deviation_points(self.outlier, band, of_group, factor, cost, compute, share, high), band

    def without_bands(self) -> Weighting:
        """The same weights where the cost of a case corrects nothing."""
        return replace(self, outlier=self.outlier.model_copy(update={"form": "none", "high_limits": None}))

    def high_ratio(self, group: I8, hospital: I8) -> Ratio:
        """The limit U above which cases are high, as whole numbers u / v; by case where it goes by weight and level."""
        if self.outlier.form != "drg":
            return ratio_parts(self.outlier.high_ratio)
        limits = high_limits_micro(self.outlier, self.groups.points_micro, self.groups.scale_micro)
        limit = limits[self.level[hospital], group]
        divisor = np.gcd(limit, MICRO)
        return limit // divisor, MICRO // divisor

    def points_without_bands(self, group: I8, hospital: I8, share: tuple[int, int]) -> I8:
        """Points in millionths whatever a case cost: group points x factor x share, rounded once."""
        part, whole = share
        factor = self.factor(group, hospital) * part
        return half_even_ratio(self.groups.points_micro[group], factor, np.int64(MICRO * whole))

    def no_match_points(self, ratio: float, cost_fen: I8) -> I8:
        """Points in millionths of cases without a group: ratio x scale x cost / mean cost of all cases."""
        numerator, denominator = ratio_parts(ratio)
        if cost_fen.size and self.groups.overall_mean_micro_yuan == 0:
            why = "cases without a group or a weight are measured by it"
            step = "state mean_cost_yuan in weights.toml, or route these cases elsewhere"
            raise PolicyError(Problem("weights", "no mean cost of all cases", why, step))
        return half_even_ratio(
            cost_fen * MICRO_YUAN_PER_FEN,
            np.int64(self.groups.scale_micro * numerator),
            np.int64(self.groups.overall_mean_micro_yuan * denominator),
        )

    def require_points(self, group: I8, codes: Sequence[str]) -> None:
        """PolicyError naming the groups among these that have no points."""
        unpriced = [codes[number] for number in np.unique(group) if not self.groups.is_priced[number]]
        if unpriced:
            raise PolicyError(
                _lacking("points", unpriced, "add them to group_points.csv, or route these cases elsewhere")
            )

    def require_references(self, group: I8, insurance: I8, codes: Sequence[str]) -> None:
        """PolicyError naming what r needs and lacks: groups without a mean, insurances without a budget value."""
        references = set(self.outlier.references.values())
        if "pay_standard" in references:
            values = self.outlier.budget_point_value_yuan
            missing = [INSURANCES[number] for number in np.unique(insurance) if not values.get(INSURANCES[number])]
            if missing:
                where = f"[weighting.outlier] budget_point_value_yuan.{missing[0]}"
                step = "state it, route these cases elsewhere, or compare with a mean"
                raise PolicyError(Problem(where, f"no value for {', '.join(missing)}", "pay_standard needs it", step))
        if references <= {"pay_standard"}:
            return
        groups = self.groups
        earning = [number for number in np.unique(group) if groups.points_micro[number] > 0]
        without = [codes[number] for number in earning if groups.mean_micro_yuan[number] == 0]
        if without:
            raise PolicyError(_lacking("mean cost", without, "add mean_cost_yuan, or compare with pay_standard"))


def _lacking(what: str, codes: Sequence[str], next_step: str) -> Problem:
    shown = ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
    return Problem("weights", f"groups with cases but without {what}: {shown}", "they cannot be paid", next_step)
