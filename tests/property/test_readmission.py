"""Readmission in random regions against its slow twin; the order of the cases changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dipsim.pipeline import Inputs, Result, simulate
from tests import build
from tests.naive import readmission as naive
from tests.naive.readmission import Found
from tests.shared import examples

NEW_YEAR = date(2025, 1, 1)
DIAGNOSES = ["J18.900", "Z51.101", "Z51.001", "C34.900"]


def random_case(random: Random, number: int) -> dict[str, Any]:
    """One of few patients, often back within days; now and then a field is blank."""
    admitted = NEW_YEAR + timedelta(days=random.randint(0, 40))
    case = {
        "case_id": f"c{number:02d}",
        "hospital_id": random.choice(["H1", "H2"]),
        "insurance": random.choice(["employee", "resident"]),
        "patient_id": random.choice(["A", "B", "C"]),
        "group_code": random.choice(["G", "G", "K", ""]),
        "admitted_on": admitted.isoformat(),
        "discharged_on": (admitted + timedelta(days=random.choice([0, 0, 1, 4, 9]))).isoformat(),
        "principal_diagnosis": random.choice(DIAGNOSES),
        "procedures": random.choice(["", "92.2900", "03.3100|99.2500", "47.0100"]),
        "total_cost_yuan": random.randint(100, 60_000),
    }
    blank = random.choice(["patient_id", "admitted_on", "discharged_on", "principal_diagnosis", *[""] * 20])
    return {**case, blank: ""} if blank else case


def random_rule(random: Random) -> dict[str, Any]:
    return {
        "window_days": random.choice([0, 3, 10, 15]),
        "same_group": random.random() < 0.5,
        "same_hospital": random.random() < 0.5,
        "kept_ratio": random.choice([0.0, 0.5, 0.333, 1.0]),
        "exempt_diagnoses": random.choice([(), ("Z51.1",), ("Z51",)]),
        "exempt_procedures": random.choice([(), ("92.2", "99.25")]),
    }


def run(cases: list[dict[str, Any]], rule: dict[str, Any]) -> Result:
    weights = {"group": [{"group_code": code, "group_points": "777.777777", "mean_cost_yuan": 9000} for code in "GK"]}
    return simulate(Inputs(build.case_table(cases)), build.scenario({"supervision": {"readmission": rule}}, weights))


def found(result: Result) -> dict[str, Found]:
    """What the engine says of each case."""
    (review,) = result.claimed.reviews
    ids = result.inputs.cases.case_ids.to_pylist()
    said = {}
    for at, row in enumerate(review.view.rows.tolist()):
        because = int(review.reviewed.because[at])
        flag = review.rule.flags[int(review.reviewed.flag[at])][0]
        said[ids[row]] = (int(result.claimed.claims.points_micro[row]), flag, "" if because < 0 else ids[because])
    return said


def test_two_hundred_and_fifty_regions_are_reviewed_as_by_the_twin_and_every_flag_occurs() -> None:
    flags: Counter[str] = Counter()
    for seed in range(250):
        random = Random(seed)
        cases = [random_case(random, number) for number in range(random.randint(1, 25))]
        rule = random_rule(random)
        before = run(cases, {"window_days": "none"})
        points = dict(
            zip(before.inputs.cases.case_ids.to_pylist(), before.claimed.claims.points_micro.tolist(), strict=True)
        )
        said = found(run(cases, rule))
        assert said == naive.reviewed(cases, points, rule), seed
        flags.update(flag for _, flag, _ in said.values())
    assert all(flags[flag] > 100 for flag in ("no_return", "returned", "not_reviewed"))


@examples(50)
@given(st.integers(0, 2**32))
def test_the_order_of_the_cases_changes_nothing(seed: int) -> None:
    random = Random(seed)
    cases = [random_case(random, number) for number in range(20)]
    rule = random_rule(random)
    assert found(run(random.sample(cases, len(cases)), rule)) == found(run(cases, rule))
