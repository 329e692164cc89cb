"""Random regions against the slow twin: to the millionth of a point, to the fen, with and without binding bounds."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.allocation import case_pay_fen, points_pay_fen
from dipsim.ledger import INSURANCES, balance
from dipsim.pipeline import Result, simulate
from dipsim.registry import RULES
from tests.naive import region as naive
from tests.property.regions import Region, random_region
from tests.shared import examples

REGIONS = 200
FEWEST_BINDING = 60


def both(region: Region) -> tuple[Result, naive.Paid]:
    return simulate(region.inputs, region.scenario), naive.paid(
        region.cases, region.levels, region.weights, region.values
    )


def agree(result: Result, twin: naive.Paid) -> None:
    """Every point, band, hospital's pay, residual and case's pay is that of the twin."""
    ids = result.inputs.cases.case_ids.to_pylist()
    claims, rule = result.claimed.claims, result.claimed.routing.rule
    points = {
        name: int(value) for name, value in zip(ids, claims.points_micro, strict=True) if name in twin.points_micro
    }
    assert points == twin.points_micro
    bands = {
        name: RULES[n].flags[flag][0]
        for name, n, flag in zip(ids, rule, claims.flag, strict=True)
        if name in twin.bands
    }
    assert bands == twin.bands
    assert fund_pay(result) == {
        name: positive(fund.pay_fen) for name, fund in twin.funds.items() if positive(fund.pay_fen)
    }
    prices = {INSURANCES[price.insurance]: price for price in result.prices}
    for name, fund in twin.funds.items():
        assert prices[name].residual_fen == twin.residual_fen[name]
        assert prices[name].guard == fund.guard
        assert frozenset(prices[name].capped) == fund.capped
    assert dict(zip(ids, case_pay_fen(result).tolist(), strict=True)) == twin.case_fen


def fund_pay(result: Result) -> dict[str, dict[str, int]]:
    """Fen for points by insurance and hospital."""
    pay: dict[str, dict[str, int]] = defaultdict(dict)
    for (insurance, hospital), amount in points_pay_fen(result).items():
        pay[INSURANCES[insurance]][result.claimed.accounts.hospital_ids[hospital]] = amount
    return pay


def positive(amounts: dict[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in amounts.items() if amount}


def conserved(result: Result) -> None:
    """What every account paid, another received; a pool pays out its budget; cases add up to hospitals."""
    ledger, accounts = result.ledger, result.claimed.accounts
    everyone = range(len(accounts.FUNDS) + len(accounts.hospital_ids))
    assert sum(balance(ledger, account) for account in everyone) == 0
    assert (ledger.amount_fen >= 0).all()
    for price in result.prices:
        assert balance(ledger, accounts.pooled_fund(price.insurance)) == -(price.budget_fen or 0)
    hospitals = [balance(ledger, accounts.hospital(number)) for number in range(len(accounts.hospital_ids))]
    pay, at = case_pay_fen(result), result.claimed.hospital
    assert [int(pay[at == number].sum()) for number in range(len(accounts.hospital_ids))] == hospitals


def test_two_hundred_regions_are_paid_as_by_brute_force() -> None:
    binding = 0
    for seed in range(REGIONS):
        result, twin = both(random_region(seed))
        agree(result, twin)
        conserved(result)
        binding += any(fund.is_bound for fund in twin.funds.values())
    assert binding >= FEWEST_BINDING
    assert REGIONS - binding >= FEWEST_BINDING // 2


@pytest.mark.parametrize("form", ["fund", "gross"])
def test_without_a_binding_guard_or_cap_payments_equal_the_ceiling(form: str) -> None:
    for seed in range(REGIONS // 4):
        region = random_region(seed, guards=False)
        region.changes["settlement"]["point_value"]["form"] = form
        result = simulate(region.inputs, region.scenario)
        conserved(result)
        ledger, accounts = result.ledger, result.claimed.accounts
        for price in result.prices:
            if price.points_micro == 0:
                continue
            paid = sum(amount for (fund, _), amount in points_pay_fen(result).items() if fund == price.insurance)
            assert price.guard != "none" or paid == price.pool_fen
            if form == "fund":
                assert paid + price.yuan_claims_fen == price.budget_fen
                reserve = (ledger.payee == accounts.reserve) | (ledger.payer == accounts.reserve)
                assert not (reserve & (ledger.insurance == price.insurance)).any()


@examples(50)
@given(st.integers(REGIONS, 2**32))
def test_any_region_is_paid_as_by_brute_force(seed: int) -> None:
    result, twin = both(random_region(seed))
    agree(result, twin)
    conserved(result)
