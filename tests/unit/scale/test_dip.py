from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dipsim.errors import CaseDataError, PolicyError
from dipsim.learn.learning import ALL, learn
from dipsim.learn.rules import LearningRules, TrimmingRules, read_rules
from dipsim.ledger import balance
from dipsim.pipeline import Inputs, simulate
from dipsim.policy.params import Source
from dipsim.scale.compact import CompactCases
from dipsim.scale.dip import Paid, group_weights, pay
from dipsim.scale.stream import read_compact
from dipsim.scenario import Scenario
from dipsim.weighting.relative_weight import GroupWeights
from tests import build
from tests.naive.scale import Case, trimmed_sums
from tests.shared import REPOSITORY
from tests.unit.scale.regions import cases_of, scenario, table_of, written

FORMS: list[dict[str, Any]] = [
    {},
    {"low_includes_limit": True, "high_includes_limit": True},
    {"form": "jining"},
    {"form": "none"},
    {"low_ratio": 0.0, "high_ratio": 1.25, "extreme_ratio": 1.25},
    {"low_ratio": 1.0, "high_ratio": 1.0, "extreme_ratio": 2.345},
]


def streamed(folder: Path, cases: Sequence[Case], policy: Scenario, **split: int) -> tuple[CompactCases, Paid]:
    compact = read_compact([written(folder, cases, **split)])
    return compact, pay(compact, group_weights(compact, policy.weights), policy)


def by_code(compact: CompactCases, groups: GroupWeights) -> dict[str, tuple[int, int]]:
    """Points and mean of each group."""
    codes = [compact.group_code(number) for number in range(compact.groups)]
    return dict(
        zip(codes, zip(groups.points_micro.tolist(), groups.mean_micro_yuan.tolist(), strict=True), strict=True)
    )


def trimming(smallest: int = 5) -> TrimmingRules:
    return TrimmingRules(
        method="percentile",
        lower_percent=12.5,
        upper_percent=80.0,
        minimum_cases=smallest,
        warn_above_ratio=1.0,
        source=Source(doc="test"),
    )


@pytest.mark.parametrize("bands", FORMS, ids=str)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_streamed_job_finds_what_the_pipeline_finds_to_the_bit(
    tmp_path: Path, seed: int, bands: dict[str, Any]
) -> None:
    cases, policy = cases_of(seed), scenario(**bands)
    compact, paid = streamed(tmp_path / "cases", cases, policy)
    result = simulate(Inputs(table_of(cases)), policy)

    assert paid.accounts == result.claimed.accounts
    for column in dataclasses.fields(result.ledger):
        assert getattr(paid.settled.ledger, column.name).tolist() == getattr(result.ledger, column.name).tolist()
    assert paid.settled.prices == result.prices
    weighting = result.claimed.weighting
    assert weighting is not None
    groups = group_weights(compact, policy.weights)
    means = zip(weighting.groups.points_micro.tolist(), weighting.groups.mean_micro_yuan.tolist(), strict=True)
    assert by_code(compact, groups) == dict(zip(result.grouping.group_codes, means, strict=True))
    assert groups.overall_mean_micro_yuan == weighting.groups.overall_mean_micro_yuan


@pytest.mark.parametrize("column", ["cases", "cost_fen", "points_cost_fen", "points_micro"])
def test_hospitals_have_the_same_sums_in_every_band(tmp_path: Path, column: str) -> None:
    cases, policy = cases_of(3), scenario()
    _, paid = streamed(tmp_path / "cases", cases, policy)
    result = simulate(Inputs(table_of(cases)), policy)

    def sums(cells: Any) -> dict[tuple[int, int, int], int]:
        found: dict[tuple[int, int, int], int] = {}
        for *key, value in zip(cells.hospital, cells.insurance, cells.flag, getattr(cells, column), strict=True):
            place = (int(key[0]), int(key[1]), int(key[2]))
            found[place] = found.get(place, 0) + int(value)
        return found

    assert sums(paid.cells) == sums(result.claimed.cells)
    assert len({flag for _, _, flag in sums(paid.cells)}) == 5  # every band occurs, and cases without a group


def test_means_without_trimmed_cases_are_those_of_learning(tmp_path: Path) -> None:
    cases = [case for case in cases_of(4) if case.diagnosis]
    compact = read_compact([written(tmp_path / "cases", cases)])
    groups = group_weights(compact, scenario().weights, trimming())
    learned = learn(table_of(cases), learning_rules(), "twin", {}).weights[ALL].points
    expected = zip(learned.points_micro, learned.mean_micro_yuan, strict=True)
    assert by_code(compact, groups) == dict(zip(learned.group_codes, expected, strict=True))
    assert groups.overall_mean_micro_yuan == learned.overall_mean_micro_yuan
    assert learned.all_trimmed > 0


def test_another_way_of_trimming_is_refused(tmp_path: Path) -> None:
    compact = read_compact([written(tmp_path / "cases", cases_of(4))])
    by_sigma = trimming().model_copy(update={"method": "sigma", "sigmas": 3.0})
    with pytest.raises(PolicyError, match="the streamed job trims by percentiles only"):
        group_weights(compact, scenario().weights, by_sigma)


