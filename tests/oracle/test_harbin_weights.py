"""Three years of published weights of one city, and CHS-DRG 1.1 beside them."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dipsim.cli.main import app
from dipsim.policy.weights import read_weights
from dipsim.weighting.comparing import match, weights_diff
from dipsim.weighting.weighable import weighable_groups
from tests.chs_drg import chs_drg
from tests.shared import shared_path

YEARS = (2022, 2023, 2024)


def published(year: int) -> dict[str, Decimal]:
    """The weights of a year as they stand in the file."""
    with shared_path(f"data/weights-harbin/weights_{year}.csv").open(encoding="utf-8") as file:
        return {row["drg"]: Decimal(row["weight"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy folder with the three years imported by the command."""
    into = tmp_path_factory.mktemp("harbin")
    for year in YEARS:
        table = shared_path(f"data/weights-harbin/weights_{year}.csv")
        options = ["--scheme", "chs-drg-1.1", "--name", f"harbin-{year}", "--source", f"weights {year}"]
        arguments = ["weights", "import", str(table), *options, "--into", str(into)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    return into


@pytest.mark.parametrize(("year", "groups"), [(2022, 660), (2023, 703), (2024, 703)])
def test_a_year_is_imported_to_the_last_digit(folder: Path, year: int, groups: int) -> None:
    weights = read_weights(folder / "weights" / f"harbin-{year}")
    assert len(weights.group_codes) == groups
    found = dict(zip(weights.group_codes, weights.points_micro.tolist(), strict=True))
    assert {code: Decimal(micro).scaleb(-6) for code, micro in found.items()} == published(year)


def told(folder: Path, *words: str) -> dict[str, object]:
    """What a command says as JSON."""
    result = CliRunner().invoke(app, [*words, "--policy", str(folder), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


def test_2024_changes_nothing(folder: Path) -> None:
    found = told(folder, "weights", "diff", "harbin-2023", "harbin-2024")
    assert found == {"groups": {"added": 0, "dropped": 0, "changed": 0}, "changes": []}


def test_2023_adds_drops_and_changes_what_the_files_say(folder: Path) -> None:
    old, new = published(2022), published(2023)
    both = old.keys() & new.keys()
    counts = {
        "added": len(new.keys() - old.keys()),
        "dropped": len(old.keys() - new.keys()),
        "changed": sum(old[code] != new[code] for code in both),
    }
    found = told(folder, "weights", "diff", "harbin-2022", "harbin-2023")
    assert found["groups"] == counts == {"added": 286, "dropped": 243, "changed": 417}
    before, after = (read_weights(folder / "weights" / f"harbin-{year}") for year in (2022, 2023))
    for change in weights_diff(before, after):
        if change.change_micro is not None:
            exact = (new[change.group_code] / old[change.group_code] - 1) * 10**6
            assert abs(change.change_micro - exact) <= Decimal("0.5")


def test_codes_that_do_not_match_chs_drg_are_listed_both_ways(folder: Path) -> None:
    groups = weighable_groups(chs_drg())
    assert len(groups) == 628
    found = match(read_weights(folder / "weights" / "harbin-2023"), groups)
    assert len(found.not_in_scheme) == 273
    assert len(found.without_weight) == 198
    assert set(found.not_in_scheme) == published(2023).keys() - groups.keys()
    assert set(found.without_weight) == groups.keys() - published(2023).keys()
