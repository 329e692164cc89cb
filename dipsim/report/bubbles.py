"""Groups as bubbles: how many cases, how far the pay of one lies from the average, and what both come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, SymmetricalLogLocator
from numpy.typing import NDArray

from dipsim.money import FEN
from dipsim.pipeline import Result
from dipsim.report.charts import LESS, MORE, both, every_group_gap, footer, gain_legend, group_name
from dipsim.report.drawing import GREY, INK, WIDTH, Sheet, draw, svg
from dipsim.report.labels import Lang, Text, amount_in, money, money_unit
from dipsim.report.lettering import SIZE, shortened, text_width
from dipsim.report.section import Chart

F8 = NDArray[np.float64]

MOST_NUMBERED = 14
"""Bubbles that are numbered and named beside the plot."""
_HEIGHT, _LEFT, _RIGHT = 330.0, 52.0, 212.0
_LARGEST = 900.0
"""Area of the largest bubble, square points."""
_CLOSEST = 13.0
"""Points between the middles of two numbered bubbles."""
_LINEAR = 100.0
"""Yuan a case up to which the axis is linear."""
_COLORS = LinearSegmentedColormap.from_list("gain", [LESS, "#f2f2f2", MORE])


def bubble_chart(result: Result) -> Chart:
    """Each group by its cases and its gap per case; the area and the colour of a bubble tell its whole gap."""
    groups, gaps_fen = every_group_gap(result)
    title = Text(_title(gaps_fen, "en"), _title(gaps_fen, "zh"))
    cases = np.array(groups.values("cases"), np.float64)
    gaps = np.array(gaps_fen, np.float64) / FEN
    rows = list(groups.rows())

    def drawn(lang: Lang) -> str:
        sheet = Sheet(title.of(lang), footer([result], lang), gain_legend(lang), _LEFT, _RIGHT)
        figure, (axes,) = draw(sheet, _HEIGHT)
        _axes(axes, cases, gaps, lang)
        numbered = _bubbles(axes, cases, gaps)
        _name(
            figure, axes, [group_name(rows[row], lang) for row in numbered], [gaps_fen[row] for row in numbered], lang
        )
        return svg(figure, "group_bubbles", lang, title.of(lang))

    return both("group_bubbles", title, drawn)


def _title(gaps_fen: Sequence[int], lang: Lang) -> str:
    gains, losses = ([gap for gap in gaps_fen if gap * sign > 0] for sign in (1, -1))
    if not gains and not losses:
        return Text("Every group is paid like the average", "各病组（种）应付与平均水平一致").of(lang)
    more, less = money(sum(gains), lang), money(-sum(losses), lang)
    return Text(
        f"Against the average for the same charges, {len(gains)} groups gain {more} and {len(losses)} lose {less}",
        f"与平均水平相比，{len(gains)} 个病组（种）共多得 {more}，{len(losses)} 个病组（种）共少得 {less}",
    ).of(lang)


def _axes(axes: Axes, cases: F8, gaps: F8, lang: Lang) -> None:
    """Both axes logarithmic, that of the gap to both sides of zero."""
    axes.set_xscale("symlog", linthresh=_LINEAR)
    axes.set_yscale("log")
    per_case = np.abs(gaps / cases).max() if gaps.size else _LINEAR
    limit = max(float(per_case), _LINEAR) * 2.5
    axes.set_xlim(-limit, limit)
    axes.set_ylim(*(cases.min() * 0.7, cases.max() * 1.8) if gaps.size else (1, 10))
    axes.xaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=_LINEAR))
    plain = FuncFormatter(lambda value, _: f"{value:,.0f}".replace("-", "−"))
    axes.xaxis.set_major_formatter(plain)
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())  # each tick takes as long to draw as a bubble
    axes.tick_params(axis="y", which="both", length=2, colors=GREY)
    axes.spines["left"].set_visible(True)
    axes.axvline(0, color=GREY, lw=0.8)
    what = "Pay less average pay, yuan a case (logarithmic beyond ±100)"
    axes.set_xlabel(Text(what, "每例应付与平均应付之差（元，±100 以外为对数刻度）").of(lang))
    axes.set_ylabel(Text("Cases (logarithmic)", "病例数（对数刻度）").of(lang))


def _bubbles(axes: Axes, cases: F8, gaps: F8) -> list[int]:
    """Draw the bubbles, the large ones first, and number those with the largest gaps that stand free of each other."""
    if not gaps.size:
        return []
    most = float(np.abs(gaps).max()) or 1.0
    order = np.argsort(-np.abs(gaps), kind="stable")
    area = np.maximum(np.abs(gaps) / most * _LARGEST, 5)
    color = _COLORS(0.5 + 0.5 * np.sign(gaps) * np.sqrt(np.abs(gaps) / most))
    axes.scatter(
        (gaps / cases)[order], cases[order], s=area[order], c=color[order], edgecolors=GREY, linewidths=0.4, alpha=0.85
    )
    places = axes.transData.transform(np.stack([gaps / cases, cases], axis=1)) * 72 / axes.figure.dpi
    numbered: list[int] = []
    for row in order.tolist():
        away = [float(np.hypot(*(places[row] - places[other]))) for other in numbered]
        if len(numbered) < MOST_NUMBERED and gaps[row] and min(away, default=_CLOSEST) >= _CLOSEST:
            numbered.append(row)
    for number, row in enumerate(numbered, 1):
        is_dark = abs(gaps[row]) / most > 0.25
        axes.text(
            gaps[row] / cases[row],
            cases[row],
            str(number),
            ha="center",
            va="center",
            size=8,
            color="white" if is_dark else INK,
        )
    return numbered


def _name(figure: Figure, axes: Axes, names: Sequence[str], gaps_fen: Sequence[int], lang: Lang) -> None:
    """The numbered groups and their gaps at the right of the plot, under the unit of these."""
    box, size = axes.get_position(), SIZE - 1
    left, right = (WIDTH - _RIGHT + 14) / WIDTH, 1 - 6 / WIDTH
    step = box.height / MOST_NUMBERED
    per_unit, unit = money_unit(max((abs(gap) for gap in gaps_fen), default=0), lang)
    gaps = [f"{'+' if gap > 0 else ''}{amount_in(gap, per_unit)}" for gap in gaps_fen]
    room = _RIGHT - 14 - 15 - 6 - 6 - max((text_width(gap, size) for gap in gaps), default=0.0)
    figure.text(right, box.y1 + 0.3 * step, unit, size=size, color=GREY, ha="right")
    for number, (name, gap) in enumerate(zip(names, gaps, strict=True)):
        y = box.y1 - (number + 0.6) * step
        figure.text(left, y, f"{number + 1}", size=size, color=GREY)
        figure.text(left + 15 / WIDTH, y, shortened(name, int(room / text_width("a", size))), size=size)
        figure.text(right, y, gap, size=size, color=GREY, ha="right")
