"""What must not matter: the order of cases, blocks, threads, the rest of the region once its point value is known."""

from __future__ import annotations

from dataclasses import astuple, replace
from random import Random
from typing import Any

import numpy as np
import pytest

from dipsim import claiming
from dipsim.allocation import case_pay_fen, points_pay_fen
from dipsim.ledger import INSURANCES
from dipsim.money import micro
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.rule import ExactValue
from tests import build
from tests.property.regions import Region, random_region

SEEDS = range(40)


def in_order_of_id(result: Result) -> list[list[Any]]:
    """Everything known of each case, by case_id."""
    ids = np.array(result.inputs.cases.case_ids.to_pylist())
    claimed = result.claimed
    columns = (claimed.claims.points_micro, claimed.claims.amount_fen, claimed.claims.flag, claimed.routing.rule)
    rest = (claimed.hospital, claimed.insurance, result.grouping.group, case_pay_fen(result))
    order = np.argsort(ids)
    return [column[order].tolist() for column in (*columns, *rest)]


def totals(result: Result) -> list[Any]:
    """Cells, ledger, prices and fingerprint."""
    tables = (astuple(result.claimed.cells), astuple(result.ledger))
    columns = [column.tolist() for table in tables for column in table]
    return [*columns, result.prices, result.fingerprint, result.claimed.accounts]


def assert_same(one: Result, other: Result) -> None:
    assert in_order_of_id(one) == in_order_of_id(other)
    assert totals(one) == totals(other)


@pytest.mark.parametrize("seed", SEEDS[:15])
def test_the_order_of_the_cases_does_not_matter(seed: int) -> None:
    region = random_region(seed)
    shuffled = list(region.cases)
    Random(seed).shuffle(shuffled)
    other = replace(region, cases=shuffled)
    assert_same(simulate(region.inputs, region.scenario), simulate(other.inputs, other.scenario))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("block", [1, 3, 7])
def test_blocks_and_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch, block: int, threads: int) -> None:
    for seed in SEEDS[:8]:
        region = random_region(seed)
        whole = simulate(region.inputs, region.scenario)
        with monkeypatch.context() as patch:
            patch.setattr(claiming, "BLOCK", block)
            assert_same(whole, simulate(region.inputs, region.scenario, threads=threads))


def cut_out(region: Region, hospital: str) -> tuple[Inputs, Region]:
    """One hospital's cases, and the region as it is then known: a given value, weights as the region had them."""
    given = {"mode": "given", "budget_yuan": {"employee": "none", "resident": "none"}}
    changes = build.changed(region.changes, {"settlement": {"point_value": given}})
    cases = [case for case in region.cases if case["hospital_id"] == hospital]
    alone = replace(region, cases=cases, levels={hospital: region.levels[hospital]}, changes=changes)
    return alone.inputs, alone


def test_one_hospital_alone_gets_the_fen_of_the_region_at_its_exact_value() -> None:
    hospitals = bound = 0
    for seed in SEEDS:
        region = random_region(seed)
        region.weights["kind"] = "table"  # own means would differ: the hospital sees only its own cases
        whole = simulate(region.inputs, region.scenario)
        if not all(price.points_micro for price in whole.prices):
            continue  # a fund whose every hospital is capped or has no points has no point value
        values = {(INSURANCES[p.insurance], ""): ExactValue(p.pool_fen, p.points_micro, p.cut) for p in whole.prices}
        for number, hospital in enumerate(whole.claimed.accounts.hospital_ids):
            inputs, alone = cut_out(region, hospital)
            result = simulate(replace(inputs, point_values=values), alone.scenario)
            expected = {fund: amount for (fund, at), amount in points_pay_fen(whole).items() if at == number}
            assert {fund: amount for (fund, _), amount in points_pay_fen(result).items()} == expected
            in_region = whole.claimed.hospital == number
            assert case_pay_fen(result).tolist() == case_pay_fen(whole)[in_region].tolist()
            hospitals += 1
        bound += any(price.guard != "none" or price.capped for price in whole.prices)
    assert hospitals >= len(SEEDS)
    assert bound >= len(SEEDS) // 8


