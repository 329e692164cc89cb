"""Group points from the cases of a history: s_i = scale x m_i / M, rounded once to the millionth of a point.

m_i is the mean cost of group i and M that of all cases, both without the trimmed ones and read over the years in the
same way, unless M is fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import CaseDataError, Problem
from dipsim.learn.means import AnnualSums, annual_sums, cv_micro, micro_yuan, rounded, square_totals
from dipsim.learn.rules import CommonRules, MeanRules
from dipsim.learn.trimming import trimmed_cases
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, micro
from dipsim.policy.weights import LEVELS

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Observed:
    """The cases that weights are learned from, one entry a case, all int64.

    group      index into group_codes, -1 for a case without a group
    year       index into the years of the rules
    hospital   index into hospital_ids, -1 for unknown
    level      index into LEVELS, -1 for unknown
    """

    group: I8
    year: I8
    cost_fen: I8
    hospital: I8
    level: I8
    group_codes: tuple[str, ...]
    hospital_ids: tuple[str, ...]

    def where(self, mask: Mask) -> Observed:
        """The chosen cases."""
        columns = (self.group, self.year, self.cost_fen, self.hospital, self.level)
        group, year, cost_fen, hospital, level = (column[mask] for column in columns)
        return Observed(group, year, cost_fen, hospital, level, self.group_codes, self.hospital_ids)


@dataclass(frozen=True, slots=True)
class LearnedPoints:
    """What was learned, groups in the order of their codes; points and CV in millionths, means in millionths of a yuan.

    cases, trimmed   cases in each group over all years, and how many of them were trimmed
    cv               of the costs not trimmed, all years together; None when all are 0
    level_means      by level and group, None without a case
    annual_cases     by group and year, without the trimmed
    annual_points    by group and year, relative to M of that year; None without a case
    all_cases, all_trimmed   over all cases, those without a group included
    left_out         groups that have cases, but too few or none in a year that counts
    """

    group_codes: tuple[str, ...]
    points_micro: tuple[int, ...]
    mean_micro_yuan: tuple[int, ...]
    cv_micro: tuple[int | None, ...]
    cases: tuple[int, ...]
    trimmed: tuple[int, ...]
    level_means: Mapping[str, tuple[int | None, ...]]
    annual_cases: tuple[tuple[int, ...], ...]
    annual_points: tuple[tuple[int | None, ...], ...]
    overall_mean_micro_yuan: int
    all_cases: int
    all_trimmed: int
    left_out: int


def kept_cases(seen: Observed, rules: CommonRules) -> Observed:
    """The cases that are not trimmed."""
    return seen.where(~trimmed_cases(rules.trimming, seen.group, seen.cost_fen, len(seen.group_codes)))


def learned_points(seen: Observed, kept: Observed, rules: CommonRules) -> LearnedPoints:
    """The points of every group that has `minimum_cases`; CaseDataError when M is not above 0."""
    weights, reading, scale = rules.history.weights, rules.means.mean_reading, rules.weights.scale * MICRO
    size, years = len(seen.group_codes), len(weights)
    sums = annual_sums(kept.group, kept.year, kept.cost_fen, size, years)
    whole = overall_sums(kept, rules.means, years)
    overall = overall_mean(whole, weights, rules.means)
    cases = np.bincount(seen.group[seen.group >= 0], minlength=size)
    enough = np.flatnonzero(cases >= rules.minimum_cases).tolist()
    means = {i: mean for i in enough if (mean := sums.mean(i, weights, reading)) is not None}
    return LearnedPoints(
        group_codes=tuple(seen.group_codes[i] for i in means),
        points_micro=tuple(rounded(scale * mean / overall) for mean in means.values()),
        mean_micro_yuan=tuple(micro_yuan(mean) for mean in means.values()),
        cv_micro=_cv(kept, sums, means),
        cases=tuple(int(cases[i]) for i in means),
        trimmed=tuple(int(cases[i] - sums.cases[i].sum()) for i in means),
        level_means=_level_means(kept, means, rules),
        annual_cases=tuple(tuple(sums.cases[i].tolist()) for i in means),
        annual_points=_annual_points(sums, whole, means, rules),
        overall_mean_micro_yuan=micro_yuan(overall),
        all_cases=seen.group.size,
        all_trimmed=seen.group.size - kept.group.size,
        left_out=int((cases > 0).sum()) - len(means),
    )


def overall_sums(kept: Observed, rules: MeanRules, years: int) -> AnnualSums:
    """The sums of the cases that M is over, as those of one unit."""
    is_over = kept.group >= 0 if rules.overall_mean == "grouped_cases" else np.ones(kept.group.size, bool)
    return annual_sums(np.where(is_over, 0, -1), kept.year, kept.cost_fen, 1, years)


def overall_mean(whole: AnnualSums, weights: Sequence[int], rules: MeanRules) -> Fraction:
    """M in fen; CaseDataError when it is not above 0."""
    if rules.overall_mean_yuan != "none":
        return Fraction(micro(rules.overall_mean_yuan), MICRO_YUAN_PER_FEN)
    mean = whole.mean(0, weights, rules.mean_reading)
    if not mean:
        why = "points are relative to it"
        step = "look at the costs of the years that count"
        raise CaseDataError(Problem("[means] overall_mean", "no mean cost above 0", why, step))
    return mean


def _cv(kept: Observed, sums: AnnualSums, chosen: Iterable[int]) -> tuple[int | None, ...]:
    grouped = kept.group >= 0
    squares = square_totals(kept.group[grouped], kept.cost_fen[grouped], len(kept.group_codes))
    count, cost = sums.cases.sum(axis=1).tolist(), sums.cost_fen.sum(axis=1).tolist()
    return tuple(cv_micro(count[i], cost[i], squares[i]) if cost[i] else None for i in chosen)


def _level_means(kept: Observed, chosen: Iterable[int], rules: CommonRules) -> dict[str, tuple[int | None, ...]]:
    weights, reading = rules.history.weights, rules.means.mean_reading
    size = len(kept.group_codes)
    means = {}
    for number, level in enumerate(LEVELS):
        unit = np.where(kept.level == number, kept.group, -1)
        sums = annual_sums(unit, kept.year, kept.cost_fen, size, len(weights))
        found = (sums.mean(i, weights, reading) for i in chosen)
        means[level] = tuple(None if mean is None else micro_yuan(mean) for mean in found)
    return means


def _annual_points(
    sums: AnnualSums, whole: AnnualSums, chosen: Iterable[int], rules: CommonRules
) -> tuple[tuple[int | None, ...], ...]:
    years, scale = range(len(rules.history.weights)), rules.weights.scale * MICRO
    is_fixed = rules.means.overall_mean_yuan != "none"
    fixed = overall_mean(whole, rules.history.weights, rules.means) if is_fixed else None
    overall = [fixed or whole.annual_mean(0, year) for year in years]

    def points(group: int, year: int) -> int | None:
        mean, relative_to = sums.annual_mean(group, year), overall[year]
        return rounded(scale * mean / relative_to) if mean is not None and relative_to else None

    return tuple(tuple(points(group, year) for year in years) for group in chosen)
