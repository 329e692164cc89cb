"""`dipsim check`: every kind of policy is read, and every problem told."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from dipsim.cli.main import app

FAULTY = {
    "scenarios/mine/faulty.toml": 'extends = "demo-city/baseline-2025"\n[override]\nreport.smallest_cell = 0\n',
    "groupers/mine/scheme.toml": 'kind = "odd"\n',
    "weights/mine/weights.toml": 'kind = "odd"\n',
    "groupers/learn/mine.toml": "[history]\nyears = 3\n",
}


def test_a_fault_in_any_kind_of_policy_is_told_and_the_rest_still_checked(tmp_path: Path) -> None:
    for name, text in FAULTY.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["check", "--policy", str(tmp_path)])
    assert result.exit_code == 2
    for told in (
        "report.smallest_cell: 0 is not allowed",
        "groupers/mine/scheme.toml:1: kind: 'odd' is not allowed",
        "weights/mine/weights.toml:1: kind: 'odd' is not allowed",
        "history.years: 3 is not allowed",
    ):
        assert told in result.stderr
    sound = [tuple(line.split()[:-1]) for line in result.stdout.splitlines()]
    assert ("scenario", "demo-city/baseline-2025") in sound
    assert ("learning", "rules", "dip-national") in sound
    assert "mine" not in result.stdout


def test_check_of_a_named_scenario_leaves_the_others_alone() -> None:
    result = CliRunner().invoke(app, ["check", "demo-city/baseline-2025"])
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()[2:]] == [["scenario", "demo-city/baseline-2025"]]
