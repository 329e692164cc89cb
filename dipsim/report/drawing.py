"""How pictures are drawn: SVG with text kept as text, sized by display width, the same bytes on every machine.

Text is laid out by counting columns (a Chinese character is two), not by measuring a font: which fonts a machine has
then changes nothing, and the reader's own font fits. No other module knows matplotlib.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis as Drawn
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ticker import (
    Formatter,
    LogLocator,
    MaxNLocator,
    NullLocator,
    PercentFormatter,
    StrMethodFormatter,
    SymmetricalLogLocator,
)

from dipsim.report.lettering import SIZE, SMALL_SIZE, TITLE_SIZE, columns_in, text_width, wrapped
from dipsim.report.picture import (
    GREY,
    INK,
    NAME,
    WIDTH,
    Above,
    Axis,
    Bars,
    Beside,
    Bubbles,
    Columns,
    Dots,
    Format,
    Key,
    Label,
    Lettering,
    Line,
    Panel,
    Picture,
    Pieces,
    RowNames,
    RowTexts,
    Rule,
    Shape,
    Strokes,
)

FONTS = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Noto Sans','Segoe UI',Arial,sans-serif"
_SVG_STYLE = f"font-family:{FONTS};stroke-linejoin:round;stroke-linecap:butt"
_LAID_OUT_WITH = "DejaVu Sans"  # comes with matplotlib, so it is there on every machine
_MARGIN, _LINE, _LEGEND, _AXIS, _FOOTER = 8.0, 17.0, 20.0, 40.0, 13.0
_LABEL_BELOW = 21.5
"""Points from a plot down to the name of its axis."""
_BESIDE = 3.5
"""Points from the name of a row to its plot."""
_DOT = 42
"""Area of a dot, square points."""
_STYLE: dict[Any, Any] = {
    "font.family": _LAID_OUT_WITH,
    "text.parse_math": False,  # a name may hold a dollar sign
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


def svg(picture: Picture) -> str:
    """The picture as an SVG element for a page: no outside reference, ids of its own, the same bytes every time."""
    out = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({**_STYLE, "svg.hashsalt": picture.key}):
        figure = _figure(picture)
        figure.dpi = 72
        width, height = figure.get_size_inches() * 72
        renderer = _Renderer(width, height, out, metadata=nothing)  # type: ignore[no-untyped-call]
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
    drawn = out.getvalue()
    body = drawn[drawn.index("</defs>") + len("</defs>") :].replace(f"font-family: '{_LAID_OUT_WITH}'; ", "")
    body = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{picture.key}-{picture.lang}-", body)
    box = f'viewBox="0 0 {width:g} {height:g}"'
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    label = f'role="img" lang="{picture.lang}" aria-label="{escape(picture.sheet.title)}"'
    return f'<svg {spaces} {box} {label} style="{_SVG_STYLE}">{body.strip()}'


def known_fonts() -> frozenset[str]:
    """The fonts of this machine by name."""
    return frozenset(font.name for font in fontManager.ttflist)


class _Renderer(RendererSVG):
    """Writes SVG and takes texts to be as wide as their columns: no font is measured, whichever the reader has."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | str
    ) -> tuple[float, float, float]:
        """Width, height and the part below the baseline, in points; a line is never lower than its font says."""
        size = prop.get_size_in_points()
        return text_width(s, size), size, 0.0


def _figure(picture: Picture) -> Figure:
    """The sheet with its plots; whatever has a height is measured in points from the lower edge."""
    sheet = picture.sheet
    lines, notes = _lines(sheet.title, TITLE_SIZE), _lines(sheet.footer, SMALL_SIZE)
    bottom = _AXIS + _FOOTER * len(notes)
    head = _MARGIN + len(lines) * _LINE + 6 + (_LEGEND if sheet.legend else 0) + 12
    top = bottom + picture.height
    height = top + head
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    for number, line in enumerate(lines):
        y = 1 - (_MARGIN + (number + 0.8) * _LINE) / height
        figure.text(_MARGIN / WIDTH, y, line, size=TITLE_SIZE, weight="bold")
    _draw_legend(figure, sheet.legend, 1 - (head - 20) / height)
    for number, line in enumerate(reversed(notes)):
        figure.text(_MARGIN / WIDTH, (5 + number * _FOOTER) / height, line, size=SMALL_SIZE, color=GREY)
    for note in picture.notes:
        place = note.x / WIDTH, (top - note.y) / height
        figure.text(*place, note.text, size=note.size, color=note.color, ha=note.align)
    panels = len(picture.panels)
    room = (WIDTH - sheet.left - sheet.right - (panels - 1) * sheet.right) / panels
    for number, panel in enumerate(picture.panels):
        x = sheet.left + number * (room + sheet.right)
        axes = figure.add_axes((x / WIDTH, bottom / height, room / WIDTH, picture.height / height))
        axes.xaxis.set_label_coords(0.5, -_LABEL_BELOW / picture.height)  # else each tick is measured for it
        _draw_panel(axes, panel)
    return figure


def _lines(text: str, size: float) -> list[str]:
    """A text broken to the width of a chart."""
    return wrapped(text, columns_in(WIDTH - 2 * _MARGIN, size))


def _draw_legend(figure: Figure, legend: tuple[Key, ...], y: float) -> None:
    x = _MARGIN
    for key in legend:
        figure.text(x / WIDTH, y, "■", size=SIZE, color=key.color)
        figure.text((x + 12) / WIDTH, y, key.label, size=SIZE)
        x += 12 + text_width(key.label) + 14


