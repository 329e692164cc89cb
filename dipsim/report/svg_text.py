"""Texts of a picture as elements of its SVG: kept as text, sized by display width, in the fonts of the reader.

A library that lays out text measures fonts, which differ between machines, and takes as long as it does for all shapes.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from dipsim.report.lettering import SIZE
from dipsim.report.picture import INK, Align

FONTS = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Noto Sans','Segoe UI',Arial,sans-serif"
_ANCHOR = {"left": "start", "center": "middle", "right": "end"}
_RISE = 0.35
"""From the line on which letters stand up to the middle of their height, as a part of their size."""


class Written(NamedTuple):
    """A text on a sheet, points from its left upper corner.

    align     what of the text stands at x
    on_line   y is the line on which the letters stand, else the middle of their height
    upward    it reads from below
    """

    x: float
    y: float
    text: str
    size: float = SIZE
    color: str = INK
    align: Align = "left"
    on_line: bool = False
    bold: bool = False
    upward: bool = False


def element(written: Written) -> str:
    """The SVG of a text."""
    down = 0.0 if written.on_line else _RISE * written.size
    x, y = (written.x + down, written.y) if written.upward else (written.x, written.y + down)
    place = f'x="{x:.2f}" y="{y:.2f}"'
    if written.upward:
        place += f' transform="rotate(-90 {x:.2f} {y:.2f})"'
    weight = ' font-weight="bold"' if written.bold else ""
    font = f'font-size="{written.size:g}"{weight} text-anchor="{_ANCHOR[written.align]}" fill="{written.color}"'
    return f"<text {place} {font}>{escape(written.text)}</text>"
