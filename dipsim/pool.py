"""A pooled fund as PRICE rules see it: what hospitals claim from it, its ceiling, and the postings that pay it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY, Posting
from dipsim.money import MICRO, fen, half_even, micro, yuan_text
from dipsim.policy.params import ByInsurance
from dipsim.rule import CEILING_ITEM, FundView

I8 = NDArray[np.int64]

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Fund:
    """What was claimed from one pooled fund, by hospital index; int64, only hospitals with claims or patients.

    points_cost_fen   what the cases with points cost
    area, members     the county or hospital under its own ceiling and all its hospitals; '' and None for the whole city
    """

    insurance: int
    hospital: I8
    ids: tuple[str, ...]
    points_micro: I8
    claims_fen: I8
    patient_fen: I8
    points_cost_fen: I8
    area: str = ""
    members: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """The fund as an error names it."""
        return f"{INSURANCES[self.insurance]}, {self.area}" if self.area else INSURANCES[self.insurance]

    def of(self, rows: I8) -> Fund:
        """The claims of some of the hospitals."""
        names = ("hospital", "points_micro", "claims_fen", "patient_fen", "points_cost_fen")
        ids = tuple(self.ids[row] for row in rows)
        return replace(self, **{name: getattr(self, name)[rows] for name in names}, ids=ids)


def fund_of(view: FundView, insurance: int) -> Fund:
    """The claims on the fund of an insurance."""
    cells = view.cells.where(view.cells.insurance == insurance)
    hospital = np.unique(cells.hospital)
    at = np.searchsorted(hospital, cells.hospital)

    def by_hospital(values: I8) -> I8:
        total = np.zeros(hospital.size, np.int64)
        np.add.at(total, at, values)
        return total

    return Fund(
        insurance=insurance,
        hospital=hospital,
        ids=tuple(view.accounts.hospital_ids[number] for number in hospital),
        points_micro=by_hospital(cells.points_micro),
        claims_fen=by_hospital(cells.amount_fen),
        patient_fen=by_hospital(cells.patient_fen),
        points_cost_fen=by_hospital(cells.points_cost_fen),
    )


def claimed_insurances(view: FundView) -> set[int]:
    """The funds that something is claimed from."""
    is_claim = (view.cells.points_micro != 0) | (view.cells.amount_fen != 0)
    return {int(number) for number in view.cells.insurance[is_claim]}


def budgeted_insurances(view: FundView, budget_yuan: ByInsurance | None) -> set[int]:
    """The funds that have a ceiling above 0; what nobody claims of it goes to the reserve."""
    every = range(len(INSURANCES))
    of_areas = {number for number in every if view.areas is not None and view.areas.stated_fen(number)}
    return of_areas | {number for number in every if any(_ceilings(view, budget_yuan, number).values())}


def ceiling_fen(view: FundView, where: str, budget_yuan: ByInsurance | None, factor: float, insurance: int) -> int:
    """The part of the ceiling that is paid out, fen; PolicyError when nothing states it or two places do not agree.

    where   the table of the rule that asks, for messages
    """
    name = INSURANCES[insurance]
    by_area = None if view.areas is None else view.areas.stated_fen(insurance)
    ceilings = _ceilings(view, budget_yuan, insurance)
    if not ceilings and by_area is not None:
        ceilings = {"area": by_area}
    if len(ceilings) > 1:
        first, *others = ceilings
        what, next_step = f"{' and '.join(others)} states the ceiling of {name} too", "keep one of them"
        raise PolicyError(Problem(f"{where} {first}", what, "", next_step))
    if not ceilings:
        why = "cases of this insurance claim money"
        step = advice(name, f"state budget_yuan.{name}, or add {CEILING_ITEM!r} to the table `budget`")
        raise PolicyError(Problem(f"{where} budget_yuan", f"no ceiling for {name}", why, step))
    (whole,) = ceilings.values()
    if by_area is not None and by_area != whole:
        what = f"the ceilings of {name} by area add up to {yuan_text(by_area)} yuan"
        why = f"its ceiling is {yuan_text(whole)} yuan by {next(iter(ceilings))}"
        raise PolicyError(Problem("the table `budget`", what, why, "correct one of the two, or state only one"))
    return half_even(whole * micro(factor) * view.elapsed_months, MICRO * MONTHS)


def _ceilings(view: FundView, budget_yuan: ByInsurance | None, insurance: int) -> dict[str, int]:
    """The ceiling in fen by whatever states it: the rule's table, the table `budget`, or what [fund.budget] leaves."""
    name = INSURANCES[insurance]
    stated = None if budget_yuan is None else budget_yuan.get(name)
    ceilings = {
        "budget_yuan": None if stated is None else fen(stated),
        "the table `budget`": None if view.budget is None else view.budget.amount(view.year, name, CEILING_ITEM),
        "[fund.budget]": None if view.pools is None else view.pools.get(insurance),
    }
    return {where: amount for where, amount in ceilings.items() if amount is not None}


def advice(insurance: str, otherwise: str) -> str:
    """The next step for an insurance; a scenario has no keys for `other`."""
    return "route these cases to outside_pool" if insurance == "other" else otherwise


def by_area(view: FundView, fund: Fund, whole_fen: int | None) -> Iterator[tuple[Fund, int | None]]:
    """Every part of a fund under a ceiling of its own, with that ceiling; None where no ceiling is asked for."""
    areas = view.areas
    if areas is None:
        yield fund, whole_fen
        return
    area_of = areas.of_hospital[fund.hospital]
    is_claimed = np.zeros(len(areas.names), bool)
    is_claimed[area_of[(fund.points_micro != 0) | (fund.claims_fen != 0)]] = True
    is_met = is_claimed if whole_fen is None else is_claimed | areas.is_weighted(fund.insurance)
    if whole_fen is not None and not is_met.any():
        yield fund, whole_fen  # nothing is claimed and nothing divides it: all of it goes to the reserve
        return
    ceilings = None if whole_fen is None else areas.divide(fund.insurance, whole_fen, is_claimed)
    is_met[area_of] = True
    for number in np.flatnonzero(is_met).tolist():
        part = fund.of(np.flatnonzero(area_of == number))
        named = replace(part, area=areas.names[number], members=areas.hospital_ids[number])
        yield named, None if ceilings is None else int(ceilings[number])


def postings(view: FundView, fund: Fund, pay_fen: I8, residual_fen: int, is_gross: bool) -> list[Posting]:
    """What hospitals get for their points, what patients paid toward it (gross form), and the reserve's part."""
    accounts = view.accounts
    pool = accounts.pooled_fund(fund.insurance)

    def posting(hospital: int, payer: int, payee: int, amount: int) -> Posting:
        return Posting(hospital, fund.insurance, view.year, payer, payee, amount)

    hospitals = fund.hospital.tolist()
    found = [
        posting(number, pool, accounts.hospital(number), amount)
        for number, amount in zip(hospitals, pay_fen.tolist(), strict=True)
    ]
    if is_gross:
        paid = zip(hospitals, fund.patient_fen.tolist(), strict=True)
        found += [posting(number, accounts.out_of_pocket, pool, amount) for number, amount in paid]
    found.append(posting(NOBODY, pool, accounts.reserve, residual_fen))
    return found
