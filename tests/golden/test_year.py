"""Golden cases of the year: budget, months, sharing, assessment, deductions, carry-over, and whole clearings."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dipsim.cases.year_tables import CarryOver, Deduction, Prepayment
from dipsim.cells import Cells
from dipsim.clearing import Clearing, Months, clear
from dipsim.errors import DipsimError
from dipsim.fund import budget
from dipsim.fund.budget import BudgetParams
from dipsim.ledger import INSURANCES, Accounts, Posting, balance, entries_of
from dipsim.money import NO_CUT, fen, micro
from dipsim.rule import BudgetView, FundPrice, FundTables, FundView
from tests import build
from tests.golden.examples import FOLDER, Golden, files, read, refusal

YEAR = 2025
YEAR_FOLDERS = ("prepayment", "risk_sharing", "assessment", "deductions", "carry_over", "clearing")


def tables_of(golden: Golden) -> dict[str, Any]:
    """The tables of parameters that an example uses: those of base_year.toml with its own values on top."""
    base = tomllib.loads((FOLDER / "base_year.toml").read_text(encoding="utf-8"))
    return {key: build.changed(base[key], golden.get("params", {}).get(key, {})) for key in golden["rules"]}


def same(wanted: object, amount_fen: int) -> str:
    """The expected text when it equals the amount exactly, else the amount as a fraction."""
    value = Fraction(amount_fen, 100)
    return str(wanted) if wanted is not None and Fraction(str(wanted)) == value else str(value)


# ---- from price to clearing


@pytest.mark.parametrize("path", files(*YEAR_FOLDERS))
def test_a_year_is_cleared_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    if message := refusal(golden):
        with pytest.raises(DipsimError) as caught:
            cleared(golden)
        assert message in str(caught.value)
        return
    clearing = cleared(golden)
    assert golden["expect"]
    for insurance, expected in golden["expect"].items():
        assert found(clearing, INSURANCES.index(insurance), expected) == dict(expected), insurance


def cleared(golden: Golden) -> Clearing:
    """The clearing of an example, from what its hospitals were priced at."""
    rows = golden["hospital"]
    cells, accounts = build.cells(rows, YEAR)
    priced = [
        Posting(
            accounts.hospital_ids.index(row["id"]),
            number := INSURANCES.index(row.get("insurance", "employee")),
            YEAR,
            accounts.pooled_fund(number),
            accounts.hospital(accounts.hospital_ids.index(row["id"])),
            build.yuan_fen(row["priced_yuan"]),
        )
        for row in rows
    ]
    view = FundView(cells, accounts, None, None, YEAR)
    scenario = build.scenario({"settlement": tables_of(golden)})
    return clear(
        entries_of([*priced, *kept_back(golden, accounts)], 0),
        prices(golden),
        view,
        companions(golden),
        scenario,
        months(golden, accounts),
    )


def kept_back(golden: Golden, accounts: Accounts) -> list[Posting]:
    """What the budget kept for overspends."""
    kept = golden.get("adjustment_reserve_yuan", {})
    return [
        Posting(-1, number, YEAR, number, accounts.fund("adjustment_reserve"), fen(kept[name]))
        for number, name in enumerate(INSURANCES)
        if name in kept
    ]


def prices(golden: Golden) -> list[FundPrice]:
    """The point values that an example states, in yuan."""
    stated = golden.get("value_yuan", {})
    return [
        FundPrice(INSURANCES.index(name), None, 0, micro(value) * 100, 10**12, NO_CUT, "none", (), 0)
        for name, value in stated.items()
    ]


def companions(golden: Golden) -> FundTables:
    def employee(row: Golden) -> tuple[int, str, str]:
        return row.get("year", YEAR), row.get("insurance", "employee"), row["id"]

    def prepaid(row: Golden) -> Prepayment:
        year, insurance, hospital = employee(row)
        amounts = build.yuan_fen(row["prepaid_yuan"]), build.yuan_fen(row.get("deposit_yuan", 0))
        return Prepayment(year, row["month"], insurance, hospital, *amounts)

    def deduction(row: Golden) -> Deduction:
        amounts = build.yuan_fen(row.get("amount_yuan", 0)), micro(row.get("points", 0))
        return Deduction(*employee(row), row.get("case_id", ""), *amounts, "invented for tests")

    scores = golden.get("scores")
    return FundTables(
        prepaid=tuple(prepaid(row) for row in golden["prepaid"]) if "prepaid" in golden else None,
        assessment={(YEAR, name): micro(score) for name, score in scores.items()} if scores else None,
        deductions=tuple(deduction(row) for row in golden["deduction"]) if "deduction" in golden else None,
        carry=tuple(CarryOver(*employee(row), build.yuan_fen(row["amount_yuan"])) for row in golden["carry"])
        if "carry" in golden
        else None,
    )


def months(golden: Golden, accounts: Accounts) -> Months:
    """What stands claimed at the end of each month: an example states the months in which that changes."""
    if "month" not in golden:
        return Months(accounts, (), golden.get("is_closed", True))
    stands: list[Golden] = []
    found = []
    for month in range(1, golden.get("through", 12) + 1):
        stands = [row for row in golden["month"] if row["month"] == month] or stands
        cells, own = build.cells(stands, YEAR) if stands else build.cells([{"id": accounts.hospital_ids[0]}], YEAR)
        assert set(own.hospital_ids) <= set(accounts.hospital_ids)
        found.append((cells, own))
    placed = tuple(_placed(cells, own, accounts) for cells, own in found)
    return Months(accounts, placed, "through" not in golden)


def _placed(cells: Cells, own: Accounts, accounts: Accounts) -> Cells:
    return replace(cells, hospital=own.places_in(accounts)[cells.hospital])


def found(clearing: Clearing, insurance: int, wanted: Golden) -> dict[str, object]:
    """What became of a fund's hospitals, in the words in which it is expected."""
    statement, accounts = clearing.statement(), clearing.accounts
    facts: dict[str, object] = {}
    for key, expected in wanted.items():
        if key in ("adjustment_reserve", "reserve"):
            of_fund = clearing.ledger.where(clearing.ledger.insurance == insurance)
            facts[key] = same(expected, balance(of_fund, accounts.fund(key)))
            continue
        name, _, month = key.partition("_in_month_")
        sums = clearing.in_month({"prepaid": "advance"}.get(name, name), int(month)) if month else statement[name]
        facts[key] = {
            hospital: same(amount, int(sums[accounts.hospital_ids.index(hospital), insurance]))
            for hospital, amount in expected.items()
        }
    return facts


