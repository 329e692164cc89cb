from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dipsim.weighting.outlier import (
    EXTREME,
    HIGH,
    LOW,
    NORMAL,
    OutlierParams,
    bands,
    deviation_points,
    high_limits_micro,
    ratio_parts,
)
from tests import build

I8 = np.ndarray[Any, np.dtype[np.int64]]


def params(**stated: object) -> OutlierParams:
    return OutlierParams.model_validate(build.changed(build.base().values["weighting"]["outlier"], stated))


def array(*values: int) -> I8:
    return np.array(values, np.int64)


@pytest.mark.parametrize(("ratio", "parts"), [(2.5, (5, 2)), (0.333, (333, 1000)), (2.0, (2, 1)), (0.0, (0, 1))])
def test_a_ratio_is_held_in_lowest_terms(ratio: float, parts: tuple[int, int]) -> None:
    assert ratio_parts(ratio) == parts


def test_bands_at_and_beside_their_limits() -> None:
    cost = array(499_999, 500_000, 500_001, 2_000_000, 2_000_001, 5_000_000, 5_000_001)
    mean = array(*[1_000_000] * 7)
    assert bands(params(), cost, mean).tolist() == [LOW, NORMAL, NORMAL, NORMAL, HIGH, HIGH, EXTREME]
    both = params(low_includes_limit=True, high_includes_limit=True)
    assert bands(both, cost, mean).tolist() == [LOW, LOW, NORMAL, HIGH, HIGH, HIGH, EXTREME]


def test_numbers_beyond_64_bits_are_worked_out_in_full() -> None:
    cost, mean, s, k = 10**14 - 10**4, 10**12 + 1, 10**12, 1_234_567
    points = deviation_points(params(), array(HIGH), array(s), array(k), array(cost), array(mean))
    assert points.tolist() == [round(Fraction(s * k * (cost - mean), mean * 10**6))]


def test_rows_of_both_widths_keep_their_places() -> None:
    cost, mean = array(3 * 10**9, 10**14, 3 * 10**9), array(10**10, 10**12, 10**10)
    points = deviation_points(params(), array(LOW, EXTREME, LOW), array(*[10**9] * 3), array(*[10**6] * 3), cost, mean)
    assert points.tolist() == [300_000_000, 99_000_000_000, 300_000_000]


def test_no_cases_have_no_points() -> None:
    none = array()
    assert deviation_points(params(), none, none, none, none, none).size == 0


@pytest.mark.parametrize(
    "stated",
    [
        {"low_ratio": 0.5001},
        {"low_ratio": -0.5},
        {"high_ratio": 0.0},
        {"form": "other"},
        {"classify_by": "mean"},
        {"new": 1},
    ],
    ids=str,
)
def test_a_parameter_out_of_sense_is_refused(stated: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        params(**stated)


LIMITS = (
    {"up_to_weight": 1.0, "primary": 2.0, "secondary": 2.5, "tertiary": 3.0},
    {"up_to_weight": 2.5, "primary": 1.5, "secondary": 2.0, "tertiary": 2.5},
    {"up_to_weight": "none", "primary": 1.0, "secondary": 1.25, "tertiary": 1.5},
)


def test_the_high_limit_goes_by_weight_and_level_and_a_weight_at_a_limit_is_within_it() -> None:
    drg = params(form="drg", high_limits=LIMITS)
    weights = array(0, 100_000_000, 100_000_001, 250_000_000, 250_000_001)
    limits = high_limits_micro(drg, weights, 100_000_000)
    assert limits.tolist() == [
        [2_000_000, 2_000_000, 1_500_000, 1_500_000, 1_000_000],
        [2_500_000, 2_500_000, 2_000_000, 2_000_000, 1_250_000],
        [3_000_000, 3_000_000, 2_500_000, 2_500_000, 1_500_000],
    ]


def test_a_limit_of_a_case_takes_the_place_of_the_one_limit() -> None:
    drg = params(form="drg", high_limits=LIMITS)
    cost, mean = array(2_100_000, 2_100_000), array(1_000_000, 1_000_000)
    limits = (array(2, 5), array(1, 2))
    band = bands(drg, cost, mean, limits)
    assert band.tolist() == [HIGH, NORMAL]
    points = deviation_points(drg, band, array(10**8, 10**8), array(1_100_000, 1_100_000), cost, mean, (1, 1), limits)
    assert points.tolist() == [120_000_000, 110_000_000]  # 100 x (2.1 - 2 + 1.1); 100 x 1.1


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"form": "drg"}, "state high_limits"),
        ({"form": "national", "high_limits": LIMITS}, "state high_limits"),
        ({"form": "drg", "high_limits": LIMITS[:2]}, "up_to_weight = 'none'"),
        ({"form": "drg", "high_limits": (LIMITS[2], LIMITS[2])}, "up_to_weight = 'none'"),
        ({"form": "drg", "high_limits": (LIMITS[1], LIMITS[0], LIMITS[2])}, "rises"),
        ({"form": "drg", "high_limits": LIMITS, "low_ratio": 1.1}, "below low_ratio"),
    ],
)
def test_high_limits_that_make_no_sense_are_refused(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        params(**stated)
