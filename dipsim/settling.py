"""From what was claimed to what is paid: every PRICE rule on the cells, every posting in one ledger.

Nothing here looks at cases: cells that were added up elsewhere are priced in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dipsim import cells as cell_sums
from dipsim.cells import Cells
from dipsim.ledger import Accounts, Entries, entries_of, merge, unbalanced
from dipsim.registry import RULES, table_of
from dipsim.routing import OUTSIDE_POOL
from dipsim.rule import FundPrice, FundTables, FundView, Priced, Stage
from dipsim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Settled:
    """The ledger of what was claimed and what is paid for it, and the price struck in each fund."""

    ledger: Entries
    prices: tuple[FundPrice, ...]


def settle(cells: Cells, accounts: Accounts, tables: FundTables, scenario: Scenario) -> Settled:
    """Price what was claimed; PolicyError when a fund cannot be priced."""
    claiming = cells.where(cells.rule != OUTSIDE_POOL)
    view = FundView(claiming, accounts, tables.budget, tables.point_values, scenario.head.year)
    postings = [cell_sums.claims(cells, accounts)]
    prices: list[FundPrice] = []
    for number, rule in enumerate(RULES):
        if rule.stage is Stage.PRICE:
            priced: Priced = rule.run(view, scenario.params[table_of(rule)])
            postings.append(entries_of(priced.postings, number))
            prices += priced.prices
    ledger = merge(postings)
    _require_balance(ledger, accounts, prices)
    return Settled(ledger, tuple(prices))


def _require_balance(ledger: Entries, accounts: Accounts, prices: Sequence[FundPrice]) -> None:
    """Every pool pays out exactly its budget; anything else is a fault of dipsim itself."""
    budgets = {price.insurance: price.budget_fen for price in prices if price.budget_fen is not None}
    wrong = unbalanced(ledger, accounts, budgets)
    if wrong:
        raise RuntimeError(f"the ledger does not balance: {wrong}")
