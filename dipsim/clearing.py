"""The year around the price: what is paid month by month, and the clearing that settles it all (清算).

    still due = price + sharing + assessment + deductions + carry-over - what was paid during the year

Every step is a rule that reads the ledger so far and posts to it, so whatever is paid has a payer and a payee.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.cells import Cells, HospitalSums, by_hospital
from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES, WHOLE_YEAR, Accounts, Entries, balance, entries_of, moved, received
from dipsim.ledger import merge as merge_entries
from dipsim.pricing import priced
from dipsim.registry import RULES, table_of
from dipsim.rule import FundPrice, FundTables, FundView, Rule, Stage, YearView
from dipsim.scenario import Scenario
from dipsim.settlement.prepayment import PrepaymentParams

I8 = NDArray[np.int64]

MONTHS = 12
PREPAYMENT = "settlement.prepayment"
"""The table that says what is paid month by month."""
OVER = ("advance", "deposit")
"""Accounts in which nothing is left when a year is closed."""


@dataclass(frozen=True, slots=True)
class Months:
    """What was in force at the end of January, February and so on, months added up.

    is_closed   False for a run through a month: the months after it, and the clearing, are still to come
    """

    accounts: Accounts
    in_force: tuple[Cells, ...]
    is_closed: bool

    @property
    def last(self) -> int:
        """The month that the run goes to."""
        return MONTHS if self.is_closed else len(self.in_force)


@dataclass(frozen=True, slots=True)
class InterimValue:
    """What a point was worth at the end of a month."""

    month: int
    price: FundPrice


@dataclass(frozen=True, slots=True)
class Clearing:
    """A year month by month and its clearing.

    accounts   those of the ledger: also hospitals that claim nothing and are named by a companion table
    ledger     every posting, those of claims, budget and price included
    months     what each hospital had in force at the end of each month
    interim    what a point was worth then, where the scenario says how a part of the year is priced
    """

    accounts: Accounts
    ledger: Entries
    months: tuple[HospitalSums, ...]
    interim: tuple[InterimValue, ...]
    last_month: int
    is_closed: bool

    def statement(self) -> dict[str, I8]:
        """The steps from price to what the clearing pays, fen (hospitals, insurances), in order.

        priced       what the pools owe for claims, less what patients paid toward it
        shared       what sharing adds or takes        assessed     what assessment takes
        deducted     what deductions take              carried_in   what came from the year before
        carried_out  debts that go to the next year    paid         what was paid during the year, deposits withheld
        due          the sum of the steps less what was paid: below 0 the hospital pays
        """
        steps = {
            "priced": self._from(self.ledger, self.accounts.FUNDS[: len(INSURANCES)]),
            "shared": self._of_rule("risk_sharing"),
            "assessed": self._of_rule("assessment"),
            "deducted": self._of_rule("deductions"),
            "carried_in": self._from(self.ledger, ("carried_in",)),
            "carried_out": self._from(self.ledger, ("carried_out",)),
        }
        paid = self._from(self.ledger.where(self.ledger.month != WHOLE_YEAR), OVER)
        return {**steps, "paid": paid, "due": np.sum([*steps.values(), -paid], axis=0)}

    def in_month(self, fund: str, month: int) -> I8:
        """What hospitals got from an account in a month less what they gave it, fen (hospitals, insurances)."""
        return self._from(self.ledger.where(self.ledger.month == month), (fund,))

    def _of_rule(self, key: str) -> I8:
        number = next(number for number, rule in enumerate(RULES) if rule.key == key)
        return self._from(self.ledger.where(self.ledger.rule == number), self.accounts.FUNDS)

    def _from(self, entries: Entries, funds: Sequence[str]) -> I8:
        hospitals = len(self.accounts.hospital_ids)
        return np.asarray(sum(received(entries, self.accounts.fund(name), hospitals) for name in funds))


def clear(
    posted: Entries, prices: Sequence[FundPrice], view: FundView, tables: FundTables, scenario: Scenario, months: Months
) -> Clearing:
    """Every MONTH rule, and in a closed year every SETTLE rule, that the scenario states.

    posted   what was posted so far, under the accounts of the FundView
    Raises CaseDataError for a companion table that is read and absent, PolicyError when a rule cannot be carried out.
    """
    accounts = _accounts(view, tables, months)
    ledger = moved(posted, view.accounts, accounts)
    claimed = _sums(view.cells, view.accounts, accounts)
    by_month = tuple(_sums(cells, months.accounts, accounts) for cells in months.in_force)
    for number, rule in _stated(scenario, months.is_closed):
        year = YearView(
            ledger=ledger,
            accounts=accounts,
            prices=tuple(prices),
            months=by_month,
            claimed=claimed,
            tables=tables,
            year=view.year,
            last_month=months.last,
            is_closed=months.is_closed,
        )
        ledger = merge_entries([ledger, entries_of(rule.run(year, scenario.params[table_of(rule)]), number)])
    if months.is_closed:
        _require_nothing_over(ledger, accounts)
    return Clearing(accounts, ledger, by_month, tuple(_interim(view, scenario, months)), months.last, months.is_closed)


def is_stated(scenario: Scenario) -> bool:
    """Whether a scenario says anything of the year around the price."""
    return next(_stated(scenario, True), None) is not None


def _stated(scenario: Scenario, is_closed: bool) -> Iterator[tuple[int, Rule]]:
    """The rules of months, and of a closed year, whose table the scenario states."""
    stages = (Stage.MONTH, Stage.SETTLE) if is_closed else (Stage.MONTH,)
    for stage in stages:
        for number, rule in enumerate(RULES):
            if rule.stage is stage and table_of(rule) in scenario.params:
                yield number, rule


def _accounts(view: FundView, tables: FundTables, months: Months) -> Accounts:
    """All hospitals that claim, claimed in some month, or are named by a companion table."""
    rows = [
        *((row.year, row.hospital_id) for row in tables.prepaid or ()),
        *((row.year, row.hospital_id) for row in tables.deductions or ()),
        *((row.year, row.hospital_id) for row in tables.carry or ()),
    ]
    named = {hospital_id for year, hospital_id in rows if year == view.year}
    return Accounts(tuple(sorted({*view.accounts.hospital_ids, *months.accounts.hospital_ids, *named})))


def _sums(cells: Cells, old: Accounts, new: Accounts) -> HospitalSums:
    places = old.places_in(new)
    return by_hospital(replace(cells, hospital=places[cells.hospital]), len(new.hospital_ids))


def elapsed_months(scenario: Scenario, month: int) -> int:
    """How many months' share of the ceiling is priced at the end of a month; PolicyError when nothing states it."""
    params = scenario.params.get(PREPAYMENT)
    if not isinstance(params, PrepaymentParams):
        what = "nothing says how a part of the year is priced"
        step = "state [settlement.prepayment] with its interim_budget"
        raise PolicyError(Problem(scenario.document.file, what, "", step))
    return month if params.interim_budget == "elapsed" else MONTHS


def _interim(view: FundView, scenario: Scenario, months: Months) -> Iterator[InterimValue]:
    """What a point was worth at the end of each month, by the PRICE rules on what was in force then."""
    if PREPAYMENT not in scenario.params:
        return
    for month, cells in enumerate(months.in_force, start=1):
        part = replace(view, cells=cells, accounts=months.accounts, elapsed_months=elapsed_months(scenario, month))
        yield from _values(month, part, scenario)


def _values(month: int, view: FundView, scenario: Scenario) -> Iterator[InterimValue]:
    """The values of a month; none where the claims in yuan of its first months exceed their share of the ceiling."""
    try:
        prices = [price for _, part in priced(view, scenario) for price in part.prices]
    except PolicyError:
        return
    yield from (InterimValue(month, price) for price in prices)


def _require_nothing_over(ledger: Entries, accounts: Accounts) -> None:
    """What was advanced is charged and what was withheld is settled; anything else is a fault of dipsim itself."""
    over = {name: amount for name in OVER if (amount := balance(ledger, accounts.fund(name)))}
    if over:
        raise RuntimeError(f"a closed year leaves money over: {over}")
