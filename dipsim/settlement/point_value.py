"""Point value 点值: the money of a pooled fund divided by all points claimed from it (docs/sources.md, F2.2).

    fund form    PV = (F - yuan claims) / P               the fund pays   points x PV
    gross form   PV = (F / ratio - yuan claims) / P       the fund pays   points x PV - what patients paid

F is the budget, P the sum of all final points. A guard bounds PV; a cap bounds a hospital. PV stays the exact ratio of
fen to millionths of a point, and money is split by largest remainder, so that all payments add up to F exactly unless
a guard or cap binds; what is then left over, or lacking, is a posting of the reserve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY, Posting
from dipsim.money import FEN, MICRO, NO_CUT, Cut, fen, half_even, micro, share_of, split_fen, yuan_text
from dipsim.policy.params import ByInsurance, Params, Setting
from dipsim.rule import FundPrice, FundView, PassKind, Priced, Rule, Stage

I8 = NDArray[np.int64]

WHERE = "[settlement.point_value]"
BUDGET_ITEM = "inpatient_pool"
"""The row of the table `budget` that holds the inpatient pool of an insurance and year."""


class PointValueParams(Params):
    """What `[settlement.point_value]` may say."""

    mode: Literal["solve", "given"] = Field(
        description="Solved under the ceiling, or given to a hospital that sees only its own cases"
    )
    form: Literal["fund", "gross"] = Field(description="Whether points are worth fund money or the whole bill")
    budget_yuan: ByInsurance | None = Field(
        default=None, description="The ceiling F; left out, or 'none', where the table `budget` states it"
    )
    reimbursement_ratio: ByInsurance = Field(description="Fund share of the whole bill (form = gross)")
    minimum_yuan: ByInsurance = Field(description="Lowest yuan per point; the reserve pays what is lacking")
    maximum_yuan: ByInsurance = Field(description="Highest yuan per point; the rest goes to the reserve")
    hospital_cap_ratio: Setting = Field(
        description="Highest pay for points per yuan of the hospital's cost of these cases"
    )
    given_yuan: ByInsurance = Field(
        description="Yuan per point (mode = given); 'none' where the table `point_values` states it exactly"
    )


def reads(params: PointValueParams) -> frozenset[str]:
    """Columns whose sums `run` needs."""
    needed = {"hospital_id", "insurance"}
    if params.form == "gross":
        needed.add("out_of_pocket_yuan")
    if params.hospital_cap_ratio != "none":
        needed.add("total_cost_yuan")
    return frozenset(needed)


@dataclass(frozen=True, slots=True)
class Fund:
    """What was claimed from one pooled fund, by hospital index; int64, only hospitals with claims or patients."""

    insurance: int
    hospital: I8
    ids: tuple[str, ...]
    points_micro: I8
    claims_fen: I8
    patient_fen: I8
    cap_fen: tuple[int | None, ...]


def run(view: FundView, params: PointValueParams) -> Priced:
    """Price every fund and post what each hospital gets; PolicyError when a fund cannot be priced."""
    postings: list[Posting] = []
    prices = []
    for insurance in _insurances(view, params):
        fund = _fund(view, params, insurance)
        price, share = _price(view, params, fund)
        prices.append(price)
        postings += _postings(view, fund, price, share, params.form == "gross")
    return Priced(tuple(postings), tuple(prices))


def _insurances(view: FundView, params: PointValueParams) -> list[int]:
    """The funds that something is claimed from or that have a budget; an unclaimed budget goes to the reserve."""
    is_claim = (view.cells.points_micro != 0) | (view.cells.amount_fen != 0)
    claimed = {int(number) for number in view.cells.insurance[is_claim]}
    if params.mode == "given" or params.budget_yuan is None:
        return sorted(claimed)
    return sorted(claimed | {n for n, name in enumerate(INSURANCES) if params.budget_yuan.get(name) is not None})


def _fund(view: FundView, params: PointValueParams, insurance: int) -> Fund:
    cells = view.cells.where(view.cells.insurance == insurance)
    hospital = np.unique(cells.hospital)
    at = np.searchsorted(hospital, cells.hospital)

    def by_hospital(values: I8) -> I8:
        total = np.zeros(hospital.size, np.int64)
        np.add.at(total, at, values)
        return total

    has_claim = (cells.points_micro != 0) | (cells.amount_fen != 0)
    ids = tuple(view.accounts.hospital_ids[number] for number in hospital)
    cost_fen = by_hospital(np.where(cells.points_micro != 0, cells.cost_fen, 0))
    return Fund(
        insurance=insurance,
        hospital=hospital,
        ids=ids,
        points_micro=by_hospital(cells.points_micro),
        claims_fen=by_hospital(cells.amount_fen),
        patient_fen=by_hospital(np.where(has_claim, cells.patient_fen, 0)),
        cap_fen=tuple(_cap(params, int(cost)) for cost in cost_fen),
    )


def _cap(params: PointValueParams, cost_fen: int) -> int | None:
    if params.hospital_cap_ratio == "none":
        return None
    return half_even(cost_fen * micro(params.hospital_cap_ratio), MICRO)


def _price(view: FundView, params: PointValueParams, fund: Fund) -> tuple[FundPrice, Shares]:
    """The price of a fund, and what each hospital gets for its points."""
    yuan_claims = int(fund.claims_fen.sum())
    budget = None
    if params.mode == "given":
        share = _given(view, params, fund)
    else:
        budget = _budget(view, params, fund.insurance)
        pool = _pool(params, fund.insurance, budget, yuan_claims)
        share = solve(pool, fund.points_micro, fund.cap_fen, fund.ids, _bounds(params, fund.insurance))
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
    )
    return price, share


def _pool(params: PointValueParams, insurance: int, budget_fen: int, yuan_claims_fen: int) -> int:
    """Money left for points, fen: the budget (gross form: the whole bill it stands for) less the claims in yuan."""
    whole = budget_fen
    name = INSURANCES[insurance]
    if params.form == "gross":
        ratio = params.reimbursement_ratio.get(name)
        if not ratio:
            raise PolicyError(Problem(f"{WHERE} reimbursement_ratio", f"no positive ratio for {name}", "", "state it"))
        whole = half_even(budget_fen * MICRO, micro(ratio))
    if whole < yuan_claims_fen:
        raise PolicyError(
            Problem(
                WHERE,
                f"claims in yuan of {name} ({yuan_text(yuan_claims_fen)}) exceed its pool of {yuan_text(whole)} yuan",
                "nothing is left for points",
                "raise the budget or route fewer cases to rules that pay in yuan",
            )
        )
    return whole - yuan_claims_fen


@dataclass(frozen=True, slots=True)
class Shares:
    """What hospitals get for their points; pool_fen : points_micro is the exact ratio of those that no cap binds."""

    pay_fen: I8
    pool_fen: int
    points_micro: int
    cut: Cut
    guard: str
    capped: tuple[str, ...]


def solve(
    pool_fen: int,
    points_micro: I8,
    cap_fen: tuple[int | None, ...],
    ids: tuple[str, ...],
    bounds: tuple[int, int | None],
) -> Shares:
    """Pay min(cap, points x PV) to each hospital so that the pool is used up, with PV kept within its bounds.

    bounds   lowest and highest PV in millionths of a yuan per point; None for no highest
    The set of binding caps grows until it is stable: a capped hospital only raises PV for the others.
    """
    lowest, highest = bounds
    is_capped = np.zeros(points_micro.size, bool)
    while True:
        open_points = int(points_micro[~is_capped].sum())
        left = pool_fen - sum(int(cap_fen[i] or 0) for i in np.flatnonzero(is_capped))
        guard, money = "none", left
        if open_points and left * MICRO * MICRO < lowest * open_points * FEN:
            guard, money = "minimum", half_even(lowest * open_points * FEN, MICRO * MICRO)
        if highest is not None and left * MICRO * MICRO > highest * open_points * FEN:
            guard, money = "maximum", half_even(highest * open_points * FEN, MICRO * MICRO)
        binding = [
            i
            for i in np.flatnonzero(~is_capped)
            if cap_fen[i] is not None and int(points_micro[i]) * money > int(cap_fen[i] or 0) * open_points
        ]
        if not binding:
            break
        is_capped[binding] = True
    pay = np.array([0 if cap is None else cap for cap in cap_fen], np.int64)
    open_rows = np.flatnonzero(~is_capped)
    open_ids = [ids[i] for i in open_rows]
    money = money if open_points else 0
    pay[open_rows], cut = split_fen(money, points_micro[open_rows], open_ids)
    return Shares(pay, money, open_points, cut, guard, tuple(ids[i] for i in np.flatnonzero(is_capped)))


def _given(view: FundView, params: PointValueParams, fund: Fund) -> Shares:
    """What hospitals get at a point value struck elsewhere: rounded by itself, or by the cut of the region's split."""
    name = INSURANCES[fund.insurance]
    in_yuan = params.given_yuan.get(name)
    exact = None if view.point_values is None else view.point_values.get(name)
    if (in_yuan is None) == (exact is None):
        what = "two point values" if exact is not None else "no point value"
        raise PolicyError(
            Problem(
                f"{WHERE} given_yuan",
                f"{what} for {name}",
                "its points need one price",
                f"state given_yuan.{name}, or bring the table `point_values` of the region's run, not both",
            )
        )
    if exact is not None:
        pool_fen, points_micro, cut = exact.pool_fen, exact.points_micro, exact.cut
        shares = zip(fund.points_micro, fund.ids, strict=True)
        uncapped = [share_of(pool_fen, int(points), points_micro, hospital_id, cut) for points, hospital_id in shares]
    else:
        pool_fen, points_micro, cut = micro(in_yuan or 0) * FEN, MICRO * MICRO, NO_CUT
        uncapped = [half_even(pool_fen * int(points), points_micro) for points in fund.points_micro]
    limits = [amount if cap is None else cap for amount, cap in zip(uncapped, fund.cap_fen, strict=True)]
    capped = tuple(name for name, amount, limit in zip(fund.ids, uncapped, limits, strict=True) if amount > limit)
    pay = np.minimum(np.array(uncapped, np.int64), np.array(limits, np.int64))
    return Shares(pay, pool_fen, points_micro, cut, "none", capped)


