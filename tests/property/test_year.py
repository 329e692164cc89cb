"""A year in twelve monthly runs and a clearing is the same year in one run, whatever comes late or is taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dipsim.clearing import Clearing
from dipsim.ledger import INSURANCES, balance
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.registry import RULES
from tests.property.years import HOSPITALS, RandomYear, arrival, random_year

SEEDS = range(24)


def cleared(result: Result) -> Clearing:
    assert result.clearing is not None
    return result.clearing


def of(clearing: Clearing, amounts: np.ndarray) -> dict[tuple[str, int], int]:
    """Amounts by hospital and insurance, those of nothing left out."""
    ids = clearing.accounts.hospital_ids
    return {(ids[row], column): int(amounts[row, column]) for row, column in zip(*np.nonzero(amounts), strict=True)}


def month_of(clearing: Clearing, month: int) -> tuple[dict[tuple[str, int], int], ...]:
    return tuple(of(clearing, clearing.in_month(fund, month)) for fund in ("advance", "deposit"))


@pytest.mark.parametrize("seed", SEEDS)
def test_twelve_monthly_runs_and_the_clearing_pay_what_the_year_pays(seed: int, tmp_path: Path) -> None:
    year = random_year(seed)
    inputs, scenario, memo = year.inputs(tmp_path), year.scenario, Memo()
    whole = simulate(inputs, scenario, memo)
    statement = cleared(whole).statement()
    paid = {(name, insurance): 0 for name in HOSPITALS for insurance in range(len(INSURANCES))}
    for month in range(1, 13):
        run = simulate(inputs, scenario, memo, through=month)
        assert cleared(run).last_month == month
        for part in month_of(cleared(run), month):
            for key, amount in part.items():
                paid[key] += amount
        for earlier in range(1, month + 1):
            assert month_of(cleared(run), earlier) == month_of(cleared(whole), earlier)
    parts = ("priced", "shared", "assessed", "deducted", "carried_in", "carried_out")
    steps = np.sum([statement[name] for name in parts], axis=0)
    for (name, insurance), amount in paid.items():
        if name in cleared(whole).accounts.hospital_ids:
            row = cleared(whole).accounts.hospital_ids.index(name)
            assert amount + int(statement["due"][row, insurance]) == int(steps[row, insurance])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_through_a_month_is_a_run_of_a_file_that_ends_there(seed: int, tmp_path: Path) -> None:
    year, month = random_year(seed), 1 + seed % 12
    inputs = year.inputs(tmp_path)
    through = simulate(inputs, year.scenario, through=month)
    rows = [row for row in year.rows if row_arrived(row, month)]
    if not rows:
        assert len(through.inputs.cases) == 0
        return
    alone = simulate(year.inputs(tmp_path, month), year.scenario, through=month)
    assert sorted(through.inputs.cases.case_ids.to_pylist()) == sorted(alone.inputs.cases.case_ids.to_pylist())
    assert through.claimed.cells.points_micro.tolist() == alone.claimed.cells.points_micro.tolist()
    assert through.ledger.amount_fen.tolist() == alone.ledger.amount_fen.tolist()
    assert month_of(cleared(through), month) == month_of(cleared(alone), month)
    assert through.fingerprint == alone.fingerprint
    known = len(through.inputs.cases) + gone(through)
    assert known + through.not_arrived == len(inputs.cases) + gone_of(inputs)


def row_arrived(row: dict[str, str], month: int) -> bool:
    return arrival(row) <= month


def gone(result: Result) -> int:
    return gone_of(result.inputs)


def gone_of(inputs: Inputs) -> int:
    return 0 if inputs.superseded is None else len(inputs.superseded.cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_payer_has_a_payee_by_posting_by_rule_and_in_all(seed: int, tmp_path: Path) -> None:
    year = random_year(seed)
    clearing = cleared(simulate(year.inputs(tmp_path), year.scenario))
    ledger, accounts = clearing.ledger, clearing.accounts
    everyone = range(accounts.hospital(len(accounts.hospital_ids)))
    assert (ledger.amount_fen >= 0).all()
    assert (ledger.payer != ledger.payee).all()
    assert np.isin(ledger.payer, everyone).all()
    assert np.isin(ledger.payee, everyone).all()
    for number in range(len(RULES)):
        part = ledger.where(ledger.rule == number)
        assert sum(balance(part, account) for account in everyone) == 0
    assert balance(ledger, accounts.fund("advance")) == 0
    assert balance(ledger, accounts.fund("deposit")) == 0
    assert balance(ledger, accounts.fund("adjustment_reserve")) >= 0


@pytest.mark.parametrize("seed", SEEDS)
def test_hospitals_get_no_more_than_the_pool_and_what_the_reserve_adds(seed: int, tmp_path: Path) -> None:
    year = random_year(seed)
    result = simulate(year.inputs(tmp_path), year.scenario)
    statement = cleared(result).statement()
    shared = statement["priced"] + statement["shared"]
    for price in result.prices:
        assert price.budget_fen is not None
        added = 100_000 if INSURANCES[price.insurance] == "employee" else 0
        assert int(shared[:, price.insurance].sum()) <= price.budget_fen + added


def test_the_random_years_hold_what_they_should() -> None:
    years = [random_year(seed) for seed in SEEDS]
    statuses = [row["claim_status"] for year in years for row in year.rows]
    assert statuses.count("corrected") > 30
    assert statuses.count("reversed") > 30
    assert sum(late(year) for year in years) > 60
    assert {year.weights["kind"] for year in years} == {"table", "own_means"}


def late(year: RandomYear) -> int:
    """Claims settled in a later month than that of the discharge."""
    return sum(row["settled_on"][:7] > row["discharged_on"][:7] for row in year.rows)
