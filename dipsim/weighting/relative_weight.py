"""Group points (病种分值): published with the catalogue, or from the mean costs of the cases themselves.

    relative weight  RW_i = m_i / M        group points = scale x RW_i

m_i is the mean cost of group i, M the mean cost of all cases (docs/sources.md, F2.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.money import MICRO_YUAN_PER_FEN, half_even, half_even_ratio
from dipsim.policy.weights import LEVELS, Weights

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SAFE = 2**62


@dataclass(frozen=True, slots=True)
class GroupWeights:
    """What is known of each group of the run, aligned with the run's group codes; int64 unless said.

    points_micro       millionths of a point
    is_priced          bool: the group has points
    mean_micro_yuan    city mean cost in millionths of a yuan, 0 when unknown
    level_mean_micro_yuan   shape (levels, groups): the mean at hospitals of one level, 0 when unknown
    relative_weight    float64, for reading: points over scale, or m_i / M unrounded with own means
    is_grassroots      bool: 基层病种, one factor for every hospital
    scale_micro, overall_mean_micro_yuan   the scale, and M
    """

    points_micro: I8
    is_priced: NDArray[np.bool_]
    mean_micro_yuan: I8
    level_mean_micro_yuan: I8
    relative_weight: F8
    is_grassroots: NDArray[np.bool_]
    scale_micro: int
    overall_mean_micro_yuan: int


def published(weights: Weights, group_codes: tuple[str, ...]) -> GroupWeights:
    """The points of a weights folder for the groups of a run; a group without points is marked, not guessed.

    A group without a mean takes its parent's, and a level without one is left at 0 for the fallback in `reference`.
    """
    position = {code: i for i, code in enumerate(weights.group_codes)}
    parent = np.array([position.get(code, -1) for code in weights.parents], np.int64)
    means = weights.mean_micro_yuan.copy()
    falls_back = (means == 0) & (parent >= 0)
    means[falls_back] = weights.mean_micro_yuan[parent[falls_back]]

    at = np.array([position.get(code, -1) for code in group_codes], np.int64)
    is_priced = at >= 0

    def aligned(values: I8) -> I8:
        return np.where(is_priced, values[at] if values.size else 0, 0)

    none = np.zeros(means.size, np.int64)
    points = aligned(weights.points_micro)
    return GroupWeights(
        points_micro=points,
        is_priced=is_priced,
        mean_micro_yuan=aligned(means),
        level_mean_micro_yuan=np.stack([aligned(weights.level_means.get(level, none)) for level in LEVELS]),
        relative_weight=points / weights.scale_micro,
        is_grassroots=np.array([code in weights.grassroots for code in group_codes], bool),
        scale_micro=weights.scale_micro,
        overall_mean_micro_yuan=weights.overall_mean_micro_yuan,
    )


def own_means(
    weights: Weights, group_codes: tuple[str, ...], group: I8, cost_fen: I8, level: I8, count: I8
) -> GroupWeights:
    """Points from the cases themselves: group points = scale x (C_i / n_i) / (C / N), rounded once to the millionth.

    group   index into group_codes, -1 for a case without a group (counted in N and C if `mean_over` says all_cases)
    level   index into LEVELS of the case's hospital, -1 for unknown
    count   how many cases a row stands for; cost_fen is then their sum
    """
    size = len(group_codes)
    grouped = group >= 0
    counted = grouped if weights.mean_over == "grouped_cases" else np.ones(group.size, bool)
    cases, cost = _added(count, group, grouped, size), _added(cost_fen, group, grouped, size)
    by_level = []
    for number in range(len(LEVELS)):
        chosen = grouped & (level == number)
        by_level.append(_means(_added(count, group, chosen, size), _added(cost_fen, group, chosen, size)))
    overall = (int(count[counted].sum()), int(cost_fen[counted].sum()))
    is_grassroots = np.array([code in weights.grassroots for code in group_codes], bool)
    return from_sums(weights.scale_micro, cases, cost, overall, np.stack(by_level), is_grassroots)


def from_sums(
    scale_micro: int, cases: I8, cost_fen: I8, overall: tuple[int, int], level_means: I8, is_grassroots: Mask
) -> GroupWeights:
    """Points from the number of cases and the sum of their costs by group; `overall` are N and C.

    level_means   as GroupWeights keeps them
    """
    all_cases, all_cost = overall
    mean_yuan = np.divide(cost_fen, cases, out=np.zeros(cases.size), where=cases > 0)
    return GroupWeights(
        points_micro=_points(scale_micro, cases, cost_fen, all_cases, all_cost),
        is_priced=cases > 0,
        mean_micro_yuan=_means(cases, cost_fen),
        level_mean_micro_yuan=level_means,
        relative_weight=mean_yuan / (all_cost / all_cases) if all_cost else np.zeros(cases.size),
        is_grassroots=is_grassroots,
        scale_micro=scale_micro,
        overall_mean_micro_yuan=half_even(all_cost * MICRO_YUAN_PER_FEN, all_cases) if all_cases else 0,
    )


def for_day_surgery(weights: Weights, groups: GroupWeights, group_codes: tuple[str, ...]) -> GroupWeights:
    """The same groups with the points of `day_surgery_points.csv`; a group that has no row there is not priced.

    Their mean cost holds for hospitals of all levels.
    """
    own = [weights.day_surgery.get(code) for code in group_codes]
    points = np.array([0 if row is None else row.points_micro for row in own], np.int64)
    return replace(
        groups,
        points_micro=points,
        is_priced=np.array([row is not None for row in own], bool),
        mean_micro_yuan=np.array([0 if row is None else row.mean_micro_yuan for row in own], np.int64),
        level_mean_micro_yuan=np.zeros_like(groups.level_mean_micro_yuan),
        relative_weight=points / weights.scale_micro,
    )


def _added(values: I8, group: I8, chosen: Mask, size: int) -> I8:
    """The values of the chosen rows added up by group."""
    total = np.zeros(size, np.int64)
    np.add.at(total, group[chosen], values[chosen])
    return total


def _points(scale_micro: int, cases: I8, cost_fen: I8, all_cases: int, all_cost: int) -> I8:
    """scale x (C_i / n_i) / (C / N) in millionths, rounded half to even once; 0 for a group without cost."""
    points = np.zeros(cases.size, np.int64)
    rows = np.flatnonzero((cases > 0) & (cost_fen > 0))
    if scale_micro * all_cases < _SAFE and int(cases.max(initial=0)) * all_cost < _SAFE:
        points[rows] = half_even_ratio(cost_fen[rows], np.int64(scale_micro * all_cases), cases[rows] * all_cost)
    else:  # beyond 64 bits: the same in Python integers
        for i in rows:
            points[i] = half_even(scale_micro * int(cost_fen[i]) * all_cases, int(cases[i]) * all_cost)
    return points


def _means(cases: I8, cost_fen: I8) -> I8:
    """Mean cost in millionths of a yuan, rounded half to even, 0 without cases."""
    return half_even_ratio(cost_fen, np.int64(MICRO_YUAN_PER_FEN), np.maximum(cases, 1))
