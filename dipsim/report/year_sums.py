"""The year of a result: what came in every month, and the steps from price to what is still due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.arrival import arrived_on
from dipsim.cells import HospitalSums, by_hospital
from dipsim.clearing import PREPAYMENT, Clearing
from dipsim.ledger import WHOLE_YEAR
from dipsim.money import MISSING
from dipsim.months import month_of
from dipsim.pipeline import Result
from dipsim.report.sums import pool_cells
from dipsim.routing import OUTSIDE_POOL, REJECTED

I8 = NDArray[np.int64]

STEPS = ("priced", "shared", "assessed", "deducted", "earned", "carried_in", "carried_out", "prepaid", "deposit", "due")
"""earned = priced + shared + assessed + deducted; due = earned + carried_in + carried_out + prepaid + deposit."""
EARNING = STEPS[:4]
PARTS = ("same_month", "earlier", "corrected", "came_and_went")
"""What came in a month: stays that ended in it, stays that ended before it, corrections, and claims that went again."""


@dataclass(frozen=True, slots=True)
class Year:
    """The year of a result, or what one hospital has of it.

    places   int64, the hospitals that are told of, as they stand in the accounts of the clearing
    """

    result: Result
    clearing: Clearing
    places: I8

    @property
    def number(self) -> int:
        """The year itself."""
        return self.result.scenario.head.year

    @property
    def hospital_ids(self) -> tuple[str, ...]:
        """The ids of the hospitals that are told of."""
        return tuple(self.clearing.accounts.hospital_ids[place] for place in self.places.tolist())

    @property
    def has_months(self) -> bool:
        """Whether anything is paid month by month."""
        return PREPAYMENT in self.result.scenario.params

    @property
    def months(self) -> range:
        """The months that are told of; a closed year has one more, of what came after December."""
        return range(1, self.clearing.last_month + (2 if self.clearing.is_closed and self.clearing.months else 1))

    def steps(self) -> dict[str, I8]:
        """Every step, fen (hospitals, insurances): what was prepaid is below 0, the deposit that comes back above."""
        statement = self.clearing.statement()
        found = {name: statement[name] for name in (*EARNING, "carried_in", "carried_out", "due")}
        found["earned"] = np.asarray(np.sum([found[name] for name in EARNING], axis=0))
        of_months = range(1, self.clearing.last_month + 1)
        for name, account in (("prepaid", "advance"), ("deposit", "deposit")):
            monthly = [self.clearing.in_month(account, month) for month in of_months]
            found[name] = -np.asarray(np.sum(monthly, axis=0))
        return {name: found[name][self.places] for name in STEPS}

    def totals(self) -> dict[str, int]:
        """Every step, all hospitals and insurances added up, fen."""
        return {name: int(amounts.sum()) for name, amounts in self.steps().items()}

    def paid_in_months(self, account: str) -> I8:
        """What hospitals got from `advance` or `deposit` in each month, fen; none after December."""
        last = self.clearing.last_month
        paid = [
            self.clearing.in_month(account, month)[self.places].sum() if month <= last else 0 for month in self.months
        ]
        return np.array(paid, np.int64)

    def came(self, column: str) -> I8:
        """By how much a column of HospitalSums changed in each month, all insurances together."""
        ends = [*self.clearing.months, *([_at_the_end(self)] if self.clearing.is_closed else [])]
        stands = [int(getattr(sums, column)[self.places].sum()) for sums in ends]
        return np.array([now - before for before, now in pairwise([0, *stands])], np.int64)

    def bills_column(self) -> str:
        """The bills that are shown by month: the fund's part where the cases state it, whole charges where not."""
        has_part = self.result.inputs.cases.has("fund_paid_yuan")
        return "fund_paid_fen" if has_part else "cost_fen"

    def parts(self) -> dict[str, I8]:
        """The bills of each month by what they are, fen: the parts of a month add up to `came`.

        What came of claims that went again, less what went, is the rest.
        """
        cases, claimed = self.result.inputs.cases, self.result.claimed
        rule = claimed.routing.rule
        place = claimed.accounts.places_in(self.clearing.accounts)[claimed.hospital]
        rows = np.flatnonzero((rule != REJECTED) & (rule != OUTSIDE_POOL) & np.isin(place, self.places))
        column = self.bills_column()
        bills = cases.fen("fund_paid_yuan" if column == "fund_paid_fen" else "total_cost_yuan")[rows]
        bills = np.where(bills == MISSING, 0, bills)
        days = arrived_on(cases.integers, len(cases))[rows]
        month = month_of(days, self.number)
        is_late, is_corrected = self._is_late(rows, days), self._is_corrected(rows)
        masks = (~is_late & ~is_corrected, is_late & ~is_corrected, is_corrected)
        found = {name: self._by_month(month, bills, mask) for name, mask in zip(PARTS, masks, strict=False)}
        return {**found, PARTS[-1]: self.came(column) - np.sum(list(found.values()), axis=0)}

    def _by_month(self, month: I8, bills: I8, mask: NDArray[np.bool_]) -> I8:
        sums = np.zeros(len(self.months), np.int64)
        kept = np.flatnonzero(mask & (month <= len(self.months)))
        np.add.at(sums, month[kept] - 1, bills[kept])
        return sums

    def _is_late(self, rows: I8, arrived: I8) -> NDArray[np.bool_]:
        """Which claims came in a later month than that in which the stay ended."""
        cases = self.result.inputs.cases
        if not cases.has("discharged_on"):
            return np.zeros(rows.size, bool)
        ended = cases.integer("discharged_on")[rows]
        known = (ended != MISSING) & (arrived != MISSING)
        return np.asarray(known & (_calendar_month(ended, known) < _calendar_month(arrived, known)))

    def _is_corrected(self, rows: I8) -> NDArray[np.bool_]:
        cases = self.result.inputs.cases
        if not cases.has("claim_status"):
            return np.zeros(rows.size, bool)
        status = cases.code("claim_status")
        return np.array([*(value == "corrected" for value in status.values), False])[status.ids[rows]]


