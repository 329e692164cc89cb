"""A chart as plain values: what stands where, and in which colour. How it becomes SVG is known in `drawing` alone.

A picture holds texts and numbers and nothing else, so it can be compared, and sent to another process to be drawn.
Marks of one kind are drawn in their order; bars lie below lines, lines below dots and texts. A place along x or y is
one of the plot's axis; rows count from the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from dipsim.report.lettering import SIZE

if TYPE_CHECKING:
    from dipsim.report.labels import Lang

WIDTH = 620.0
"""Width of every chart in points; one point is one unit of the SVG."""
INK, GREY, PALE = "#222222", "#666666", "#d9d9d9"
NAME = "#000000"
"""The colour of names of rows and of numbers beside bars."""

Numbers: TypeAlias = tuple[float, ...]
Align: TypeAlias = Literal["left", "center", "right"]
Format: TypeAlias = Literal["shortest", "whole", "percent", "whole percent"]
"""How the numbers of an axis are written: as few signs as will do, without decimals, as shares of 1."""


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend."""

    color: str
    label: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What surrounds the plot: the finding above it, a legend, the fingerprint below, room for labels at both sides."""

    title: str
    footer: str
    legend: tuple[Key, ...] = ()
    left: float = 100.0
    right: float = 60.0


# ---- shapes


@dataclass(frozen=True, slots=True)
class Bars:
    """Lying bars, one a row; they begin at zero where no starts are given."""

    rows: Numbers
    lengths: Numbers
    colors: tuple[str, ...]
    thickness: float
    starts: Numbers = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """Standing bars of one colour, set off from each other by a white edge."""

    places: Numbers
    heights: Numbers
    starts: Numbers
    color: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """One lying bar in pieces that touch."""

    row: float
    starts: Numbers
    lengths: Numbers
    colors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dots:
    """Dots of one size above all lines."""

    xs: Numbers
    ys: Numbers
    colors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bubbles:
    """Circles below all lines, which may cover each other; areas in square points."""

    xs: Numbers
    ys: Numbers
    areas: Numbers
    colors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line from dot to dot; width and dots in points."""

    xs: Numbers
    ys: Numbers
    color: str
    width: float
    dot: float


@dataclass(frozen=True, slots=True)
class Strokes:
    """Parallel lines of one colour, upright or lying, each at its place from a start to an end."""

    upright: bool
    places: Numbers
    starts: Numbers
    ends: Numbers
    color: str
    width: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A line right across the plot, upright or lying."""

    upright: bool
    place: float
    color: str = GREY
    width: float = 0.8
    dashed: bool = False


Shape: TypeAlias = Bars | Columns | Pieces | Dots | Bubbles | Line | Strokes | Rule


# ---- texts


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place of the plot, on the line or in the middle of its height."""

    x: float
    y: float
    text: str
    color: str = INK
    size: float = SIZE
    align: Align = "center"
    on_line: bool = False


@dataclass(frozen=True, slots=True)
class Above:
    """A text above the plot."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A text at the right of the plot."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class RowNames:
    """The names of the rows, from top to bottom, at the left of the plot; an empty name is no text."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowTexts:
    """A text at the right of each row."""

    texts: tuple[str, ...]


Lettering: TypeAlias = Label | Above | Beside | RowNames | RowTexts
Mark: TypeAlias = Shape | Lettering


# ---- plots


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: what it says, how far it goes, what is told of its numbers. What is not given follows from the marks.

    label_at     where below the plot; beside it, a label stands in the middle
    margin       part of the extent of the marks that is left free beyond them, where no limits are given
    most_ticks   intervals that round numbers cut it into, at most
    ticks        places of numbers, or of the names of the ticks
    linear_to    on a logarithmic axis that goes to both sides of zero: how far it is linear
    bare         without line and numbers
    """

    label: str = ""
    label_at: Literal["center", "left"] = "center"
    limits: tuple[float, float] | None = None
    margin: float | None = None
    most_ticks: int | None = None
    ticks: Numbers = ()
    tick_names: tuple[str, ...] = ()
    size: float = SIZE
    format: Format | None = None
    logarithmic: bool = False
    linear_to: float | None = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: its marks between two axes."""

    marks: tuple[Mark, ...]
    x: Axis
    y: Axis = Axis()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A text on the sheet, points from its left edge and below the upper edge of the plots."""

    x: float
    y: float
    text: str
    size: float
    color: str = GREY
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart in one language: plots side by side, all of one height in points, on a sheet."""

    key: str
    lang: Lang
    sheet: Sheet
    height: float
    panels: tuple[Panel, ...]
    notes: tuple[Note, ...] = ()
