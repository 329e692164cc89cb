"""Point value 点值: the money of a pooled fund divided by all points claimed from it (docs/sources.md, F2.2).

    fund form    PV = (F - yuan claims) / P               the fund pays   points x PV
    gross form   PV = (F / ratio - yuan claims) / P       the fund pays   points x PV - what patients paid

F is the budget, P the sum of all final points. A guard bounds PV; a cap bounds a hospital. PV stays the exact ratio of
fen to millionths of a point, and money is split by largest remainder, so that all payments add up to F exactly unless
a guard or cap binds; what is then left over, or lacking, is a posting of the reserve.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim import pool
from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, Posting
from dipsim.money import ALONE, FEN, MICRO, NO_CUT, half_even, micro, share_of, yuan_text
from dipsim.policy.params import ByInsurance, Params, Setting
from dipsim.pool import Fund
from dipsim.rule import ExactValue, FundPrice, FundView, PassKind, Priced, Rule, Stage
from dipsim.shares import Shares, solve

I8 = NDArray[np.int64]

WHERE = "[settlement.point_value]"


class PointValueParams(Params):
    """What `[settlement.point_value]` may say."""

    mode: Literal["solve", "given"] = Field(
        description="Solved under the ceiling, or given to a hospital that sees only its own cases"
    )
    form: Literal["fund", "gross"] = Field(description="Whether points are worth fund money or the whole bill")
    budget_yuan: ByInsurance | None = Field(
        default=None, description="The ceiling F; left out, or 'none', where the table `budget` states it"
    )
    budget_factor: float = Field(ge=0, multiple_of=0.001, description="Share of the ceiling that is paid out")
    reimbursement_ratio: ByInsurance = Field(description="Fund share of the whole bill (form = gross)")
    minimum_yuan: ByInsurance = Field(description="Lowest yuan per point; the reserve pays what is lacking")
    maximum_yuan: ByInsurance = Field(description="Highest yuan per point; the rest goes to the reserve")
    hospital_cap_ratio: Setting = Field(
        description="Highest pay for points per yuan of the hospital's cost of these cases"
    )
    given_yuan: ByInsurance = Field(
        description="Yuan per point (mode = given); 'none' where the table `point_values` states it exactly"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> PointValueParams:
        for name in INSURANCES:
            ratio, lowest, highest = (
                part.get(name) for part in (self.reimbursement_ratio, self.minimum_yuan, self.maximum_yuan)
            )
            if ratio is not None and not MICRO**-1 <= ratio <= 1:
                raise ValueError(f"reimbursement_ratio.{name} is a share above 0 and up to 1")
            if lowest is not None and highest is not None and lowest > highest:
                raise ValueError(f"minimum_yuan.{name} is above maximum_yuan.{name}")
        return self


def reads(params: PointValueParams) -> frozenset[str]:
    """Columns whose sums `run` needs."""
    needed = {"hospital_id", "insurance"}
    if params.form == "gross":
        needed.add("out_of_pocket_yuan")
    if params.hospital_cap_ratio != "none":
        needed.add("total_cost_yuan")
    return frozenset(needed)


def run(view: FundView, params: PointValueParams) -> Priced:
    """Price every fund and post what each hospital gets; PolicyError when a fund cannot be priced."""
    postings: list[Posting] = []
    prices = []
    insurances = pool.claimed_insurances(view)
    if params.mode == "solve":
        insurances |= pool.budgeted_insurances(view, params.budget_yuan)
    for insurance in sorted(insurances):
        for fund, budget in pool.by_area(view, pool.fund_of(view, insurance), _budget(view, params, insurance)):
            price, share = _price(view, params, fund, budget)
            prices.append(price)
            postings += pool.postings(view, fund, share.pay_fen, price.residual_fen, params.form == "gross")
    return Priced(tuple(postings), tuple(prices))


def _budget(view: FundView, params: PointValueParams, insurance: int) -> int | None:
    """The ceiling of a fund, fen; None where the value is given."""
    if params.mode == "given":
        return None
    return pool.ceiling_fen(view, WHERE, params.budget_yuan, params.budget_factor, insurance)


def _caps(params: PointValueParams, fund: Fund) -> tuple[int | None, ...]:
    """The most that each hospital gets for its points, fen; None where it has no cap."""
    if params.hospital_cap_ratio == "none":
        return (None,) * len(fund.ids)
    ratio = micro(params.hospital_cap_ratio)
    return tuple(half_even(cost * ratio, MICRO) for cost in fund.points_cost_fen.tolist())


def _price(view: FundView, params: PointValueParams, fund: Fund, budget: int | None) -> tuple[FundPrice, Shares]:
    """The price of a fund under a ceiling, or at a given value, and what each hospital gets for its points."""
    yuan_claims = int(fund.claims_fen.sum())
    if budget is None:
        share = _given(view, params, fund)
    else:
        left = _left(params, fund, budget, yuan_claims)
        share = solve(left, fund.points_micro, _caps(params, fund), fund.ids, _bounds(params, fund.insurance))
    from_patients = int(fund.patient_fen.sum()) if params.form == "gross" else 0
    paid = int(share.pay_fen.sum()) + yuan_claims - from_patients
    price = FundPrice(
        insurance=fund.insurance,
        budget_fen=budget,
        yuan_claims_fen=yuan_claims,
        pool_fen=share.pool_fen,
        points_micro=share.points_micro,
        cut=share.cut,
        guard=share.guard,
        capped=share.capped,
        residual_fen=0 if budget is None else budget - paid,
        area=fund.area,
        hospital_ids=fund.members,
    )
    return price, share


def _left(params: PointValueParams, fund: Fund, budget_fen: int, yuan_claims_fen: int) -> int:
    """Money left for points, fen: the budget (gross form: the whole bill it stands for) less the claims in yuan."""
    whole = budget_fen
    if params.form == "gross":
        name = INSURANCES[fund.insurance]
        ratio = params.reimbursement_ratio.get(name)
        if not ratio:
            raise PolicyError(Problem(f"{WHERE} reimbursement_ratio", f"no positive ratio for {name}", "", "state it"))
        whole = half_even(budget_fen * MICRO, micro(ratio))
    if whole < yuan_claims_fen:
        raise PolicyError(
            Problem(
                WHERE,
                f"claims in yuan of {fund.name} ({yuan_text(yuan_claims_fen)}) exceed "
                f"its pool of {yuan_text(whole)} yuan",
                "nothing is left for points",
                "raise the budget or route fewer cases to rules that pay in yuan",
            )
        )
    return whole - yuan_claims_fen


def _given(view: FundView, params: PointValueParams, fund: Fund) -> Shares:
    """What hospitals get at a point value struck elsewhere: rounded by itself, or by the cut of the region's split."""
    if not fund.points_micro.any():
        return Shares(np.zeros(len(fund.ids), np.int64), 0, 0, NO_CUT, "none", ())
    value, caps = _given_value(view, params, fund), _caps(params, fund)
    if value.points_micro == 0:  # every hospital of the region is capped
        uncapped = [cap or 0 for cap in caps]
        return Shares(np.array(uncapped, np.int64), 0, 0, NO_CUT, "none", fund.ids)
    shares = zip(fund.points_micro, fund.ids, strict=True)
    uncapped = [share_of(value.pool_fen, int(points), value.points_micro, name, value.cut) for points, name in shares]
    limits = [amount if cap is None else cap for amount, cap in zip(uncapped, caps, strict=True)]
    capped = tuple(name for name, amount, limit in zip(fund.ids, uncapped, limits, strict=True) if amount > limit)
    pay = np.minimum(np.array(uncapped, np.int64), np.array(limits, np.int64))
    return Shares(pay, value.pool_fen, value.points_micro, value.cut, "none", capped)


