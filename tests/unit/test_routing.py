from __future__ import annotations

from typing import Any

import pytest

from dipsim.errors import CaseDataError
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.registry import RULES
from dipsim.routing import REJECTED, counts_by_status
from tests import build

DIP = {"pay": "dip"}


def run(rows: list[dict[str, Any]], **changes: Any) -> Result:
    cases = [{**build.base().case, "total_cost_yuan": "10000", **row} for row in rows]
    return simulate(Inputs(build.case_table(cases)), build.scenario(changes))


def rules(result: Result) -> list[str]:
    return ["rejected" if n == REJECTED else RULES[n].key for n in result.claimed.routing.rule.tolist()]


def test_every_case_goes_to_one_rule_and_all_are_accounted_for() -> None:
    routes = [
        {"when": {"care_type": "fee"}, "pay": "fee_for_service"},
        {"when": {"insurance": "other"}, "pay": "outside_pool"},
        DIP,
    ]
    rows: list[dict[str, Any]] = [
        {"care_type": "fee"},
        {"insurance": "other"},
        {},
        {"total_cost_yuan": ""},
        {"hospital_id": None},
    ]
    result = run(rows, route=routes)
    assert rules(result) == ["fee_for_service", "outside_pool", "dip", "rejected", "rejected"]
    assert int(result.claimed.cells.cases.sum()) + rules(result).count("rejected") == len(rows)
    assert sum(counts_by_status(result.grouping, result.claimed.routing).values()) == 3


def test_a_case_with_two_blanks_is_told_twice_and_rejected_once() -> None:
    result = run([{"total_cost_yuan": "", "insurance": ""}, {}])
    assert [reject.field for reject in result.claimed.routing.rejects] == ["insurance", "total_cost_yuan"]
    assert {(reject.file, reject.line) for reject in result.claimed.routing.rejects} == {("cases.csv", 2)}
    assert result.claimed.cells.cases.tolist() == [1]


def test_a_missing_column_names_every_rule_that_reads_it() -> None:
    row = {"hospital_id": "H1", "insurance": "employee", "group_code": "G"}
    with pytest.raises(CaseDataError, match=r"total_cost_yuan.*payment\.dip"):
        simulate(Inputs(build.case_table([row])), build.scenario())


def test_a_column_that_no_case_of_a_rule_needs_may_be_absent() -> None:
    rows = [{"hospital_id": "H1", "insurance": "other", "group_code": "G"}]
    route = [{"when": {"insurance": "other"}, "pay": "outside_pool"}, DIP]
    result = simulate(Inputs(build.case_table(rows)), build.scenario({"route": route}))
    assert rules(result) == ["outside_pool"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"form": "gross", "reimbursement_ratio": {"employee": 0.7}}, "out_of_pocket_yuan"),
        ({"hospital_cap_ratio": 1.0}, "total_cost_yuan"),
    ],
)
def test_what_the_price_reads_is_asked_of_the_cases_that_claim(changes: dict[str, Any], column: str) -> None:
    settlement = {"point_value": changes}
    payment = {"fee_for_service": {"basis": "eligible_cost_yuan"}}
    rows: list[dict[str, Any]] = [
        {"eligible_cost_yuan": "5", "out_of_pocket_yuan": "1", column: ""},
        {"eligible_cost_yuan": "5", "out_of_pocket_yuan": "1"},
    ]
    result = run(rows, route=[{"pay": "fee_for_service"}], payment=payment, settlement=settlement)
    assert rules(result) == ["rejected", "fee_for_service"]


@pytest.mark.parametrize(
    ("year", "day", "rule", "month"),
    [
        (2024, "2024-02-29", "dip", 2),
        (2024, "2024-12-31", "dip", 12),
        (2024, "2025-01-01", "outside_pool", 0),
        (2023, "2024-02-29", "outside_pool", 0),
        (1969, "1969-12-31", "dip", 12),
        (1970, "1969-12-31", "outside_pool", 0),
        (2000, "2000-01-01", "dip", 1),
    ],
)
def test_the_year_begins_on_the_first_of_january_and_ends_on_the_last_of_december(
    year: int, day: str, rule: str, month: int
) -> None:
    result = run([{"discharged_on": day}, {"discharged_on": f"{year}-06-15"}], year=year, year_basis="discharged_on")
    assert rules(result) == [rule, "dip"]
    assert result.claimed.routing.month.tolist() == [month, 6]
    assert result.claimed.routing.is_outside_year.tolist() == [rule == "outside_pool", False]


def test_a_case_outside_the_year_is_not_rejected_for_its_blanks() -> None:
    result = run(
        [{"discharged_on": "2019-01-01", "total_cost_yuan": ""}, {"discharged_on": "2025-01-01"}],
        year_basis="discharged_on",
    )
    assert rules(result) == ["outside_pool", "dip"]
    assert result.claimed.routing.rejects == ()
