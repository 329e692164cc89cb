"""How pictures are drawn: SVG, the same bytes on every machine. No other module knows matplotlib.

The library draws shapes and works out scales and round numbers; texts are written beside its shapes, see `svg_text`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis as Scale
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKLEFT, MarkerStyle
from matplotlib.ticker import (
    Formatter,
    LogLocator,
    MaxNLocator,
    PercentFormatter,
    ScalarFormatter,
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
from dipsim.report.svg_text import FONTS, Written, element

_SVG_STYLE = f"font-family:{FONTS};stroke-linejoin:round;stroke-linecap:butt"
_MARGIN, _LINE, _LEGEND, _AXIS, _FOOTER = 8.0, 17.0, 20.0, 40.0, 13.0
_LABEL_BELOW = 26.0
"""Points from a plot down to the label of its axis."""
_BESIDE = 3.5
"""Points from a text to the plot or tick that it belongs to."""
_TICK = 3.5
_DOT = 42
"""Area of a dot, square points."""
_POINTS = 72
"""Points in an inch, the measure of figures."""
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
}


class _Frame(NamedTuple):
    """The lines of the finding and of the footer; points above the plots, and of the whole sheet."""

    title: list[str]
    footer: list[str]
    head: float
    height: float


class _Plot(NamedTuple):
    """Where a plot is: points from the left upper corner of a sheet of this height."""

    axes: Axes
    left: float
    top: float
    width: float
    height: float
    sheet: float

    def across(self, x: float) -> float:
        """The point of a place along the axis below."""
        return float(self.axes.get_xaxis_transform().transform((x, 0))[0])

    def down(self, y: float) -> float:
        """The point of a place along the axis beside."""
        return self.sheet - float(self.axes.get_yaxis_transform().transform((0, y))[1])


def svg(picture: Picture) -> str:
    """The picture as an SVG element for a page: no outside reference, ids of its own, the same bytes every time."""
    frame = _frame(picture)
    height = frame.height
    out = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({**_STYLE, "svg.hashsalt": picture.key}):
        figure = Figure(figsize=(WIDTH / _POINTS, height / _POINTS), dpi=_POINTS)
        texts = [*_surroundings(picture, frame)]
        for panel, plot in zip(picture.panels, _plots(figure, picture, frame), strict=True):
            _draw_panel(plot.axes, panel)
            texts += _texts(plot, panel)
        renderer = RendererSVG(WIDTH, height, out, metadata=nothing)  # type: ignore[no-untyped-call]
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
    drawn = out.getvalue()
    shapes = drawn[drawn.index("</defs>") + len("</defs>") : drawn.rindex("</svg>")].strip()
    shapes = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{picture.key}-{picture.lang}-", shapes)
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    label = f'role="img" lang="{picture.lang}" aria-label="{escape(picture.sheet.title)}"'
    start = f'<svg {spaces} viewBox="0 0 {WIDTH:g} {height:g}" {label} style="{_SVG_STYLE}">'
    return "\n".join([start, shapes, *map(element, texts), "</svg>"])


def known_fonts() -> frozenset[str]:
    """The fonts of this machine by name."""
    return frozenset(font.name for font in fontManager.ttflist)


# ---- the sheet


def _frame(picture: Picture) -> _Frame:
    title, footer = _lines(picture.sheet.title, TITLE_SIZE), _lines(picture.sheet.footer, SMALL_SIZE)
    head = _MARGIN + len(title) * _LINE + 6 + (_LEGEND if picture.sheet.legend else 0) + 12
    return _Frame(title, footer, head, head + picture.height + _AXIS + _FOOTER * len(footer))


def _lines(text: str, size: float) -> list[str]:
    """A text broken to the width of a chart."""
    return wrapped(text, columns_in(WIDTH - 2 * _MARGIN, size))


def _surroundings(picture: Picture, frame: _Frame) -> Iterator[Written]:
    """The finding, the legend, the footer, and the notes beside the plots."""
    title, footer, head, height = frame
    for number, line in enumerate(title):
        y = _MARGIN + (number + 0.8) * _LINE
        yield Written(_MARGIN, y, line, TITLE_SIZE, on_line=True, bold=True)
    x = _MARGIN
    for key in picture.sheet.legend:
        yield Written(x, head - 20, "■", color=key.color, on_line=True)
        yield Written(x + 12, head - 20, key.label, on_line=True)
        x += 12 + text_width(key.label) + 14
    for number, line in enumerate(reversed(footer)):
        yield Written(_MARGIN, height - 5 - number * _FOOTER, line, SMALL_SIZE, GREY, on_line=True)
    for note in picture.notes:
        yield Written(note.x, head + note.y, note.text, note.size, note.color, note.align, on_line=True)


def _plots(figure: Figure, picture: Picture, frame: _Frame) -> Iterator[_Plot]:
    """Plots side by side, as wide as each other."""
    sheet, panels, head, height = picture.sheet, len(picture.panels), frame.head, frame.height
    width = (WIDTH - sheet.left - sheet.right - (panels - 1) * sheet.right) / panels
    below = height - head - picture.height
    for number in range(panels):
        left = sheet.left + number * (width + sheet.right)
        axes = figure.add_axes((left / WIDTH, below / height, width / WIDTH, picture.height / height))
        axes.xaxis.set_visible(False)
        axes.yaxis.set_visible(False)
        yield _Plot(axes, left, head, width, picture.height, height)


# ---- shapes


def _draw_panel(axes: Axes, panel: Panel) -> None:
    for scale, told in ((axes.xaxis, panel.x), (axes.yaxis, panel.y)):
        if told.logarithmic:
            _make_logarithmic(axes, scale, told)
    for mark in panel.marks:
        match mark:
            case Label() | Above() | Beside() | RowTexts():
                continue
            case RowNames(names):
                axes.set_ylim(len(names) - 0.4, -0.6)
            case _:
                _draw(axes, mark)
    _finish(axes, axes.xaxis, panel.x)
    _finish(axes, axes.yaxis, panel.y)
    axes.autoscale_view()  # now, for texts are placed by it


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


def _make_logarithmic(axes: Axes, scale: Scale, told: Axis) -> None:
    """To both sides of zero where it is linear in the middle; else with its line and a tick at 1, 2 and 5."""
    set_scale = axes.set_xscale if scale is axes.xaxis else axes.set_yscale
    if told.linear_to is not None:
        set_scale("symlog", linthresh=told.linear_to)
        scale.set_major_locator(SymmetricalLogLocator(base=10, linthresh=told.linear_to))
        return
    set_scale("log")
    scale.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.spines["bottom" if scale is axes.xaxis else "left"].set_visible(True)


def _finish(axes: Axes, scale: Scale, told: Axis) -> None:
    """How far an axis goes and where its ticks are, once the shapes stand."""
    is_x = scale is axes.xaxis
    if told.ticks:
        scale.set_ticks(told.ticks)
    if told.most_ticks is not None:
        scale.set_major_locator(MaxNLocator(told.most_ticks))
    if told.margin is not None:
        (axes.set_xmargin if is_x else axes.set_ymargin)(told.margin)
    if told.limits is not None:
        (axes.set_xlim if is_x else axes.set_ylim)(told.limits)
    if told.bare:
        axes.spines["bottom" if is_x else "left"].set_visible(False)


# ---- texts of a plot


def _texts(plot: _Plot, panel: Panel) -> Iterator[Written]:
    for mark in panel.marks:
        if isinstance(mark, Label | Above | Beside | RowNames | RowTexts):
            yield from _lettering(plot, mark)
    if panel.title:
        yield Written(plot.left, plot.top - 6, panel.title, color=GREY, on_line=True)
    yield from _below(plot, panel.x)
    if not any(isinstance(mark, RowNames) for mark in panel.marks):
        yield from _beside(plot, panel.y)


def _lettering(plot: _Plot, mark: Lettering) -> Iterator[Written]:
    """Texts stand by their place along an axis, or by the edge of the plot."""
    left, right = plot.left - _BESIDE, plot.left + plot.width + _BESIDE
    match mark:
        case Label(x, y, text, color, size, align, on_line):
            yield Written(plot.across(x), plot.down(y), text, size, color, align, on_line)
        case Above(x, text):
            yield Written(plot.across(x), plot.top - _BESIDE, text, color=GREY, align="center", on_line=True)
        case Beside(y, text):
            yield Written(right, plot.down(y), text, SIZE - 1, NAME)
        case RowNames(names):
            for row, name in enumerate(names):
                if name:
                    yield Written(left, plot.down(row), name, color=NAME, align="right")
        case RowTexts(texts):
            for row, text in enumerate(texts):
                yield Written(right, plot.down(row), text)


def _below(plot: _Plot, told: Axis) -> Iterator[Written]:
    """The axis below a plot."""
    ticks, edge = _ticks(plot.axes.xaxis, told), plot.top + plot.height
    _mark([place for place, _ in ticks], plot.axes, is_x=True)
    for place, name in ticks:
        y = edge + _TICK + _BESIDE + told.size / 2
        yield Written(plot.across(place), y, name, told.size, GREY, "center")
    x = plot.left + (plot.width / 2 if told.label_at == "center" else 0)
    if told.label:
        yield Written(x, edge + _LABEL_BELOW, told.label, color=GREY, align=told.label_at)


def _beside(plot: _Plot, told: Axis) -> Iterator[Written]:
    """The axis beside a plot; only a logarithmic one has a line, and so ticks."""
    ticks, edge, color = _ticks(plot.axes.yaxis, told), plot.left - _BESIDE, INK
    if told.logarithmic:
        _mark([place for place, _ in ticks], plot.axes, is_x=False)
        edge, color = edge - _TICK, GREY
    for place, name in ticks:
        yield Written(edge, plot.down(place), name, told.size, color, "right")
    edge -= max((text_width(name, told.size) for _, name in ticks), default=0.0) + _BESIDE + SIZE / 2
    if told.label:
        yield Written(edge, plot.top + plot.height / 2, told.label, color=GREY, align="center", upward=True)


def _ticks(scale: Scale, told: Axis) -> list[tuple[float, str]]:
    """The ticks in view and what they say; none of a bare axis."""
    if told.bare:
        return []
    scale.set_major_formatter(_formatter(told.format))
    low, high = sorted(scale.get_view_interval())
    places, near = scale.get_majorticklocs().tolist(), (high - low) * 1e-9
    names = told.tick_names or scale.get_major_formatter().format_ticks(places)
    return [(place, name) for place, name in zip(places, names, strict=True) if low - near <= place <= high + near]


def _mark(places: list[float], axes: Axes, is_x: bool) -> None:
    """Ticks as one line: of each tick the library makes five things to draw."""
    edge = [0.0] * len(places)
    line = Line2D(*((places, edge) if is_x else (edge, places)), linestyle="none", color=GREY, clip_on=False)
    line.set_marker(MarkerStyle(TICKDOWN if is_x else TICKLEFT))
    line.set_markersize(_TICK)
    line.set_markeredgewidth(0.8)
    line.set_transform(axes.get_xaxis_transform() if is_x else axes.get_yaxis_transform())
    axes.add_artist(line)


def _formatter(kind: Format | None) -> Formatter:
    match kind:
        case None:
            plain = ScalarFormatter(useOffset=False)
            plain.set_scientific(False)
            return plain
        case "shortest":
            return StrMethodFormatter("{x:,g}")
        case "whole":
            return StrMethodFormatter("{x:,.0f}")
        case "percent":
            return PercentFormatter(1)
        case "whole percent":
            return PercentFormatter(1, decimals=0)
