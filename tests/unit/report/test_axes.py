from __future__ import annotations

import math

import pytest

from dipsim.report.axes import Scale, amounts, rows, span


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0.0, 1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.0, 9.9, 3, ["0.0", "2.5", "5.0", "7.5"]),
        (-1600.0, 2100.0, 5, ["−1,000", "0", "1,000", "2,000"]),
        (10.3, 13.3, 6, ["10.5", "11.0", "11.5", "12.0", "12.5", "13.0"]),
        (2279.5, 2280.5, 3, ["2,279.5", "2,280.0", "2,280.5"]),
    ],
)
def test_ticks_are_round_numbers_and_no_more_than_asked_for(
    low: float, high: float, most: int, texts: list[str]
) -> None:
    assert [text for _, text in amounts(Scale(low, high), "", most).ticks] == texts


def test_a_tick_says_as_many_decimals_of_a_percent_as_it_needs() -> None:
    assert [text for _, text in amounts(Scale(0, 1), "", 2, is_percent=True).ticks] == ["0%", "50%", "100%"]
    small = amounts(Scale(-0.001, 0.003), "", 4, is_percent=True).ticks
    assert [text for _, text in small] == ["−0.1%", "0.0%", "0.1%", "0.2%", "0.3%"]


def test_a_scale_has_room_at_its_ends_but_not_below_the_zero_of_bars() -> None:
    assert span([1.0, 10.0], 0.1) == Scale(0.0, 11.0)
    assert span([-10.0], 0.1) == Scale(-11.0, 0.0)
    assert span([5.0, 10.0, math.nan], 0.1, with_zero=False) == Scale(4.5, 10.5)


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [math.nan]])
def test_a_scale_of_nothing_has_two_ends_all_the_same(values: list[float]) -> None:
    assert span(values, 0.0) == Scale(-1.0, 1.0)


def test_the_first_row_is_at_the_top() -> None:
    scale = rows(["a", "b", "c"]).scale
    assert scale.part(0) > scale.part(1) > scale.part(2) > 0


def test_a_warp_bends_what_lies_between_the_ends() -> None:
    scale = Scale(1, 100, math.log10)
    assert (scale.part(1), scale.part(10), scale.part(100)) == (0, 0.5, 1)