def _given_value(view: FundView, params: PointValueParams, fund: Fund) -> ExactValue:
    """The one value of the scenario or of the table `point_values`; PolicyError for none and for two."""
    name = INSURANCES[fund.insurance]
    in_yuan = params.given_yuan.get(name)
    exact = None if view.point_values is None else view.point_values.get((name, fund.area))
    if (in_yuan is None) == (exact is None):
        what = "two point values" if exact is not None else "no point value"
        raise PolicyError(
            Problem(
                f"{WHERE} given_yuan",
                f"{what} for {fund.name}",
                "its points need one price",
                pool.advice(
                    name, f"state given_yuan.{name}, or bring the table `point_values` of the region, not both"
                ),
            )
        )
    return exact if exact is not None else ExactValue(micro(in_yuan or 0) * FEN, MICRO * MICRO, ALONE)


def _bounds(params: PointValueParams, insurance: int) -> tuple[int, int | None]:
    """Lowest and highest point value in millionths of a yuan per point."""
    lowest = params.minimum_yuan.get(INSURANCES[insurance])
    highest = params.maximum_yuan.get(INSURANCES[insurance])
    return micro(lowest or 0), None if highest is None else micro(highest)


RULES = (
    Rule(
        key="point_value",
        label="Point value",
        label_zh="点值",
        stage=Stage.PRICE,
        pass_kind=PassKind.CELL,
        params=PointValueParams,
        reads=reads,
        run=run,
    ),
)
