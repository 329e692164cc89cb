"""Real stays with skewed costs that bring their own group: 70,323 Swiss patients of the year 2000 (costs in CHF)."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.mapping import read_mapping
from dipsim.inputs import Companions, read_inputs
from dipsim.ledger import balance
from dipsim.paths import policy_roots
from dipsim.pipeline import Result, simulate
from dipsim.scenario import load_scenario
from dipsim.weighting.outlier import EXTREME, HIGH, LOW
from tests.shared import shared_path

MAPPING = Path(__file__).parent / "mappings" / "swiss.toml"
STAYS = 70_323
GROUPS = 626


@pytest.fixture(scope="module")
def result() -> Result:
    """The stays paid with points of their own year under a ceiling of their total cost."""
    stays = shared_path("data/swiss-apdrg/drg2000.csv")
    inputs, reading = read_inputs([stays], Companions(), read_mapping(MAPPING))
    assert (reading.counts.rows_in, reading.counts.rejected) == (STAYS, 0)
    total_yuan = int(inputs.cases.fen("total_cost_yuan").sum()) / 100
    scenario = load_scenario("own-means/baseline", policy_roots(None))
    ceiling = {"settlement.point_value.budget_yuan.employee": total_yuan}
    return simulate(inputs, scenario.override(ceiling, "swiss stays"))


def test_every_stay_is_grouped_by_the_group_it_brings(result: Result) -> None:
    assert len(result.grouping.group_codes) == GROUPS
    assert (result.grouping.group >= 0).sum() == STAYS


def test_the_case_weighted_mean_relative_weight_is_one(result: Result) -> None:
    weighting = result.claimed.weighting
    assert weighting is not None
    cases = np.bincount(result.grouping.group, minlength=GROUPS)
    mean = math.fsum((cases * weighting.groups.relative_weight).tolist()) / STAYS
    assert abs(mean - 1) < 1e-12


def test_outlier_shares_are_those_of_the_data(result: Result) -> None:
    flag = result.claimed.claims.flag
    assert np.isin(flag, (HIGH, EXTREME)).mean() == pytest.approx(0.059, abs=0.0005)
    assert (flag == LOW).mean() == pytest.approx(0.141, abs=0.0005)


def test_payments_are_the_ceiling_and_the_reserve_takes_no_part(result: Result) -> None:
    accounts = result.claimed.accounts
    cost_fen = int(result.inputs.cases.fen("total_cost_yuan").sum())
    assert balance(result.ledger, accounts.hospital(0)) == cost_fen
    assert balance(result.ledger, accounts.reserve) == 0
