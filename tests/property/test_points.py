"""Deviation points against the slow twin, and what the national form promises."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipsim.money import MICRO, MICRO_YUAN_PER_FEN
from dipsim.weighting.outlier import BANDS, OutlierParams, bands, deviation_points
from tests import build
from tests.naive.points import Bands, to_millionth
from tests.shared import examples

costs = st.one_of(st.integers(0, 9_999_999_999), st.integers(0, 5_000_000))
"""Fen, up to 99,999,999.99 yuan."""
means = st.one_of(st.integers(10**8, 10**12), st.integers(100, 50_000).map(lambda yuan: yuan * MICRO))
"""Millionths of a yuan, from a hundred to a million yuan."""
group_points = st.one_of(st.integers(0, 10**12), st.integers(0, 3000).map(lambda points: points * MICRO))
factors = st.one_of(st.sampled_from([MICRO, 1_100_000, 1_234_567]), st.integers(500_000, 2_000_000))
thousandths = st.integers(1, 999).map(lambda n: n / 1000)


@st.composite
def outliers(draw: st.DrawFn, /, **fixed: object) -> OutlierParams:
    low, high = draw(thousandths), draw(st.integers(1000, 4000)) / 1000
    stated: dict[str, Any] = {
        "form": draw(st.sampled_from(["national", "jining", "drg"])),
        "low_ratio": low,
        "high_ratio": high,
        "extreme_ratio": round(high + draw(st.integers(0, 5000)) / 1000, 3),
        "low_includes_limit": draw(st.booleans()),
        "high_includes_limit": draw(st.booleans()),
    } | fixed
    if stated["form"] == "drg":
        stated["high_limits"] = ({"up_to_weight": "none", "primary": high, "secondary": high, "tertiary": high},)
    values = build.changed(build.base().values["weighting"]["outlier"], stated)
    return OutlierParams.model_validate(values)


def twin(params: OutlierParams) -> Bands:
    return Bands(
        params.form,
        Fraction(str(params.low_ratio)),
        Fraction(str(params.high_ratio)),
        Fraction(str(params.extreme_ratio)),
        params.low_includes_limit,
        params.high_includes_limit,
        params.classify_by,
        params.compute_by,
    )


def engine(params: OutlierParams, cost_fen: list[int], classify: int, compute: int, s: int, k: int) -> tuple[Any, Any]:
    size = len(cost_fen)
    cost = np.array(cost_fen, np.int64) * MICRO_YUAN_PER_FEN
    band = bands(params, cost, np.full(size, classify))
    return deviation_points(params, band, np.full(size, s), np.full(size, k), cost, np.full(size, compute)), band


@examples(250)
@given(outliers(), st.lists(costs, min_size=1, max_size=6), means, means, group_points, factors)
def test_points_are_those_of_the_formula_rounded_once(
    params: OutlierParams, cost_fen: list[int], classify: int, compute: int, s: int, k: int
) -> None:
    points, band = engine(params, cost_fen, classify, compute, s, k)
    rule = twin(params)
    for row, fen in enumerate(cost_fen):
        name = rule.band(Fraction(fen, 100), Fraction(classify, MICRO))
        assert BANDS[band[row]][0] == name
        r = Fraction(fen, 100) / Fraction(compute, MICRO)
        assert points[row] == to_millionth(rule.points(name, Fraction(s, MICRO), Fraction(k, MICRO), r))


@examples(200)
@given(outliers(form="national"), st.lists(costs, min_size=2, max_size=10), means, group_points, factors)
def test_national_points_never_fall_as_cost_rises(
    params: OutlierParams, cost_fen: list[int], mean: int, s: int, k: int
) -> None:
    points, _ = engine(params, sorted(cost_fen), mean, mean, s, k)
    assert (np.diff(points) >= 0).all()


@examples(100)
@given(outliers(), means, st.integers(-1, 1), st.sampled_from(["low_ratio", "high_ratio", "extreme_ratio"]))
def test_a_fen_beside_a_limit_falls_on_its_side(params: OutlierParams, mean: int, step: int, limit: str) -> None:
    fen = max(int(Fraction(str(getattr(params, limit))) * mean / MICRO_YUAN_PER_FEN) + step, 0)
    _, band = engine(params, [fen], mean, mean, MICRO, MICRO)
    assert BANDS[band[0]][0] == twin(params).band(Fraction(fen, 100), Fraction(mean, MICRO))
