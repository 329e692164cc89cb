"""Who is treated for what and where: condition, hospital, age, sex and insurance of each synthetic case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.ledger import INSURANCES
from dipsim.synth.draws import Draws, Topic, draws
from dipsim.synth.region import RegionParams

I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

EMPLOYEE, RESIDENT, OTHER = (INSURANCES.index(name) for name in ("employee", "resident", "other"))
LOCAL = "local"
NEWBORN_WITHIN_DAYS = 7
INFANT_FROM_DAYS = 29
DAYS_OF_FIRST_YEAR = 365


@dataclass(frozen=True, slots=True)
class Patients:
    """One entry a case; int64 unless said.

    condition   index into the conditions          hospital    index into the hospitals
    age_days    under one year, -1 for the others  insurance   index into INSURANCES
    region      where the patient is insured: -1 local, else an index into elsewhere_regions
    """

    condition: I8
    hospital: I8
    age_years: I8
    age_days: I8
    is_female: Flags
    insurance: I8
    region: I8
    is_day_surgery: Flags


def draw_patients(params: RegionParams, seed: int, cases: int) -> Patients:
    """The cases of a year; expected numbers by condition and hospital are the shares of the parameters."""
    place = draws(seed, Topic.PLACE, cases).pick(params.share.ravel())
    condition, hospital = np.divmod(place, params.share.shape[1])
    source = draws(seed, Topic.PATIENT, cases)
    age_years, age_days = _ages(params, condition, source)
    is_day_surgery = np.array([care_type == "day_surgery" for care_type in params.conditions.care_type])
    return Patients(
        condition=condition,
        hospital=hospital,
        age_years=age_years,
        age_days=age_days,
        is_female=source.chance(params.conditions.female_ratio[condition]),
        insurance=_insurances(params, params.level[hospital], age_years, source),
        region=_regions(params, source),
        is_day_surgery=is_day_surgery[condition],
    )


def _ages(params: RegionParams, condition: I8, source: Draws) -> tuple[I8, I8]:
    """Completed years, and days for those under one year; a condition whose ages do not spread is one of newborns."""
    spread = params.conditions.age_spread_years[condition]
    drawn = params.conditions.mean_age_years[condition] + spread * source.normal()
    years = np.rint(drawn).astype(np.int64).clip(0, 100)
    is_newborn = spread == 0
    limit = np.where(is_newborn, NEWBORN_WITHIN_DAYS, DAYS_OF_FIRST_YEAR - INFANT_FROM_DAYS)
    days = source.below(limit) + np.where(is_newborn, 0, INFANT_FROM_DAYS)
    return years, np.where(years == 0, days, -1)


def _insurances(params: RegionParams, level: I8, age_years: I8, source: Draws) -> I8:
    population = params.settings.population
    may_be_employee = age_years >= population.employee_from_age
    is_employee = source.chance(population.employee_ratio.array()[level]) & may_be_employee
    is_other = source.chance(population.other_ratio)
    return np.select([is_other, is_employee], [OTHER, EMPLOYEE], RESIDENT)


def _regions(params: RegionParams, source: Draws) -> I8:
    population = params.settings.population
    is_elsewhere = source.chance(population.elsewhere_ratio)
    which = source.below(np.full(source.count, len(population.elsewhere_regions)))
    return np.where(is_elsewhere, which, -1)
