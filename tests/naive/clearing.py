"""Sharing and its compensation by brute force: the schedule yuan by yuan of its bands, the split in fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

Schedule = Sequence[tuple[Fraction | None, Fraction]]
"""Upper limit of each band as a ratio of the standard, None for the last, and the fund's share in it."""


def scheduled(standard: int, actual: int, start: Fraction, bands: Schedule) -> int:
    """What the schedule pays, fen."""
    pay, below = start * standard, Fraction(0)
    for upper, share in bands:
        limit = Fraction(actual) if upper is None else min(Fraction(actual), upper * standard)
        if limit > below:
            pay += share * (limit - below)
            below = limit
    return round(pay)


def shared(
    hospitals: Mapping[str, tuple[int, int]], start: Fraction, bands: Schedule, reserve: int, keeps_surplus: bool
) -> dict[str, int]:
    """What sharing adds to or takes from each hospital of one fund: (standard, actual) by id, money of the reserve."""
    change = {name: scheduled(*pair, start, bands) - pair[0] for name, pair in hospitals.items()}
    wanted = {name: amount for name, amount in change.items() if amount > 0}
    recovered = -sum(amount for amount in change.values() if amount < 0) if keeps_surplus else 0
    money = min(sum(wanted.values()), reserve + recovered)
    return {name: min(amount, 0) for name, amount in change.items()} | split(money, wanted)


def split(money: int, wanted: Mapping[str, int]) -> dict[str, int]:
    """Shares in proportion: the floor of each, and a fen more for the largest remainders, ties to the smaller id."""
    total = sum(wanted.values())
    if not total:
        return {}
    exact = {name: Fraction(money * amount, total) for name, amount in wanted.items()}
    shares = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(wanted, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[: money - sum(shares.values())]:
        shares[name] += 1
    return shares
