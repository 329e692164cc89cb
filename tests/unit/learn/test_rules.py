"""Rules of learning: found by name, complete, and refused where they do not fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.learn import read_rules
from tests.shared import REPOSITORY

BUNDLED = REPOSITORY / "groupers" / "learn" / "dip-national.toml"


def changed(folder: Path, *replacements: tuple[str, str]) -> Path:
    """The bundled rules with some text replaced, as a file."""
    text = BUNDLED.read_text(encoding="utf-8")
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after)
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_rules_are_those_of_the_specification() -> None:
    rules = read_rules(BUNDLED)
    assert rules.history.years == (2022, 2023, 2024)
    assert rules.history.weights == (1, 2, 7)
    assert (rules.catalogue.core_threshold, rules.catalogue.core_coverage) == ("none", 0.85)
    assert (rules.trimming.lower_percent, rules.trimming.upper_percent, rules.trimming.minimum_cases) == (2.5, 97.5, 25)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("year_weights = [1, 2, 7]", "year_weights = [1, 2]", "one of year_weights for each of years"),
        ("year_weights = [1, 2, 7]", "year_weights = [0, 0, 0]", "must be above 0"),
        ("years = [2022, 2023, 2024]", "years = [2023, 2022, 2024]", "each year once, oldest first"),
        ('year_basis = "discharged_on"', 'year_basis = "none"', "with year_basis = 'none' no year"),
        ('core_threshold = "none"', "core_threshold = 15", "one of core_threshold and core_coverage"),
        ("core_coverage = 0.85", 'core_coverage = "none"', "one of core_threshold and core_coverage"),
        ("lower_percent = 2.5", "lower_percent = 97.5", "lower_percent must be below upper_percent"),
        ('overall_mean = "all_cases"', 'overall_mean = "fixed"', "state overall_mean_yuan"),
        ('overall_mean_yuan = "none"', "overall_mean_yuan = 5000", "state overall_mean_yuan"),
        ('procedures = "all"', 'procedure = "all"', "did you mean 'procedures'"),
    ],
)
def test_rules_that_do_not_fit_together_are_refused(tmp_path: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_rules(changed(tmp_path, (before, after)))
    assert message in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = changed(tmp_path, ("years = [2022, 2023, 2024]", "years = []"), ('"percentile"', '"winsor"'))
    with pytest.raises(PolicyError) as caught:
        read_rules(path)
    told = str(caught.value)
    assert "year_weights" in told
    assert "trimming.method" in told
