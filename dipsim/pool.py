"""A pooled fund as PRICE rules see it: what hospitals claim from it, its ceiling, and the postings that pay it out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, NOBODY, Posting
from dipsim.money import MICRO, fen, half_even, micro
from dipsim.policy.params import ByInsurance
from dipsim.rule import CEILING_ITEM, FundView

I8 = NDArray[np.int64]

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Pool:
    """What was claimed from one pooled fund, by hospital index; int64, only hospitals with claims or patients."""

    insurance: int
    hospital: I8
    ids: tuple[str, ...]
    points_micro: I8
    claims_fen: I8
    patient_fen: I8


def pool_of(view: FundView, insurance: int) -> Pool:
    """The claims on the fund of an insurance."""
    cells = view.cells.where(view.cells.insurance == insurance)
    hospital = np.unique(cells.hospital)
    at = np.searchsorted(hospital, cells.hospital)

    def by_hospital(values: I8) -> I8:
        total = np.zeros(hospital.size, np.int64)
        np.add.at(total, at, values)
        return total

    return Pool(
        insurance=insurance,
        hospital=hospital,
        ids=tuple(view.accounts.hospital_ids[number] for number in hospital),
        points_micro=by_hospital(cells.points_micro),
        claims_fen=by_hospital(cells.amount_fen),
        patient_fen=by_hospital(cells.patient_fen),
    )


def claimed_insurances(view: FundView) -> set[int]:
    """The funds that something is claimed from."""
    is_claim = (view.cells.points_micro != 0) | (view.cells.amount_fen != 0)
    return {int(number) for number in view.cells.insurance[is_claim]}


def ceilings(view: FundView, budget_yuan: ByInsurance | None, insurance: int) -> dict[str, int]:
    """The ceiling in fen by whatever states it: the rule's table, the table `budget`, or what [fund.budget] leaves."""
    name = INSURANCES[insurance]
    stated = None if budget_yuan is None else budget_yuan.get(name)
    found = {
        "budget_yuan": None if stated is None else fen(stated),
        "the table `budget`": None if view.budget is None else view.budget.amount(view.year, name, CEILING_ITEM),
        "[fund.budget]": None if view.pools is None else view.pools.get(insurance),
    }
    return {where: amount for where, amount in found.items() if amount is not None}


def ceiling_fen(view: FundView, where: str, budget_yuan: ByInsurance | None, factor: float, insurance: int) -> int:
    """The part of the ceiling that is paid out, fen; PolicyError when nothing states it or two places do.

    where   the table of the rule that asks, for messages
    """
    name, found = INSURANCES[insurance], ceilings(view, budget_yuan, insurance)
    if len(found) > 1:
        first, *others = found
        what = f"{' and '.join(others)} states the ceiling of {name} too"
        raise PolicyError(Problem(f"{where} {first}", what, "", "keep one of them"))
    if not found:
        step = f"state budget_yuan.{name}, or add {CEILING_ITEM!r} to the table `budget`"
        step = "route these cases to outside_pool" if name == "other" else step
        why = "cases of this insurance claim money"
        raise PolicyError(Problem(f"{where} budget_yuan", f"no ceiling for {name}", why, step))
    (whole,) = found.values()
    return half_even(whole * micro(factor) * view.elapsed_months, MICRO * MONTHS)


def postings(view: FundView, pool: Pool, pay_fen: I8, residual_fen: int, is_gross: bool) -> list[Posting]:
    """What hospitals get for their points, what patients paid toward it (gross form), and the reserve's part."""
    accounts = view.accounts
    fund = accounts.pooled_fund(pool.insurance)

    def posting(hospital: int, payer: int, payee: int, amount: int) -> Posting:
        return Posting(hospital, pool.insurance, view.year, payer, payee, amount)

    hospitals = pool.hospital.tolist()
    found = [
        posting(number, fund, accounts.hospital(number), amount)
        for number, amount in zip(hospitals, pay_fen.tolist(), strict=True)
    ]
    if is_gross:
        paid = zip(hospitals, pool.patient_fen.tolist(), strict=True)
        found += [posting(number, accounts.out_of_pocket, fund, amount) for number, amount in paid]
    found.append(posting(NOBODY, fund, accounts.reserve, residual_fen))
    return found