def year_of(result: Result) -> Year | None:
    """The year of a result; None for a scenario that says nothing of it."""
    clearing = result.clearing
    if clearing is None:
        return None
    return Year(result, clearing, np.arange(len(clearing.accounts.hospital_ids)))


def year_of_hospital(result: Result, hospital_id: str) -> Year | None:
    """What one hospital has of the year."""
    whole = year_of(result)
    if whole is None:
        return None
    return Year(result, whole.clearing, np.array([whole.hospital_ids.index(hospital_id)]))


def closed_years(results: Sequence[Result]) -> tuple[tuple[int, Year], ...]:
    """The years that are closed, each with the number of its result."""
    found = ((number, year_of(result)) for number, result in enumerate(results))
    return tuple((number, year) for number, year in found if year is not None and year.clearing.is_closed)


def cleared_fen(result: Result) -> I8:
    """What the clearing adds to the price of each hospital that claims: sharing, assessment, deductions; fen.

    0 where the year is not closed. A hospital that claims nothing and is named by a companion table is not among them.
    """
    ids = result.claimed.accounts.hospital_ids
    whole = year_of(result)
    if whole is None or not whole.clearing.is_closed:
        return np.zeros(len(ids), np.int64)
    steps = whole.steps()
    places = result.claimed.accounts.places_in(whole.clearing.accounts)[: len(ids)]
    return np.asarray((steps["earned"] - steps["priced"]).sum(axis=1)[places])


def drawn_fen(clearing: Clearing) -> int:
    """What the risk reserve added to the adjustment reserve for sharing, fen."""
    ledger, accounts = clearing.ledger, clearing.accounts
    is_drawn = (ledger.payer == accounts.reserve) & (ledger.payee == accounts.fund("adjustment_reserve"))
    return int(ledger.amount_fen[is_drawn & (ledger.month == WHOLE_YEAR)].sum())


def _at_the_end(year: Year) -> HospitalSums:
    """What is claimed at the end of the run, under the accounts of the clearing."""
    cells, accounts = pool_cells(year.result), year.clearing.accounts
    places = year.result.claimed.accounts.places_in(accounts)
    return by_hospital(replace(cells, hospital=places[cells.hospital]), len(accounts.hospital_ids))


def _calendar_month(days: I8, known: NDArray[np.bool_]) -> I8:
    whole = np.where(known, days, 0)
    return whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
