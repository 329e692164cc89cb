from __future__ import annotations

import numpy as np
import pytest

from dipsim.money import (
    NO_CUT,
    Cut,
    decimal_text,
    fen,
    half_even,
    half_even_ratio,
    micro,
    quotient_remainder,
    share_of,
    split_fen,
    yuan_text,
)


def array(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (5, 3, 2), (4, 3, 1), (-1, 2, 0), (-3, 2, -2), (-5, 3, -2), (0, 9, 0)],
)
def test_halves_round_to_even_on_both_sides_of_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_even(numerator, denominator) == rounded


def test_products_beyond_64_bits_divide_exactly() -> None:
    a, b, d = 2**62 + 1, 2**61 + 3, 2**62 + 7
    quotient, remainder = quotient_remainder(array(a), array(b), array(d))
    assert (quotient.tolist(), remainder.tolist()) == ([a * b // d], [a * b % d])


def test_shapes_broadcast() -> None:
    quotient, remainder = quotient_remainder(array(10, 20, 30), np.int64(7), np.int64(9))
    assert quotient.tolist() == [7, 15, 23]
    assert remainder.tolist() == [7, 5, 3]


def test_nothing_divides_to_nothing() -> None:
    quotient, remainder = quotient_remainder(array(), np.int64(7), np.int64(9))
    assert quotient.size == remainder.size == 0


def test_a_quotient_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        quotient_remainder(array(2**62), array(4), array(1))


def test_the_arguments_are_left_as_they_were() -> None:
    a, b, d = array(5, 7), array(3, 3), array(2, 2)
    half_even_ratio(a, b, d)
    assert (a.tolist(), b.tolist(), d.tolist()) == ([5, 7], [3, 3], [2, 2])


def test_shares_add_up_and_ties_go_to_the_smaller_id() -> None:
    shares, cut = split_fen(100, array(1, 1, 1), ["c", "a", "b"])
    assert shares.tolist() == [33, 34, 33]
    assert cut == Cut(1, "a")


def test_a_negative_amount_is_split_by_its_size() -> None:
    shares, _ = split_fen(-100, array(1, 1, 1), ["c", "a", "b"])
    assert shares.tolist() == [-33, -34, -33]


def test_a_split_that_comes_out_even_has_no_cut() -> None:
    shares, cut = split_fen(90, array(1, 0, 2), ["a", "b", "c"])
    assert shares.tolist() == [30, 0, 60]
    assert cut == NO_CUT


def test_a_weight_of_zero_gets_nothing_even_among_ties() -> None:
    shares, _ = split_fen(2, array(0, 1, 1, 1), ["a", "b", "c", "d"])
    assert shares.tolist() == [0, 1, 1, 0]


def test_nothing_can_be_split_by_no_weights_and_something_cannot() -> None:
    assert split_fen(0, array(0, 0), ["a", "b"])[0].tolist() == [0, 0]
    assert split_fen(0, array(), [])[0].tolist() == []
    with pytest.raises(ValueError, match="all zero"):
        split_fen(1, array(0, 0), ["a", "b"])
    with pytest.raises(ValueError, match="all zero"):
        split_fen(1, array(), [])


def test_ids_are_compared_by_code_point() -> None:
    ids = ["协", "H2", "H10", "h1", "中", "😀"]
    shares, cut = split_fen(3, array(1, 1, 1, 1, 1, 1), ids)
    assert dict(zip(ids, shares.tolist(), strict=True)) == {"H10": 1, "H2": 1, "h1": 1, "中": 0, "协": 0, "😀": 0}
    assert [share_of(3, 1, 6, name, cut) for name in ids] == shares.tolist()


def test_weights_whose_sum_leaves_64_bits_are_refused() -> None:
    with pytest.raises(OverflowError):
        split_fen(100, array(2**62, 2**62), ["a", "b"])


@pytest.mark.parametrize(
    ("value", "millionths"),
    [(0.1, 100_000), ("1.0000005", 1_000_000), ("1.0000015", 1_000_002), (1e-7, 0), (3, 3_000_000), (0.7, 700_000)],
)
def test_millionths_count_a_float_by_its_shortest_decimal(value: float | str, millionths: int) -> None:
    assert micro(value) == millionths


@pytest.mark.parametrize(
    ("yuan", "amount"), [(99_999_999_999.98, 9_999_999_999_998), ("0.005", 0), ("0.015", 2), (-0.125, -12)]
)
def test_yuan_become_fen_half_to_even(yuan: float | str, amount: int) -> None:
    assert fen(yuan) == amount


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (12345, "123.45"), (-100, "-1.00")]
)
def test_fen_are_shown_as_yuan(amount: int, text: str) -> None:
    assert yuan_text(amount) == text


def test_decimals_are_shown_in_full() -> None:
    assert decimal_text(1_234_567, 6) == "1.234567"
    assert decimal_text(1, 6) == "0.000001"
