"""Relative weights worked by hand; `base.toml` is what every example starts from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dipsim.errors import DipsimError
from dipsim.learn.relative_weight_rules import RelativeWeightRules
from dipsim.learn.relative_weights import RelativeWeights, learn_relative_weights
from dipsim.money import micro
from dipsim.policy.files import frozen, thawed
from tests import build
from tests.golden.examples import Golden, read
from tests.tiny_drg import tiny_cases, tiny_scheme

FOLDER = Path(__file__).parent / "relative_weights"
BASE = FOLDER / "base.toml"
FILES = sorted(path for path in FOLDER.glob("*.toml") if path != BASE)
AMOUNTS = ("points", "plain", "mean_cost_yuan", "adjustment", "cv", "overall_mean_yuan")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_weights_are_learned_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    expected = golden["expect"]
    if "error" in expected:
        with pytest.raises(DipsimError) as caught:
            learned_from(golden)
        assert expected["error"] in str(caught.value)
    else:
        assert found(learned_from(golden), expected) == in_millionths(expected)


def test_the_golden_files_are_found() -> None:
    assert len(FILES) >= 10


def rules_of(golden: Golden) -> RelativeWeightRules:
    """The base with what an example changes."""
    base = tomllib.loads(BASE.read_text(encoding="utf-8"))["rules"]
    return RelativeWeightRules.model_validate(thawed(frozen(build.changed(base, golden.get("rules", {})))))


def learned_from(golden: Golden) -> RelativeWeights:
    """What is learned from the cases of an example under its rules."""
    factors = {code: micro(factor) for code, factor in golden.get("adjustments", {}).items()}
    return learn_relative_weights(tiny_cases(golden["case"]), rules_of(golden), tiny_scheme(), factors)


def found(learned: RelativeWeights, expected: Golden) -> dict[str, Any]:
    """What was learned, in the words of what is expected."""
    by_code = {group.group_code: group for group in learned.groups}

    def group(code: str, wanted: Golden) -> dict[str, Any]:
        known = {
            "points": by_code[code].points_micro,
            "plain": by_code[code].plain_points_micro,
            "mean_cost_yuan": by_code[code].mean_micro_yuan,
            "adjustment": by_code[code].adjustment_micro,
            "cv": by_code[code].cv_micro,
            "cases": by_code[code].cases,
            "basis": by_code[code].basis,
        }
        return {name: known[name] for name in wanted}

    known = {
        "codes": list(by_code),
        "unweighted": dict(learned.unweighted),
        "overall_mean_yuan": learned.own.overall_mean_micro_yuan,
        "trimmed": learned.own.all_trimmed,
        "group": {code: group(code, wanted) for code, wanted in expected.get("group", {}).items()},
    }
    return {name: known[name] for name in expected}


def in_millionths(expected: Any, key: str = "") -> Any:
    """The expected values with the decimal text of amounts in millionths."""
    if isinstance(expected, dict):
        return {name: in_millionths(value, name) for name, value in expected.items()}
    return micro(expected) if key in AMOUNTS else expected
