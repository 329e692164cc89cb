"""`solve` against the brute force, and what must hold for any fund."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from dipsim.money import Cut, share_of
from dipsim.shares import Shares, solve
from tests.naive.point_value import Claimant, Solved, solved
from tests.shared import examples

MICRO = 10**6
NAMES = ("A", "B", "C", "D", "E", "F", "G", "H")

points = st.one_of(st.integers(0, 5), st.integers(0, 10**10), st.sampled_from([MICRO, 2 * MICRO, 3 * MICRO]))
caps = st.one_of(st.none(), st.integers(0, 300), st.integers(0, 10**7))
claimants = st.lists(st.tuples(points, caps), min_size=1, max_size=8)
pools = st.one_of(st.integers(0, 300), st.integers(0, 10**8))
values = st.one_of(st.integers(0, 100), st.integers(0, 10**8), st.sampled_from([MICRO, 2 * MICRO]))
"""Millionths of a yuan per point."""

Claims = list[tuple[int, int | None]]
Bounds = tuple[int, int | None]


@st.composite
def bounds(draw: st.DrawFn) -> Bounds:
    lowest, highest = draw(st.one_of(st.just(0), values)), draw(st.one_of(st.none(), values))
    return (lowest, highest) if highest is None else (min(lowest, highest), max(lowest, highest))


def by_engine(pool: int, claims: Claims, limits: Bounds) -> Shares:
    names = NAMES[: len(claims)]
    return solve(pool, np.array([p for p, _ in claims], np.int64), tuple(cap for _, cap in claims), names, limits)


def by_hand(pool: int, claims: Claims, limits: Bounds) -> Solved:
    lowest, highest = (None if limit is None else Fraction(limit, 10**4) for limit in limits)
    parts = {name: Claimant(Fraction(p, MICRO), cap) for name, (p, cap) in zip(NAMES, claims, strict=False)}
    assert lowest is not None
    return solved(pool, parts, lowest, highest)


@examples(1000)
@given(pools, claimants, bounds())
def test_hospitals_are_paid_as_by_brute_force(pool: int, claims: Claims, limits: Bounds) -> None:
    share, twin = by_engine(pool, claims, limits), by_hand(pool, claims, limits)
    expected = [twin.pay_fen.get(name, 0) for name in NAMES[: len(claims)]]
    assert share.pay_fen.tolist() == expected
    assert set(share.capped) == twin.capped
    assert share.guard == twin.guard


@examples(120)
@given(pools, claimants, bounds())
def test_no_hospital_gets_more_than_its_cap(pool: int, claims: Claims, limits: Bounds) -> None:
    share = by_engine(pool, claims, limits)
    assert all(cap is None or pay <= cap for pay, (_, cap) in zip(share.pay_fen.tolist(), claims, strict=True))


@examples(120)
@given(pools, claimants)
def test_a_fund_without_bounds_is_used_up(pool: int, claims: Claims) -> None:
    claims = [(p, None) for p, _ in claims]
    assume(any(p for p, _ in claims))
    share = by_engine(pool, claims, (0, None))
    assert int(share.pay_fen.sum()) == pool
    assert share.guard == "none"
    assert share.capped == ()


@examples(120)
@given(pools, claimants, bounds())
def test_each_share_can_be_recomputed_alone(pool: int, claims: Claims, limits: Bounds) -> None:
    share = by_engine(pool, claims, limits)
    assume(share.points_micro > 0)
    assume(share.guard == "none" or not share.capped)
    for name, pay, (p, cap) in zip(NAMES, share.pay_fen.tolist(), claims, strict=False):
        alone = share_of(share.pool_fen, p, share.points_micro, name, share.cut)
        assert pay == (alone if cap is None else min(alone, cap))


@examples(120)
@given(pools, claimants, bounds(), st.integers(0, 10**6))
def test_more_money_never_lowers_the_value(pool: int, claims: Claims, limits: Bounds, more: int) -> None:
    poor, rich = by_engine(pool, claims, limits), by_engine(pool + more, claims, limits)
    if poor.points_micro and rich.points_micro:
        assert Fraction(rich.pool_fen, rich.points_micro) >= Fraction(poor.pool_fen, poor.points_micro)
    assert all(a <= b + 1 for a, b in zip(poor.pay_fen.tolist(), rich.pay_fen.tolist(), strict=True))


@examples(120)
@given(pools, claimants, st.integers(1, 10**9))
def test_raising_one_hospitals_points_raises_nobody_elses_pay(pool: int, claims: Claims, more: int) -> None:
    before = by_engine(pool, claims, (0, None)).pay_fen
    raised = [(claims[0][0] + more, claims[0][1]), *claims[1:]]
    after = by_engine(pool, raised, (0, None)).pay_fen
    if any(p for p, _ in claims[1:]) or claims[0][0]:
        assert (after[1:] <= before[1:] + 1).all()  # a fen more can come of largest remainders alone


def test_the_cut_of_a_split_that_comes_out_even_is_empty() -> None:
    assert by_engine(300, [(MICRO, None), (2 * MICRO, None)], (0, None)).cut == Cut(-1, "")
