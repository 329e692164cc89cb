from __future__ import annotations

import csv
import tomllib
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import numpy as np
import pytest

from dipsim.paths import policy_roots
from dipsim.synth import demo_region
from dipsim.synth.history import mean_fen, overall_mean_fen, write_weights

MILLIONTH = Decimal("0.000001")


@pytest.fixture(scope="module")
def weights() -> Path:
    return policy_roots(None).weights("demo-city-2025")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def stated_mean(weights: Path) -> Decimal:
    document = tomllib.loads((weights / "weights.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    mean = document["mean_cost_yuan"]
    assert isinstance(mean, Decimal)
    return mean


def test_the_mean_of_a_group_weighs_levels_by_cases_and_their_cost_factor() -> None:
    # Haemorrhoids, excision: inpatient 6, 14 and 11 cases of 4,400 yuan, day surgery 0, 1 and 2 cases of 3,300 yuan; by
    # level 6 x 3,740 = 22,440; 14 x 4,400 + 3,300 = 64,900; 11 x 4,972 + 2 x 3,729 = 62,150. Sum 149,490 over 34 cases.
    params = demo_region()
    group = np.flatnonzero(np.array(params.conditions.group_code) == "K64.8:49.4600")
    assert mean_fen(params, group, np.arange(3)) == 439676
    assert mean_fen(params, group, np.array([1])) == 432667  # 64,900 / 15


def test_a_level_without_cases_has_no_mean() -> None:
    params = demo_region()
    group = np.flatnonzero(np.array(params.conditions.group_code) == "S72.0:81.5100")
    assert mean_fen(params, group, np.array([0])) == 0


def test_group_points_are_a_thousand_times_mean_cost_over_the_stated_mean(weights: Path) -> None:
    overall = stated_mean(weights)
    for row in rows(weights / "group_points.csv"):
        points = (1000 * Decimal(row["mean_cost_yuan"]) / overall).quantize(MILLIONTH, ROUND_HALF_EVEN)
        assert Decimal(row["group_points"]) == points, row["group_code"]


def test_the_bundled_weights_are_those_of_the_demo_region(weights: Path, tmp_path: Path) -> None:
    params = demo_region()
    write_weights(params, tmp_path)
    for name in ("group_points.csv", "level_means.csv"):
        assert (weights / name).read_bytes() == (tmp_path / name).read_bytes()
    assert stated_mean(weights) * 100 == overall_mean_fen(params)
