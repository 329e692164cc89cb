"""What a broken-off stay says of itself, and which of its parameters ask for what."""

from __future__ import annotations

from dipsim.explain import explain_case
from dipsim.payment.incomplete_stay import IncompleteStayParams, needs
from dipsim.pipeline import Inputs, simulate
from dipsim.rule import Need
from tests import build

CASE = {"hospital_id": "H1", "insurance": "employee", "group_code": "G", "total_cost_yuan": 5000}


def params(form: str) -> IncompleteStayParams:
    return IncompleteStayParams.model_validate({"form": form, "no_match_ratio": 0.7, "source": {"doc": "test"}})


def test_only_the_reading_of_zhejiang_asks_for_the_hospital_factor() -> None:
    assert needs(params("jinhua")) == {Need.GROUP_POINTS}
    assert needs(params("zhejiang")) == {Need.GROUP_POINTS, Need.HOSPITAL_FACTOR}


def test_an_explanation_names_limit_cost_and_factor() -> None:
    changes = {
        "route": [{"pay": "incomplete_stay"}],
        "payment": {"incomplete_stay": {"form": "zhejiang"}},
        "weighting": {"hospital_factor": {"by": "hospital"}},
    }
    scenario = build.scenario(changes, {"hospital_factor": {"H1": "1.2"}})
    steps = explain_case(simulate(Inputs(build.case_table([CASE])), scenario), "c00001").steps
    told = {step.label: step.value for step in steps}
    assert told["group points, the most it earns"] == "1000.000000"
    assert told["cost / mean cost of the group"] == "5000.00 / 10000.000000"
    assert told["hospital factor"] == "1.200000"
    assert told["points by cost"] == told["points"] == "600.000000"


def test_an_explanation_of_a_stay_without_group_names_the_ratio() -> None:
    scenario = build.scenario({"route": [{"pay": "incomplete_stay"}]})
    steps = explain_case(simulate(Inputs(build.case_table([{**CASE, "group_code": ""}])), scenario), "c00001").steps
    told = {step.label: step.value for step in steps}
    assert told["points without a group"] == "0.7"
    assert told["points"] == "350.000000"  # 0.7 x 1,000 x 5,000 / 10,000
