"""The point values that a region wrote are read back as they were, whatever was capped, guarded or claimed in yuan."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.companions import Budget, BudgetLine
from dipsim.cases.write import write_columns
from dipsim.errors import PolicyError
from dipsim.inputs import read_point_values
from dipsim.ledger import INSURANCES
from dipsim.pipeline import Inputs, simulate
from dipsim.report.files import point_value_columns
from dipsim.rule import CEILING_ITEM, ExactValue
from tests import build
from tests.property.regions import random_region

NONE = {"employee": "none", "resident": "none"}


def test_point_values_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    seen = {"without points": 0, "guarded": 0, "capped": 0, "split": 0}
    path = tmp_path / "point_values.csv"
    for seed in range(120):
        region = random_region(seed)
        result = simulate(region.inputs, region.scenario)
        write_columns(path, point_value_columns(result))
        exact = {(INSURANCES[p.insurance], ""): ExactValue(p.pool_fen, p.points_micro, p.cut) for p in result.prices}
        assert read_point_values(path) == exact
        for price in result.prices:
            seen["without points"] += price.points_micro == 0
            seen["guarded"] += price.guard != "none"
            seen["capped"] += bool(price.capped)
            seen["split"] += bool(price.cut.last_id)
    assert all(seen.values()), seen


def test_a_fund_of_other_insured_that_the_table_budget_states_is_read_back_too(tmp_path: Path) -> None:
    scenario = build.scenario(
        {"settlement": {"point_value": {"mode": "solve", "given_yuan": NONE, "budget_yuan": NONE}}}
    )
    budget = Budget((BudgetLine(scenario.head.year, "other", CEILING_ITEM, 1_000_000, "test"),))
    cases = build.case_table([{**build.base().case, "insurance": "other", "total_cost_yuan": "10000"}])
    result = simulate(Inputs(cases, budget=budget), scenario)
    write_columns(tmp_path / "point_values.csv", point_value_columns(result))
    (price,) = result.prices
    assert read_point_values(tmp_path / "point_values.csv") == {
        ("other", ""): ExactValue(price.pool_fen, price.points_micro, price.cut)
    }


def test_the_table_is_read_as_csv_only(tmp_path: Path) -> None:
    region = random_region(0)
    path = tmp_path / "point_values.parquet"
    write_columns(path, point_value_columns(simulate(region.inputs, region.scenario)))
    with pytest.raises(PolicyError, match=r"point_values\.parquet: not a CSV file; give the point_values\.csv"):
        read_point_values(path)
