"""How charts are drawn: SVG with text kept as text, sized by display width, the same bytes on every machine.

Text is laid out by counting columns (a Chinese character is two), not by measuring a font: which fonts a machine has
then changes nothing, and the reader's own font fits.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from dipsim.report.labels import Lang
from dipsim.report.lettering import SIZE, SMALL_SIZE, TITLE_SIZE, columns_in, text_width, wrapped

WIDTH = 620.0
"""Width of every chart in points; one point is one unit of the SVG."""
INK, GREY, PALE = "#222222", "#666666", "#d9d9d9"
FONTS = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Noto Sans','Segoe UI',Arial,sans-serif"
_SVG_STYLE = f"font-family:{FONTS};stroke-linejoin:round;stroke-linecap:butt"
_LAID_OUT_WITH = "DejaVu Sans"  # comes with matplotlib, so it is there on every machine
_MARGIN, _LINE, _LEGEND, _AXIS, _FOOTER = 8.0, 17.0, 20.0, 40.0, 13.0
_LABEL_BELOW = 21.5
"""Points from a plot down to the name of its axis."""
_BESIDE = 3.5
"""Points from the name of a row to its plot."""
_TEXT: dict[Any, Any] = {"font.family": _LAID_OUT_WITH, "text.parse_math": False}  # a name may hold a dollar sign
_STYLE: dict[Any, Any] = {
    **_TEXT,
    "font.size": SIZE,
    "svg.fonttype": "none",
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": INK,
    "ytick.major.size": 0,
}


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


def draw(sheet: Sheet, plot_height: float, panels: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure with its surroundings and one or more empty plots side by side, height in points."""
    lines, notes = _lines(sheet.title, TITLE_SIZE), _lines(sheet.footer, SMALL_SIZE)
    bottom = _AXIS + _FOOTER * len(notes)
    top = _MARGIN + len(lines) * _LINE + 6 + (_LEGEND if sheet.legend else 0) + 12
    height = top + plot_height + bottom
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        for number, line in enumerate(lines):
            y = 1 - (_MARGIN + (number + 0.8) * _LINE) / height
            figure.text(_MARGIN / WIDTH, y, line, size=TITLE_SIZE, weight="bold")
        _draw_legend(figure, sheet.legend, 1 - (top - 20) / height)
        for number, line in enumerate(reversed(notes)):
            figure.text(_MARGIN / WIDTH, (5 + number * _FOOTER) / height, line, size=SMALL_SIZE, color=GREY)
        room = (WIDTH - sheet.left - sheet.right - (panels - 1) * sheet.right) / panels
        plots = []
        for number in range(panels):
            x = sheet.left + number * (room + sheet.right)
            box = (x / WIDTH, bottom / height, room / WIDTH, plot_height / height)
            axes = figure.add_axes(box)
            axes.xaxis.set_label_coords(0.5, -_LABEL_BELOW / plot_height)  # else each tick is measured for it
            plots.append(axes)
    return figure, plots


def _lines(text: str, size: float) -> list[str]:
    """A text broken to the width of a chart."""
    return wrapped(text, columns_in(WIDTH - 2 * _MARGIN, size))


def _draw_legend(figure: Figure, legend: Sequence[Key], y: float) -> None:
    x = _MARGIN
    for key in legend:
        figure.text(x / WIDTH, y, "■", size=SIZE, color=key.color)
        figure.text((x + 12) / WIDTH, y, key.label, size=SIZE)
        x += 12 + text_width(key.label) + 14


def rows_on(axes: Axes, labels: Sequence[str]) -> None:
    """Name the rows of a plot from top to bottom, by texts: ticks would take several times as long to draw."""
    axes.yaxis.set_visible(False)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    left = -_BESIDE / (axes.get_position().width * WIDTH)
    for row, label in enumerate(labels):
        if label:
            place = axes.get_yaxis_transform()
            axes.text(left, row, label, transform=place, ha="right", va="center_baseline", size=SIZE)


def at_right(axes: Axes, texts: Sequence[str], color: str = INK) -> None:
    """Write a text at the right of each row."""
    for row, text in enumerate(texts):
        axes.text(1.015, row, text, transform=axes.get_yaxis_transform(), va="center", size=SIZE, color=color)


def plain_text() -> AbstractContextManager[None]:
    """While it lasts, every text is laid out with the font that is there on every machine, and read as it stands."""
    return mpl.rc_context(_TEXT)


class _Renderer(RendererSVG):
    """Writes SVG and takes texts to be as wide as their columns: no font is measured, whichever the reader has."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | str
    ) -> tuple[float, float, float]:
        """Width, height and the part below the baseline, in points; a line is never lower than its font says."""
        size = prop.get_size_in_points()
        return text_width(s, size), size, 0.0


def svg(figure: Figure, key: str, lang: Lang, title: str) -> str:
    """The figure as an SVG element for a page: no outside reference, ids of its own, the same bytes every time."""
    out = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({**_STYLE, "svg.hashsalt": key}):
        figure.dpi = 72
        width, height = figure.get_size_inches() * 72
        renderer = _Renderer(width, height, out, metadata=nothing)  # type: ignore[no-untyped-call]
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
    drawn = out.getvalue()
    body = drawn[drawn.index("</defs>") + len("</defs>") :].replace(f"font-family: '{_LAID_OUT_WITH}'; ", "")
    body = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{key}-{lang}-", body)
    box = f'viewBox="0 0 {figure.get_figwidth() * 72:g} {figure.get_figheight() * 72:g}"'
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    label = f'role="img" lang="{lang}" aria-label="{escape(title)}"'
    return f'<svg {spaces} {box} {label} style="{_SVG_STYLE}">{body.strip()}'