# ---- budget


@pytest.mark.parametrize("path", files("budget"))
def test_a_budget_leaves_the_pool_worked_by_hand(path: Path) -> None:
    golden = read(path)
    if message := refusal(golden):
        with pytest.raises(DipsimError) as caught:
            budgeted(golden)
        assert message in str(caught.value)
        return
    assert budgeted(golden) == golden["expect"]


def budgeted(golden: Golden) -> dict[str, dict[str, str]]:
    """The pool of each insurance, and every account that the example names."""
    accounts = Accounts(())
    rows = [{"year": YEAR, "insurance": "employee", **row} for row in golden.get("budget", ())]
    view = BudgetView(build.budget(rows) if rows else None, accounts, YEAR)
    done = budget.run(view, BudgetParams.model_validate(tables_of({**golden, "rules": ["budget"]})["budget"]))
    ledger = entries_of(done.postings, 0)
    facts: dict[str, dict[str, str]] = {}
    for number, pool in done.pools.items():
        name = INSURANCES[number]
        of_fund = ledger.where(ledger.insurance == number)
        assert balance(of_fund, accounts.pooled_fund(number)) == pool
        wanted = golden["expect"].get(name, {})
        balances = {account: balance(of_fund, accounts.fund(account)) for account in wanted if account != "pool"}
        facts[name] = {key: same(wanted[key], {**balances, "pool": pool}[key]) for key in wanted}
    return facts
