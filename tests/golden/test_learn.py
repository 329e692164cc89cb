"""Learning worked by hand: one file a point of the rules; `base.toml` is what every example starts from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dipsim.errors import DipsimError
from dipsim.learn import Learned, LearningRules, learn
from dipsim.learn.writing import flags
from dipsim.money import micro
from dipsim.policy.files import frozen, thawed
from tests import build
from tests.golden.examples import Golden, read

FOLDER = Path(__file__).parent / "learn"
BASE = FOLDER / "base.toml"
FILES = sorted(path for path in FOLDER.glob("*.toml") if path != BASE)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_history_is_learned_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    expected = golden["expect"]
    assert expected
    if "error" in expected:
        with pytest.raises(DipsimError) as caught:
            learned_from(golden)
        assert expected["error"] in str(caught.value)
    else:
        assert found(learned_from(golden), expected) == in_millionths(expected)


def test_the_golden_files_are_found() -> None:
    assert len(FILES) >= 11


def learned_from(golden: Golden) -> Learned:
    """What is learned from the cases of an example under its rules."""
    base = tomllib.loads(BASE.read_text(encoding="utf-8"))
    rules = LearningRules.model_validate(thawed(frozen(build.changed(base["rules"], golden.get("rules", {})))))
    rows = [{**base["case"], **case} for case in golden["case"]]
    cases = [
        {key: value for key, value in row.items() if key != "times"} for row in rows for _ in range(row.get("times", 1))
    ]
    hospitals = build.hospitals(golden["hospitals"]) if "hospitals" in golden else None
    return learn(build.case_table(cases), rules, "learned", base["classes"], hospitals)


def found(learned: Learned, expected: Golden) -> dict[str, Any]:
    """What was learned, in the words of what is expected."""
    points, catalogue = learned.weights[""].points, learned.catalogue
    assert catalogue is not None
    rows = learned.scheme.rows
    known = {
        "threshold": catalogue.threshold,
        "core_cases": catalogue.core_cases,
        "without_class": catalogue.without_class,
        "core": [row.group_code for row in rows if row.kind == "core"],
        "composite": sorted(row.group_code for row in rows if row.kind == "composite"),
        "trimmed": points.all_trimmed,
        "overall_mean_yuan": points.overall_mean_micro_yuan,
        "left_out": {name: getattr(learned.left_out, name) for name in expected.get("left_out", {})},
        "flags": dict(zip(points.group_codes, flags(points, learned.rules), strict=True)),
        "group": {code: group(learned, code, wanted) for code, wanted in expected.get("group", {}).items()},
        "hospital": {
            factor.hospital_id: {name: getattr(factor, name) for name in expected["hospital"][factor.hospital_id]}
            for factor in learned.weights[""].factors
            if factor.hospital_id in expected.get("hospital", {})
        },
        "insurance": {
            name: dict(zip(weights.points.group_codes, weights.points.points_micro, strict=True))
            for name, weights in learned.weights.items()
            if name
        },
    }
    return {name: known[name] for name in expected}


def group(learned: Learned, code: str, wanted: Golden) -> dict[str, Any]:
    """What was learned of one group."""
    points = learned.weights[""].points
    i = points.group_codes.index(code)
    known = {
        "points": points.points_micro[i],
        "mean_cost_yuan": points.mean_micro_yuan[i],
        "cv": points.cv_micro[i],
        "cases": points.cases[i],
        "trimmed": points.trimmed[i],
        "annual_points": list(points.annual_points[i]),
        "level_means": {level: means[i] for level, means in points.level_means.items() if means[i] is not None},
    }
    return {name: known[name] for name in wanted}


def in_millionths(expected: Any, key: str = "") -> Any:
    """The expected values with decimal text as millionths and '' as None; codes and flags stay as they are."""
    if key in ("core", "composite", "flags"):
        return expected
    if isinstance(expected, dict):
        return {name: in_millionths(value, name) for name, value in expected.items()}
    if isinstance(expected, list):
        return [in_millionths(value) for value in expected]
    if isinstance(expected, str):
        return micro(expected) if expected else None
    return expected
