"""When patients stay and who comes back: days, discharge, and the stays of one patient linked into a chain.

Stays of the same hospital, sex and condition (some: of the same department) are put into a random order, and each is
followed by the next with the chance of its specialty. A chain that would run past the year ends before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.synth.draws import Draws, Topic
from dipsim.synth.patients import Patients
from dipsim.synth.periods import Period

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stays:
    """One entry a stay.

    patients      whom and what for; a later stay of a chain has the person of the first
    first         int64, the first stay of the same patient
    is_followed   whether the patient comes back in the year
    deviation     float64, standard normal: how dear the stay is among those of its condition
    days          int64, at least one          discharged   int64, days since 1970-01-01
    """

    patients: Patients
    first: I8
    is_followed: Flags
    deviation: F8
    days: I8
    discharged: I8


def draw_stays(period: Period, patients: Patients) -> Stays:
    """The stays of a year in no order."""
    count = patients.condition.size
    source = period.draws(Topic.STAY, count)
    deviation = source.normal()
    days = _stay_days(period, patients, deviation, source)
    alone = _discharge_days(period, source)
    first, is_followed, discharged = _chains(period, patients, days, alone)
    return Stays(patients.as_of(first), first, is_followed, deviation, days, discharged)


def year_bounds(year: int) -> tuple[int, int]:
    """The first and the last day of a year, in days since 1970-01-01."""
    first = int(np.datetime64(f"{year}-01-01").astype(np.int64))
    return first, int(np.datetime64(f"{year + 1}-01-01").astype(np.int64)) - 1


def _stay_days(period: Period, patients: Patients, deviation: F8, source: Draws) -> I8:
    """Days, at least one; a longer stay goes with a higher cost."""
    conditions, correlation = period.params.conditions, period.params.settings.stay.cost_correlation
    mixed = correlation * deviation + np.sqrt(1 - correlation**2) * source.normal()
    spread = conditions.stay_spread[patients.condition]
    mean = conditions.mean_stay_days[patients.condition]
    days = np.rint(mean * np.exp(spread * mixed - spread**2 / 2)).astype(np.int64).clip(1)
    return np.where(conditions.is_day_surgery[patients.condition], 1, days)


def _discharge_days(period: Period, source: Draws) -> I8:
    stay = period.params.settings.stay
    first, last = year_bounds(period.year)
    inside = first + source.below(last - first + 1)
    days_off = 1 + source.below(stay.outside_year_days)
    outside = np.where(source.chance(0.5), first - days_off, last + days_off)
    return np.where(source.chance(stay.outside_year_ratio), outside, inside)


def _chains(period: Period, patients: Patients, days: I8, alone: I8) -> tuple[I8, Flags, I8]:
    """First stay of the patient, whether another one follows, and the day of discharge of each stay.

    A later stay ends on: day of the first + sum over the stays since of (gap before the stay + its days).
    """
    source = period.draws(Topic.CHAIN, days.size)
    key = _chain_keys(period, patients, source)
    order = np.lexsort((source.uniform(), key))
    comes_back, gap = _returns(period, patients, source)
    may_follow = patients.age_years > 0
    follows = np.zeros(days.size, bool)
    follows[1:] = (comes_back & may_follow)[order[:-1]] & may_follow[order[1:]] & (np.diff(key[order]) == 0)
    elapsed = np.cumsum(np.where(follows, np.roll(gap[order], 1) + days[order], 0))
    head = _heads(follows)
    chained = alone[order][head] + elapsed - elapsed[head]
    follows &= chained <= year_bounds(period.year)[1]
    head = _heads(follows)

    first, is_followed, discharged = np.empty_like(days), np.zeros(days.size, bool), np.empty_like(days)
    first[order] = order[head]
    is_followed[order[:-1]] = follows[1:]
    discharged[order] = np.where(follows, chained, alone[order])
    return first, is_followed, discharged


def _heads(follows: Flags) -> I8:
    """The place of the first stay of each chain, in the order of the chains."""
    return np.maximum.accumulate(np.where(follows, 0, np.arange(follows.size)))


def _chain_keys(period: Period, patients: Patients, source: Draws) -> I8:
    """Stays with the same key may be of one patient: same hospital and sex, same condition or (some) department."""
    conditions, stay = period.params.conditions, period.params.settings.stay
    department = len(conditions.keys) + np.unique(np.array(conditions.department), return_inverse=True)[1]
    is_other = source.chance(stay.other_condition_ratio)
    kind = np.where(is_other, department[patients.condition], patients.condition)
    return (kind * len(period.params.settings.hospital) + patients.hospital) * 2 + patients.is_female


def _returns(period: Period, patients: Patients, source: Draws) -> tuple[Flags, I8]:
    """Whether each patient would come back if another stay were there, and after how many days."""
    stated = [(name, table) for table in period.params.settings.readmission for name in table.specialties]
    ratio = period.params.by_specialty({name: table.ratio for name, table in stated})
    first_day = period.params.by_specialty({name: table.first_day for name, table in stated}).astype(np.int64)
    last_day = period.params.by_specialty({name: table.last_day for name, table in stated}).astype(np.int64)
    gap = first_day[patients.condition] + source.below((last_day - first_day + 1)[patients.condition])
    return source.chance(ratio[patients.condition]) & ~patients.has_died, gap
