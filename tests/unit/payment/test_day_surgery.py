from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dipsim.errors import PolicyError
from dipsim.explain import explain_case
from dipsim.payment.day_surgery import DaySurgeryParams, needs, reads
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.policy.weights import DaySurgeryGroup, read_weights
from dipsim.rule import Need
from tests import build

WEIGHTS = {"day_surgery": {"G": {"group_points": "600", "mean_cost_yuan": "6000"}}, "hospital_factor": {"H1": "1.2"}}


def params(**changes: Any) -> DaySurgeryParams:
    return DaySurgeryParams.model_validate(build.changed(build.base().values["payment"]["day_surgery"], changes))


def run(row: dict[str, Any], **changes: Any) -> Result:
    case = {**build.base().case, "case_id": "a", "total_cost_yuan": "15000", **row}
    stated = {"day_surgery": changes}
    factor = {"hospital_factor": {"by": "hospital"}}
    scenario = build.scenario({"route": [{"pay": "day_surgery"}], "payment": stated, "weighting": factor}, WEIGHTS)
    return simulate(Inputs(build.case_table([case])), scenario)


def test_what_is_read_depends_on_the_parameters() -> None:
    who = {"hospital_id", "insurance"}
    assert reads(params()) == who | {"total_cost_yuan"}
    assert reads(params(points="fee_for_service", basis="fund_paid_yuan")) == who | {"fund_paid_yuan"}


def test_what_is_taken_from_weighting_depends_on_the_parameters() -> None:
    assert needs(params()) == {Need.GROUP_POINTS, Need.HOSPITAL_FACTOR}
    assert needs(params(hospital_factor=False)) == {Need.GROUP_POINTS}
    assert needs(params(points="fee_for_service")) == frozenset()


def told(result: Result) -> dict[str, str]:
    return {step.label: step.value for step in explain_case(result, "a").steps}


def test_an_explanation_shows_whose_points_and_what_they_are_multiplied_by() -> None:
    steps = told(run({}, points="own_group"))
    assert steps["day surgery is paid by"] == "own_group"
    assert steps["group points"] == "600.000000"
    assert steps["share of them"] == "1.000000"
    assert steps["hospital factor"] == "1.200000"
    assert steps["reference cost"] == "6000.000000, cost / reference = 2.500000"
    assert steps["deviation"] == "high_outlier 高倍率病例"
    assert steps["points"] == "1080.000000"


def test_an_explanation_of_a_factor_without_bands() -> None:
    steps = told(run({}, points="factor", factor=0.85, bands=False, hospital_factor=False))
    assert (steps["group points"], steps["share of them"], steps["points"]) == ("1000.000000", "0.850000", "850.000000")
    assert steps["hospital factor"] == "1.000000"
    assert "reference cost" not in steps


def test_an_explanation_of_a_case_paid_by_its_bill() -> None:
    steps = told(run({}, points="fee_for_service", ratio=0.5))
    assert steps["share of the bill"] == "0.5 x total_cost_yuan"
    assert steps["claimed yuan"] == "7500.00"
    assert "points" not in steps


def test_an_explanation_of_a_case_without_a_group() -> None:
    steps = told(run({"group_code": ""}))
    assert steps["points without a group"] == "0.7"
    assert steps["points"] == "1050.000000"


def weights_folder(tmp_path: Path, table: str) -> Path:
    build.policy_folder(tmp_path)
    folder = tmp_path / "weights" / "test"
    (folder / "day_surgery_points.csv").write_text(table, encoding="utf-8")
    return folder


def test_points_of_day_surgery_are_read_from_their_table(tmp_path: Path) -> None:
    folder = weights_folder(tmp_path, "group_code,group_points,mean_cost_yuan\nG,600.5,\n")
    assert read_weights(folder).day_surgery == {"G": DaySurgeryGroup(600_500_000, 0)}


def test_a_group_that_has_no_inpatient_points_is_refused(tmp_path: Path) -> None:
    folder = weights_folder(tmp_path, "group_code,group_points\nG,600\nX,1\n")
    with pytest.raises(PolicyError, match=r"day_surgery_points\.csv: groups without points: X"):
        read_weights(folder)
