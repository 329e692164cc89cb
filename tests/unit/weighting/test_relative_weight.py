from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.money import MICRO
from dipsim.weighting.relative_weight import GroupWeights, own_means, published
from tests import build
from tests.naive import points as naive
from tests.shared import examples

CODES = ("A", "B", "C")
LEVELS = ("primary", "secondary", "tertiary")
Case = tuple[int, int, int]

rows = st.lists(
    st.tuples(st.integers(-1, 2), st.one_of(st.integers(1, 999), st.integers(1, 9_999_999_999)), st.integers(0, 2)),
    min_size=1,
    max_size=15,
)
"""Group, cost in fen, level."""


def by_engine(cases: list[Case], mean_over: str, scale: int) -> GroupWeights:
    weights = build.weights({**build.base().weights, "kind": "own_means", "mean_over": mean_over, "scale": scale})
    group, cost, level = (np.array(column, np.int64) for column in zip(*cases, strict=True))
    return own_means(weights, CODES, group, cost, level, np.ones(group.size, np.int64))


@examples(150)
@given(rows, st.sampled_from(["all_cases", "grouped_cases"]), st.sampled_from([1, 1000]))
def test_own_means_are_those_of_the_definition(cases: list[Case], mean_over: str, scale: int) -> None:
    found = by_engine(cases, mean_over, scale)
    plain = [(CODES[g] if g >= 0 else "", Fraction(fen, 100), LEVELS[level]) for g, fen, level in cases]
    groups, overall = naive.own_means(plain, Fraction(scale), mean_over)
    assert found.overall_mean_micro_yuan == overall * MICRO
    for number, code in enumerate(CODES):
        assert bool(found.is_priced[number]) == (code in groups)
        if code in groups:
            assert found.points_micro[number] == groups[code].points * MICRO
            assert found.mean_micro_yuan[number] == groups[code].mean * MICRO
            for at, level in enumerate(LEVELS):
                assert found.level_mean_micro_yuan[at, number] == groups[code].level_means.get(level, 0) * MICRO


@examples(60)
@given(rows)
def test_the_case_weighted_mean_of_the_relative_weights_is_one(cases: list[Case]) -> None:
    found = by_engine(cases, "grouped_cases", 1000)
    weights = [float(found.relative_weight[group]) for group, _, _ in cases if group >= 0]
    if weights:
        assert sum(weights) / len(weights) == pytest.approx(1, abs=1e-12)


def table(*groups: dict[str, Any], grassroots: tuple[str, ...] = ()) -> GroupWeights:
    weights = build.weights({**build.base().weights, "group": list(groups), "grassroots": list(grassroots)})
    return published(weights, CODES)


def test_published_points_are_aligned_with_the_groups_of_the_run() -> None:
    found = table(
        {"group_code": "C", "group_points": "1.5", "mean_cost_yuan": "30"},
        {"group_code": "A", "group_points": "2", "mean_cost_yuan": "10", "level_mean": {"secondary": "12.5"}},
        {"group_code": "Z", "group_points": "9", "mean_cost_yuan": "90"},
        grassroots=("C", "Z"),
    )
    assert found.is_priced.tolist() == [True, False, True]
    assert found.points_micro.tolist() == [2_000_000, 0, 1_500_000]
    assert found.mean_micro_yuan.tolist() == [10_000_000, 0, 30_000_000]
    assert found.level_mean_micro_yuan.tolist() == [[0, 0, 0], [12_500_000, 0, 0], [0, 0, 0]]
    assert found.is_grassroots.tolist() == [False, False, True]
    assert found.relative_weight.tolist() == [0.002, 0, 0.0015]


def test_a_group_without_a_mean_takes_its_parents_and_keeps_its_own_points() -> None:
    found = table(
        {"group_code": "A", "group_points": 1, "parent": "B"},
        {"group_code": "B", "group_points": 2, "mean_cost_yuan": 20},
        {"group_code": "C", "group_points": 3, "parent": "unknown"},
    )
    assert found.mean_micro_yuan.tolist() == [20_000_000, 20_000_000, 0]
    assert found.points_micro.tolist() == [1_000_000, 2_000_000, 3_000_000]