def _budget(view: FundView, params: PointValueParams, insurance: int) -> int:
    name = INSURANCES[insurance]
    stated = None if params.budget_yuan is None else params.budget_yuan.get(name)
    listed = None if view.budget is None else view.budget.amount(view.year, name, BUDGET_ITEM)
    if stated is not None and listed is not None:
        what, next_step = f"the table `budget` states the ceiling of {name} too", "keep one of the two"
        raise PolicyError(Problem(f"{WHERE} budget_yuan", what, "", next_step))
    if stated is not None:
        return fen(stated)
    if listed is None:
        raise PolicyError(
            Problem(
                f"{WHERE} budget_yuan",
                f"no ceiling for {name}",
                "cases of this insurance claim money",
                f"state budget_yuan.{name}, add {BUDGET_ITEM!r} to the table `budget`, or route them to outside_pool",
            )
        )
    return listed


def _bounds(params: PointValueParams, insurance: int) -> tuple[int, int | None]:
    """Lowest and highest point value in millionths of a yuan per point."""
    lowest = params.minimum_yuan.get(INSURANCES[insurance])
    highest = params.maximum_yuan.get(INSURANCES[insurance])
    return micro(lowest or 0), None if highest is None else micro(highest)


def _postings(view: FundView, fund: Fund, price: FundPrice, share: Shares, is_gross: bool) -> list[Posting]:
    """What hospitals get for their points, what patients paid toward it (gross form), and the reserve's part."""
    accounts = view.accounts
    pool = accounts.pooled_fund(fund.insurance)

    def posting(hospital: int, payer: int, payee: int, amount: int) -> Posting:
        return Posting(hospital, fund.insurance, view.year, payer, payee, amount)

    hospitals = fund.hospital.tolist()
    postings = [
        posting(number, pool, accounts.hospital(number), amount)
        for number, amount in zip(hospitals, share.pay_fen.tolist(), strict=True)
    ]
    if is_gross:
        paid = zip(hospitals, fund.patient_fen.tolist(), strict=True)
        postings += [posting(number, accounts.out_of_pocket, pool, amount) for number, amount in paid]
    postings.append(posting(NOBODY, pool, accounts.reserve, price.residual_fen))
    return postings


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
