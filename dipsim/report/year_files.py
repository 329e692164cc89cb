"""The tables of a year as columns for files: months, values during the year, clearing, what the next year gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import Coded
from dipsim.cases.write import Column, Micro, Yuan
from dipsim.cells import HospitalSums
from dipsim.clearing import Clearing
from dipsim.ledger import INSURANCES, Accounts
from dipsim.money import MISSING
from dipsim.report.sums import price_micro_yuan
from dipsim.rule import FundPrice

I8 = NDArray[np.int64]
Columns = Mapping[str, Column]

TO_DATE = ("cases", "points_micro", "amount_fen", "fund_paid_fen")
"""What the table of months states of what was in force."""


def year_files(clearing: Clearing | None, year: int) -> dict[str, Columns]:
    """Every table of a year by file name without suffix; a year that is not closed has no clearing."""
    if clearing is None:
        return {}
    tables = {"months": month_columns(clearing), "month_values": value_columns(clearing)}
    if clearing.is_closed:
        tables |= {"clearing": clearing_columns(clearing), "carry": carry_columns(clearing, year)}
    return tables


def month_columns(clearing: Clearing) -> Columns:
    """Each month, hospital and insurance with claims or payments: what stood claimed at its end, what changed, pay."""
    before: HospitalSums | None = None
    parts: list[dict[str, I8]] = []
    for month in range(1, clearing.last_month + 1):
        now = clearing.months[month - 1] if clearing.months else None
        parts.append(dict(_of_month(clearing, month, now, before)))
        before = now
    stacked = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {
        "month": stacked["month"],
        **_keys(clearing.accounts, stacked["hospital"], stacked["insurance"]),
        "cases_to_date": stacked["cases"],
        "points_to_date": Micro(stacked["points_micro"]),
        "points_change": Micro(stacked["points_change"]),
        "claims_to_date_yuan": Yuan(stacked["amount_fen"]),
        "fund_paid_to_date_yuan": Yuan(stacked["fund_paid_fen"]),
        "fund_paid_change_yuan": Yuan(stacked["fund_paid_change"]),
        "prepaid_yuan": Yuan(stacked["advance"]),
        "deposit_yuan": Yuan(stacked["deposit"]),
    }


def _of_month(
    clearing: Clearing, month: int, now: HospitalSums | None, before: HospitalSums | None
) -> Iterator[tuple[str, I8]]:
    """The columns of one month, only hospitals and insurances of which it says something."""
    paid = {"advance": clearing.in_month("advance", month), "deposit": -clearing.in_month("deposit", month)}
    none = np.zeros_like(paid["advance"])
    sums = {name: none if now is None else getattr(now, name) for name in TO_DATE}
    past = {name: none if before is None else getattr(before, name) for name in TO_DATE}
    changes = {
        "points_change": sums["points_micro"] - past["points_micro"],
        "fund_paid_change": sums["fund_paid_fen"] - past["fund_paid_fen"],
    }
    amounts = {**sums, **changes, **paid}
    hospital, insurance = np.nonzero(np.any([values != 0 for values in amounts.values()], axis=0))
    yield from {"month": np.full(hospital.size, month), "hospital": hospital, "insurance": insurance}.items()
    for name, values in amounts.items():
        yield name, values[hospital, insurance]


def value_columns(clearing: Clearing) -> Columns:
    """What a point was worth at the end of each month; no row where claims in yuan exceeded the money so far."""
    prices = [interim.price for interim in clearing.interim]
    values = [price_micro_yuan(price.pool_fen, price.points_micro) for price in prices]
    budgets = [price.budget_fen for price in prices]
    return {
        "month": np.array([interim.month for interim in clearing.interim], np.int64),
        "insurance": [INSURANCES[price.insurance] for price in prices],
        **area_column(prices),
        "budget_yuan": Yuan(_whole(budgets)),
        "pool_yuan": Yuan(np.array([price.pool_fen for price in prices], np.int64)),
        "points": Micro(np.array([price.points_micro for price in prices], np.int64)),
        "point_value_yuan": Micro(_whole(values)),
        "guard": [price.guard for price in prices],
    }


def area_column(prices: Sequence[FundPrice]) -> dict[str, Column]:
    """The county or hospital under each ceiling; no column where all are the city's."""
    return {"area": [price.area for price in prices]} if any(price.area for price in prices) else {}


def clearing_columns(clearing: Clearing) -> Columns:
    """Each hospital and insurance with money in the year: every step from price to what the clearing pays."""
    statement = clearing.statement()
    hospital, insurance = np.nonzero(np.any([values != 0 for values in statement.values()], axis=0))
    amounts = {f"{name}_yuan": Yuan(values[hospital, insurance]) for name, values in statement.items()}
    return {**_keys(clearing.accounts, hospital, insurance), **amounts}


def carry_columns(clearing: Clearing, year: int) -> Columns:
    """The table `carry` of the next year: what hospitals owe, below 0."""
    debts = clearing.statement()["carried_out"]
    hospital, insurance = np.nonzero(debts)
    names = _keys(clearing.accounts, hospital, insurance)
    return {"year": np.full(hospital.size, year + 1), **names, "amount_yuan": Yuan(-debts[hospital, insurance])}


def _keys(accounts: Accounts, hospital: I8, insurance: I8) -> dict[str, Column]:
    return {
        "hospital_id": Coded(hospital.astype(np.int32), accounts.hospital_ids),
        "insurance": Coded(insurance.astype(np.int32), INSURANCES),
    }


def _whole(values: Sequence[int | None]) -> I8:
    return np.array([MISSING if value is None else value for value in values], np.int64)
