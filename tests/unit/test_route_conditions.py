"""What a route may ask for, what fits it, and what is refused before anything runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dipsim.errors import CaseDataError, PolicyError
from dipsim.paths import PolicyRoots
from dipsim.pipeline import Inputs, simulate
from dipsim.registry import RULES
from dipsim.scenario import load_scenario
from tests import build

OUTSIDE = RULES.index(next(rule for rule in RULES if rule.key == "outside_pool"))


def fits(when: dict[str, Any], rows: list[dict[str, Any]], **inputs: Any) -> list[bool]:
    """Which rows a route with these conditions takes out of the pool."""
    cases = build.case_table([{**build.base().case, "total_cost_yuan": "10000", **row} for row in rows])
    route = [{"when": when, "pay": "outside_pool"}, {"pay": "dip"}]
    result = simulate(Inputs(cases, **inputs), build.scenario({"route": route}))
    taken: list[bool] = (result.claimed.routing.rule == OUTSIDE).tolist()
    return taken


def test_a_span_includes_both_limits_and_no_blank() -> None:
    rows = [{"age_years": age} for age in (None, 0, 1, 16, 17, 18)]
    assert fits({"age_years": {"from": 1, "to": 17}}, rows) == [False, False, True, True, True, False]
    assert fits({"age_years": {"to": 0}}, rows) == [False, True, False, False, False, False]
    assert fits({"age_years": {"from": 17}}, rows) == [False, False, False, False, True, True]


def test_a_span_may_ask_for_one_length_of_stay() -> None:
    rows = [{"length_of_stay_days": days} for days in (0, 1, 2)]
    assert fits({"length_of_stay_days": {"from": 1, "to": 1}}, rows) == [False, True, False]


def test_a_diagnosis_fits_by_its_leading_characters() -> None:
    rows = [{"principal_diagnosis": code} for code in ("F20.900", "F20", "F2", "F31.000", "", "AF20.9")]
    assert fits({"principal_diagnosis": "F20"}, rows) == [True, True, False, False, False, False]
    assert fits({"principal_diagnosis": ("F20", "F3")}, rows) == [True, True, False, True, False, False]


def test_any_procedure_of_a_list_may_fit() -> None:
    rows = [{"procedures": codes} for codes in ("47.0100", "13.4100x001|47.0901", "48.0000", None)]
    assert fits({"procedures": "47.0"}, rows) == [True, True, False, False]


def test_other_text_columns_fit_whole() -> None:
    rows = [{"department": name} for name in ("psychiatry", "psychiatry 2", "", None)]
    assert fits({"department": "psychiatry"}, rows) == [True, False, False, False]
    assert fits({"department": ("psychiatry", "psychiatry 2")}, rows) == [True, True, False, False]


def test_level_and_type_of_a_hospital_come_from_its_table() -> None:
    table = build.hospitals({"H1": "tertiary", "H2": "secondary"})
    table = replace(table, type=("psychiatric", "general"))
    rows = [{"hospital_id": "H1"}, {"hospital_id": "H2"}]
    assert fits({"hospital_level": "tertiary"}, rows, hospitals=table) == [True, False]
    assert fits({"hospital_level": ("primary", "secondary")}, rows, hospitals=table) == [False, True]
    assert fits({"hospital_type": "psychiatric"}, rows, hospitals=table) == [True, False]


def test_a_hospital_that_the_table_does_not_know_fits_no_condition() -> None:
    cases = build.case_table([{**build.base().case, "hospital_id": "H9"}, {**build.base().case, "hospital_id": ""}])
    levels = ("primary", "secondary", "tertiary")
    route = [{"when": {"hospital_level": levels}, "pay": "dip"}, {"pay": "outside_pool"}]
    result = simulate(Inputs(cases, hospitals=build.hospitals({"H1": "primary"})), build.scenario({"route": route}))
    assert result.claimed.routing.rule.tolist() == [OUTSIDE, OUTSIDE]


def test_all_conditions_of_a_route_must_fit() -> None:
    rows = [
        {"age_years": 5, "principal_diagnosis": "J18.900"},
        {"age_years": 50, "principal_diagnosis": "J18.900"},
        {"age_years": 5, "principal_diagnosis": "K35.900"},
    ]
    when = {"age_years": {"to": 17}, "principal_diagnosis": "J", "group_status": "brought"}
    assert fits(when, rows) == [True, False, False]


def test_the_table_hospitals_must_be_there_when_a_route_asks_for_it() -> None:
    with pytest.raises(
        CaseDataError, match=r"hospitals: no such table; the route to outside_pool asks for hospital_ty"
    ):
        fits({"hospital_type": "general"}, [{}])


def test_a_column_that_a_route_asks_for_must_be_there() -> None:
    with pytest.raises(CaseDataError, match=r"no column 'age_years'; read by route to outside_pool"):
        fits({"age_years": {"from": 1}}, [{}])


@pytest.fixture
def roots(tmp_path: Path) -> PolicyRoots:
    return build.policy_folder(tmp_path)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("age_year = { to = 17 }", "when.age_year: no route can ask for it; did you mean 'age_years'?"),
        ("patient_id = 'A'", "when.patient_id: no route can ask for it"),
        ("total_cost_yuan = { to = 17 }", "when.total_cost_yuan: no route can ask for it"),
        ("age_years = '17'", "when.age_years: is a number; write { from = 0, to = 17 }"),
        ("age_years = 17", "17 is not allowed; it must be a text, a list of texts or { from = .., to = .. }"),
        ("age_years = { from = 18, to = 17 }", "from is above to"),
        ("age_years = {}", "state from, to or both"),
        ("age_years = { from = 1.5 }", "1.5 is not allowed"),
        ("age_years = { until = 17 }", "until: no such parameter"),
        ("department = { from = 1 }", "when.department: is a text"),
        ("department = ''", "when.department: a blank fits no condition"),
        ("department = []", "when.department: a blank fits no condition"),
        ("department = ['a', 1]", "it must be a text, a list of texts or"),
        ("hospital_level = 'tertiery'", "when.hospital_level: is never 'tertiery'; did you mean 'tertiary'?"),
        ("insurance = 'employees'", "when.insurance: is never 'employees'; did you mean 'employee'?"),
        (
            "principal_diagnosis = 'f20'",
            "no code begins with 'f20'; codes are spelt alike when cases are read; write 'F20'",
        ),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(roots: PolicyRoots, condition: str, words: str) -> None:
    path = roots.scenario("test/baseline")
    text = path.read_text(encoding="utf-8")
    old = 'route = [{ pay = "dip" }]'
    assert old in text
    routes = f'route = [{{ when = {{ {condition} }}, pay = "outside_pool" }}, {{ pay = "dip" }}]'
    path.write_text(text.replace(old, routes), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_scenario("test/baseline", roots)
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1
