"""A year of cases as typed columns, with the truth of every row."""

from __future__ import annotations

from dataclasses import dataclass

from dipsim.synth.bills import draw_bills
from dipsim.synth.claims import Claims, claims_of, in_order, with_corrections
from dipsim.synth.costs import stay_costs
from dipsim.synth.draws import Topic
from dipsim.synth.patients import draw_patients
from dipsim.synth.periods import Period
from dipsim.synth.planted import with_splitting, with_upcoding
from dipsim.synth.records import Columns, case_columns
from dipsim.synth.stays import Stays, draw_stays


@dataclass(frozen=True, slots=True)
class CaseYear:
    """A year as it was drawn: stays, the claims made of them, and the columns of its cases."""

    period: Period
    stays: Stays
    claims: Claims
    columns: Columns


def draw_case_year(period: Period, rows: int) -> CaseYear:
    """Exactly so many rows of cases, in the order of discharge; the same period and seed give the same rows."""
    settings = period.params.settings
    cut = round(rows * settings.splitting.ratio) if period.is_settlement else 0
    corrected = round(rows * settings.claims.corrected_ratio)
    stays = draw_stays(period, draw_patients(period, rows - cut - corrected))
    source = period.draws(Topic.CLAIM, stays.days.size)
    claims = claims_of(stays, stay_costs(period, stays))
    if period.is_settlement:
        claims = with_upcoding(period, stays, claims, source)
        claims = with_splitting(period, stays, claims, cut, source)
    claims = in_order(with_corrections(period, claims, corrected, source))
    return CaseYear(period, stays, claims, case_columns(period, stays, claims, draw_bills(period, stays, claims)))
