"""The point value of METHODS F2.2 and F5.6 by brute force: every set of capped hospitals is tried, in fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

Value = Fraction | None
"""Fen a point; None when no hospital is open: the value has no bound."""


@dataclass(frozen=True)
class Claimant:
    """What a hospital claims: points, and the most it may get for them in fen, None for no cap."""

    points: Fraction
    cap_fen: int | None


@dataclass(frozen=True)
class Solved:
    """Fen for points by hospital, the point value, which guard bound it and who was capped."""

    pay_fen: dict[str, int]
    value: Value
    guard: str
    capped: frozenset[str]

    @property
    def is_bound(self) -> bool:
        """Whether a guard or a cap binds."""
        return self.guard != "none" or bool(self.capped)


def solved(pool_fen: int, claimants: Mapping[str, Claimant], lowest: Fraction, highest: Value) -> Solved:
    """Pay min(cap, points x value) such that the pool is used up, the value kept between its bounds in fen a point."""
    value, guard = free_value(pool_fen, claimants), "none"
    if value is not None and value < lowest:
        value, guard = lowest, "minimum"
    if highest is not None and (value is None or value > highest):
        value, guard = highest, "maximum"
    capped = frozenset(claimants) if value is None else over_cap(value, claimants)
    capped = frozenset(name for name in capped if claimants[name].points)
    still_open = {name: claimant for name, claimant in claimants.items() if name not in capped}
    if not any(claimant.points for claimant in still_open.values()):
        guard = "none"  # there is no point left that a guard could price
    points = sum((claimant.points for claimant in still_open.values()), Fraction(0))
    money = 0
    if points and value is not None:
        money = pool_fen - sum(claimants[n].cap_fen or 0 for n in capped)
    pay = {name: claimants[name].cap_fen or 0 for name in capped}
    if guard == "none":
        pay |= split(money, {name: claimant.points for name, claimant in still_open.items()})
    elif value is not None:
        pay |= {name: round(claimant.points * value) for name, claimant in still_open.items()}
    return Solved(pay, value, guard, capped)


def free_value(pool_fen: int, claimants: Mapping[str, Claimant]) -> Value:
    """The value without guards, by the one set of caps that agrees with itself; None where caps leave money over."""
    names = sorted(name for name, claimant in claimants.items() if claimant.points)
    with_cap = [name for name in names if claimants[name].cap_fen is not None]
    found: set[Value] = set()
    for size in range(len(with_cap) + 1):
        for capped in combinations(with_cap, size):
            points = sum((claimants[name].points for name in names if name not in capped), Fraction(0))
            left = pool_fen - sum(claimants[name].cap_fen or 0 for name in capped)
            if points == 0:
                found |= {None} if left > 0 or not names else set()
                continue
            value = Fraction(left) / points
            if left >= 0 and over_cap(value, claimants) == frozenset(capped):
                found.add(value)
    assert len(found) == 1, found
    return found.pop()


def over_cap(value: Fraction, claimants: Mapping[str, Claimant]) -> frozenset[str]:
    """Hospitals whose points are worth more than their cap."""
    return frozenset(n for n, c in claimants.items() if c.cap_fen is not None and c.points * value > c.cap_fen)


def split(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """An amount by largest remainder, ties to the smaller name."""
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        assert total == 0
        return dict.fromkeys(weights, 0)
    exact = {name: Fraction(total) * weight / whole for name, weight in weights.items()}
    shares = {name: amount.numerator // amount.denominator for name, amount in exact.items()}
    for name in by_remainder(exact, shares)[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def by_remainder(exact: Mapping[str, Fraction], shares: Mapping[str, int]) -> Sequence[str]:
    return sorted(exact, key=lambda name: (shares[name] - exact[name], name))
