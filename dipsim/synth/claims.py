"""Claims: the rows of cases that stays become, some of them taken back, some sent again with another cost."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dipsim.synth.draws import Draws
from dipsim.synth.periods import Period
from dipsim.synth.stays import Stays

I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

PARTS = 10_000
"""Shares and ratios of money are drawn in ten-thousandths, so that money is split in whole numbers."""
NO_ROW = -1


class Planted(IntEnum):
    """What was planted in a row."""

    NONE = 0
    UPCODED = 1
    SPLIT = 2


class Status(IntEnum):
    """The status of a claim."""

    NORMAL = 0
    REVERSED = 1
    CORRECTED = 2


@dataclass(frozen=True, slots=True)
class Claims:
    """One entry a row of cases; int64.

    stay         index into the stays         coded     index into the conditions: what the row is coded as
    days, discharged, total_fen               of the row, which may be a part of its stay
    planted      a Planted                    status    a Status
    first_part   row of the first part of a stay that was cut in two, else NO_ROW
    replaces     row that a corrected one takes the place of, else NO_ROW
    """

    stay: I8
    coded: I8
    days: I8
    discharged: I8
    total_fen: I8
    planted: I8
    status: I8
    first_part: I8
    replaces: I8

    def take(self, rows: I8) -> Claims:
        """The chosen rows; first_part and replaces still count through all rows."""
        return Claims(*(getattr(self, field.name)[rows] for field in fields(self)))

    def with_rows(self, rows: I8, new: Claims) -> Claims:
        """The same rows, those chosen being replaced."""
        columns = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, column in columns.items():
            column[rows] = getattr(new, name)
        return Claims(**columns)

    def joined(self, more: Claims) -> Claims:
        """These rows, and more behind them."""
        return Claims(
            *(np.concatenate([getattr(self, field.name), getattr(more, field.name)]) for field in fields(self))
        )

    def is_counted(self) -> Flags:
        """The rows that count: neither taken back nor replaced by another."""
        counted = np.asarray(self.status != Status.REVERSED)
        counted[self.replaces[self.replaces != NO_ROW]] = False
        return counted


def claims_of(stays: Stays, total_fen: I8) -> Claims:
    """Every stay as one normal row."""
    zero = np.zeros(stays.days.size, np.int64)
    return Claims(
        stay=np.arange(stays.days.size),
        coded=stays.patients.condition,
        days=stays.days,
        discharged=stays.discharged,
        total_fen=total_fen,
        planted=zero,
        status=zero,
        first_part=zero + NO_ROW,
        replaces=zero + NO_ROW,
    )


def with_corrections(period: Period, claims: Claims, number: int, source: Draws) -> Claims:
    """So many rows more, each with another cost in the place of a row; and some other rows taken back."""
    settings = period.params.settings.claims
    is_whole = (claims.planted != Planted.SPLIT)[: source.count]
    wrong = source.some(number, is_whole)
    lowest, highest = round(settings.lowest_corrected_ratio * PARTS), round(settings.highest_corrected_ratio * PARTS)
    part = (lowest + source.below(highest - lowest + 1))[wrong]
    right = replace(
        claims.take(wrong),
        total_fen=(claims.total_fen[wrong] * part // PARTS).clip(1),
        status=np.full(number, Status.CORRECTED, np.int64),
        replaces=wrong,
    )
    is_reversed = source.chance(settings.reversed_ratio) & is_whole
    is_reversed[wrong] = False
    status = claims.status.copy()
    status[: source.count][is_reversed] = Status.REVERSED
    return replace(claims, status=status).joined(right)


def in_order(claims: Claims) -> Claims:
    """The rows in the order of discharge."""
    order = np.argsort(claims.discharged, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    sorted_claims = claims.take(order)
    return replace(
        sorted_claims,
        first_part=_moved(sorted_claims.first_part, place),
        replaces=_moved(sorted_claims.replaces, place),
    )


def _moved(rows: I8, place: I8) -> I8:
    return np.where(rows == NO_ROW, NO_ROW, place[rows])
