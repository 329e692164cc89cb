"""Relative weights as a whole: the total stays, the order of cases does not matter, what was learned is written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.errors import CaseDataError, PolicyError
from dipsim.learn.relative_weight_rules import (
    FeeFactors,
    RelativeWeightRules,
    adjustment_file,
    read_adjustments,
    read_relative_weight_rules,
    read_rules_of_any_kind,
)
from dipsim.learn.relative_weights import RelativeWeights, learn_relative_weights, renormalised
from dipsim.learn.rules import LearningRules, read_rules
from dipsim.learn.writing import write_relative_weights
from dipsim.money import MICRO
from dipsim.policy.weights import read_weights
from tests import build
from tests.shared import REPOSITORY, examples
from tests.tiny_drg import tiny_cases, tiny_scheme

RULES = REPOSITORY / "groupers" / "learn" / "drg-national.toml"
FACTORS = {"AA11": 1_300_000, "AB19": 700_000}

cases_with_fees = st.fixed_dictionaries(
    {
        "group": st.sampled_from(["AA11", "AA15", "AB19", "A009"]),
        "cost_fen": st.integers(1, 10**9),
        "drug_percent": st.integers(0, 100),
        "year": st.sampled_from([2022, 2023, 2024]),
    }
)


def rules_with(**changes: Any) -> RelativeWeightRules:
    """The shipped rules with every group weighed, drugs at 0.6, and changes by dotted name."""
    stated = read_relative_weight_rules(RULES).model_dump()
    factors = dict.fromkeys(FeeFactors.model_fields, 1.0) | {"fee_drug_yuan": 0.6}
    changed = build.changed(stated, {"groups": {"minimum_cases": 1}, "cost_structure": {"factors": factors}} | changes)
    return RelativeWeightRules.model_validate(changed)


def rows_of(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drawn cases as rows of a case table."""
    return [
        {
            "group": case["group"],
            "discharged_on": f"{case['year']}-05-01",
            "total_cost_yuan": f"{case['cost_fen'] / 100:.2f}",
            "fee_drug_yuan": f"{case['cost_fen'] * case['drug_percent'] // 100 / 100:.2f}",
            "hospital_id": "H1",
        }
        for case in drawn
    ]


def learned(rows: list[dict[str, Any]], factors: dict[str, int], rules: RelativeWeightRules) -> RelativeWeights:
    return learn_relative_weights(tiny_cases(rows), rules, tiny_scheme(), factors)


@given(
    parts=st.lists(
        st.tuples(st.fractions(0, 50), st.fractions(Fraction(1, 10), 3), st.integers(0, 10**6)), min_size=1, max_size=9
    )
)
@examples(200)
def test_renormalisation_keeps_the_total_weight_exactly(parts: list[tuple[Fraction, Fraction, int]]) -> None:
    weights, factors, cases = zip(*parts, strict=True)
    after = renormalised(weights, factors, cases)
    totals = (sum(n * w for n, w in zip(cases, part, strict=True)) for part in (weights, after))
    assert next(totals) == next(totals)


@given(drawn=st.lists(cases_with_fees, min_size=1, max_size=40))
@examples(60)
def test_rounded_weights_keep_the_total_to_half_a_millionth_a_case(drawn: list[dict[str, Any]]) -> None:
    in_groups = {case["group"] for case in drawn} - {"A009"}
    if not in_groups:
        return
    rules = rules_with(groups={"minimum_cases": 1, "below_minimum": "none"})
    found = learned(rows_of(drawn), {code: FACTORS[code] for code in in_groups & FACTORS.keys()}, rules)
    before = sum(group.cases * group.plain_points_micro for group in found.groups)
    after = sum(group.cases * group.points_micro for group in found.groups)
    assert abs(after - before) <= sum(group.cases for group in found.groups)  # half for each of the two roundings


@given(drawn=st.lists(cases_with_fees, min_size=2, max_size=30), seed=st.integers(0, 99))
@examples(40)
def test_the_order_of_the_cases_does_not_matter(drawn: list[dict[str, Any]], seed: int) -> None:
    rows = rows_of(drawn)
    if not {case["group"] for case in drawn} - {"A009"}:
        return
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    assert learned(rows, {}, rules_with()).groups == learned(shuffled, {}, rules_with()).groups


