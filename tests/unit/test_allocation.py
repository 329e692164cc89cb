from __future__ import annotations

from typing import Any

from dipsim.allocation import case_pay_fen, points_pay_fen
from dipsim.pipeline import Inputs, Result, simulate
from tests import build

SOLVED = {
    "settlement": {
        "point_value": {
            "mode": "solve",
            "budget_yuan": {"employee": 100.0, "resident": 1.0},
            "given_yuan": {"employee": "none", "resident": "none"},
        }
    }
}
NORMAL = "10000"


def run(cases: list[dict[str, Any]], changes: dict[str, Any] | None = None) -> Result:
    rows = [{**build.base().case, "total_cost_yuan": NORMAL, **case} for case in cases]
    return simulate(Inputs(build.case_table(rows)), build.scenario(build.changed(SOLVED, changes or {})))


def test_a_hospitals_money_goes_to_its_cases_by_points_and_ties_to_the_smaller_case_id() -> None:
    result = run([{"case_id": name} for name in ("c3", "c1", "c2")])
    assert case_pay_fen(result).tolist() == [3333, 3334, 3333]


def test_each_hospital_and_insurance_is_split_by_itself() -> None:
    result = run(
        [
            {"hospital_id": "A"},
            {"hospital_id": "B"},
            {"hospital_id": "B", "total_cost_yuan": "3000"},
            {"hospital_id": "A", "insurance": "resident"},
        ]
    )
    # employee: 1,000 + 1,000 + 300 points share 100 yuan: 4,347.83, 4,347.83 and 1,304.35 fen; B's 5,652 fen 10 : 3
    assert points_pay_fen(result) == {(0, 0): 4348, (0, 1): 5652, (1, 0): 100}
    assert case_pay_fen(result).tolist() == [4348, 4348, 1304, 100]


def test_a_claim_in_yuan_is_the_cases_own_and_a_case_outside_the_pool_gets_nothing() -> None:
    routes = [
        {"when": {"care_type": "fee"}, "pay": "fee_for_service"},
        {"when": {"insurance": "other"}, "pay": "outside_pool"},
        {"pay": "dip"},
    ]
    cases = [{"care_type": "fee", "total_cost_yuan": "12.34"}, {"insurance": "other"}, {}, {"total_cost_yuan": ""}]
    assert case_pay_fen(run(cases, {"route": routes})).tolist() == [1234, 0, 8766, 0]


def test_a_case_of_no_points_gets_nothing() -> None:
    assert case_pay_fen(run([{"total_cost_yuan": "0"}, {}])).tolist() == [0, 10_000]
