from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dipsim.errors import CaseDataError
from dipsim.lab.substitution import Substitution, substitution
from dipsim.pipeline import Inputs, Result, simulate
from tests import build

DAY_ROUTE = [{"when": {"care_type": "day_surgery"}, "pay": "day_surgery"}, {"pay": "dip"}]
WEIGHTS = {
    "group": [
        {"group_code": "F", "group_points": 500, "mean_cost_yuan": 5000},
        {"group_code": "G", "group_points": 1000, "mean_cost_yuan": 10000},
    ]
}


def case(group: str, care: str, days: int | None, cost: str, borne: str) -> dict[str, Any]:
    stated = {"group_code": group, "care_type": care, "length_of_stay_days": days}
    return {**build.base().case, **stated, "total_cost_yuan": cost, "out_of_pocket_yuan": borne}


CASES = [
    case("G", "inpatient", 5, "10000", "4000"),
    case("G", "inpatient", 6, "10000", "5000"),
    case("G", "inpatient", 5, "10000", "3000"),  # 16 bed-days of 3 stays; patients bear 12,000 of 30,000
    case("G", "day_surgery", 1, "6000", "1800"),
    case("G", "day_surgery", 0, "4000", "1200"),  # r = 0.4: 400 points with bands
    case("F", "day_surgery", 1, "5000", "1000"),  # no inpatients of its group
    case("", "day_surgery", 1, "1000", "500"),
    case("G", "day_surgery", None, "6000", "1800"),
]


def run(cases: Inputs, **changes: Any) -> Result:
    return simulate(cases, build.scenario(changes, WEIGHTS))


def compared(**day_surgery: Any) -> Substitution:
    inputs = Inputs(build.case_table(CASES))
    before = run(inputs)
    return substitution(before, run(inputs, route=DAY_ROUTE, payment={"day_surgery": day_surgery}))


def test_bed_days_freed_are_those_at_the_mean_stay_of_inpatients_less_its_own() -> None:
    found = compared()
    assert [group.group_code for group in found.groups] == ["", "F", "G"]
    assert found.groups[2].bed_days_freed == Fraction(2 * 16, 3) - 1
    assert found.bed_days_freed == Fraction(29, 3)


def test_cases_without_inpatients_and_with_a_blank_are_counted_apart() -> None:
    found = compared()
    assert (found.day_cases, found.uncompared_cases, found.incomplete_cases) == (4, 2, 1)


def test_points_moved_are_those_after_less_those_before() -> None:
    assert compared().points_moved_micro == 0
    # Without bands the second case of G earns 1,000 points and not 400.
    assert compared(bands=False).points_moved_micro == 600_000_000


def test_what_moves_to_payment_by_the_bill_gives_up_its_points() -> None:
    found = compared(points="fee_for_service", ratio=0.5)
    # G 1,000 + 400, F 500, no match 0.7 x 1,000 x 1,000 / 10,000 = 70
    assert found.points_moved_micro == -1_970_000_000
    assert [group.claims_after_fen for group in found.groups] == [50_000, 250_000, 500_000]
    assert [group.claims_before_fen for group in found.groups] == [0, 0, 0]


def test_the_patients_share_is_compared_within_the_groups_of_the_day_surgery() -> None:
    found = compared()
    assert found.patient_share_as_inpatient == pytest.approx(12_000 / 30_000)
    assert found.patient_share == pytest.approx(3_000 / 10_000)


def test_two_runs_on_different_cases_are_refused() -> None:
    one, other = (run(Inputs(build.case_table(CASES))) for _ in range(2))
    with pytest.raises(CaseDataError, match="different cases"):
        substitution(one, other)


def test_a_column_that_is_read_must_be_there() -> None:
    inputs = Inputs(build.case_table([{**build.base().case, "total_cost_yuan": "1"}]))
    result = run(inputs)
    with pytest.raises(CaseDataError, match=r"length_of_stay_days.*substitution"):
        substitution(result, result)


def test_without_day_surgery_there_is_nothing_to_show() -> None:
    result = run(Inputs(build.case_table(CASES)))
    found = substitution(result, result)
    assert found.groups == ()
    assert found.patient_share != found.patient_share
