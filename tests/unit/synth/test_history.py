from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from dipsim.paths import policy_roots
from dipsim.synth import RegionParams, demo_region
from dipsim.synth.costs import expected_fen
from dipsim.synth.history import expected_means, write_weights

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


def slow_mean(params: RegionParams, wanted: Callable[[int, int], bool]) -> float:
    """The mean cost over the years of history in yuan, one condition and hospital at a time."""
    settings, conditions = params.settings, params.conditions
    years = sum(year.weight * year.cost_factor for year in settings.history) / sum(y.weight for y in settings.history)
    course = 1 - settings.cost.complicated_ratio + settings.cost.complicated_ratio * settings.cost.complicated_factor
    cost = cases = 0.0
    for row in range(len(conditions.keys)):
        spread = float(conditions.age_spread_years[row])
        adults = 0.0
        if spread:
            age = NormalDist(float(conditions.mean_age_years[row]), spread)
            adults = 1 - age.cdf(settings.population.employee_from_age - 0.5)
        for column, hospital in enumerate(settings.hospital):
            if not wanted(row, column):
                continue
            employees = getattr(settings.population.employee_ratio, hospital.level) * adults
            employees *= 1 - settings.population.other_ratio
            insurance = employees * settings.cost.employee_factor + (1 - employees) * settings.cost.resident_factor
            place = getattr(settings.cost.level_factor, hospital.level) * hospital.cost_factor
            share = float(params.share[row, column])
            mean = float(conditions.mean_cost_fen[row]) / 100
            cost += share * mean * place * insurance * course * years
            cases += share
    return cost / cases if cases else 0.0


def is_among(rows: set[int], columns: set[int], row: int, column: int) -> bool:
    return row in rows and column in columns


def test_the_expected_mean_of_a_case_has_every_factor() -> None:
    # Neonatal jaundice at H03: no newborn is an employee, so insurance counts 0.97; courses 1 + 0.006 x 2.5 = 1.015;
    # years (0.95 + 2 x 0.98 + 7 x 1.0) / 10 = 0.991; place 1.13 x 0.97 = 1.0961.
    params = demo_region()
    row = params.conditions.keys.index("neonatal_jaundice")
    mean = float(params.conditions.mean_cost_fen[row])
    expected = mean * 0.97 * 1.015 * 0.991 * 1.0961
    assert expected_fen(params)[row, params.hospital_row("H03")] == pytest.approx(expected, rel=1e-12)


def test_means_are_those_of_a_slow_sum_over_conditions_and_hospitals() -> None:
    params = demo_region()
    means = expected_means(params)
    everything, everywhere = set(range(len(params.conditions.keys))), set(range(params.level.size))
    overall = slow_mean(params, partial(is_among, everything, everywhere))
    assert means.overall == pytest.approx(100 * overall, abs=0.51)
    for code in ("K64.8:49.4600", "J18.9", "K80-4"):
        number = means.group_codes.index(code)
        members = {row for row, of_row in enumerate(params.conditions.group_code) if of_row == code}
        in_group = slow_mean(params, partial(is_among, members, everywhere))
        assert means.of_group[number] == pytest.approx(100 * in_group, abs=0.51)
        for level in range(3):
            at_level = {column for column in everywhere if params.level[column] == level}
            there = slow_mean(params, partial(is_among, members, at_level))
            assert means.of_level[number, level] == pytest.approx(100 * there, abs=0.51)


def test_a_level_without_cases_has_no_mean(weights: Path) -> None:
    means = expected_means(demo_region())
    assert means.of_level[means.group_codes.index("S72.0:81.5100"), 0] == 0
    stated = {(row["group_code"], row["level"]) for row in rows(weights / "level_means.csv")}
    assert ("S72.0:81.5100", "primary") not in stated
    assert ("S72.0:81.5100", "secondary") in stated


def test_day_surgery_has_points_from_its_own_mean(weights: Path) -> None:
    params = demo_region()
    codes = [params.conditions.group_code[row] for row in np.flatnonzero(params.conditions.is_day_surgery)]
    own = {row["group_code"]: Decimal(row["mean_cost_yuan"]) for row in rows(weights / "day_surgery_points.csv")}
    assert set(own) == set(codes)
    whole = {row["group_code"]: Decimal(row["mean_cost_yuan"]) for row in rows(weights / "group_points.csv")}
    assert all(own[code] < whole[code] for code in own)


def test_group_points_are_a_thousand_times_mean_cost_over_the_stated_mean(weights: Path) -> None:
    overall = stated_mean(weights)
    tables = ("group_points.csv", "day_surgery_points.csv")
    for row in (row for name in tables for row in rows(weights / name)):
        points = (1000 * Decimal(row["mean_cost_yuan"]) / overall).quantize(MILLIONTH, ROUND_HALF_EVEN)
        assert Decimal(row["group_points"]) == points, row["group_code"]


def test_the_bundled_weights_are_those_of_the_demo_region(weights: Path, tmp_path: Path) -> None:
    params = demo_region()
    write_weights(params, tmp_path)
    for name in ("group_points.csv", "level_means.csv", "day_surgery_points.csv"):
        assert (weights / name).read_bytes() == (tmp_path / name).read_bytes()
    assert stated_mean(weights) * 100 == expected_means(params).overall
