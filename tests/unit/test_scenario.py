from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dipsim.errors import PolicyError
from dipsim.paths import PolicyRoots
from dipsim.pipeline import Inputs, simulate
from dipsim.scenario import Scenario, load_scenario
from tests import build

NAME = "test/baseline"


@pytest.fixture
def roots(tmp_path: Path) -> PolicyRoots:
    return build.policy_folder(tmp_path)


@pytest.fixture
def scenario(roots: PolicyRoots) -> Scenario:
    return load_scenario(NAME, roots)


def edited(roots: PolicyRoots, old: str, new: str) -> list[str]:
    """The problems of the baseline with one piece of its text replaced."""
    path = roots.scenario(NAME)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_scenario(NAME, roots)
    return [str(problem) for problem in caught.value.problems]


def test_a_baseline_is_typed_and_pays_as_the_same_values_in_memory(scenario: Scenario) -> None:
    assert scenario.name == NAME
    assert scenario.outlier.high_ratio == 2.0
    assert scenario.params == build.scenario().params
    inputs = Inputs(build.case_table([{**build.base().case, "total_cost_yuan": "25000"}]))
    in_memory = simulate(inputs, build.scenario())
    assert simulate(inputs, scenario).ledger.amount_fen.tolist() == in_memory.ledger.amount_fen.tolist()


@pytest.mark.parametrize(
    "value",
    [
        {"weighting.outlier.high_ratio": 2.0},
        {"year": 2025},
        {"route": [{"pay": "dip"}]},
        {"settlement.point_value.given_yuan": {"employee": 1.0, "resident": 1.0}},
    ],
    ids=str,
)
def test_overriding_a_value_by_itself_changes_nothing(scenario: Scenario, value: dict[str, Any]) -> None:
    same = scenario.override(value, "same")
    assert same.fingerprint == scenario.fingerprint
    assert same.params == scenario.params
    assert same.head == scenario.head
    assert same.name == "same"


def test_an_override_leaves_the_scenario_as_it_was(scenario: Scenario) -> None:
    before = scenario.fingerprint
    other = scenario.override({"weighting.outlier.high_ratio": 3.0}, "wider")
    assert other.outlier.high_ratio == 3.0
    assert scenario.outlier.high_ratio == 2.0
    assert scenario.fingerprint == before != other.fingerprint


def test_an_unknown_key_is_refused_with_the_nearest(scenario: Scenario) -> None:
    with pytest.raises(PolicyError, match=r"did you mean 'weighting\.outlier\.high_ratio'"):
        scenario.override({"weighting.outlier.hi_ratio": 3.0}, "wrong")


def test_an_unfit_value_is_refused(scenario: Scenario) -> None:
    with pytest.raises(PolicyError, match="low_ratio"):
        scenario.override({"weighting.outlier.low_ratio": -0.5}, "wrong")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('route = [{ pay = "dip" }]', 'route = [{ pay = "dib" }]', "'dib' is no payment rule"),
        ('route = [{ pay = "dip" }]', 'route = [{ pay = "point_value" }]', "'point_value' is no payment rule"),
        ('route = [{ pay = "dip" }]', "route = []", "route"),
        (
            'route = [{ pay = "dip" }]',
            'route = [{ when = { insurance = "employee" }, pay = "dip" }]',
            "the last route is not a catch-all",
        ),
        (
            'route = [{ pay = "dip" }]',
            'route = [{ pay = "dip" }, { pay = "outside_pool" }]',
            "the routes after it are never reached",
        ),
        (
            'route = [{ pay = "dip" }]',
            'route = [{ when = { insurrance = "employee" }, pay = "dip" }, { pay = "dip" }]',
            "did you mean 'insurance'",
        ),
        (
            'route = [{ pay = "dip" }]',
            'route = [{ when = { insurance = "employees" }, pay = "dip" }, { pay = "dip" }]',
            "never 'employees'",
        ),
        ("[payment.outside_pool]", "[payment.outside_pol]", "no such table"),
        ('weights = "test"', 'weights = "tests"', "not found"),
        ('year_basis = "none"', 'year_basis = "admitted_on"', "year_basis"),
        ("low_ratio = 0.5", "low_ratio = true", "low_ratio"),
        ("low_ratio = 0.5", "low_ratio = 0.5\nnew_ratio = 1.0", "new_ratio: no such parameter"),
        ("low_ratio = 0.5\n", "", "low_ratio: missing"),
    ],
)
def test_a_faulty_baseline_is_refused_with_what_is_wrong(roots: PolicyRoots, old: str, new: str, words: str) -> None:
    assert any(words in problem for problem in edited(roots, old, new))


def test_all_problems_of_a_baseline_are_told_at_once(roots: PolicyRoots) -> None:
    problems = edited(roots, "low_ratio = 0.5", 'low_ratio = "half"\nnew_ratio = 1.0')
    assert len(problems) >= 2


def test_weights_of_another_scheme_are_refused(roots: PolicyRoots) -> None:
    path = roots.weights("test") / "weights.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"brought"', '"other"'), encoding="utf-8")
    with pytest.raises(PolicyError, match="holds the weights of scheme 'other'"):
        load_scenario(NAME, roots)
