"""What detectors should find, planted with the truth beside it: upcoded cases (高套) and split stays (分解住院)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dipsim.synth.claims import PARTS, Claims, Planted
from dipsim.synth.draws import Draws
from dipsim.synth.periods import Period
from dipsim.synth.stays import Stays

FIRST_PART = (PARTS * 4 // 10, PARTS * 6 // 10)
"""The first part of a split stay has between so much and so much of its days and cost."""


def with_upcoding(period: Period, stays: Stays, claims: Claims, source: Draws) -> Claims:
    """Some stays carry the codes of a better paid condition; their cost and length stay what they were."""
    keys = period.params.conditions.keys
    coded, planted = claims.coded.copy(), claims.planted.copy()
    for upcoding in period.params.settings.upcoding:
        is_there = stays.patients.hospital == period.params.hospital_row(upcoding.hospital_id)
        is_so = stays.patients.condition == keys.index(upcoding.condition)
        chosen = is_there & is_so & source.chance(upcoding.ratio)
        coded[chosen], planted[chosen] = keys.index(upcoding.coded_as), Planted.UPCODED
    return replace(claims, coded=coded, planted=planted)


def with_splitting(period: Period, stays: Stays, claims: Claims, number: int, source: Draws) -> Claims:
    """So many rows more: stays cut in two parts, the second beginning some days after the end of the first."""
    splitting = period.params.settings.splitting
    hospitals = [period.params.hospital_row(hospital_id) for hospital_id in splitting.hospital_ids]
    is_fit = np.isin(stays.patients.hospital, hospitals) & (stays.days >= splitting.from_days)
    is_fit &= ~stays.is_followed & ~stays.patients.has_died & (claims.planted == Planted.NONE)
    cut = source.some(number, is_fit)
    part = (FIRST_PART[0] + source.below(FIRST_PART[1] - FIRST_PART[0] + 1))[cut]
    gap = source.below(splitting.last_gap_days + 1)[cut]

    whole = claims.take(cut)
    planted = {"planted": np.full(cut.size, Planted.SPLIT, np.int64), "first_part": cut}
    days = (whole.days * part // PARTS).clip(1)
    cost = whole.total_fen * part // PARTS
    rest = (whole.days - days).clip(1)
    first = replace(whole, **planted, days=days, total_fen=cost, discharged=whole.discharged - rest)
    second = replace(whole, **planted, days=rest, total_fen=whole.total_fen - cost, discharged=whole.discharged + gap)
    return claims.with_rows(cut, first).joined(second)
