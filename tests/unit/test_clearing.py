from __future__ import annotations

from typing import Any

import pytest

from dipsim.errors import PolicyError
from dipsim.ledger import balance
from dipsim.paths import PolicyRoots
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.scenario import typed
from tests import build
from tests.golden.test_year import tables_of

NONE = {"employee": "none", "resident": "none"}
SOLVED = {"mode": "solve", "given_yuan": NONE, "budget_yuan": NONE}


def run(settlement: dict[str, Any], through: int | None = None, **tables: Any) -> Result:
    """One case of 1,000 points and 10,000 yuan, of which the fund bore 9,000, in a fund with an income of 1,000."""
    budget = tables_of({"rules": ["budget"]})["budget"]
    changes = {
        "year_basis": "discharged_on",
        "fund": {"budget": budget},
        "settlement": {"point_value": SOLVED, **settlement},
    }
    case = {**build.base().case, "total_cost_yuan": "10000", "fund_paid_yuan": "9000", "discharged_on": "2025-03-31"}
    return simulate(Inputs(build.case_table([case]), **tables), build.scenario(changes), through=through)


def test_the_pool_that_the_budget_leaves_is_what_is_paid() -> None:
    result = run({})
    assert result.clearing is not None
    assert result.prices[0].budget_fen == 57_000  # 1,000 less 400 of items and 5% of the rest
    assert result.clearing.statement()["due"].tolist() == [[57_000, 0, 0]]
    accounts = result.clearing.accounts
    assert balance(result.clearing.ledger, accounts.pooled_fund(0)) == 0
    assert balance(result.clearing.ledger, accounts.fund("adjustment_reserve")) == 3_000


def test_an_overspend_draws_on_what_the_budget_kept_back() -> None:
    result = run(tables_of({"rules": ["risk_sharing"]}))
    assert result.clearing is not None
    assert result.clearing.statement()["shared"].tolist() == [[3_000, 0, 0]]  # 7% of 570 is 39.90, 30 were kept


def test_a_pool_stated_twice_is_refused() -> None:
    budget = build.budget([{"year": 2025, "insurance": "employee", "item": "inpatient_pool", "amount_yuan": "5"}])
    with pytest.raises(PolicyError, match=r"\[fund.budget\] states the ceiling of employee too"):
        run({}, budget=budget)


def test_a_part_of_the_year_is_priced_by_its_share_of_the_ceiling() -> None:
    result = run(tables_of({"rules": ["prepayment"]}), through=3)
    assert result.prices[0].budget_fen == 14_250  # 3 of 12 months of 570
    assert result.clearing is not None
    assert [interim.month for interim in result.clearing.interim] == [1, 2, 3]


def test_a_part_of_the_year_without_a_rule_for_its_price_is_refused() -> None:
    with pytest.raises(PolicyError, match="nothing says how a part of the year is priced"):
        run({}, through=3)


def test_a_case_that_has_not_arrived_is_counted_and_not_paid() -> None:
    result = run(tables_of({"rules": ["prepayment"]}), through=2)
    assert result.not_arrived == 1
    assert len(result.inputs.cases) == 0
    assert balance(result.ledger, result.claimed.accounts.reserve) == 9_500


def test_an_assessment_of_deposits_needs_something_that_withholds_them() -> None:
    stated = build.changed(build.base().values, {"settlement": tables_of({"rules": ["assessment"]})})
    with pytest.raises(PolicyError, match=r"'deposit' without a deposit; no \[settlement.prepayment\] withholds one"):
        typed(build.document(stated), PolicyRoots(()))
