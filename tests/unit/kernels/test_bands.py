from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipsim import ledger, money
from dipsim.kernels import bands, key, trim
from dipsim.payment.dip import NO_MATCH
from dipsim.weighting import outlier
from tests.shared import examples


def test_the_numbers_that_a_kernel_repeats_are_those_of_the_modules_it_may_not_import() -> None:
    assert len(ledger.INSURANCES) == bands.INSURANCES
    assert bands.MICRO_YUAN_PER_FEN == money.MICRO_YUAN_PER_FEN
    names = (outlier.NORMAL, outlier.LOW, outlier.HIGH, outlier.EXTREME, NO_MATCH)
    assert names == (bands.NORMAL, bands.LOW, bands.HIGH, bands.EXTREME, bands.NO_GROUP)
    assert bands.NONE == key.NONE == trim.NONE


@given(st.integers(0, 2**48), st.integers(0, 2**62), st.integers(1, 2**60 - 1))
@examples(500)
def test_a_ratio_is_rounded_half_to_even_as_in_whole_numbers(a: int, b: int, d: int) -> None:
    if a * b // d >= 2**48:
        b = b % d
    parts: Any = np.array([a, b, d], np.int64)  # numpy's integers wrap without the compiler too
    with np.errstate(over="ignore"):
        found = bands.half_even_ratio(*parts)
    assert found == money.half_even(a * b, d)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60), st.data())
@examples(200)
def test_a_ranked_value_is_that_of_the_sorted_values(values: list[int], data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, len(values) - 1))
    assert trim.ranked(np.array(values, np.int64), rank) == sorted(values)[rank]
