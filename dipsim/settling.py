"""From what was claimed to what is paid: budget, price, months and clearing, every posting in one ledger.

Nothing here looks at cases: cells that were added up elsewhere are settled in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dipsim import cells as cell_sums
from dipsim.cells import Cells
from dipsim.clearing import MONTHS, Clearing, Months, clear, elapsed_months, is_stated
from dipsim.ledger import Accounts, Entries, entries_of, merge, unbalanced
from dipsim.pricing import priced
from dipsim.registry import RULES, table_of
from dipsim.routing import OUTSIDE_POOL
from dipsim.rule import Budgeted, BudgetView, FundPrice, FundTables, FundView, Stage
from dipsim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Settled:
    """What is paid for what was claimed.

    ledger     claims and price: what the pools owe
    prices     what a point is worth in each fund
    clearing   the year around it; None for a scenario that says nothing of it
    """

    ledger: Entries
    prices: tuple[FundPrice, ...]
    clearing: Clearing | None


def settle(
    cells: Cells, accounts: Accounts, tables: FundTables, scenario: Scenario, months: Months | None = None
) -> Settled:
    """Price what was claimed, and clear the year; without `months` it is closed and nobody knows what its months held.

    Raises PolicyError when a fund cannot be priced or a rule not be carried out, CaseDataError when a table is lacking.
    """
    claiming = cells.where(cells.rule != OUTSIDE_POOL)
    months = Months(accounts, (), True) if months is None else months
    budgeted = _budgeted(tables, accounts, scenario)
    view = FundView(
        cells=claiming,
        accounts=accounts,
        budget=tables.budget,
        point_values=tables.point_values,
        year=scenario.head.year,
        pools=None if budgeted is None else budgeted[1],
        elapsed_months=MONTHS if months.is_closed else elapsed_months(scenario, months.last),
        scale_micro=scenario.weights.scale_micro,
        hospitals=tables.hospitals,
    )
    found = list(priced(view, scenario))
    prices = tuple(price for _, part in found for price in part.prices)
    ledger = merge([cell_sums.claims(cells, accounts), *(entries_of(part.postings, number) for number, part in found)])
    _require_balance(ledger, accounts, prices)
    clearing = None
    if is_stated(scenario) or budgeted is not None:
        posted = ledger if budgeted is None else merge([ledger, budgeted[0]])
        clearing = clear(posted, prices, view, tables, scenario, months)
    return Settled(ledger, prices, clearing)


def _budgeted(tables: FundTables, accounts: Accounts, scenario: Scenario) -> tuple[Entries, Mapping[int, int]] | None:
    """The postings of the BUDGET rule and the pools that it leaves; None for a scenario without its table."""
    view = BudgetView(tables.budget, accounts, scenario.head.year)
    for number, rule in enumerate(RULES):
        if rule.stage is Stage.BUDGET and table_of(rule) in scenario.params:
            budgeted: Budgeted = rule.run(view, scenario.params[table_of(rule)])
            return entries_of(budgeted.postings, number), budgeted.pools
    return None


def _require_balance(ledger: Entries, accounts: Accounts, prices: Sequence[FundPrice]) -> None:
    """Every pool pays out exactly its budget; anything else is a fault of dipsim itself."""
    budgets: dict[int, int] = {}
    for price in prices:
        if price.budget_fen is not None:
            budgets[price.insurance] = budgets.get(price.insurance, 0) + price.budget_fen
    wrong = unbalanced(ledger, accounts, budgets)
    if wrong:
        raise RuntimeError(f"the ledger does not balance: {wrong}")
