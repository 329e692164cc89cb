"""Prepayment and quality deposit 预付与质量保证金: a hospital gets a share of what it claims month by month (F5.3).

    prepay(m)  = ratio x base(m)                          base: what stands claimed at the end of month m
    deposit(m) = deposit_ratio x prepay(m)                withheld from it until the clearing

Both run up from January. Month m posts prepay(m) - prepay(m - 1), so a claim that comes late, is taken back or is
corrected changes the month in which that happens, and no other. With base = "actual" the table `prepaid` states both.
When the year is cleared the advance is charged whole and the deposit is given back; assessment may then keep a part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.cells import HospitalSums
from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.ledger import INSURANCES, Posting
from dipsim.money import FEN, MICRO, half_even, micro
from dipsim.policy.params import ByInsurance, Params
from dipsim.rule import PassKind, Rule, Stage, YearView

I8 = NDArray[np.int64]
Exact = NDArray[np.object_]

WHERE = "[settlement.prepayment]"


class PrepaymentParams(Params):
    """What `[settlement.prepayment]` may say."""

    base: Literal["fund_paid", "points", "actual"] = Field(
        description="Of what a share is prepaid: the fund's part of the bills, the points at budget_point_value_yuan "
        "with the claims in yuan, or what the table `prepaid` states"
    )
    ratio: float = Field(ge=0, le=1, description="Share of the base that is prepaid; not read with base = actual")
    budget_point_value_yuan: ByInsurance = Field(description="Yuan a point is prepaid at; only read with base = points")
    deposit_ratio: float = Field(ge=0, le=1, description="Share of a prepayment withheld; not read with base = actual")
    interim_budget: Literal["elapsed", "whole"] = Field(
        description="What a point is worth during the year: points so far against the months' share of the ceiling, "
        "or against all of it"
    )


def reads(params: PrepaymentParams) -> frozenset[str]:
    """Columns whose sums `run` needs."""
    return frozenset({"fund_paid_yuan"} if params.base == "fund_paid" else ())


def run(view: YearView, params: PrepaymentParams) -> tuple[Posting, ...]:
    """What is prepaid and withheld in each month, and at the end of the year the way back of both."""
    postings: list[Posting] = []
    advance, kept = view.nothing(), view.nothing()
    for month, prepaid, deposit in _actual(view) if params.base == "actual" else _shares(view, params):
        postings += view.to_hospitals(prepaid, "advance", month)
        postings += view.to_hospitals(-deposit, "deposit", month)
        advance, kept = advance + prepaid, kept + deposit
    if view.is_closed:
        postings += view.to_hospitals(-advance, "advance")
        postings += view.to_hospitals(kept, "deposit")
    return tuple(postings)


def _shares(view: YearView, params: PrepaymentParams) -> Iterator[tuple[int, I8, I8]]:
    """Month, prepaid and withheld, by what stood claimed at its end."""
    if not view.months:
        why = "the claims have no month"
        raise CaseDataError(Problem(WHERE, "nothing can be prepaid", why, "bring settled_on, or state a year_basis"))
    prepaid_before, deposit_before = view.nothing(), view.nothing()
    for month, claimed in enumerate(view.months, start=1):
        prepaid = _times(_base(claimed, params), micro(params.ratio), MICRO**3)
        deposit = _times(prepaid.astype(object), micro(params.deposit_ratio), MICRO)
        yield month, prepaid - prepaid_before, deposit - deposit_before
        prepaid_before, deposit_before = prepaid, deposit


def _base(claimed: HospitalSums, params: PrepaymentParams) -> Exact:
    """The base in millionths of a millionth of a fen, as Python integers."""
    if params.base == "fund_paid":
        return np.asarray(claimed.fund_paid_fen.astype(object) * MICRO**2)
    values = []
    for insurance, name in enumerate(INSURANCES):
        value = params.budget_point_value_yuan.get(name)
        if value is None and claimed.points_micro[:, insurance].any():
            what, step = f"no budget point value for {name}", f"state budget_point_value_yuan.{name}"
            raise PolicyError(Problem(f"{WHERE} budget_point_value_yuan", what, "its points are prepaid", step))
        values.append(micro(value or 0) * FEN)
    points = claimed.points_micro.astype(object) * np.array(values, object)
    return np.asarray(points + claimed.amount_fen.astype(object) * MICRO**2)


def _times(amounts: Exact, factor: int, divisor: int) -> I8:
    """amounts x factor / divisor, each rounded half to even."""
    rounded = [half_even(int(amount) * factor, divisor) for amount in amounts.ravel()]
    return np.array(rounded, np.int64).reshape(amounts.shape)


def _actual(view: YearView) -> Iterator[tuple[int, I8, I8]]:
    """Month, prepaid and withheld, by the table `prepaid`."""
    if view.tables.prepaid is None:
        why = "base is 'actual'"
        raise CaseDataError(Problem(WHERE, "no table `prepaid`", why, "bring it, or state another base"))
    rows = [row for row in view.tables.prepaid if row.year == view.year]
    for month in range(1, view.last_month + 1):
        prepaid, deposit = view.nothing(), view.nothing()
        for row in (row for row in rows if row.month == month):
            at = view.place(row.hospital_id, row.insurance)
            prepaid[at] += row.prepaid_fen + row.deposit_fen
            deposit[at] += row.deposit_fen
        yield month, prepaid, deposit


RULES = (
    Rule(
        key="prepayment",
        label="Prepayment and quality deposit",
        label_zh="预付与质量保证金",
        stage=Stage.MONTH,
        pass_kind=PassKind.CELL,
        params=PrepaymentParams,
        reads=reads,
        run=run,
    ),
)
