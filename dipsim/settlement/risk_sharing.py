"""Surplus retention and overspend sharing 结余留用、超支分担: a schedule over actual cost / standard (F5.5).

    pay(0) = start_ratio x standard; within each band the fund bears its share of every further yuan of actual cost

The standard is what a hospital is priced at, the actual cost what the fund bore by its bills. The schedule is piecewise
linear and continuous. What a hospital is paid below its standard goes to the adjustment reserve (调剂金) or to the risk
reserve; what it is paid above comes out of the adjustment reserve, and out of the risk reserve as far as stated. Where
both are too small, every compensation is cut in the same proportion, by largest remainder, or the run is refused.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY, Posting
from dipsim.money import MICRO, fen, half_even, micro, split_fen, yuan_text
from dipsim.policy.params import ByInsurance, Params, Setting, Strict
from dipsim.rule import PassKind, Rule, Stage, YearView

I8 = NDArray[np.int64]

WHERE = "[settlement.risk_sharing]"


class Band(Strict):
    """The fund's share of actual cost up to a limit."""

    up_to: Setting = Field(description="Upper limit as a ratio of the standard; 'none' for the last band")
    share: float = Field(ge=0, le=1, description="Share of each yuan of actual cost in the band that the fund bears")


class RiskSharingParams(Params):
    """What `[settlement.risk_sharing]` may say."""

    actual: Literal["fund_paid", "cost_less_patients", "cost"] = Field(
        description="The actual cost: what the fund paid by the bill, charges less what patients bore, or charges"
    )
    start_ratio: float = Field(ge=0, le=1, description="What is paid at no cost at all, per yuan of the standard")
    bands: tuple[Band, ...] = Field(min_length=1, description="In rising order of up_to; the last one is open")
    minimum_savings_ratio: Setting = Field(
        description="Smaller savings, per yuan of the standard, are not shared: the actual cost is paid"
    )
    surplus_to: Literal["adjustment_reserve", "reserve"] = Field(
        description="Where the part of a surplus goes that a hospital does not retain"
    )
    reserve_yuan: ByInsurance = Field(description="Most that the risk reserve adds to the adjustment reserve")
    shortage: Literal["scale", "refuse"] = Field(
        description="Compensation that the reserves do not cover is cut in proportion, or refuses the run"
    )

    @model_validator(mode="after")
    def _rises(self) -> RiskSharingParams:
        *limits, last = (band.up_to for band in self.bands)
        if last != "none":
            raise ValueError("the last band has up_to = 'none': a cost of any height falls in a band")
        if "none" in limits:
            raise ValueError("only the last band has up_to = 'none'")
        if any(float(low) >= float(high) for low, high in zip([0.0, *limits], limits, strict=False)):
            raise ValueError("up_to rises from band to band and is above 0")
        return self


def reads(params: RiskSharingParams) -> frozenset[str]:
    """Columns whose sums `run` needs."""
    columns = {
        "fund_paid": {"fund_paid_yuan"},
        "cost_less_patients": {"total_cost_yuan", "out_of_pocket_yuan"},
        "cost": {"total_cost_yuan"},
    }
    return frozenset(columns[params.actual])


def pay_fen(standard_fen: int, actual_fen: int, params: RiskSharingParams) -> int:
    """What the schedule pays, rounded once, half to even."""
    saved = standard_fen - actual_fen
    least = params.minimum_savings_ratio
    if least != "none" and saved > 0 and saved * MICRO < micro(least) * standard_fen:
        return actual_fen
    cost, lower, paid = actual_fen * MICRO, 0, micro(params.start_ratio) * standard_fen * MICRO
    for band in params.bands:
        upper = cost if band.up_to == "none" else min(cost, micro(band.up_to) * standard_fen)
        paid += micro(band.share) * max(upper - lower, 0)
        lower = max(lower, upper)
    return half_even(paid, MICRO**2)


def run(view: YearView, params: RiskSharingParams) -> tuple[Posting, ...]:
    """What hospitals give back of their price, and what they are compensated beyond it."""
    standard, actual = view.priced(), _actual(view, params)
    change = view.nothing()
    for at in zip(*np.nonzero((standard > 0) | (actual > 0)), strict=True):
        change[at] = pay_fen(max(int(standard[at]), 0), int(actual[at]), params) - max(int(standard[at]), 0)
    surplus, wanted = -np.minimum(change, 0), np.maximum(change, 0)
    postings = view.to_hospitals(-surplus, params.surplus_to)
    for insurance in range(len(INSURANCES)):
        recovered = int(surplus[:, insurance].sum()) if params.surplus_to == "adjustment_reserve" else 0
        postings += _compensations(view, params, insurance, wanted[:, insurance], recovered)
    return tuple(postings)


def _actual(view: YearView, params: RiskSharingParams) -> I8:
    claimed = view.claimed
    if params.actual == "fund_paid":
        return claimed.fund_paid_fen
    return claimed.cost_fen if params.actual == "cost" else claimed.cost_fen - claimed.patient_fen


def _compensations(
    view: YearView, params: RiskSharingParams, insurance: int, wanted: I8, recovered: int
) -> list[Posting]:
    """What one fund's reserves pay of the compensation wanted, and what the risk reserve adds for it."""
    kept = recovered + view.balance("adjustment_reserve", insurance)
    most_added = fen(params.reserve_yuan.get(INSURANCES[insurance]) or 0)
    total = int(wanted.sum())
    paid = min(total, kept + most_added)
    if paid < total and params.shortage == "refuse":
        what = f"compensation of {yuan_text(total)} yuan for {INSURANCES[insurance]}"
        why = f"the reserves hold {yuan_text(kept + most_added)} yuan"
        step = "keep back more, raise reserve_yuan, or state shortage = 'scale'"
        raise PolicyError(Problem(f"{WHERE} shortage", what, why, step))
    shares = wanted if paid == total else split_fen(paid, wanted, view.accounts.hospital_ids)[0]
    reserve, adjustment = view.accounts.reserve, view.accounts.fund("adjustment_reserve")
    amounts = view.nothing()
    amounts[:, insurance] = shares
    added = Posting(NOBODY, insurance, view.year, reserve, adjustment, max(paid - kept, 0))
    return [added, *view.to_hospitals(amounts, "adjustment_reserve")]


RULES = (
    Rule(
        key="risk_sharing",
        label="Surplus retention and overspend sharing",
        label_zh="结余留用与超支分担",
        stage=Stage.SETTLE,
        pass_kind=PassKind.CELL,
        params=RiskSharingParams,
        reads=reads,
        run=run,
    ),
)
