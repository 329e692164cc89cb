"""Bills and stays of synthetic cases: log-normal around the mean of the condition, split into fees and by payer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.money import FEN
from dipsim.synth.draws import Draws, Topic, draws
from dipsim.synth.patients import EMPLOYEE, OTHER, Patients
from dipsim.synth.region import FeeShares, RegionParams

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

FEES = ("drug", "material", "examination", "treatment", "service", "other")
PARTS = 10_000
"""Shares and ratios of bills are drawn in ten-thousandths, so that money is split in whole numbers."""


@dataclass(frozen=True, slots=True)
class Bills:
    """What a case cost and who paid; int64 fen, one entry a case, `fee_fen` by category and adding up to the total."""

    stay_days: I8
    total_fen: I8
    fee_fen: tuple[I8, ...]
    eligible_fen: I8
    fund_fen: I8


def draw_bills(params: RegionParams, patients: Patients, seed: int) -> Bills:
    """The bill and the stay of every case.

    cost = mean of the condition x factors of level, hospital, insurance and growth x log-normal of mean 1
    """
    source = draws(seed, Topic.BILL, patients.condition.size)
    noise = source.normal()
    total = _total_fen(params, patients, noise, source)
    eligible = _times(total, _eligible_parts(params, source))
    return Bills(
        stay_days=_stay_days(params, patients, noise, seed),
        total_fen=total,
        fee_fen=_fees(params, patients, total, source),
        eligible_fen=eligible,
        fund_fen=_fund(params, patients, eligible),
    )


def _total_fen(params: RegionParams, patients: Patients, noise: F8, source: Draws) -> I8:
    cost = params.settings.cost
    hospital_factor = np.array([hospital.cost_factor for hospital in params.settings.hospital])
    is_employee = patients.insurance == EMPLOYEE
    factor = (
        cost.level_factor.array()[params.level[patients.hospital]]
        * hospital_factor[patients.hospital]
        * np.where(is_employee, cost.employee_factor, cost.resident_factor)
        * np.where(source.chance(cost.complicated_ratio), cost.complicated_factor, 1.0)
        * cost.growth_factor
    )
    variance = np.log1p(params.conditions.cost_cv[patients.condition] ** 2)
    deviation = np.exp(noise * np.sqrt(variance) - variance / 2)
    total: I8 = np.rint(params.conditions.mean_cost_fen[patients.condition] * factor * deviation).astype(np.int64)
    return total


def _stay_days(params: RegionParams, patients: Patients, noise: F8, seed: int) -> I8:
    """Days, at least one; a longer stay goes with a higher cost."""
    stay = params.settings.stay
    own = draws(seed, Topic.STAY, noise.size).normal()
    mixed = stay.cost_correlation * noise + np.sqrt(1 - stay.cost_correlation**2) * own
    mean = params.conditions.mean_stay_days[patients.condition]
    days = np.rint(mean * np.exp(stay.spread * mixed - stay.spread**2 / 2)).astype(np.int64)
    return np.where(patients.is_day_surgery, 1, days.clip(1))


def _eligible_parts(params: RegionParams, source: Draws) -> I8:
    lowest = _parts(params.settings.benefit.lowest_eligible_ratio)
    highest = _parts(params.settings.benefit.highest_eligible_ratio)
    return lowest + source.below(np.full(source.count, highest - lowest + 1))


def _fees(params: RegionParams, patients: Patients, total: I8, source: Draws) -> tuple[I8, ...]:
    """The total split by the shares of the specialty, each varied by half; the last category takes the rest."""
    of_specialty = {specialty: fees for fees in params.settings.fees for specialty in fees.specialties}
    base = np.array([_fee_parts(of_specialty[specialty]) for specialty in params.conditions.specialty], np.int64)
    limit = np.full(source.count, 101)
    varied = [base[patients.condition, number] * (50 + source.below(limit)) for number in range(len(FEES))]
    whole = np.sum(varied, axis=0, dtype=np.int64)
    fees = [total * part // whole for part in varied[:-1]]
    return (*fees, total - np.sum(fees, axis=0, dtype=np.int64))


def _fee_parts(fees: FeeShares) -> list[int]:
    return [_parts(float(getattr(fees, name))) for name in FEES]


def _fund(params: RegionParams, patients: Patients, eligible: I8) -> I8:
    """What the pooled fund paid: ratio x (eligible cost - deductible), nothing for another payer's cases."""
    benefit = params.settings.benefit
    level = params.level[patients.hospital]
    deductible = np.rint(benefit.deductible_yuan.array() * FEN).astype(np.int64)[level]
    employee = np.array([_parts(ratio) for ratio in benefit.employee_ratio.array()], np.int64)[level]
    resident = np.array([_parts(ratio) for ratio in benefit.resident_ratio.array()], np.int64)[level]
    parts = np.select([patients.insurance == OTHER, patients.insurance == EMPLOYEE], [0, employee], resident)
    return _times((eligible - deductible).clip(0), parts)


def _parts(ratio: float) -> int:
    return round(ratio * PARTS)


def _times(amount_fen: I8, parts: I8) -> I8:
    """A share of an amount, rounded down to the fen."""
    return amount_fen * parts // PARTS