def test_a_plain_given_value_rounds_each_hospital_by_itself() -> None:
    for seed in SEEDS[:15]:
        region = random_region(seed, guards=False)
        changes = {
            "settlement": {"point_value": {"mode": "given", "given_yuan": {"employee": 12.345678, "resident": 0.5}}}
        }
        region = replace(region, changes=build.changed(region.changes, changes))
        result = simulate(region.inputs, region.scenario)
        claimed = result.claimed
        for (fund, hospital), amount in points_pay_fen(result).items():
            mine = (claimed.insurance == fund) & (claimed.hospital == hospital)
            value = {0: micro("12.345678"), 1: micro("0.5")}[fund]
            assert amount == round_half_even(int(claimed.claims.points_micro[mine].sum()) * value, 10**10)


def round_half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))


def test_overriding_a_value_by_itself_changes_nothing() -> None:
    region = random_region(7)
    values = region.values
    same = [
        {"weighting": {"outlier": {"low_ratio": values["weighting"]["outlier"]["low_ratio"]}}},
        {"settlement": {"point_value": {"budget_yuan": values["settlement"]["point_value"]["budget_yuan"]}}},
        {"year": values["year"]},
    ]
    whole = simulate(region.inputs, region.scenario)
    for changes in same:
        other = replace(region, changes=build.changed(region.changes, changes))
        assert_same(whole, simulate(other.inputs, other.scenario))


def test_a_memo_shared_by_scenarios_changes_nothing() -> None:
    region = random_region(11)
    changes: list[dict[str, Any]] = [
        {},
        {"settlement": {"point_value": {"budget_yuan": {"employee": 12345.67}}}},
        {"weighting": {"outlier": {"high_ratio": 1.75}}},
        {"payment": {"dip": {"no_match_ratio": 0.9}}},
        {"year_basis": "none", "year": 2024},
    ]
    memo, inputs = Memo(), region.inputs
    for change in changes:
        scenario = replace(region, changes=build.changed(region.changes, change)).scenario
        assert_same(simulate(inputs, scenario, memo), simulate(inputs, scenario))


def test_more_budget_never_lowers_a_point_value_or_a_hospitals_pay_by_more_than_a_fen() -> None:
    for seed in SEEDS[:20]:
        region = random_region(seed)
        budget = region.values["settlement"]["point_value"]["budget_yuan"]
        before: Result | None = None
        for step in (1.0, 1.01, 1.25, 2.0):
            more = {name: round(amount * step, 2) for name, amount in budget.items()}
            changes = build.changed(region.changes, {"settlement": {"point_value": {"budget_yuan": more}}})
            after = simulate(region.inputs, replace(region, changes=changes).scenario)
            if before is not None:
                for low, high in zip(before.prices, after.prices, strict=True):
                    is_lower = high.pool_fen * low.points_micro < low.pool_fen * high.points_micro
                    assert not (is_lower and low.points_micro and high.points_micro)
                new = points_pay_fen(after)
                assert all(amount <= new.get(key, 0) + 1 for key, amount in points_pay_fen(before).items())
            before = after


def test_a_budget_times_k_pays_times_k_within_rounding() -> None:
    for seed in SEEDS[:15]:
        region = random_region(seed, guards=False)
        region.changes["route"] = [{"pay": "dip"}]
        region.changes["settlement"]["point_value"]["form"] = "fund"
        once = points_pay_fen(simulate(region.inputs, region.scenario))
        budget = region.values["settlement"]["point_value"]["budget_yuan"]
        for k in (3, 7):
            times = {name: round(amount * k, 2) for name, amount in budget.items()}
            changes = build.changed(region.changes, {"settlement": {"point_value": {"budget_yuan": times}}})
            other = points_pay_fen(simulate(region.inputs, replace(region, changes=changes).scenario))
            assert other.keys() == once.keys()
            assert all(abs(other[key] - k * once[key]) <= k for key in once)
