"""The bill of every row of cases: its cost split into fees, what of it is eligible, and what the fund paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.money import FEN
from dipsim.synth.claims import PARTS, Claims
from dipsim.synth.draws import Draws, Topic
from dipsim.synth.patients import EMPLOYEE, OTHER
from dipsim.synth.periods import Period
from dipsim.synth.settings import FeeShares
from dipsim.synth.stays import Stays

I8 = NDArray[np.int64]

FEES = ("drug", "material", "examination", "treatment", "service", "other")


@dataclass(frozen=True, slots=True)
class Bills:
    """Who paid for what; int64 fen, one entry a row, `fee_fen` by category and adding up to the cost."""

    fee_fen: tuple[I8, ...]
    eligible_fen: I8
    fund_fen: I8


def draw_bills(period: Period, stays: Stays, claims: Claims) -> Bills:
    """The bill of every row."""
    source = period.draws(Topic.FEE, claims.stay.size)
    eligible = _times(claims.total_fen, _eligible_parts(period, source))
    return Bills(
        fee_fen=_fees(period, stays, claims, source),
        eligible_fen=eligible,
        fund_fen=_fund(period, stays, claims, eligible),
    )


def _eligible_parts(period: Period, source: Draws) -> I8:
    benefit = period.params.settings.benefit
    lowest, highest = _parts(benefit.lowest_eligible_ratio), _parts(benefit.highest_eligible_ratio)
    return lowest + source.below(highest - lowest + 1)


def _fees(period: Period, stays: Stays, claims: Claims, source: Draws) -> tuple[I8, ...]:
    """The cost split by the shares of the specialty, each varied by half; the last category takes the rest."""
    settings, conditions = period.params.settings, period.params.conditions
    of_specialty = {specialty: fees for fees in settings.fees for specialty in fees.specialties}
    base = np.array([_fee_parts(of_specialty[specialty]) for specialty in conditions.specialty], np.int64)
    condition = stays.patients.condition[claims.stay]
    varied = [base[condition, number] * (50 + source.below(101)) for number in range(len(FEES))]
    whole = np.sum(varied, axis=0, dtype=np.int64)
    fees = [claims.total_fen * part // whole for part in varied[:-1]]
    return (*fees, claims.total_fen - np.sum(fees, axis=0, dtype=np.int64))


def _fee_parts(fees: FeeShares) -> list[int]:
    return [_parts(float(getattr(fees, name))) for name in FEES]


def _fund(period: Period, stays: Stays, claims: Claims, eligible: I8) -> I8:
    """What the pooled fund paid: ratio x (eligible cost - deductible), nothing for another payer's cases."""
    benefit = period.params.settings.benefit
    level = period.params.level[stays.patients.hospital[claims.stay]]
    insurance = stays.patients.insurance[claims.stay]
    deductible = np.rint(benefit.deductible_yuan.array() * FEN).astype(np.int64)[level]
    employee = np.array([_parts(ratio) for ratio in benefit.employee_ratio.array()], np.int64)[level]
    resident = np.array([_parts(ratio) for ratio in benefit.resident_ratio.array()], np.int64)[level]
    parts = np.select([insurance == OTHER, insurance == EMPLOYEE], [0, employee], resident)
    return _times((eligible - deductible).clip(0), parts)


def _parts(ratio: float) -> int:
    return round(ratio * PARTS)


def _times(amount_fen: I8, parts: I8) -> I8:
    """A share of an amount, rounded down to the fen."""
    return amount_fen * parts // PARTS