def test_what_was_learned_is_a_weights_folder_that_reads_back(tmp_path: Path) -> None:
    rows = [
        {"group": code, "discharged_on": f"{year}-05-01", "total_cost_yuan": cost, "fee_drug_yuan": drug, "times": 6}
        for year in (2022, 2023, 2024)
        for code, cost, drug in (("AA11", "12000", "6000"), ("AB19", "8000", "0"))
    ]
    found = learned(rows, {}, rules_with())
    folder = write_relative_weights(found, "own", tmp_path, [RULES])
    weights = read_weights(folder)
    assert weights.group_codes == tuple(group.group_code for group in found.groups)
    assert weights.points_micro.tolist() == [group.points_micro for group in found.groups]
    assert (weights.scheme, weights.scale_micro) == ("tiny", 100 * MICRO)
    assert (folder / "stability.csv").is_file()
    with pytest.raises(PolicyError, match="exists already"):
        write_relative_weights(found, "own", tmp_path, [RULES])


def test_groups_that_the_cases_bring_are_weighed_too() -> None:
    rows = [
        {"group_code": code, "total_cost_yuan": cost, "discharged_on": "2024-01-01"}
        for code, cost in [("217", "300")] * 5 + [("567", "100")] * 5
    ]
    rules = read_relative_weight_rules(RULES)
    found = learn_relative_weights(build.case_table(rows), rules, build.brought_scheme(), {})
    assert [(group.group_code, group.points_micro) for group in found.groups] == [
        ("217", 150 * MICRO),
        ("567", 50 * MICRO),
    ]


def test_an_absent_fee_column_is_named() -> None:
    rows = [{"group": "AA11", "total_cost_yuan": "100", "discharged_on": "2024-01-01", "times": 5}]
    with pytest.raises(CaseDataError, match=r"fee_drug_yuan.*no such column"):
        learned(rows, {}, rules_with())


def test_a_table_of_adjustments_stands_beside_the_rules(tmp_path: Path) -> None:
    table = tmp_path / "factors.csv"
    table.write_text("group_code,factor,reason\nAA11,1.2,difficult\nAB19,0.9,policy\n", encoding="utf-8")
    rules = rules_with(adjustment={"table": "factors.csv"})
    assert adjustment_file(rules, tmp_path / "rules.toml") == table
    assert read_adjustments(table) == {"AA11": 1_200_000, "AB19": 900_000}
    assert adjustment_file(rules_with(), RULES) is None
    table.write_text("group_code,factor\nAA11,0\nAA11,x\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_adjustments(table)
    assert len(caught.value.problems) == 3


def test_rules_of_the_other_kind_are_refused_in_a_sentence() -> None:
    dip = RULES.with_name("dip-national.toml")
    with pytest.raises(PolicyError, match="rules of a DIP catalogue") as caught:
        read_relative_weight_rules(dip)
    assert len(caught.value.problems) == 1
    with pytest.raises(PolicyError, match="rules of relative weights"):
        read_rules(RULES)


def test_rules_of_either_kind_are_told_apart() -> None:
    assert isinstance(read_rules_of_any_kind(RULES), RelativeWeightRules)
    assert isinstance(read_rules_of_any_kind(RULES.with_name("dip-national.toml")), LearningRules)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("per_insurance = false", "per_insurance = true", "relative weights are those of all cases"),
        ('factors = "none"', "factors = { fee_drug_yuan = 0.9 }", "fee_material_yuan"),
        ("cv_limit = 1", "cv_limit = 0", "cv_limit"),
        ('weighed = ["grouped", "brought", "core", "composite"]', "weighed = []", "weighed"),
    ],
)
def test_rules_that_do_not_fit_are_refused(tmp_path: Path, before: str, after: str, message: str) -> None:
    text = RULES.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "rules.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        read_relative_weight_rules(path)


def test_a_method_of_trimming_states_its_number(tmp_path: Path) -> None:
    rules = read_relative_weight_rules(RULES).trimming.model_dump()
    for method, number in (("sigma", "sigmas"), ("iqr", "iqr_factor")):
        with pytest.raises(ValueError, match=f"method = '{method}' needs {number}"):
            type(read_relative_weight_rules(RULES).trimming).model_validate({**rules, "method": method, number: None})


def test_a_group_of_few_cases_is_named_with_its_cases() -> None:
    rows = [
        {"group": code, "discharged_on": "2024-01-01", "total_cost_yuan": "100", "fee_drug_yuan": "0", "times": times}
        for code, times in (("AA11", 9), ("AB19", 2))
    ]
    found = learned(rows, {}, rules_with(groups={"minimum_cases": 5}))
    assert found.unweighted == (("AB19", 2),)
    assert [(group.group_code, group.cases) for group in found.groups if group.cases] == [("AA11", 9)]