# ---- one plot


def _draw_panel(axes: Axes, panel: Panel) -> None:
    for axis, told in ((axes.xaxis, panel.x), (axes.yaxis, panel.y)):
        if told.logarithmic:
            _make_logarithmic(axes, axis, told)
    for mark in panel.marks:
        match mark:
            case Label() | Above() | Beside() | RowNames() | RowTexts():
                _write(axes, mark)
            case _:
                _draw(axes, mark)
    _finish(axes, axes.xaxis, panel.x)
    _finish(axes, axes.yaxis, panel.y)
    if panel.title:
        axes.set_title(panel.title, size=SIZE, color=GREY, loc="left")


def _draw(axes: Axes, shape: Shape) -> None:
    match shape:
        case Bars(rows, lengths, colors, thickness, starts):
            axes.barh(rows, lengths, left=starts or None, color=colors, height=thickness)
        case Columns(places, heights, starts, color):
            axes.bar(places, heights, bottom=starts, color=color, width=0.7, edgecolor="white", linewidth=0.4)
        case Pieces(row, starts, lengths, colors):
            pieces, place = list(zip(starts, lengths, strict=True)), (row - 0.36, 0.72)
            axes.broken_barh(pieces, place, facecolors=colors, edgecolors="white", linewidths=0.5)
        case Dots(xs, ys, colors):
            axes.scatter(xs, ys, s=_DOT, c=colors, zorder=3)
        case Bubbles(xs, ys, areas, colors):
            axes.scatter(xs, ys, s=areas, c=colors, edgecolors=GREY, linewidths=0.4, alpha=0.85)
        case Line(xs, ys, color, width, dot):
            axes.plot(xs, ys, "o-", color=color, lw=width, ms=dot)
        case Strokes(upright, places, starts, ends, color, width):
            (axes.vlines if upright else axes.hlines)(places, starts, ends, color=color, lw=width)
        case Rule(upright, place, color, width, dashed):
            (axes.axvline if upright else axes.axhline)(place, color=color, lw=width, ls="--" if dashed else "-")


def _write(axes: Axes, mark: Lettering) -> None:
    """Texts stand by their place along an axis, or by the edge of the plot."""
    along_x, along_y = axes.get_xaxis_transform(), axes.get_yaxis_transform()
    match mark:
        case Label(x, y, text, color, size, align, on_line):
            axes.text(x, y, text, ha=align, va="baseline" if on_line else "center", color=color, size=size)
        case Above(x, text):
            axes.text(x, 1.01, text, transform=along_x, ha="center", va="bottom", color=GREY, size=SIZE)
        case Beside(y, text):
            axes.text(1.02, y, text, transform=along_y, va="center", color=NAME, size=SIZE - 1)
        case RowNames(names):
            _name_rows(axes, names)
        case RowTexts(texts):
            for row, text in enumerate(texts):
                axes.text(1.015, row, text, transform=along_y, va="center", size=SIZE, color=INK)


def _name_rows(axes: Axes, names: tuple[str, ...]) -> None:
    """Name the rows of a plot from top to bottom, by texts: ticks would take several times as long to draw."""
    axes.yaxis.set_visible(False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    left, place = -_BESIDE / (axes.get_position().width * WIDTH), axes.get_yaxis_transform()
    for row, name in enumerate(names):
        if name:
            axes.text(left, row, name, transform=place, ha="right", va="center_baseline", size=SIZE, color=NAME)


def _make_logarithmic(axes: Axes, axis: Drawn, told: Axis) -> None:
    """To both sides of zero where it is linear in the middle; else with its line and a tick at 1, 2 and 5."""
    set_scale = axes.set_xscale if axis is axes.xaxis else axes.set_yscale
    if told.linear_to is not None:
        set_scale("symlog", linthresh=told.linear_to)
        axis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=told.linear_to))
        return
    set_scale("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())  # each tick takes as long to draw as a bubble
    axis.set_tick_params(which="both", length=2, colors=GREY)
    axes.spines["bottom" if axis is axes.xaxis else "left"].set_visible(True)


def _finish(axes: Axes, axis: Drawn, told: Axis) -> None:
    """What an axis says, once the marks stand."""
    is_x = axis is axes.xaxis
    if told.bare:
        axis.set_ticks([])
        axes.spines["bottom" if is_x else "left"].set_visible(False)
    if told.ticks:
        axis.set_ticks(told.ticks, told.tick_names or None)
    if told.most_ticks is not None:
        axis.set_major_locator(MaxNLocator(told.most_ticks))
    if told.format is not None:
        axis.set_major_formatter(_formatter(told.format))
    if told.size != SIZE:
        axis.set_tick_params(labelsize=told.size)
    if told.margin is not None:
        (axes.set_xmargin if is_x else axes.set_ymargin)(told.margin)
    if told.limits is not None:
        (axes.set_xlim if is_x else axes.set_ylim)(told.limits)
    if told.label and is_x:
        axes.set_xlabel(told.label, loc=told.label_at)
    elif told.label:
        axes.set_ylabel(told.label)


def _formatter(kind: Format) -> Formatter:
    match kind:
        case "shortest":
            return StrMethodFormatter("{x:,g}")
        case "whole":
            return StrMethodFormatter("{x:,.0f}")
        case "percent":
            return PercentFormatter(1)
        case "whole percent":
            return PercentFormatter(1, decimals=0)
