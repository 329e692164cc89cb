from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.paths import ENVIRONMENT_VARIABLE, PolicyRoots, did_you_mean, policy_roots

FILES = (
    "scenarios/demo-city/baseline-2025.toml",
    "scenarios/overlays/quality-2025.toml",
    "groupers/dip-demo/scheme.toml",
    "weights/demo-city-2025/weights.toml",
    "groupers/learn/dip-national.toml",
)


def policy_folder(folder: Path, files: tuple[str, ...] = FILES) -> Path:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('title = "Demo"\n', encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def no_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


def test_every_kind_of_policy_is_found_under_its_name(tmp_path: Path) -> None:
    roots = PolicyRoots((policy_folder(tmp_path),))
    assert roots.scenario("demo-city/baseline-2025") == tmp_path / FILES[0]
    assert roots.overlay("quality-2025") == tmp_path / FILES[1]
    assert roots.scheme("dip-demo") == tmp_path / "groupers/dip-demo"
    assert roots.weights("demo-city-2025") == tmp_path / "weights/demo-city-2025"
    assert roots.learning("dip-national") == tmp_path / FILES[4]


def test_the_listing_gives_names_by_kind_and_no_overlay_among_the_scenarios(tmp_path: Path) -> None:
    assert PolicyRoots((policy_folder(tmp_path),)).listing() == {
        "scenario": ("demo-city/baseline-2025",),
        "overlay": ("quality-2025",),
        "scheme": ("dip-demo",),
        "weights": ("demo-city-2025",),
        "learning rules": ("dip-national",),
    }


def test_the_first_folder_that_holds_a_name_wins_and_the_next_ones_fill_the_gaps(tmp_path: Path) -> None:
    own = policy_folder(tmp_path / "own", ("scenarios/demo-city/baseline-2025.toml",))
    bundled = policy_folder(tmp_path / "bundled")
    roots = PolicyRoots((own, bundled))
    assert roots.scenario("demo-city/baseline-2025").is_relative_to(own)
    assert roots.scheme("dip-demo").is_relative_to(bundled)


def test_the_named_folder_goes_before_the_environment_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, variable = policy_folder(tmp_path / "named"), policy_folder(tmp_path / "variable")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(variable))
    assert policy_roots(named).roots[:2] == (named.resolve(), variable.resolve())
    assert policy_roots(None).roots[0] == variable.resolve()


def test_the_current_folder_is_searched_where_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIPSIM_POLICY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert tmp_path not in policy_roots(None).roots
    (tmp_path / "groupers").mkdir()
    assert policy_roots(None).roots[0] == tmp_path
    named = tmp_path / "named"
    (named / "weights").mkdir(parents=True)
    assert policy_roots(named).roots[0] == named
    assert tmp_path not in policy_roots(named).roots


def test_a_path_to_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("", encoding="utf-8")
    roots = PolicyRoots((policy_folder(tmp_path / "policy"),))
    assert roots.scenario(str(file)) == file
    assert roots.scenario_name(file) == "mine"
    assert roots.learning(str(file)) == file
    assert roots.scenario("demo-city/baseline-2025.toml") == tmp_path / "policy" / FILES[0]


def test_misspelt_rules_of_learning_are_answered_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"learning rules 'dip-nation': not found; .* did you mean 'dip-national'"):
        PolicyRoots((policy_folder(tmp_path),)).learning("dip-nation")


def test_a_file_is_shown_relative_to_its_policy_folder(tmp_path: Path) -> None:
    roots = PolicyRoots((policy_folder(tmp_path / "policy"),))
    scenario = tmp_path / "policy" / FILES[0]
    assert roots.shown(scenario) == FILES[0]
    assert roots.scenario_name(scenario) == "demo-city/baseline-2025"
    assert roots.shown(Path("elsewhere/x.toml")) == str(Path("elsewhere/x.toml"))


def test_a_misspelt_name_is_answered_with_the_folders_searched_and_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        PolicyRoots((policy_folder(tmp_path),)).scenario("demo-city/baseline-2052")
    (problem,) = caught.value.problems
    assert problem.where == "scenario 'demo-city/baseline-2052'"
    assert problem.what == "not found"
    assert problem.why == f"searched {tmp_path / 'scenarios'}"
    assert problem.next_step == "did you mean 'demo-city/baseline-2025'?"


def test_a_name_like_no_other_is_answered_with_all_known_names(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        PolicyRoots((policy_folder(tmp_path),)).scheme("zzz")
    assert caught.value.problems[0].next_step == "known: dip-demo"


def test_without_any_folder_the_error_says_so() -> None:
    with pytest.raises(PolicyError, match="searched no policy folder at all; known: none"):
        PolicyRoots(()).weights("demo-city-2025")


def test_a_named_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        policy_roots(tmp_path / "absent")
    (problem,) = caught.value.problems
    assert problem.where == f"--policy {tmp_path / 'absent'}"
    assert problem.what == "no such folder"
    assert "groupers/, weights/, scenarios/" in problem.next_step


def test_a_named_folder_must_hold_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    with pytest.raises(PolicyError, match=r"\$DIPSIM_POLICY .* holds no policy; none of groupers/"):
        policy_roots(None)


def test_a_word_like_no_known_name_gets_no_suggestion() -> None:
    assert did_you_mean("tiers", ["tier", "unit"]) == "did you mean 'tier'?"
    assert did_you_mean("qqq", ["tier", "unit"]) == ""
