"""The parts of learning that sums alone do not show: distinct combinations, wide sums, rounding."""

from __future__ import annotations

import numpy as np
import pytest

from dipsim.learn.combinations import combinations
from dipsim.learn.means import cv_micro, square_totals, totals
from tests.unit.grouping.builders import case_table


def test_every_combination_is_counted_once_and_told_in_full() -> None:
    found = combinations(
        case_table(
            [
                ("A01.000", ["b", "c", "a"]),
                ("A01.001", ["b", "a", "c", "a", "b"]),
                ("A01.000", ["b", "a"]),
                ("A01.000", ["a", "b"]),
                ("A01.000", []),
                ("B02.000", ["b"]),
                ("", ["b"]),
            ]
        ),
        "all",
    )
    told = {found.parts(i): count for i, count in enumerate(found.cases.tolist()) if count}
    assert told == {
        ("A01.0", ("b", "a", "c")): 2,
        ("A01.0", ("b", "a")): 1,
        ("A01.0", ("a", "b")): 1,
        ("A01.0", ()): 1,
        ("B02.0", ("b",)): 1,
    }


def test_cases_without_any_procedure_are_combinations_too() -> None:
    found = combinations(case_table([("A01.000", []), ("B02.000", [])]), "all")
    assert found.cases.tolist() == [1, 1]
    assert found.parts(1) == ("B02.0", ())


def test_squares_are_added_exactly_beyond_64_bits() -> None:
    values = np.array([10**11, 10**11 + 1, 3, 0], np.int64)
    unit = np.array([0, 0, 1, 1], np.int64)
    assert square_totals(unit, values, 3) == [10**22 + (10**11 + 1) ** 2, 9, 0]


def test_a_sum_beyond_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError, match="64 bits"):
        totals(np.zeros(2, np.int64), np.array([2**62, 2**62], np.int64), 1)


def test_the_coefficient_of_variation_keeps_small_spreads() -> None:
    assert cv_micro(2, 2 * 10**10 + 2, (10**10) ** 2 + (10**10 + 2) ** 2) == 0
    assert cv_micro(2, 400, 100**2 + 300**2) == 500_000
    assert cv_micro(3, 300, 3 * 100**2) == 0
