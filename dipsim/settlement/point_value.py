"""Point value 点值: the money of a pooled fund divided by all points claimed from it (docs/sources.md, F2.2).

    fund form    PV = (F - yuan claims) / P               the fund pays   points x PV
    gross form   PV = (F / ratio - yuan claims) / P       the fund pays   points x PV - what patients paid

F is the budget, P the sum of all final points. A guard bounds PV; a cap bounds a hospital. PV stays the exact ratio of
fen to millionths of a point, and money is split by largest remainder, so that all payments add up to F exactly unless
a guard or cap binds; what is then left over, or lacking, is a posting of the reserve.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY, Posting
from dipsim.money import ALONE, FEN, MICRO, NO_CUT, fen, half_even, micro, share_of, yuan_text
from dipsim.policy.params import ByInsurance, Params, Setting
from dipsim.rule import CEILING_ITEM, ExactValue, FundPrice, FundView, PassKind, Priced, Rule, Stage
from dipsim.shares import Shares, solve

I8 = NDArray[np.int64]

WHERE = "[settlement.point_value]"
MONTHS = 12


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


@dataclass(frozen=True, slots=True)
class Fund:
    """What was claimed from one pooled fund, by hospital index; int64, only hospitals with claims or patients.

    area, members   the county or hospital under its own ceiling and all hospitals of it; '' and None for the whole city
    """

    insurance: int
    hospital: I8
    ids: tuple[str, ...]
    points_micro: I8
    claims_fen: I8
    patient_fen: I8
    cap_fen: tuple[int | None, ...]
    area: str = ""
    members: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """The fund as an error names it."""
        return f"{INSURANCES[self.insurance]}, {self.area}" if self.area else INSURANCES[self.insurance]

    def of(self, rows: I8) -> Fund:
        """The claims of some of the hospitals."""
        names = ("hospital", "points_micro", "claims_fen", "patient_fen")
        ids, caps = (tuple(values[row] for row in rows) for values in (self.ids, self.cap_fen))
        return replace(self, **{name: getattr(self, name)[rows] for name in names}, ids=ids, cap_fen=caps)


def run(view: FundView, params: PointValueParams) -> Priced:
    """Price every fund and post what each hospital gets; PolicyError when a fund cannot be priced."""
    postings: list[Posting] = []
    prices = []
    for insurance in _insurances(view, params):
        for fund, budget in _by_area(view, params, _fund(view, params, insurance)):
            price, share = _price(view, params, fund, budget)
            prices.append(price)
            postings += _postings(view, fund, price, share, params.form == "gross")
    return Priced(tuple(postings), tuple(prices))


def _by_area(view: FundView, params: PointValueParams, fund: Fund) -> Iterator[tuple[Fund, int | None]]:
    """Every part of a fund under a ceiling of its own, with that ceiling; None where the value is given."""
    areas, whole = view.areas, None if params.mode == "given" else _budget(view, params, fund.insurance)
    if areas is None:
        yield fund, whole
        return
    area_of = areas.of_hospital[fund.hospital]
    is_claimed = np.zeros(len(areas.names), bool)
    is_claimed[area_of[(fund.points_micro != 0) | (fund.claims_fen != 0)]] = True
    is_met = is_claimed if whole is None else is_claimed | areas.is_weighted(fund.insurance)
    if whole is not None and not is_met.any():
        yield fund, whole  # nothing is claimed and nothing divides it: all of it goes to the reserve
        return
    ceilings = None if whole is None else areas.divide(fund.insurance, whole, is_claimed)
    is_met[area_of] = True
    for number in np.flatnonzero(is_met).tolist():
        part = fund.of(np.flatnonzero(area_of == number))
        named = replace(part, area=areas.names[number], members=areas.hospital_ids[number])
        yield named, None if ceilings is None else int(ceilings[number])


def _insurances(view: FundView, params: PointValueParams) -> list[int]:
    """The funds that something is claimed from or that have a budget; an unclaimed budget goes to the reserve."""
    is_claim = (view.cells.points_micro != 0) | (view.cells.amount_fen != 0)
    claimed = {int(number) for number in view.cells.insurance[is_claim]}
    if params.mode == "given":
        return sorted(claimed)
    budgeted = {number for number in range(len(INSURANCES)) if any(_ceilings(view, params, number).values())}
    if view.areas is not None:
        budgeted |= {number for number in range(len(INSURANCES)) if view.areas.stated_fen(number)}
    return sorted(claimed | budgeted)


def _fund(view: FundView, params: PointValueParams, insurance: int) -> Fund:
    cells = view.cells.where(view.cells.insurance == insurance)
    hospital = np.unique(cells.hospital)
    at = np.searchsorted(hospital, cells.hospital)

    def by_hospital(values: I8) -> I8:
        total = np.zeros(hospital.size, np.int64)
        np.add.at(total, at, values)
        return total

    ids = tuple(view.accounts.hospital_ids[number] for number in hospital)
    return Fund(
        insurance=insurance,
        hospital=hospital,
        ids=ids,
        points_micro=by_hospital(cells.points_micro),
        claims_fen=by_hospital(cells.amount_fen),
        patient_fen=by_hospital(cells.patient_fen),
        cap_fen=tuple(_cap(params, int(cost)) for cost in by_hospital(cells.points_cost_fen)),
    )


def _cap(params: PointValueParams, cost_fen: int) -> int | None:
    if params.hospital_cap_ratio == "none":
        return None
    return half_even(cost_fen * micro(params.hospital_cap_ratio), MICRO)


def _price(view: FundView, params: PointValueParams, fund: Fund, budget: int | None) -> tuple[FundPrice, Shares]:
    """The price of a fund under a ceiling, or at a given value, and what each hospital gets for its points."""
    yuan_claims = int(fund.claims_fen.sum())
    if budget is None:
        share = _given(view, params, fund)
    else:
        pool = _pool(params, fund, budget, yuan_claims)
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
        area=fund.area,
        hospital_ids=fund.members,
    )
    return price, share


def _pool(params: PointValueParams, fund: Fund, budget_fen: int, yuan_claims_fen: int) -> int:
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
    value = _given_value(view, params, fund)
    if value.points_micro == 0:  # every hospital of the region is capped
        uncapped = [cap or 0 for cap in fund.cap_fen]
        return Shares(np.array(uncapped, np.int64), 0, 0, NO_CUT, "none", fund.ids)
    shares = zip(fund.points_micro, fund.ids, strict=True)
    uncapped = [share_of(value.pool_fen, int(points), value.points_micro, name, value.cut) for points, name in shares]
    limits = [amount if cap is None else cap for amount, cap in zip(uncapped, fund.cap_fen, strict=True)]
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
                _advice(name, f"state given_yuan.{name}, or bring the table `point_values` of the region, not both"),
            )
        )
    return exact if exact is not None else ExactValue(micro(in_yuan or 0) * FEN, MICRO * MICRO, ALONE)


def _advice(name: str, otherwise: str) -> str:
    """The next step for an insurance; a scenario has no keys for `other`."""
    return "route these cases to outside_pool" if name == "other" else otherwise


def _ceilings(view: FundView, params: PointValueParams, insurance: int) -> dict[str, int]:
    """The ceiling in fen by whatever states it: this table, the table `budget`, or what [fund.budget] leaves."""
    name = INSURANCES[insurance]
    stated = None if params.budget_yuan is None else params.budget_yuan.get(name)
    listed = None if view.budget is None else view.budget.amount(view.year, name, CEILING_ITEM)
    left = None if view.pools is None else view.pools.get(insurance)
    ceilings = {
        "budget_yuan": None if stated is None else fen(stated),
        "the table `budget`": listed,
        "[fund.budget]": left,
    }
    return {where: amount for where, amount in ceilings.items() if amount is not None}


def _budget(view: FundView, params: PointValueParams, insurance: int) -> int:
    name = INSURANCES[insurance]
    by_area = None if view.areas is None else view.areas.stated_fen(insurance)
    ceilings = _ceilings(view, params, insurance)
    if not ceilings and by_area is not None:
        ceilings = {"area": by_area}
    if len(ceilings) > 1:
        first, *others = ceilings
        what, next_step = f"{' and '.join(others)} states the ceiling of {name} too", "keep one of them"
        raise PolicyError(Problem(f"{WHERE} {first}", what, "", next_step))
    if not ceilings:
        raise PolicyError(
            Problem(
                f"{WHERE} budget_yuan",
                f"no ceiling for {name}",
                "cases of this insurance claim money",
                _advice(name, f"state budget_yuan.{name}, or add {CEILING_ITEM!r} to the table `budget`"),
            )
        )
    (whole,) = ceilings.values()
    if by_area is not None and by_area != whole:
        what = f"the ceilings of {name} by area add up to {yuan_text(by_area)} yuan"
        why = f"its ceiling is {yuan_text(whole)} yuan by {next(iter(ceilings))}"
        raise PolicyError(Problem("the table `budget`", what, why, "correct one of the two, or state only one"))
    return half_even(whole * micro(params.budget_factor) * view.elapsed_months, MICRO * MONTHS)


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
