from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dipsim.weighting.outlier import EXTREME, HIGH, LOW, NORMAL, OutlierParams, bands, deviation_points, ratio_parts
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
