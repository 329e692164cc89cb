"""Deductions 扣款: money or points that supervision takes back from a hospital (F5.4, penalties).

A row of the table `deductions` states yuan, or points at the point value of the year, rounded half to even. A case_id
says which case it is about. What is deducted goes to the risk reserve.
"""

from __future__ import annotations

from dipsim.cases.year_tables import Deduction
from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.ledger import Posting
from dipsim.money import half_even
from dipsim.policy.params import Params
from dipsim.rule import PassKind, Rule, Stage, YearView

WHERE = "[settlement.deductions]"


class DeductionsParams(Params):
    """What `[settlement.deductions]` may say: that the table `deductions` is carried out."""


def reads(_: DeductionsParams) -> frozenset[str]:
    """No column of the cases."""
    return frozenset()


def run(view: YearView, _: DeductionsParams) -> tuple[Posting, ...]:
    """What each hospital loses; CaseDataError without the table, PolicyError where points have no price."""
    if view.tables.deductions is None:
        step = "bring it, without rows where nothing is deducted"
        raise CaseDataError(Problem("deductions", "no such table", f"read by {WHERE}", step))
    lost = view.nothing()
    for row in view.tables.deductions:
        if row.year == view.year:
            money = row.amount_fen + _worth_fen(view, row)
            lost[view.place(row.hospital_id, row.insurance)] += money
    return tuple(view.to_hospitals(-lost, "reserve"))


def _worth_fen(view: YearView, row: Deduction) -> int:
    """Points at the point value of the year, that of the hospital's area."""
    if not row.points_micro:
        return 0
    price = next((price for price in view.prices if price.holds_for(row.insurance, row.hospital_id)), None)
    if price is None or not price.points_micro:
        what, why = f"points of {row.insurance} are deducted", "no point value was struck for it"
        raise PolicyError(Problem(WHERE, what, why, "state the deduction in yuan"))
    return half_even(price.pool_fen * row.points_micro, price.points_micro)


RULES = (
    Rule(
        key="deductions",
        label="Deductions",
        label_zh="扣款",
        stage=Stage.SETTLE,
        pass_kind=PassKind.HOSPITAL,
        params=DeductionsParams,
        reads=reads,
        run=run,
    ),
)