def learning_rules() -> LearningRules:
    """Every combination of subcategory and main procedure is a group; years do not matter; trimmed as above."""
    shipped = read_rules(REPOSITORY / "groupers" / "learn" / "dip-national.toml")
    history = shipped.history.model_copy(update={"year_basis": "none", "years": (), "year_weights": ()})
    catalogue = {"procedures": "main", "core_threshold": 1, "core_coverage": "none"}
    return shipped.model_copy(
        update={
            "history": history,
            "catalogue": shipped.catalogue.model_copy(update=catalogue),
            "trimming": trimming(),
            "hospital_factor": shipped.hospital_factor.model_copy(update={"column": "none"}),
        }
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_trimmed_sums_are_those_of_sorted_costs(tmp_path: Path, threads: int) -> None:
    cases = cases_of(5, 400)
    compact = read_compact([written(tmp_path / "cases", cases)])
    groups = group_weights(compact, scenario().weights, trimming(25), threads)
    kept = trimmed_sums(cases, 12.5, 80.0, 25)
    for number in range(compact.groups):
        count, cost = kept[compact.group_code(number)]
        assert groups.mean_micro_yuan[number] == round(cost * 10_000 / count)


@pytest.mark.parametrize("split", [{"files": 3}, {"rows_per_group": 7}, {"files": 4, "rows_per_group": 11}], ids=str)
@pytest.mark.parametrize("threads", [1, 2])
def test_files_row_groups_order_and_threads_change_nothing(tmp_path: Path, split: dict[str, int], threads: int) -> None:
    cases, policy = cases_of(6), scenario()
    compact, paid = streamed(tmp_path / "one", cases, policy)
    again = read_compact([written(tmp_path / "many", cases[::-1], **split)], threads)
    weights = group_weights(again, policy.weights, None, threads)
    found = pay(again, weights, policy, threads=threads)
    for name in ("parts", "group_cases", "group_cost_fen"):
        assert np.array_equal(getattr(again, name), getattr(compact, name))
    for name in ("hospital_ids", "subcategories", "procedures"):
        assert getattr(again, name) == getattr(compact, name)
    for column in dataclasses.fields(paid.cells):
        assert np.array_equal(getattr(found.cells, column.name), getattr(paid.cells, column.name))
    assert found.settled.prices == paid.settled.prices
    assert np.array_equal(found.settled.ledger.amount_fen, paid.settled.ledger.amount_fen)


def same(found: Paid, alone: Paid) -> bool:
    """Whether two claims are the same to the bit, cell by cell."""
    columns = [column.name for column in dataclasses.fields(alone.cells)]
    return all(np.array_equal(getattr(found.cells, name), getattr(alone.cells, name)) for name in columns)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_further_scenario_finds_beside_a_former_one_what_it_finds_alone(tmp_path: Path, threads: int) -> None:
    compact = read_compact([written(tmp_path / "cases", cases_of(9))])
    groups = group_weights(compact, scenario().weights)
    policies = [scenario(**form) for form in FORMS]
    paid = pay(compact, groups, policies[0], threads=threads)
    for policy in policies[1:] + policies[:1]:
        alone = pay(compact, groups, policy, threads=threads)
        paid = pay(compact, groups, policy, threads=threads, former=paid)
        assert same(paid, alone)
        assert paid.settled.prices == alone.settled.prices


def test_what_other_cases_or_groups_were_paid_is_not_taken_for_these(tmp_path: Path) -> None:
    policy = scenario()
    first, other = (read_compact([written(tmp_path / str(seed), cases_of(seed))]) for seed in (10, 11))
    groups, trimmed = group_weights(first, policy.weights), group_weights(first, policy.weights, trimming())
    former = [pay(other, group_weights(other, policy.weights), policy), pay(first, trimmed, policy)]
    for paid in former:
        assert same(pay(first, groups, policy, former=paid), pay(first, groups, policy))


def test_no_fen_of_the_budget_is_lost(tmp_path: Path) -> None:
    _, paid = streamed(tmp_path / "cases", cases_of(7), scenario())
    hospitals = range(len(paid.accounts.hospital_ids))
    assert sum(balance(paid.settled.ledger, paid.accounts.hospital(number)) for number in hospitals) == 40_000_000


HIGH_CASES = {
    "largest_share": 0.05,
    "discharges": "pool",
    "by_insurance": False,
    "rounding": "down",
    "rank_by": "ratio",
    "over_cap": "group_points",
    "source": {"doc": "test"},
}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"route": [{"pay": "outside_pool"}]}, "pays every case by dip"),
        ({"year_basis": "discharged_on"}, "reads no date"),
        ({"weighting": {"hospital_factor": {"grassroots_factor": 1.1}}}, "knows no hospital factor"),
        ({"weighting": {"outlier": {"classify_by": "level_mean"}}}, "compares costs with city_mean alone"),
        ({"supervision": {"high_cases": HIGH_CASES}}, "carries out no review"),
        ({"settlement": {"point_value": {"form": "gross"}}}, "does not read out_of_pocket_yuan"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_scenario_that_asks_for_more_is_refused(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    compact = read_compact([written(tmp_path / "cases", cases_of(8, 30))])
    policy = scenario()
    stated = build.scenario(
        build.changed({"weighting": {"outlier": {"classify_by": "city_mean", "compute_by": "city_mean"}}}, changes),
        {"kind": "own_means", "mean_over": "all_cases"},
    )
    with pytest.raises(PolicyError, match=what):
        pay(compact, group_weights(compact, policy.weights), stated)


def test_published_weights_are_refused(tmp_path: Path) -> None:
    compact = read_compact([written(tmp_path / "cases", cases_of(8, 30))])
    with pytest.raises(PolicyError, match="own_means"):
        group_weights(compact, build.scenario().weights)


def test_points_that_could_leave_64_bits_are_refused(tmp_path: Path) -> None:
    cases = [Case("H1", "employee", "I10.x", (), 1)] * 9 + [Case("H1", "employee", "I10.x", (), 10**14)]
    compact = read_compact([written(tmp_path / "cases", cases)])
    policy = scenario()
    with pytest.raises(CaseDataError, match="too large for the streamed job"):
        pay(compact, group_weights(compact, policy.weights), policy)
