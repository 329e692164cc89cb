"""What a review leaves behind: cells, an explanation, a memo that knows it; and what it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from dipsim.errors import CaseDataError, PolicyError
from dipsim.explain import explain_case
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.reviewing import active_reviews
from dipsim.supervision.readmission import ReadmissionParams, reads
from tests import build

STAY = {"hospital_id": "H1", "insurance": "employee", "group_code": "G", "total_cost_yuan": 10000, "patient_id": "A"}
CASES = [
    {**STAY, "admitted_on": "2025-01-01", "discharged_on": "2025-01-10"},
    {**STAY, "admitted_on": "2025-01-13", "discharged_on": "2025-01-20"},
]


def scenario(window: object, **rest: object) -> Any:
    return build.scenario({"supervision": {"readmission": {"window_days": window, **rest}}})


def run(window: object) -> Result:
    return simulate(Inputs(build.case_table(CASES)), scenario(window))


def test_cells_and_pay_hold_the_points_that_are_left() -> None:
    result = run(15)
    assert int(result.claimed.cells.points_micro.sum()) == 1500 * 10**6
    assert int(result.claimed.cells.cases.sum()) == 2
    assert [price.points_micro for price in result.prices] == [10**12]
    assert sum(result.ledger.amount_fen.tolist()) == 150_000  # one yuan a point


def test_an_explanation_names_the_return_and_what_is_kept() -> None:
    told = {step.label: step.value for step in explain_case(run(15), "c00001").steps}
    assert told["points claimed, before review"] == "1000.000000"
    assert told["readmission"] == "c00002, 2025-01-13, 3 days after discharge; a lead for review"
    assert told["share of points kept"] == "0.5"
    assert told["points"] == "500.000000"
    told = {step.label: step.value for step in explain_case(run(15), "c00002").steps}
    assert told["readmission"] == "no_return 未见再入院"


def test_without_a_window_nothing_is_reviewed_and_nothing_read() -> None:
    off = scenario("none")
    assert active_reviews(off) == ()
    plain = {name: value for name, value in STAY.items() if name != "patient_id"}
    result = simulate(Inputs(build.case_table([plain])), off)
    assert result.claimed.reviews == ()


def test_a_comparison_does_not_take_the_claims_of_another_window() -> None:
    inputs, memo = Inputs(build.case_table(CASES)), Memo()
    points = [
        int(simulate(inputs, scenario(window), memo).claimed.cells.points_micro.sum()) // 10**6
        for window in ("none", 15, 2)
    ]
    assert points == [2000, 1500, 2000]


def test_absent_columns_are_named_with_their_reader() -> None:
    plain = {name: value for name, value in STAY.items() if name != "patient_id"}
    with pytest.raises(CaseDataError, match=r"no column 'patient_id'; read by supervision.readmission"):
        simulate(Inputs(build.case_table([plain])), scenario(15))


def test_codes_are_read_only_where_some_are_exempt() -> None:
    stated = {
        "same_group": True,
        "same_hospital": False,
        "kept_ratio": 0.5,
        "source": {"doc": "test"},
        "window_days": 9,
    }
    plain = ReadmissionParams.model_validate({**stated, "exempt_diagnoses": (), "exempt_procedures": ()})
    coded = ReadmissionParams.model_validate({**stated, "exempt_diagnoses": ("Z51",), "exempt_procedures": ("92.2",)})
    assert reads(coded) - reads(plain) == {"principal_diagnosis", "procedures"}


def test_sums_cannot_be_reviewed() -> None:
    stated = {"supervision": {"readmission": {"window_days": 15}}, "weighting": {"outlier": {"form": "none"}}}
    cells = build.aggregates([{**STAY, "patient_id": ""}], [7])
    with pytest.raises(PolicyError, match=r"\[supervision.readmission\]: reads .*patient_id of each case"):
        simulate(Inputs(cells), build.scenario(stated))
