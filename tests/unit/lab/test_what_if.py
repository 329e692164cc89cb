from __future__ import annotations

from collections.abc import Mapping

import pytest

from dipsim.errors import CaseDataError
from dipsim.grouping.result import Status
from dipsim.lab.what_if import WhatIf, what_if
from dipsim.pipeline import Inputs, Result, simulate
from tests import build

GROUPS = [
    {"group_code": "G", "group_points": 1000, "mean_cost_yuan": 10000},
    {"group_code": "H", "group_points": "500", "mean_cost_yuan": 5000},
]


def result() -> Result:
    """Two cases of 1,000 points each share 3,000.01 yuan: 1.500005 yuan a point."""
    price = {"mode": "solve", "budget_yuan": {"employee": 3000.01, "resident": 100}}
    changes = {"settlement": {"point_value": build.base().price | price}}
    rows = [{**build.base().case, "case_id": name, "total_cost_yuan": "10000"} for name in ("a", "b")]
    return simulate(Inputs(build.case_table(rows)), build.scenario(changes, {"group": GROUPS}))


def asked(cells: Mapping[str, str], case_id: str = "a") -> WhatIf:
    return what_if(result(), case_id, cells)


def test_group_points_and_pay_change_at_the_point_value_of_the_run() -> None:
    found = asked({"group_code": "H", "total_cost_yuan": "6000"})
    assert (found.before.group_code, found.before.points_micro, found.before.pay_fen) == ("G", 1_000_000_000, 150_000)
    assert (found.after.group_code, found.after.points_micro, found.after.pay_fen) == ("H", 500_000_000, 75_000)
    assert found.difference_fen == -75_000
    assert found.after.status is Status.BROUGHT


def test_the_same_cells_change_nothing() -> None:
    found = asked({"group_code": "G"}, "b")
    assert found.before == found.after
    assert found.difference_fen == 0


def test_a_fund_without_a_point_value_has_no_difference() -> None:
    found = asked({"insurance": "resident"})
    assert (found.after.pay_fen, found.difference_fen) == (None, None)


def test_a_column_may_be_named_by_its_beginning() -> None:
    assert asked({"group": "H"}).cells == {"group_code": "H"}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("age", "may be age_years or age_days"),
        ("principal_diagnosi_code", "did you mean 'principal_diagnosis'?"),
        ("case_id", "cannot be otherwise"),
        ("patient_id", "cannot be otherwise"),
        ("xyzzy", "no such column"),
    ],
)
def test_a_column_that_is_unclear_or_unknown_is_refused(column: str, said: str) -> None:
    with pytest.raises(CaseDataError, match=said.replace("?", r"\?")):
        asked({column: "1"})


def test_a_column_named_twice_and_an_unknown_case_are_refused() -> None:
    with pytest.raises(CaseDataError, match="named twice"):
        asked({"group": "H", "group_code": "G"})
    with pytest.raises(CaseDataError, match="not among the accepted cases"):
        asked({"group_code": "H"}, "z")
