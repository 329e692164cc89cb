"""The demo region's years of history, learned from: the means are those that its parameters imply, but for chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from dipsim.inputs import Companions, read_inputs
from dipsim.learn import learn_weights, read_rules
from dipsim.learn.weights import LearnedPoints
from dipsim.money import MICRO_YUAN_PER_FEN
from dipsim.policy.scheme import read_scheme
from dipsim.synth import demo_region, write_history
from dipsim.synth.history import ExpectedMeans, expected_means
from tests.shared import REPOSITORY

pytestmark = pytest.mark.large

CASES = 200_000
"""Of the settlement year; each year of history has about 190,000."""
ENOUGH = 100
RULES = REPOSITORY / "groupers" / "learn" / "dip-national.toml"


@dataclass(frozen=True)
class Learning:
    """What the history taught, and what years without chance would teach."""

    points: LearnedPoints
    truth: ExpectedMeans
    year_weights: tuple[int, ...]


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Learning:
    folder = tmp_path_factory.mktemp("demo-history")
    params = demo_region()
    write_history(params, 1, CASES, folder)
    inputs, _ = read_inputs([folder / "history"], Companions())
    rules = read_rules(RULES)
    untrimmed = rules.model_copy(
        update={
            "trimming": rules.trimming.model_copy(update={"method": "none"}),
            "hospital_factor": rules.hospital_factor.model_copy(update={"column": "none"}),
        }
    )
    learned = learn_weights(inputs.cases, untrimmed, read_scheme(REPOSITORY / "groupers" / "dip-demo"))
    return Learning(learned.weights[""].points, expected_means(params), rules.history.weights)


def test_nearly_every_group_is_learned_within_four_standard_errors_of_the_truth(learning: Learning) -> None:
    errors = standard_errors_off(learning)
    within = float((np.abs(errors) <= 4).mean())
    report(f"{errors.size} groups, {within:.2%} within 4 standard errors, farthest {np.abs(errors).max():.2f}")
    assert errors.size > 80
    assert within >= 0.99


def test_the_errors_are_as_large_as_chance_makes_them_and_lean_to_neither_side(learning: Learning) -> None:
    errors = standard_errors_off(learning)
    report(f"mean {errors.mean():+.3f}, root mean square {np.sqrt((errors**2).mean()):.3f} standard errors")
    assert abs(errors.mean()) < 4 / np.sqrt(errors.size)
    assert 0.7 < np.sqrt((errors**2).mean()) < 1.3


def test_the_mean_of_all_cases_is_the_truth_within_one_percent(learning: Learning) -> None:
    learned = learning.points.overall_mean_micro_yuan / MICRO_YUAN_PER_FEN
    report(f"{learned / 100:,.2f} yuan learned, {learning.truth.overall / 100:,.2f} implied")
    assert abs(learned / learning.truth.overall - 1) < 0.01


def standard_errors_off(learning: Learning) -> NDArray[np.float64]:
    """How far the learned mean of each group of enough cases is from the truth, in standard errors of that mean.

    A mean over years weighted w_y has the standard error  mean x CV x sqrt(sum w_y^2 / n_y) / sum w_y.
    """
    points, weights = learning.points, np.array(learning.year_weights)
    implied = dict(zip(learning.truth.group_codes, learning.truth.of_group.tolist(), strict=True))
    errors = []
    for row, code in enumerate(points.group_codes):
        if points.cases[row] < ENOUGH:
            continue
        mean, cv = points.mean_micro_yuan[row] / MICRO_YUAN_PER_FEN, (points.cv_micro[row] or 0) / 1e6
        chance = np.sqrt((weights**2 / np.array(points.annual_cases[row])).sum()) / weights.sum()
        errors.append((mean - implied[code]) / (mean * cv * chance))
    return np.array(errors)


def report(figures: str) -> None:
    """Show figures with `pytest -s`."""
    print(figures)  # noqa: T201
