"""The weights that a region's own parameters imply: what years of history without chance would teach.

    mean cost of group i   m_i = sum of (expected cases x expected cost) / expected cases, rounded to the fen
    group points               = 1000 x m_i / M, rounded to six decimals

M is the same mean over all conditions, those without a group included. The expected cost is that of costs.expected_fen:
everything that bears on the cost of a case is in it, so points learned from the history differ by chance alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dipsim.money import MICRO, decimal_text, half_even, yuan_text
from dipsim.policy.tables import write_table
from dipsim.policy.weights import LEVELS
from dipsim.synth.costs import expected_fen
from dipsim.synth.region import RegionParams

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SCALE = 1000
"""Points of a group whose mean cost is M, in the weights that are written."""


@dataclass(frozen=True, slots=True)
class ExpectedMeans:
    """Mean costs in fen, int64: of all cases, of each group, and of parts of each group (0 without cases).

    of_level         by level (groups, levels)
    of_day_surgery   of the group's day surgery alone
    """

    overall: int
    group_codes: tuple[str, ...]
    of_group: I8
    of_level: I8
    of_day_surgery: I8

    def points_micro(self, mean_fen: I8) -> I8:
        """The points of mean costs in millionths."""
        return np.array([half_even(SCALE * MICRO * mean, self.overall) for mean in mean_fen.tolist()], np.int64)


def expected_means(params: RegionParams) -> ExpectedMeans:
    """The means that the parameters imply for the years of history."""
    cost = params.share * expected_fen(params)
    codes = np.array(params.conditions.group_code)
    groups = tuple(sorted({code for code in params.conditions.group_code if code}))
    of_level = np.zeros((len(groups), len(LEVELS)), np.int64)
    of_group, of_day_surgery = np.zeros((2, len(groups)), np.int64)
    for number, code in enumerate(groups):
        rows = codes == code
        of_group[number] = _mean(cost[rows], params.share[rows])
        by_day = rows & params.conditions.is_day_surgery
        of_day_surgery[number] = _mean(cost[by_day], params.share[by_day])
        for level in range(len(LEVELS)):
            there = np.ix_(rows, params.level == level)
            of_level[number, level] = _mean(cost[there], params.share[there])
    return ExpectedMeans(_mean(cost, params.share), groups, of_group, of_level, of_day_surgery)


def write_weights(params: RegionParams, folder: Path) -> None:
    """Write group_points.csv, day_surgery_points.csv and level_means.csv into a weights folder."""
    means = expected_means(params)
    write_table(folder / "group_points.csv", _points_table(means, means.of_group))
    write_table(folder / "day_surgery_points.csv", _points_table(means, means.of_day_surgery))
    rows = list(_level_rows(means))
    header = ("group_code", "level", "mean_cost_yuan")
    write_table(folder / "level_means.csv", dict(zip(header, map(list, zip(*rows, strict=True)), strict=True)))


def _points_table(means: ExpectedMeans, mean_fen: I8) -> dict[str, list[str]]:
    """The groups that have such a mean, with their points."""
    there = np.flatnonzero(mean_fen)
    return {
        "group_code": [means.group_codes[row] for row in there.tolist()],
        "group_points": [decimal_text(units, 6) for units in means.points_micro(mean_fen[there]).tolist()],
        "mean_cost_yuan": [yuan_text(mean) for mean in mean_fen[there].tolist()],
    }


def _level_rows(means: ExpectedMeans) -> Iterator[tuple[str, str, str]]:
    for code, of_level in zip(means.group_codes, means.of_level.tolist(), strict=True):
        for level, mean in zip(LEVELS, of_level, strict=True):
            if mean:
                yield code, level, yuan_text(mean)


def _mean(cost: F8, cases: F8) -> int:
    total = float(cases.sum())
    return round(float(cost.sum()) / total) if total else 0
