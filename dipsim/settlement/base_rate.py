"""Base rate 费率: yuan for a weight of 1, by insurance and hospital level, under the ceiling (docs/sources.md, F3.2).

    pay at the rate = points / scale x rate          rate: stated, or predicted cost / predicted weight
    fund form       the fund pays that
    gross form      the fund pays that less what patients paid

Each hospital is rounded by itself. Where the fund would pay more than its ceiling, hospitals are paid in proportion to
that, by largest remainder, so that the ceiling is met exactly (over = scale), or the reserve pays what is lacking (over
= reserve). What the ceiling leaves goes to the reserve. With over = none no ceiling is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim import pool
from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.ledger import INSURANCES, Posting
from dipsim.money import ALONE, FEN, MICRO, decimal_text, half_even, micro, split_fen, yuan_text
from dipsim.policy.params import ByInsurance, ByLevel, Params, Strict
from dipsim.policy.weights import LEVELS
from dipsim.pool import Fund
from dipsim.rule import FundPrice, FundView, PassKind, Priced, Rule, Stage, Step

I8 = NDArray[np.int64]

TABLE = "settlement.base_rate"
WHERE = f"[{TABLE}]"
SCALED = "scaled"
"""The guard of a fund whose ceiling does not suffice for the rates."""


class ByInsuranceAndLevel(Strict):
    """A setting for each insurance with a pooled fund and each hospital level."""

    employee: ByLevel
    resident: ByLevel

    def by_level(self, insurance: str) -> ByLevel | None:
        """The settings of an insurance, None where there are none."""
        found: ByLevel | None = getattr(self, insurance, None)
        return found


class BaseRateParams(Params):
    """What `[settlement.base_rate]` may say."""

    form: Literal["fund", "gross"] = Field(description="Whether the rate is fund money or the whole bill")
    rate_yuan: ByInsuranceAndLevel | None = Field(
        default=None, description="Yuan for a weight of 1; left out where it is predicted"
    )
    predicted_cost_yuan: ByInsuranceAndLevel | None = Field(
        default=None, description="Predicted total cost of the year; left out where rates are stated"
    )
    predicted_weight: ByInsuranceAndLevel | None = Field(
        default=None, description="Predicted total weight of the year; left out where rates are stated"
    )
    over: Literal["scale", "reserve", "none"] = Field(
        description="Claims above the ceiling are scaled down, paid by the reserve, or there is no ceiling"
    )
    budget_yuan: ByInsurance | None = Field(
        default=None, description="The ceiling; left out, or 'none', where the table `budget` states it"
    )
    budget_factor: float = Field(ge=0, multiple_of=0.001, description="Share of the ceiling that is paid out")

    @model_validator(mode="after")
    def _states_one_rate(self) -> BaseRateParams:
        predicted = (self.predicted_cost_yuan is not None, self.predicted_weight is not None)
        if predicted not in ((True, True), (False, False)) or (self.rate_yuan is None) != all(predicted):
            raise ValueError("state rate_yuan, or both predicted_cost_yuan and predicted_weight")
        return self

    def rate(self, insurance: str, level: str) -> tuple[int, int] | None:
        """Yuan for a weight of 1 as a ratio of whole numbers; None where none is stated."""
        if self.rate_yuan is not None:
            rate = _get(self.rate_yuan, insurance, level)
            return None if rate is None else (micro(rate), MICRO)
        assert self.predicted_cost_yuan is not None
        assert self.predicted_weight is not None
        cost, weight = (_get(each, insurance, level) for each in (self.predicted_cost_yuan, self.predicted_weight))
        return None if cost is None or not weight else (micro(cost), micro(weight))


def _get(table: ByInsuranceAndLevel, insurance: str, level: str) -> float | None:
    by_level = table.by_level(insurance)
    return None if by_level is None else by_level.get(level)


def reads(params: BaseRateParams) -> frozenset[str]:
    """Columns whose sums `run` needs."""
    return frozenset({"hospital_id", "insurance"} | ({"out_of_pocket_yuan"} if params.form == "gross" else set()))


def run(view: FundView, params: BaseRateParams) -> Priced:
    """Price every fund and post what each hospital gets; PolicyError when a rate or a ceiling is lacking."""
    postings: list[Posting] = []
    prices = []
    insurances = pool.claimed_insurances(view)
    if params.over != "none":
        insurances |= pool.budgeted_insurances(view, params.budget_yuan)
    for insurance in sorted(insurances):
        for fund, budget in pool.by_area(view, pool.fund_of(view, insurance), _budget(view, params, insurance)):
            price, pay_fen = _price(view, params, fund, budget)
            prices.append(price)
            postings += pool.postings(view, fund, pay_fen, price.residual_fen, params.form == "gross")
    return Priced(tuple(postings), tuple(prices))


def _budget(view: FundView, params: BaseRateParams, insurance: int) -> int | None:
    """The ceiling of a fund, fen; None where rates are held against none."""
    if params.over == "none":
        return None
    return pool.ceiling_fen(view, WHERE, params.budget_yuan, params.budget_factor, insurance)


def _price(view: FundView, params: BaseRateParams, fund: Fund, budget: int | None) -> tuple[FundPrice, I8]:
    """The price of a fund, over all its hospitals, and what each hospital gets for its points."""
    pay_fen, guard = _at_rates(view, params, fund), "none"
    yuan_claims = int(fund.claims_fen.sum())
    less_fen = yuan_claims - (int(fund.patient_fen.sum()) if params.form == "gross" else 0)
    if budget is not None and params.over == "scale" and int(pay_fen.sum()) + less_fen > budget:
        pay_fen, guard = _scaled(fund, pay_fen, budget - less_fen), SCALED
    paid = int(pay_fen.sum())
    price = FundPrice(
        insurance=fund.insurance,
        budget_fen=budget,
        yuan_claims_fen=yuan_claims,
        pool_fen=paid,
        points_micro=int(fund.points_micro.sum()),
        cut=ALONE,
        guard=guard,
        capped=(),
        residual_fen=0 if budget is None else budget - paid - less_fen,
        area=fund.area,
        hospital_ids=fund.members,
    )
    return price, pay_fen


def _at_rates(view: FundView, params: BaseRateParams, fund: Fund) -> I8:
    """What the rates give each hospital for its points, fen, each rounded half to even."""
    pay = np.zeros(len(fund.ids), np.int64)
    rows = np.flatnonzero(fund.points_micro).tolist()
    for row, (rate, of) in zip(rows, _rates(view, params, fund, rows), strict=True):
        pay[row] = half_even(int(fund.points_micro[row]) * rate * FEN, view.scale_micro * of)
    return pay


def _rates(view: FundView, params: BaseRateParams, fund: Fund, rows: list[int]) -> list[tuple[int, int]]:
    """The rate of each of these hospitals; the level of a hospital is read only where rates differ by level."""
    name = INSURANCES[fund.insurance]
    rates = {level: params.rate(name, level) for level in LEVELS}
    if len(set(rates.values())) == 1:
        found = [rates[LEVELS[0]]] * len(rows)
    else:
        ids = [fund.ids[row] for row in rows]
        levels = [""] * len(ids) if view.hospitals is None else list(view.hospitals.level_of(ids))
        if lacking := [key for key, level in zip(ids, levels, strict=True) if level not in rates]:
            step = "bring the table hospitals with a level (primary, secondary, tertiary) for each"
            what = f"no level for {', '.join(lacking[:10])}"
            raise CaseDataError(Problem("hospitals", what, f"read by {WHERE}", step))
        found = [rates[level] for level in levels]
    stated = [rate for rate in found if rate is not None]
    if len(stated) < len(found):
        step = pool.advice(name, "state it for every level with cases")
        raise PolicyError(Problem(f"{WHERE} rate", f"no rate for {name}", "its weights need a price", step))
    return stated


def _scaled(fund: Fund, pay_fen: I8, pool_fen: int) -> I8:
    """What is left for points divided in proportion to what the rates give."""
    if pool_fen < 0:
        what = f"claims in yuan of {fund.name} exceed its pool by {yuan_text(-pool_fen)} yuan"
        step = "raise the budget or route fewer cases to rules that pay in yuan"
        raise PolicyError(Problem(WHERE, what, "nothing is left for points", step))
    return split_fen(pool_fen, pay_fen, fund.ids)[0]


def explain(price: FundPrice, params: BaseRateParams, level: str) -> Iterator[Step]:
    """The rate that the weights of a hospital of this level are paid by, and whether the ceiling scaled it down."""
    insurance = INSURANCES[price.insurance]
    rate = params.rate(insurance, level or LEVELS[0])
    assert rate is not None, "such a hospital was refused"
    origin = "predicted_cost_yuan" if params.rate_yuan is None else "rate_yuan"
    fund = ", ".join(part for part in (insurance, level, price.area) if part)
    value = decimal_text(half_even(rate[0] * MICRO, rate[1]), 6)
    yield Step(f"rate, yuan for a weight of 1 ({fund})", f"费率（元/权重，{fund}）", value, f"{TABLE}.{origin}")
    if price.guard == SCALED:
        paid, points = yuan_text(price.pool_fen), decimal_text(price.points_micro, 6)
        text = f"{paid} yuan are left for {points} points in all"
        yield Step("scaled down to the ceiling", "按总额等比例下调", text, f"{TABLE}.over")


RULES = (
    Rule(
        key="base_rate",
        label="Base rate",
        label_zh="费率",
        stage=Stage.PRICE,
        pass_kind=PassKind.CELL,
        params=BaseRateParams,
        reads=reads,
        run=run,
        explain=explain,
    ),
)
