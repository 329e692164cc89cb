"""Who is treated for what and where: condition, hospital, age, sex and insurance of each synthetic stay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.ledger import INSURANCES
from dipsim.synth.draws import Draws, Topic
from dipsim.synth.periods import Period

I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

EMPLOYEE, RESIDENT, OTHER = (INSURANCES.index(name) for name in ("employee", "resident", "other"))
LOCAL = "local"
NEWBORN_WITHIN_DAYS = 7
INFANT_FROM_DAYS = 29
DAYS_OF_FIRST_YEAR = 365


@dataclass(frozen=True, slots=True)
class Patients:
    """One entry a stay; int64 unless said.

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
    has_died: Flags

    def as_of(self, first: I8) -> Patients:
        """The same stays with the person of another stay: its age, insurance and region."""
        return replace(
            self,
            age_years=self.age_years[first],
            age_days=self.age_days[first],
            insurance=self.insurance[first],
            region=self.region[first],
        )


def draw_patients(period: Period, stays: int) -> Patients:
    """The stays of a year; expected numbers by condition and hospital are the shares of the period."""
    params = period.params
    place = period.draws(Topic.PLACE, stays).pick(period.share.ravel())
    condition, hospital = np.divmod(place, period.share.shape[1])
    source = period.draws(Topic.PATIENT, stays)
    age_years, age_days = _ages(period, condition, source)
    return Patients(
        condition=condition,
        hospital=hospital,
        age_years=age_years,
        age_days=age_days,
        is_female=source.chance(params.conditions.female_ratio[condition]),
        insurance=_insurances(period, params.level[hospital], age_years, source),
        region=_regions(period, source),
        has_died=source.chance(params.conditions.death_ratio[condition]),
    )


def _ages(period: Period, condition: I8, source: Draws) -> tuple[I8, I8]:
    """Completed years, and days for those under one year; a condition whose ages do not spread is one of newborns."""
    conditions = period.params.conditions
    spread = conditions.age_spread_years[condition]
    drawn = conditions.mean_age_years[condition] + spread * source.normal()
    years = np.rint(drawn).astype(np.int64).clip(0, 100)
    is_newborn = spread == 0
    limit = np.where(is_newborn, NEWBORN_WITHIN_DAYS, DAYS_OF_FIRST_YEAR - INFANT_FROM_DAYS)
    days = source.below(limit) + np.where(is_newborn, 0, INFANT_FROM_DAYS)
    return years, np.where(years == 0, days, -1)


def _insurances(period: Period, level: I8, age_years: I8, source: Draws) -> I8:
    population = period.params.settings.population
    may_be_employee = age_years >= population.employee_from_age
    is_employee = source.chance(population.employee_ratio.array()[level]) & may_be_employee
    is_other = source.chance(population.other_ratio)
    return np.select([is_other, is_employee], [OTHER, EMPLOYEE], RESIDENT)


def _regions(period: Period, source: Draws) -> I8:
    population = period.params.settings.population
    is_elsewhere = source.chance(population.elsewhere_ratio)
    return np.where(is_elsewhere, source.below(len(population.elsewhere_regions)), -1)
