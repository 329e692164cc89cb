"""How good a grouping is (分组效能): RIV, CV, grouping rate, CMI, groups of few cases, cases far from their mean.

    RIV   = sum n_g (m_g - M)^2 / sum (c - M)^2      share of the variance of costs that lies between the groups
    CV_g  = s_g / m_g      with s_g^2 = sum (c - m_g)^2 / n_g: the group is taken whole, not as a sample
    CMI   = sum n RW / sum n      over the cases whose group has a weight

RIV and CV are over the grouped cases that have a cost, M is their mean (METHODS: F3.6, 8). Sums of costs and squares
are integers, so that the order of cases does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import BLANK_ID, CaseTable
from dipsim.grouping.result import Grouping, Status
from dipsim.learn.means import cv_micro, square_totals, totals
from dipsim.learn.relative_weight_rules import RelativeWeightRules
from dipsim.learn.trimming import trimmed_cases
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, MISSING, half_even, micro
from dipsim.policy.weights import Weights

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Standing(StrEnum):
    """How a group stands: few cases, else a CV below the limit or not."""

    FEW = "few_cases"
    STABLE = "stable"
    DISPERSED = "dispersed"


@dataclass(frozen=True, slots=True)
class Spread:
    """Number, sum and sum of squares of the costs of each group, in fen; of a group without cases all are 0."""

    cases: tuple[int, ...]
    cost_fen: tuple[int, ...]
    squares: tuple[int, ...]

    def riv_micro(self) -> int | None:
        """RIV in millionths, None where costs do not differ; each group's part is taken to 10^-6 fen^2."""
        n, cost = sum(self.cases), sum(self.cost_fen)
        whole = n * sum(self.squares) - cost**2
        parts = (half_even(own**2 * MICRO, k) for own, k in zip(self.cost_fen, self.cases, strict=True) if k)
        between = n * sum(parts) - cost**2 * MICRO
        return half_even(between, whole) if whole else None

    def cv_micro(self, group: int) -> int | None:
        """CV of a group in millionths, None where it has no cost."""
        if not self.cost_fen[group]:
            return None
        return cv_micro(self.cases[group], self.cost_fen[group], self.squares[group])

    def mean_micro_yuan(self, group: int) -> int | None:
        """Mean cost of a group in millionths of a yuan, None without a case."""
        n = self.cases[group]
        return half_even(self.cost_fen[group] * MICRO_YUAN_PER_FEN, n) if n else None


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """One group that has cases; means in millionths of a yuan, CV and weight in millionths.

    cases      grouped into it with a cost
    low, high  cases below and above the limits of the rules
    weight     its RW, None without one
    standing   with all cases, and without the trimmed ones
    """

    group_code: str
    cases: int
    mean_micro_yuan: int | None
    cv_micro: int | None
    standing: Standing
    trimmed: int
    trimmed_mean_micro_yuan: int | None
    trimmed_cv_micro: int | None
    trimmed_standing: Standing
    low: int
    high: int
    weight_micro: int | None


@dataclass(frozen=True, slots=True)
class CaseMix:
    """The CMI of a hospital, or of all ('' as hospital), in millionths; None when no case has a weight.

    cases      grouped, with or without a cost
    weighted   of these, cases whose group has a weight
    """

    hospital_id: str
    cases: int
    weighted: int
    cmi_micro: int | None


@dataclass(frozen=True, slots=True)
class Quality:
    """The figures of a grouping; RIV in millionths.

    statuses      cases by status
    grouped       cases of a status that counts
    without_cost  of these, cases without a cost
    case_mix      of all and then of every hospital; empty without weights
    """

    statuses: tuple[tuple[Status, int], ...]
    cases: int
    grouped: int
    without_cost: int
    riv_micro: int | None
    trimmed_riv_micro: int | None
    groups: tuple[GroupQuality, ...]
    case_mix: tuple[CaseMix, ...]

    @property
    def grouping_rate_micro(self) -> int:
        """Grouped cases over all cases, in millionths."""
        return half_even(self.grouped * MICRO, self.cases) if self.cases else 0

    def few(self) -> tuple[GroupQuality, ...]:
        """The groups below the minimum number of cases."""
        return tuple(group for group in self.groups if group.standing == Standing.FEW)


def quality_of(
    cases: CaseTable, grouping: Grouping, rules: RelativeWeightRules, weights: Weights | None = None
) -> Quality:
    """The quality of a grouping; CaseDataError when the cases have no column of costs."""
    is_grouped = np.isin(grouping.status, [status for status in Status if status.key in rules.groups.weighed])
    costs = cases.fen("total_cost_yuan")
    is_costed = is_grouped & (costs != MISSING)
    group, cost = grouping.group[is_costed].astype(np.int64), costs[is_costed]
    size = len(grouping.group_codes)
    is_kept = ~trimmed_cases(rules.trimming, group, cost, size)
    spread, kept = spread_of(group, cost, size), spread_of(group[is_kept], cost[is_kept], size)
    status_counts = ((status, int((grouping.status == status).sum())) for status in Status)
    return Quality(
        statuses=tuple((status, count) for status, count in status_counts if count),
        cases=len(cases),
        grouped=int(is_grouped.sum()),
        without_cost=int(is_grouped.sum() - is_costed.sum()),
        riv_micro=spread.riv_micro(),
        trimmed_riv_micro=kept.riv_micro(),
        groups=_groups(grouping.group_codes, spread, kept, beyond(spread, group, cost, rules), rules, weights),
        case_mix=() if weights is None else _case_mix(cases, grouping, is_grouped, weights),
    )


