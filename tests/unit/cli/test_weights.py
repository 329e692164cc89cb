"""`dipsim weights` and `dipsim quality` as a user types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dipsim.cli.main import app
from dipsim.errors import PolicyError
from dipsim.policy.weights import read_weights

HEADER = "case_id,hospital_id,group_code,total_cost_yuan,discharged_on"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Cases that bring their group: twelve of A, of which one cost far more, six of B and two of C."""
    costs = [("A", "100")] * 11 + [("A", "2000")] + [("B", "300")] * 6 + [("C", "50")] * 2
    rows = [f"c{n:02d},H{n % 2},{group},{cost},2024-03-0{n % 9 + 1}" for n, (group, cost) in enumerate(costs)]
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "published.csv"
    path.write_text("编码,点数,名称,均费\nAB19,36.2185,甲,190000\nAA19,18.2858,乙,95000.5\n", encoding="utf-8")
    return path


def answer(*words: str) -> Any:
    """What a command says as JSON."""
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def imported(table: Path, into: Path, *more: str) -> Any:
    columns = ["--column-code", "编码", "--column-weight", "点数", "--column-name", "名称", "--column-mean", "均费"]
    head = ["--scheme", "some-drg", "--name", "city", "--source", "Notice 12", "--into", str(into)]
    return answer("weights", "import", str(table), *columns, *head, *more)


def test_published_weights_become_a_folder_with_their_source(tmp_path: Path, published: Path) -> None:
    told = imported(published, tmp_path / "policy", "--article", "annex 2", "--title-zh", "某市权重")
    folder = tmp_path / "policy" / "weights" / "city"
    assert told == {"groups": 2, "written": [str(folder)]}
    weights = read_weights(folder)
    assert weights.group_codes == ("AA19", "AB19")
    assert weights.points_micro.tolist() == [18_285_800, 36_218_500]
    assert weights.mean_micro_yuan.tolist() == [95_000_500_000, 190_000_000_000]
    assert (weights.title, weights.title_zh, weights.scheme) == ("Notice 12", "某市权重", "some-drg")
    assert (weights.scale_micro, weights.overall_mean_micro_yuan) == (1_000_000, 0)
    assert "annex 2" in (folder / "weights.toml").read_text(encoding="utf-8")
    assert "published.csv" in (folder / "provenance.toml").read_text(encoding="utf-8")


def test_the_mean_and_the_scale_are_kept_where_they_are_published(tmp_path: Path, published: Path) -> None:
    imported(published, tmp_path, "--scale", "100", "--mean-cost-yuan", "12165.26")
    weights = read_weights(tmp_path / "weights" / "city")
    assert (weights.scale_micro, weights.overall_mean_micro_yuan) == (100_000_000, 12_165_260_000)


def test_a_dry_run_writes_nothing_and_a_second_import_asks(tmp_path: Path, published: Path) -> None:
    assert imported(published, tmp_path, "--dry-run")["would_write"]
    assert not (tmp_path / "weights").exists()
    imported(published, tmp_path)
    with pytest.raises(PolicyError, match="exists already"):
        imported(published, tmp_path)
    imported(published, tmp_path, "--replace")


def test_every_fault_of_a_published_table_is_told(tmp_path: Path) -> None:
    table = tmp_path / "bad.csv"
    table.write_text("drg,weight\nAA19,x\nAB19,-1\nAB19,2\n,3\n", encoding="utf-8")
    head = ["--scheme", "s", "--name", "n", "--source", "d", "--into", str(tmp_path)]
    with pytest.raises(PolicyError) as caught:
        CliRunner().invoke(app, ["weights", "import", str(table), *head], catch_exceptions=False)
    told = str(caught.value)
    for part in ("bad.csv:2: weight", "bad.csv:3: weight", "bad.csv:4: drg", "bad.csv:5: drg"):
        assert part in told
    assert not (tmp_path / "weights").exists()


def test_a_change_is_shown_with_its_size_in_both_languages(tmp_path: Path, published: Path) -> None:
    imported(published, tmp_path)
    text = published.read_text(encoding="utf-8").replace("18.2858", "20.11438")
    published.write_text(text, encoding="utf-8")
    imported(published, tmp_path / "next")
    (tmp_path / "next" / "weights" / "city").rename(tmp_path / "weights" / "city-2")
    words = ["weights", "diff", "city", "city-2", "--policy", str(tmp_path)]
    for lang, parts in (("en", ("1 changed", "AA19", "10.00")), ("zh", ("变更 1", "AA19", "10.00"))):
        shown = CliRunner().invoke(app, [*words, "--lang", lang], catch_exceptions=False).output
        for part in parts:
            assert part in shown
    assert answer(*words)["changes"] == [
        {"group_code": "AA19", "change": "changed", "old": "18.285800", "new": "20.114380", "change_percent": "10.0000"}
    ]


def test_weights_are_checked_against_the_scheme_that_they_name() -> None:
    found = answer("weights", "check", "drg-demo-2025")
    assert found["not_in_scheme"] == []
    assert found["matched"] == 145
    assert "B009" not in found["without_weight"]


def test_weights_are_learned_from_groups_that_cases_bring(tmp_path: Path, cases: Path) -> None:
    words = ["weights", "learn", str(cases), "--scheme", "brought", "--name", "own", "--into", str(tmp_path)]
    told = answer(*words)
    assert told["unweighted"] == [{"group_code": "C", "cases": 2}]
    assert told["written"] == [str(tmp_path / "weights" / "own")]
    # M = (11 x 100 + 2,000 + 6 x 300 + 2 x 50) / 20 = 250; A: 3,100 / 12 / 250; B: 300 / 250
    points = (tmp_path / "weights" / "own" / "group_points.csv").read_text(encoding="utf-8")
    rows = {row["group_code"]: row["group_points"] for row in csv.DictReader(points.splitlines())}
    assert rows == {"A": "103.333333", "B": "120.000000"}


def test_quality_is_told_and_written(tmp_path: Path, cases: Path) -> None:
    table = tmp_path / "groups.csv"
    told = answer("quality", str(cases), "--scheme", "brought", "-o", str(table))
    assert told["figures"]["groups"] == 3
    assert told["few_cases"] == [{"group_code": "C", "cases": 2}]
    standings = {row["standing"]: (row["groups"], row["cases"]) for row in told["standings"]}
    assert standings == {"stable": (1, 6), "dispersed": (1, 12), "few_cases": (1, 2)}
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [(row["group_code"], row["cases"], row["high_cases"]) for row in rows] == [
        ("A", "12", "1"),
        ("B", "6", "0"),
        ("C", "2", "0"),
    ]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("入组率", "病例数不足 5 例的病组: 1: C (2)")), ("en", ("RIV", "few cases"))]
)
def test_quality_is_shown_in_both_languages(cases: Path, lang: str, words: tuple[str, ...]) -> None:
    arguments = ["quality", str(cases), "--scheme", "brought", "--lang", lang]
    shown = CliRunner().invoke(app, arguments, catch_exceptions=False).output
    for word in words:
        assert word in shown
