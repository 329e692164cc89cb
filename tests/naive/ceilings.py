"""Ceilings by area in fractions: the city's money by weight, each area by points, both by largest remainder."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tests.naive.point_value import split


def paid(whole_fen: int, weights: Mapping[str, int], points: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Fen by hospital; points by area and hospital. What an area without points has goes to nobody."""
    ceilings = split(whole_fen, {area: Fraction(weight) for area, weight in weights.items()})
    found: dict[str, int] = {}
    for area, of_area in points.items():
        if any(of_area.values()):
            found |= split(ceilings[area], {name: Fraction(own) for name, own in of_area.items()})
        else:
            found |= dict.fromkeys(of_area, 0)
    return found
