"""RIV, CV and CMI against their definitions, in fractions; the order of the cases does not matter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipsim.grouping.group import group_cases
from dipsim.lab.quality import cmi_micro, quality_of, spread_of
from dipsim.learn.relative_weight_rules import read_relative_weight_rules
from tests import build
from tests.shared import REPOSITORY, examples

RULES = read_relative_weight_rules(REPOSITORY / "groupers" / "learn" / "drg-national.toml")
stays = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 10**11)), min_size=1, max_size=50)


def naive_riv(cases: list[tuple[str, int]]) -> Fraction | None:
    """RIV as the definition says it, case by case."""
    mean = Fraction(sum(cost for _, cost in cases), len(cases))
    whole = sum((cost - mean) ** 2 for _, cost in cases)
    between = Fraction(0)
    for code in {code for code, _ in cases}:
        own = [cost for its, cost in cases if its == code]
        between += len(own) * (Fraction(sum(own), len(own)) - mean) ** 2
    return between / whole if whole else None


def naive_cv(costs: list[int]) -> float:
    """The population's standard deviation over its mean."""
    return float(np.std(np.array(costs, float)) / np.mean(np.array(costs, float)))


@given(cases=stays)
@examples(300)
def test_riv_and_cv_are_those_of_their_definitions(cases: list[tuple[str, int]]) -> None:
    group = np.array(["ABC".index(code) for code, _ in cases])
    spread = spread_of(group, np.array([cost for _, cost in cases]), 3)
    expected, found = naive_riv(cases), spread.riv_micro()
    assert (found is None) == (expected is None)
    if expected is not None and found is not None:
        assert abs(Fraction(found, 10**6) - expected) <= Fraction(6, 10**7)
    for number, code in enumerate("ABC"):
        costs = [cost for its, cost in cases if its == code]
        cv = spread.cv_micro(number)
        if cv is not None:
            assert abs(cv / 10**6 - naive_cv(costs)) < 2e-6 + 1e-6 * naive_cv(costs)


@given(cases=stays, seed=st.integers(0, 99))
@examples(50)
def test_the_order_of_the_cases_does_not_matter(cases: list[tuple[str, int]], seed: int) -> None:
    rows: list[dict[str, Any]] = [
        {"group_code": code, "total_cost_yuan": f"{cost // 100}.{cost % 100:02d}"} for code, cost in cases
    ]
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    found = [
        quality_of(table, group_cases(table, build.brought_scheme()), RULES)
        for table in map(build.case_table, (rows, shuffled))
    ]
    assert found[0] == found[1]


def test_riv_of_costs_beyond_64_bits_of_squares_is_exact() -> None:
    group, cost = np.array([0, 0, 1, 1]), np.array([10**12, 3 * 10**12, 5 * 10**12, 7 * 10**12])
    assert spread_of(group, cost, 2).riv_micro() == 800_000


def test_the_case_mix_of_no_case_is_none() -> None:
    assert cmi_micro([], [], 1_000_000) is None


def test_the_case_mix_is_told_by_hospital() -> None:
    rows = [
        {"group_code": code, "total_cost_yuan": "1", "hospital_id": hospital}
        for hospital, code in (("H2", "A"), ("H2", "B"), ("H1", "B"), ("", "B"), ("H3", "C"))
    ]
    group = [{"group_code": "A", "group_points": "100"}, {"group_code": "B", "group_points": "300"}]
    table = build.case_table(rows)
    weights = build.weights({"kind": "table", "scale": 100, "group": group})
    found = quality_of(table, group_cases(table, build.brought_scheme()), RULES, weights).case_mix
    assert [(mix.hospital_id, mix.cases, mix.weighted, mix.cmi_micro) for mix in found] == [
        ("", 5, 4, 2_500_000),
        ("H1", 1, 1, 3_000_000),
        ("H2", 2, 2, 2_000_000),
        ("H3", 1, 0, None),
    ]
