"""What is drawn in a plot: bars, lines, dots and words, in the values of its axes, written as elements of SVG.

Places are rounded to a hundredth of a point, so that a chart has the same bytes on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, Protocol

from dipsim.report.axes import Scale
from dipsim.report.lettering import SIZE

INK, GREY, PALE = "#222222", "#666666", "#d9d9d9"
Anchor = Literal["start", "middle", "end"]
_ABOVE_BASELINE = 0.36
"""The middle of a digit above the line that it stands on, as a part of the size."""


@dataclass(frozen=True, slots=True)
class Place:
    """The box of a plot on its sheet in points, and the scales of its two axes."""

    left: float
    top: float
    width: float
    height: float
    across: Scale
    up: Scale

    def x(self, value: float) -> float:
        """Where a value stands from left to right."""
        return self.left + self.across.part(value) * self.width

    def y(self, value: float) -> float:
        """Where a value stands from the top down."""
        return self.top + (1 - self.up.part(value)) * self.height


class Mark(Protocol):
    """Anything that can be drawn in a plot."""

    def drawn(self, place: Place) -> str:
        """Its element of SVG."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle from `left` to `right` and from `low` to `high`."""

    left: float
    right: float
    low: float
    high: float
    color: str
    has_edge: bool = False

    def drawn(self, place: Place) -> str:
        """A rectangle, with a thin white edge where it touches others; nothing where it ends at no number."""
        if math.isnan(self.left + self.right + self.low + self.high):
            return ""
        x, right = sorted((place.x(self.left), place.x(self.right)))
        y, bottom = sorted((place.y(self.low), place.y(self.high)))
        edge = ' stroke="white" stroke-width="0.5"' if self.has_edge else ""
        box = f'x="{points(x)}" y="{points(y)}" width="{points(right - x)}" height="{points(bottom - y)}"'
        return f'<rect {box} fill="{self.color}"{edge}/>'


@dataclass(frozen=True, slots=True)
class Line:
    """A line from point to point, with dots of some radius on them where it is not 0."""

    points: Sequence[tuple[float, float]]
    color: str
    width: float
    dots: float = 0.0

    def drawn(self, place: Place) -> str:
        """A line through all points that are numbers."""
        known = [(place.x(x), place.y(y)) for x, y in self.points if not math.isnan(x + y)]
        path = " ".join(f"{points(x)},{points(y)}" for x, y in known)
        line = f'<polyline points="{path}" fill="none" stroke="{self.color}" stroke-width="{self.width:g}"/>'
        return line + ("".join(circle(x, y, self.dots, self.color) for x, y in known) if self.dots else "")


@dataclass(frozen=True, slots=True)
class Guide:
    """A straight line through the whole plot, upright at a value of the axis across or level at one of the axis up."""

    at: float
    is_upright: bool
    color: str = GREY
    width: float = 0.8
    is_dashed: bool = False

    def drawn(self, place: Place) -> str:
        """A line from edge to edge."""
        if self.is_upright:
            ends = (place.x(self.at), place.top, place.x(self.at), place.top + place.height)
        else:
            ends = (place.left, place.y(self.at), place.left + place.width, place.y(self.at))
        return straight(*ends, self.color, self.width, self.is_dashed)


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle of some radius in points."""

    x: float
    y: float
    radius: float
    color: str
    has_edge: bool = False

    def drawn(self, place: Place) -> str:
        """A circle; with an edge it lets what is below shine through."""
        return circle(place.x(self.x), place.y(self.y), self.radius, self.color, self.has_edge)


@dataclass(frozen=True, slots=True)
class Words:
    """A text beside a point: so many points to the right of it and below it, at half height on that line."""

    x: float
    y: float
    text: str
    anchor: Anchor = "middle"
    size: float = SIZE
    color: str = INK
    right: float = 0.0
    below: float = 0.0

    def drawn(self, place: Place) -> str:
        """The text as text."""
        y = place.y(self.y) + self.below
        return centred(place.x(self.x) + self.right, y, self.text, self.anchor, self.size, self.color)


def points(value: float) -> str:
    """A length in hundredths of a point, without a sign before zero."""
    return f"{round(value, 2) + 0.0:g}"


def straight(x: float, y: float, x2: float, y2: float, color: str, width: float, is_dashed: bool = False) -> str:
    """A straight line."""
    ends = f'x1="{points(x)}" y1="{points(y)}" x2="{points(x2)}" y2="{points(y2)}"'
    dashes = ' stroke-dasharray="4 2"' if is_dashed else ""
    return f'<line {ends} stroke="{color}" stroke-width="{width:g}"{dashes}/>'


def circle(x: float, y: float, radius: float, color: str, has_edge: bool = False) -> str:
    """A circle."""
    edge = f' fill-opacity="0.85" stroke="{GREY}" stroke-width="0.4"' if has_edge else ""
    return f'<circle cx="{points(x)}" cy="{points(y)}" r="{points(radius)}" fill="{color}"{edge}/>'


def lettered(
    x: float, y: float, text: str, anchor: Anchor = "start", size: float = SIZE, color: str = INK, more: str = ""
) -> str:
    """A text whose letters stand on y; `more` are further attributes."""
    aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    style = f'font-size="{size:g}" fill="{color}"{aligned}{more}'
    return f'<text x="{points(x)}" y="{points(y)}" {style}>{escape(text, quote=False)}</text>'


def centred(x: float, y: float, text: str, anchor: Anchor, size: float = SIZE, color: str = INK) -> str:
    """A text whose letters have their middle at y."""
    return lettered(x, y + _ABOVE_BASELINE * size, text, anchor, size, color)
