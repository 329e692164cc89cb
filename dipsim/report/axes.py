"""The axes of a plot: where a value stands between two ends, and which values are written beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_STEPS = ((1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0))
"""Round steps between ticks, and the decimals that each has."""
_NOISE = 1e-9
"""A tick this part of a step outside the range is in it: floats are not exact."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The values at the two ends of an axis; `warp` bends what lies between, as a logarithm does."""

    low: float
    high: float
    warp: Callable[[float], float] = float

    def part(self, value: float) -> float:
        """How far a value stands from the low end towards the high one, 0 to 1."""
        low, high = self.warp(self.low), self.warp(self.high)
        return (self.warp(value) - low) / (high - low)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale with ticks, each a value and its text, and what is measured, with its unit; `has_line` shows a line."""

    scale: Scale
    ticks: Sequence[tuple[float, str]] = ()
    label: str = ""
    has_line: bool = True


def rows(names: Sequence[str]) -> Axis:
    """An axis of named rows from top to bottom, the first one at 0."""
    return Axis(Scale(len(names) - 0.4, -0.6), list(enumerate(names)), has_line=False)


def amounts(scale: Scale, label: str, most: int = 6, is_percent: bool = False, has_line: bool = True) -> Axis:
    """An axis of numbers with at most so many steps between round ticks."""
    return Axis(scale, _ticks(scale, most, is_percent), label, has_line)


def span(values: Iterable[float], room: float = 0.05, with_zero: bool = True) -> Scale:
    """A scale of all values that are numbers, with some room at both ends; none below a zero where bars begin."""
    known = [value for value in values if not math.isnan(value)] + ([0.0] if with_zero else [])
    low, high = min(known, default=0.0), max(known, default=0.0)
    if low == high:
        low, high = low - 1, high + 1
    more = (high - low) * room
    return Scale(low if with_zero and low == 0 else low - more, high if with_zero and high == 0 else high + more)


def _ticks(scale: Scale, most: int, is_percent: bool) -> list[tuple[float, str]]:
    """Multiples of the smallest round step of which at most so many fit."""
    size = math.floor(math.log10((scale.high - scale.low) / most))
    steps = ((step * 10.0**power, places - power) for power in (size, size + 1) for step, places in _STEPS)
    step, places = next((step, places) for step, places in steps if len(_multiples(scale, step)) <= most + 1)
    values = [number * step for number in _multiples(scale, step)]
    return [(value, _percent(value, places) if is_percent else _number(value, places)) for value in values]


def _multiples(scale: Scale, step: float) -> range:
    """Which multiples of a step lie on the scale."""
    return range(math.ceil(scale.low / step - _NOISE), math.floor(scale.high / step + _NOISE) + 1)


def _number(value: float, places: int) -> str:
    return f"{value:,.{max(places, 0)}f}".replace("-", "−")


def _percent(value: float, places: int) -> str:
    return f"{value:.{max(places - 2, 0)}%}".replace("-", "−")
