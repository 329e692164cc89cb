"""The weights that a region's own parameters imply: what a year without chance would have cost, group by group.

    mean cost of group i   m_i = sum of (expected cases x mean cost x level factor) / expected cases, rounded to the fen
    group points               = 1000 x m_i / M, rounded to six decimals

M is the same mean over all conditions, those without a group included. Growth of cost, complicated courses and the
difference between insurances are left out: the weights look back, the cases do not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dipsim.money import MICRO, decimal_text, half_even, micro, yuan_text
from dipsim.policy.tables import write_table
from dipsim.policy.weights import LEVELS
from dipsim.synth.region import RegionParams

I8 = NDArray[np.int64]

SCALE = 1000
"""Points of a group whose mean cost is M, in the weights that are written."""


def mean_fen(params: RegionParams, rows: I8, levels: I8) -> int:
    """Mean cost of some conditions at hospitals of some levels, rounded half to even to the fen; 0 without cases."""
    factor = np.array([micro(value) for value in params.settings.cost.level_factor.array()], np.int64)[levels]
    volume = params.conditions.volume[np.ix_(rows, levels)]
    cost = volume * params.conditions.mean_cost_fen[rows, np.newaxis] * factor
    cases = int(volume.sum())
    return half_even(int(cost.sum()), cases * MICRO) if cases else 0


def overall_mean_fen(params: RegionParams) -> int:
    """M: the mean cost of all cases."""
    return mean_fen(params, np.arange(len(params.conditions.keys)), np.arange(len(LEVELS)))


def write_weights(params: RegionParams, folder: Path) -> None:
    """Write group_points.csv and level_means.csv into a weights folder, each whole or not at all."""
    overall = overall_mean_fen(params)
    groups = sorted({code for code in params.conditions.group_code if code})
    points: list[tuple[str, str, str]] = []
    means: list[tuple[str, str, str]] = []
    for code in groups:
        rows = np.flatnonzero(np.array(params.conditions.group_code) == code)
        mean = mean_fen(params, rows, np.arange(len(LEVELS)))
        points.append((code, decimal_text(half_even(SCALE * MICRO * mean, overall), 6), yuan_text(mean)))
        by_level = ((level, mean_fen(params, rows, np.array([number]))) for number, level in enumerate(LEVELS))
        means += [(code, level, yuan_text(at_level)) for level, at_level in by_level if at_level]
    _write(folder / "group_points.csv", ("group_code", "group_points", "mean_cost_yuan"), points)
    _write(folder / "level_means.csv", ("group_code", "level", "mean_cost_yuan"), means)


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, str, str]]) -> None:
    write_table(path, dict(zip(header, map(list, zip(*rows, strict=True)), strict=True)))
