"""How charts are drawn: a sheet with panels, as SVG with text kept as text, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from dipsim.report.axes import Axis
from dipsim.report.labels import Lang
from dipsim.report.lettering import SMALL_SIZE, TITLE_SIZE, columns_in, text_width, wrapped
from dipsim.report.marks import GREY, INK, Mark, Place, centred, lettered, points, straight

WIDTH = 620.0
"""Width of every chart in points; one point is one unit of the SVG."""
FONTS = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Noto Sans','Segoe UI',Arial,sans-serif"
_STYLE = f"font-family:{FONTS};stroke-linejoin:round"
_MARGIN, _LINE, _LEGEND, _AXIS, _FOOTER = 8.0, 17.0, 20.0, 40.0, 13.0
_THIN = 0.6
_TICK, _TICK_TEXT, _LABEL = 3.5, 16.0, 30.5
"""Points from a plot down to the end of a tick, the line of its text and that of the label of the axis."""
_BESIDE, _SIDE_TICK, _SIDE_LABEL = 4.0, 2.0, 7.0
"""Points from a plot to the texts beside it, length of a tick there, points from the texts to the label of the axis."""


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
    legend: Sequence[Key] = ()
    left: float = 100.0
    right: float = 60.0


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot: its axes, its marks from the lowest layer up, a title, and a text at the right of each row."""

    across: Axis
    up: Axis
    marks: Sequence[Mark]
    at_right: Sequence[str] = ()
    title: str = ""


def svg(sheet: Sheet, height: float, panels: Sequence[Panel], lang: Lang) -> str:
    """The panels side by side, all of one height in points, as an SVG element for a page without outside reference."""
    titles, notes = _lines(sheet.title, TITLE_SIZE), _lines(sheet.footer, SMALL_SIZE)
    top = _MARGIN + len(titles) * _LINE + 6 + (_LEGEND if sheet.legend else 0) + 12
    whole = top + height + _AXIS + _FOOTER * len(notes)
    parts = [
        lettered(_MARGIN, _MARGIN + (number + 0.8) * _LINE, line, size=TITLE_SIZE, more=' font-weight="bold"')
        for number, line in enumerate(titles)
    ]
    parts += _legend(sheet.legend, top - 20)
    room = panel_width(sheet, len(panels))
    for number, panel in enumerate(panels):
        left = sheet.left + number * (room + sheet.right)
        parts += _panel(panel, Place(left, top, room, height, panel.across.scale, panel.up.scale))
    for number, line in enumerate(reversed(notes)):
        parts.append(lettered(_MARGIN, whole - 5 - number * _FOOTER, line, size=SMALL_SIZE, color=GREY))
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {points(WIDTH)} {points(whole)}" role="img" lang="{lang}"'
    start = f'<svg {head} aria-label="{escape(sheet.title)}" style="{_STYLE}">'
    return "\n".join([start, *filter(None, parts), "</svg>"])


def panel_width(sheet: Sheet, panels: int = 1) -> float:
    """How wide each of so many panels is, in points."""
    return (WIDTH - sheet.left - panels * sheet.right) / panels


def _lines(text: str, size: float) -> list[str]:
    """A text broken to the width of a chart."""
    return wrapped(text, columns_in(WIDTH - 2 * _MARGIN, size))


def _legend(legend: Sequence[Key], y: float) -> Iterator[str]:
    x = _MARGIN
    for key in legend:
        yield lettered(x, y, "■", color=key.color)
        yield lettered(x + 12, y, key.label)
        x += 12 + text_width(key.label) + 14


def _panel(panel: Panel, place: Place) -> Iterator[str]:
    for mark in panel.marks:
        yield mark.drawn(place)
    yield from _below(panel.across, place)
    yield from _beside(panel.up, place)
    for row, text in enumerate(panel.at_right):
        yield centred(place.left + place.width + 6, place.y(row), text, "start")
    if panel.title:
        yield lettered(place.left, place.top - 6, panel.title, color=GREY)


def _below(axis: Axis, place: Place) -> Iterator[str]:
    """The axis across, below the plot."""
    bottom = place.top + place.height
    if axis.has_line:
        yield straight(place.left, bottom, place.left + place.width, bottom, GREY, _THIN)
    for value, text in axis.ticks:
        x = place.x(value)
        yield straight(x, bottom, x, bottom + _TICK, GREY, _THIN)
        yield lettered(x, bottom + _TICK_TEXT, text, "middle", color=GREY)
    if axis.label:
        yield lettered(place.left + place.width / 2, bottom + _LABEL, axis.label, "middle", color=GREY)


def _beside(axis: Axis, place: Place) -> Iterator[str]:
    """The axis up, at the left of the plot."""
    if axis.has_line:
        yield straight(place.left, place.top, place.left, place.top + place.height, GREY, _THIN)
    for value, text in axis.ticks:
        y = place.y(value)
        if axis.has_line:
            yield straight(place.left - _SIDE_TICK, y, place.left, y, GREY, _THIN)
        if text:
            yield centred(place.left - _BESIDE, y, text, "end", color=INK)
    if axis.label:
        widest = max((text_width(text) for _, text in axis.ticks), default=0.0)
        x, y = place.left - _BESIDE - widest - _SIDE_LABEL, place.top + place.height / 2
        turned = f' transform="rotate(-90 {points(x)} {points(y)})"'
        yield lettered(x, y, axis.label, "middle", color=GREY, more=turned)