def spread_of(group: I8, cost_fen: I8, groups: int) -> Spread:
    """The sums of the costs of each group; every case has a group."""
    cases = np.bincount(group, minlength=groups).tolist()
    squares = square_totals(group, cost_fen, groups)
    return Spread(tuple(cases), tuple(totals(group, cost_fen, groups).tolist()), tuple(squares))


def beyond(spread: Spread, group: I8, cost_fen: I8, rules: RelativeWeightRules) -> tuple[I8, I8]:
    """How many cases of each group cost less than low_ratio and more than high_ratio times its mean; int64."""
    low, high = micro(rules.quality.low_ratio), micro(rules.quality.high_ratio)
    pairs = [(cost, n * MICRO) for cost, n in zip(spread.cost_fen, spread.cases, strict=True)]
    lowest = np.array([-(-low * cost // n) if n else 0 for cost, n in pairs], np.int64)
    highest = np.array([high * cost // n if n else 0 for cost, n in pairs], np.int64)
    low_cases = np.bincount(group[cost_fen < lowest[group]], minlength=lowest.size)
    high_cases = np.bincount(group[cost_fen > highest[group]], minlength=lowest.size)
    return low_cases, high_cases


def cmi_micro(points_micro: Sequence[int], cases: Sequence[int], scale_micro: int) -> int | None:
    """CMI of cases by group in millionths, None without a case."""
    n = sum(cases)
    total = sum(points * count for points, count in zip(points_micro, cases, strict=True))
    return half_even(total * MICRO, n * scale_micro) if n else None


def _groups(
    codes: Sequence[str],
    spread: Spread,
    kept: Spread,
    far: tuple[I8, I8],
    rules: RelativeWeightRules,
    weights: Weights | None,
) -> tuple[GroupQuality, ...]:
    low, high = far
    weight_of = {} if weights is None else _relative_weights(weights)
    return tuple(
        GroupQuality(
            group_code=code,
            cases=spread.cases[i],
            mean_micro_yuan=spread.mean_micro_yuan(i),
            cv_micro=spread.cv_micro(i),
            standing=_standing(spread.cases[i], spread.cv_micro(i), rules),
            trimmed=spread.cases[i] - kept.cases[i],
            trimmed_mean_micro_yuan=kept.mean_micro_yuan(i),
            trimmed_cv_micro=kept.cv_micro(i),
            trimmed_standing=_standing(spread.cases[i], kept.cv_micro(i), rules),
            low=int(low[i]),
            high=int(high[i]),
            weight_micro=weight_of.get(code),
        )
        for i, code in enumerate(codes)
        if spread.cases[i]
    )


def _standing(cases: int, cv: int | None, rules: RelativeWeightRules) -> Standing:
    """A group whose cases cost nothing does not vary."""
    if cases < rules.minimum_cases:
        return Standing.FEW
    return Standing.STABLE if cv is None or cv < micro(rules.quality.cv_limit) else Standing.DISPERSED


def _relative_weights(weights: Weights) -> dict[str, int]:
    points = weights.points_micro.tolist()
    return {
        code: half_even(own * MICRO, weights.scale_micro) for code, own in zip(weights.group_codes, points, strict=True)
    }


def _case_mix(cases: CaseTable, grouping: Grouping, is_grouped: Mask, weights: Weights) -> tuple[CaseMix, ...]:
    """The CMI of all cases, and of each hospital where the cases name them."""
    points_of = dict(zip(weights.group_codes, weights.points_micro.tolist(), strict=True))
    points = [points_of.get(code) for code in grouping.group_codes]

    def mix(hospital_id: str, mask: Mask) -> CaseMix:
        counts = np.bincount(grouping.group[mask], minlength=len(points)).tolist()
        weighted = [(own, n) for own, n in zip(points, counts, strict=True) if own is not None and n]
        cmi = cmi_micro([own for own, _ in weighted], [n for _, n in weighted], weights.scale_micro)
        return CaseMix(hospital_id, sum(counts), sum(n for _, n in weighted), cmi)

    found = [mix("", is_grouped)]
    if cases.has("hospital_id"):
        hospital = cases.code("hospital_id")
        present = np.unique(hospital.ids[is_grouped & (hospital.ids != BLANK_ID)]).tolist()
        named = sorted((hospital.values[number], number) for number in present)
        found += [mix(name, is_grouped & (hospital.ids == number)) for name, number in named]
    return tuple(found)
