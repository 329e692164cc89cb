"""What refuses aggregates, by name, and that nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from dipsim.aggregate import brought, known_groups
from dipsim.errors import CaseDataError, PolicyError
from dipsim.pipeline import Inputs, simulate
from dipsim.policy.scheme import Scheme
from dipsim.policy.weights import Weights
from dipsim.registry import CLAIM_RULES
from tests import build

SUMS = {"weighting": {"outlier": {"form": "none"}}}
ROW = {"hospital_id": "H1", "insurance": "employee", "group_code": "G", "total_cost_yuan": 70000}


def refusals(changes: dict[str, Any], row: dict[str, Any] = ROW) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        simulate(Inputs(build.aggregates([row], [7])), build.scenario(changes))
    return [str(problem) for problem in caught.value.problems]


def test_deviation_bands_refuse_sums() -> None:
    (told,) = refusals({})
    assert "weighting.outlier.form: reads total_cost_yuan of each case" in told
    assert "state form = 'none', or bring cases" in told


@pytest.mark.parametrize("key", sorted(key for key, rule in CLAIM_RULES.items() if not rule.of_sums))
def test_a_rule_that_reads_each_case_refuses_sums_even_of_its_columns(key: str) -> None:
    row = {**ROW, "length_of_stay_days": 40}
    (told,) = refusals(build.changed(SUMS, {"route": [{"pay": key}]}), row)
    assert f"[payment.{key}]: reads " in told
    assert "of each case" in told


def test_routes_and_year_basis_that_read_each_case_are_named_together() -> None:
    route = [{"when": {"length_of_stay_days": {"to": 2}}, "pay": "outside_pool"}, {"pay": "dip"}]
    told = refusals(
        build.changed(SUMS, {"route": route, "year_basis": "discharged_on"}), {**ROW, "length_of_stay_days": 9}
    )
    assert len(told) == 2
    assert "route 1: when.length_of_stay_days: reads length_of_stay_days of each case" in told[0]
    assert "year_basis: reads discharged_on of each case" in told[1]


def test_a_sum_that_is_lacking_is_asked_for() -> None:
    gross = {
        "form": "gross",
        "mode": "solve",
        "budget_yuan": {"employee": 1000},
        "reimbursement_ratio": {"employee": 0.5},
    }
    with pytest.raises(CaseDataError, match="no column 'out_of_pocket_yuan'"):
        simulate(
            Inputs(build.aggregates([ROW], [7])),
            build.scenario(build.changed(SUMS, {"settlement": {"point_value": gross}})),
        )


def test_points_count_for_every_case_and_yuan_for_their_sum() -> None:
    route = [{"when": {"insurance": "resident"}, "pay": "fee_for_service"}, {"pay": "dip"}]
    rows = [ROW, {**ROW, "insurance": "resident"}]
    result = simulate(Inputs(build.aggregates(rows, [7, 9])), build.scenario(build.changed(SUMS, {"route": route})))
    claimed = result.claimed.cells
    assert claimed.cases.tolist() == [7, 9]
    assert claimed.points_micro.tolist() == [7 * 1000 * 10**6, 0]
    assert claimed.amount_fen.tolist() == [0, 7_000_000]


def test_a_scheme_of_any_kind_takes_the_groups_that_cells_bring() -> None:
    scenario = brought(build.scenario(SUMS))
    assert isinstance(scenario.scheme, Scheme)
    assert scenario.scheme.kind == "brought"
    assert known_groups(scenario) == {"G"}


def test_own_means_know_any_group() -> None:
    scenario = build.scenario(SUMS, {"kind": "own_means", "mean_over": "all_cases"})
    assert isinstance(scenario.weights, Weights)
    assert known_groups(scenario) == frozenset()
