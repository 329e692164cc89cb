"""Exact arithmetic over the whole range of 64 bits, against Python's integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dipsim.money import half_even, half_even_ratio, quotient_remainder, share_of, split_fen
from tests.naive.point_value import split
from tests.shared import examples

LARGEST = 2**63 - 1
EDGES = [0, 1, 2, 2**31, 2**49 - 1, 2**49, 2**53 - 1, 2**53 + 1, 2**60 - 1, 2**60, 2**62, LARGEST - 1, LARGEST]
numbers = st.one_of(st.integers(0, LARGEST), st.integers(0, 10**6), st.sampled_from(EDGES))
divisors = st.one_of(st.integers(1, LARGEST), st.integers(1, 10**6), st.sampled_from(EDGES[1:]))


@examples(300)
@given(st.lists(st.tuples(numbers, numbers, divisors), min_size=1, max_size=8))
def test_quotient_and_remainder_are_those_of_python(rows: list[tuple[int, int, int]]) -> None:
    rows = [(a, b, d) for a, b, d in rows if a * b // d <= LARGEST]
    assume(rows)
    a, b, d = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    quotient, remainder = quotient_remainder(a, b, d)
    assert list(zip(quotient.tolist(), remainder.tolist(), strict=True)) == [divmod(a * b, d) for a, b, d in rows]


@examples(300)
@given(numbers, numbers, divisors)
def test_a_ratio_is_rounded_half_to_even(a: int, b: int, d: int) -> None:
    exact = round(Fraction(a * b, d))
    assume(exact <= LARGEST)
    assert half_even_ratio(np.array([a]), np.int64(b), np.int64(d)).tolist() == [exact]
    assert half_even(a * b, d) == exact


@examples(200)
@given(st.integers(0, 2**40), st.integers(1, 2**20))
def test_halves_go_to_the_even_neighbour(whole: int, half: int) -> None:
    exact = half_even_ratio(np.array([2 * whole + 1]), np.int64(half), np.int64(2 * half))
    assert exact.tolist() == [whole + whole % 2]


@examples(100)
@given(st.integers(2**32, LARGEST), st.integers(2**32, LARGEST), st.data())
def test_a_quotient_beyond_64_bits_is_refused_not_wrapped(a: int, b: int, data: st.DataObject) -> None:
    d = data.draw(st.integers(1, min(a * b >> 63, LARGEST)))
    with pytest.raises(OverflowError):
        quotient_remainder(np.array([a]), np.array([b]), np.array([d]))


@examples(200)
@given(
    st.one_of(st.integers(-500, 500), st.integers(-(2**62), 2**62)),
    st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**58)), min_size=1, max_size=12),
)
def test_a_split_is_by_largest_remainder_and_loses_nothing(total: int, weights: list[int]) -> None:
    assume(any(weights))
    ids = [f"h{number * 7 % 13:02d}" for number in range(len(weights))]
    shares, cut = split_fen(total, np.array(weights, np.int64), ids)
    sign = -1 if total < 0 else 1
    twin = split(abs(total), {name: Fraction(weight) for name, weight in zip(ids, weights, strict=True)})
    assert shares.tolist() == [sign * twin[name] for name in ids]
    assert int(shares.sum()) == total
    alone = [share_of(abs(total), weight, sum(weights), name, cut) for name, weight in zip(ids, weights, strict=True)]
    assert shares.tolist() == [sign * share for share in alone]
    order = np.argsort(ids)
    again, cut_again = split_fen(total, np.array(weights, np.int64)[order], [ids[i] for i in order])
    assert again.tolist() == shares[order].tolist()
    assert cut_again == cut
