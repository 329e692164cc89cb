"""Hospital factors (机构系数) from a history: crude, and standardised for the case mix.

    crude          k_h = mean cost of the hospital's cases / mean cost of all cases
    standardised   k_h = sum_y w_y C_hy / sum_y w_y sum_i n_hiy m_iy

C_hy is what the hospital's grouped cases of year y cost, the divisor what they would have cost at the city's mean of
their group in that year (m_iy, to the millionth of a yuan): indirect standardisation, within each year so that rising
prices do not count. Each is computed for the hospital and for all hospitals of its level together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dipsim.learn.means import AnnualSums, annual_sums, micro_yuan, rounded, totals
from dipsim.learn.rules import CommonRules
from dipsim.learn.weights import Observed
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN
from dipsim.policy.weights import LEVELS

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LearnedFactor:
    """The factors of one hospital in millionths, None where there is none; `level` is '' when unknown."""

    hospital_id: str
    level: str
    cases: int
    crude_by_level: int | None
    crude_by_hospital: int | None
    standardised_by_level: int | None
    standardised_by_hospital: int | None


def learned_factors(kept: Observed, level_of_hospital: Sequence[int], rules: CommonRules) -> tuple[LearnedFactor, ...]:
    """The factors of every hospital that has cases; `level_of_hospital` counts through LEVELS, -1 for unknown."""
    count = np.bincount(kept.hospital[kept.hospital >= 0], minlength=len(kept.hospital_ids))
    crude = (
        _crude(kept, kept.level, len(LEVELS), rules),
        _crude(kept, kept.hospital, len(kept.hospital_ids), rules),
    )
    expected = _expected_micro_yuan(kept, len(rules.history.weights))
    standardised = (
        _standardised(kept, kept.level, len(LEVELS), expected, rules),
        _standardised(kept, kept.hospital, len(kept.hospital_ids), expected, rules),
    )
    return tuple(
        LearnedFactor(
            hospital_id=kept.hospital_ids[i],
            level=LEVELS[level] if level >= 0 else "",
            cases=int(count[i]),
            crude_by_level=crude[0][level] if level >= 0 else None,
            crude_by_hospital=crude[1][i],
            standardised_by_level=standardised[0][level] if level >= 0 else None,
            standardised_by_hospital=standardised[1][i],
        )
        for i, level in enumerate(level_of_hospital)
        if count[i]
    )


def _crude(kept: Observed, unit: I8, units: int, rules: CommonRules) -> list[int | None]:
    weights, reading = rules.history.weights, rules.means.mean_reading
    own = annual_sums(unit, kept.year, kept.cost_fen, units, len(weights))
    city = annual_sums(np.zeros_like(unit), kept.year, kept.cost_fen, 1, len(weights)).mean(0, weights, reading)
    means = (own.mean(i, weights, reading) for i in range(units))
    return [rounded(MICRO * mean / city) if mean is not None and city else None for mean in means]


def _expected_micro_yuan(kept: Observed, years: int) -> I8:
    """What each case would have cost at the mean of its group in its year, 0 for a case without a group."""
    sums: AnnualSums = annual_sums(kept.group, kept.year, kept.cost_fen, len(kept.group_codes), years)
    mean = np.zeros((len(kept.group_codes) + 1, years), np.int64)  # the last row is for no group
    for group, year in np.argwhere(sums.cases).tolist():
        mean[group, year] = micro_yuan(Fraction(int(sums.cost_fen[group, year]), int(sums.cases[group, year])))
    expected: I8 = mean[kept.group, kept.year]
    return expected


def _standardised(
    kept: Observed, unit: I8, units: int, expected_micro_yuan: I8, rules: CommonRules
) -> list[int | None]:
    weights = np.array(rules.history.weights, np.int64)
    counts = (kept.group >= 0) & (unit >= 0)
    cell = unit[counts] * weights.size + kept.year[counts]
    shape = (units, weights.size)
    cost = totals(cell, kept.cost_fen[counts], units * weights.size).reshape(shape).astype(object) @ weights
    expected = totals(cell, expected_micro_yuan[counts], units * weights.size).reshape(shape).astype(object) @ weights
    return [
        rounded(Fraction(MICRO * MICRO_YUAN_PER_FEN * int(own), int(at_city_means))) if at_city_means else None
        for own, at_city_means in zip(cost, expected, strict=True)
    ]
