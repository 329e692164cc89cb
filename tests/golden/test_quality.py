"""Quality of grouping worked by hand; the rules start from those of relative weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dipsim.grouping.group import group_cases
from dipsim.lab.quality import Quality, quality_of
from dipsim.money import micro
from tests import build
from tests.golden.examples import Golden, read
from tests.golden.test_relative_weights import rules_of
from tests.tiny_drg import tiny_cases, tiny_scheme

FOLDER = Path(__file__).parent / "quality"
FILES = sorted(FOLDER.glob("*.toml"))
RATIOS = ("riv", "trimmed_riv", "cv", "trimmed_cv", "grouping_rate", "cmi", "mean_cost_yuan", "trimmed_mean_cost_yuan")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_grouping_is_measured_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    cases = tiny_cases(golden["case"])
    weights = build.weights(stated_weights(golden)) if "weights" in golden else None
    quality = quality_of(cases, group_cases(cases, tiny_scheme()), rules_of(golden), weights)
    assert found(quality, golden["expect"]) == in_millionths(golden["expect"])


def test_the_golden_files_are_found() -> None:
    assert len(FILES) >= 10


def stated_weights(golden: Golden) -> Golden:
    """The weights of an example, of scale 1."""
    groups = [{"group_code": code, "group_points": weight} for code, weight in golden["weights"].items()]
    return {"kind": "table", "scale": 1, "group": groups}


def found(quality: Quality, expected: Golden) -> dict[str, Any]:
    """What was measured, in the words of what is expected."""
    by_code = {group.group_code: group for group in quality.groups}

    def group(code: str, wanted: Golden) -> dict[str, Any]:
        known = {
            "cases": by_code[code].cases,
            "mean_cost_yuan": by_code[code].mean_micro_yuan,
            "cv": by_code[code].cv_micro,
            "standing": by_code[code].standing,
            "trimmed": by_code[code].trimmed,
            "trimmed_mean_cost_yuan": by_code[code].trimmed_mean_micro_yuan,
            "trimmed_cv": by_code[code].trimmed_cv_micro,
            "trimmed_standing": by_code[code].trimmed_standing,
            "low": by_code[code].low,
            "high": by_code[code].high,
        }
        return {name: known[name] for name in wanted}

    known = {
        "cases": quality.cases,
        "grouped": quality.grouped,
        "without_cost": quality.without_cost,
        "grouping_rate": quality.grouping_rate_micro,
        "riv": quality.riv_micro,
        "trimmed_riv": quality.trimmed_riv_micro,
        "few": [group.group_code for group in quality.few()],
        "group": {code: group(code, wanted) for code, wanted in expected.get("group", {}).items()},
    }
    if quality.case_mix:
        known |= {"cmi": quality.case_mix[0].cmi_micro, "weighted": quality.case_mix[0].weighted}
    return {name: known[name] for name in expected}


def in_millionths(expected: Any, key: str = "") -> Any:
    """The expected values with the decimal text of ratios and amounts in millionths, '' as None."""
    if isinstance(expected, dict):
        return {name: in_millionths(value, name) for name, value in expected.items()}
    if key in RATIOS:
        return micro(expected) if expected else None
    return expected
