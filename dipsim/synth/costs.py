"""What stays cost: log-normal around the mean of the condition, and the mean of that, which is the truth of a year.

cost = mean of the condition x factors of level, hospital, insurance, year and course x log-normal of mean 1
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dipsim.synth.draws import Topic
from dipsim.synth.patients import EMPLOYEE
from dipsim.synth.periods import Period
from dipsim.synth.region import RegionParams
from dipsim.synth.stays import Stays

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def stay_costs(period: Period, stays: Stays) -> I8:
    """The cost of every stay, int64 fen."""
    cost, conditions = period.params.settings.cost, period.params.conditions
    patients = stays.patients
    source = period.draws(Topic.COST, stays.days.size)
    factor = (
        _place_factor(period.params)[patients.hospital]
        * np.where(patients.insurance == EMPLOYEE, cost.employee_factor, cost.resident_factor)
        * np.where(source.chance(cost.complicated_ratio), cost.complicated_factor, 1.0)
        * period.cost_factor
    )
    variance = np.log1p(conditions.cost_cv[patients.condition] ** 2)
    spread = np.exp(stays.deviation * np.sqrt(variance) - variance / 2)
    total: I8 = np.rint(conditions.mean_cost_fen[patients.condition] * factor * spread).astype(np.int64).clip(1)
    return total


def expected_fen(params: RegionParams) -> F8:
    """Mean cost of each condition at each hospital (conditions, hospitals) over the years of history, in fen.

    mean of the condition x factors of level and hospital x mean factor of insurance x mean factor of course
    x sum of (weight of the year x its cost factor)
    """
    cost = params.settings.cost
    course = 1 + cost.complicated_ratio * (cost.complicated_factor - 1)
    weights = [past.weight for past in params.settings.history]
    growth = sum(past.weight * past.cost_factor for past in params.settings.history) / sum(weights)
    employees = employee_ratio(params)
    insurance = employees * cost.employee_factor + (1 - employees) * cost.resident_factor
    mean: F8 = params.conditions.mean_cost_fen[:, np.newaxis] * _place_factor(params) * insurance * (course * growth)
    return mean


def employee_ratio(params: RegionParams) -> F8:
    """Expected share of employees among the cases of each condition at each hospital (conditions, hospitals)."""
    population, conditions = params.settings.population, params.conditions
    adults = np.array(
        [
            _ratio_from(population.employee_from_age, mean, spread)
            for mean, spread in zip(conditions.mean_age_years, conditions.age_spread_years, strict=True)
        ]
    )
    of_level = population.employee_ratio.array()[params.level] * (1 - population.other_ratio)
    ratio: F8 = adults[:, np.newaxis] * of_level
    return ratio


def _ratio_from(age: int, mean: float, spread: float) -> float:
    """Share of ages of at least so many years, ages being normal and rounded to whole years."""
    if spread == 0:
        return float(round(mean) >= age)
    return math.erfc((age - 0.5 - mean) / (spread * math.sqrt(2))) / 2


def _place_factor(params: RegionParams) -> F8:
    own = np.array([hospital.cost_factor for hospital in params.settings.hospital])
    factor: F8 = params.settings.cost.level_factor.array()[params.level] * own
    return factor
