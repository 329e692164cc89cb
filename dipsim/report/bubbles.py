"""Groups as bubbles: how many cases, how far the pay of one lies from the average, and what both come to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dipsim.money import FEN
from dipsim.pipeline import Result
from dipsim.report.axes import Axis, Scale
from dipsim.report.charts import Chart, both, every_group_gap, footer, gain_legend, group_name, toned
from dipsim.report.drawing import Panel, Sheet, panel_width, svg
from dipsim.report.labels import Lang, Text, amount_in, money, money_unit
from dipsim.report.lettering import SIZE, columns_in, shortened, text_width
from dipsim.report.marks import GREY, INK, Dot, Guide, Mark, Place, Words

MOST_NUMBERED = 14
"""Bubbles that are numbered and named beside the plot."""
_HEIGHT, _LEFT, _RIGHT = 330.0, 52.0, 212.0
_NUMBER, _NAME = 14.0, 29.0
"""Points from the plot to the numbers at its right, and to the names."""
_LARGEST, _SMALLEST = 15.0, 1.1
"""Radius of the largest bubble and of the smallest, points."""
_CLOSEST = 13.0
"""Points between the middles of two numbered bubbles."""
_LINEAR = 100.0
"""Yuan a case up to which the axis is linear."""
_NO_GAP = "#f2f2f2"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A group: its row, its cases, its gap in all and in a case, yuan, and its gap beside the largest, -1 to 1."""

    row: int
    cases: int
    gap_fen: int
    per_case: float
    tone: float


def bubble_chart(result: Result) -> Chart:
    """Each group by its cases and its gap per case; the area and the colour of a bubble tell its whole gap."""
    groups, gaps_fen = every_group_gap(result)
    title = Text(_title(gaps_fen, "en"), _title(gaps_fen, "zh"))
    bubbles, rows = _bubbles(groups.values("cases"), gaps_fen), list(groups.rows())

    def drawn(lang: Lang) -> str:
        sheet = Sheet(title.of(lang), footer([result], lang), gain_legend(lang), _LEFT, _RIGHT)
        across, up = _axes(bubbles, lang)
        numbered = _free(bubbles, Place(0, 0, panel_width(sheet), _HEIGHT, across.scale, up.scale))
        names = [group_name(rows[bubble.row], lang) for bubble in numbered]
        marks: list[Mark] = [
            Guide(0.0, is_upright=True),
            *(Dot(each.per_case, each.cases, _radius(each), _color(each), has_edge=True) for each in bubbles),
            *_numbers(numbered),
            *_names(names, [bubble.gap_fen for bubble in numbered], across.scale.high, up.scale.high, lang),
        ]
        return svg(sheet, _HEIGHT, [Panel(across, up, marks)], lang)

    return both("group_bubbles", title, drawn)


def _title(gaps_fen: Sequence[int], lang: Lang) -> str:
    gains, losses = ([gap for gap in gaps_fen if gap * sign > 0] for sign in (1, -1))
    if not gains and not losses:
        return Text("Every group is paid like the average", "各病种应付与平均水平一致").of(lang)
    more, less = money(sum(gains), lang), money(-sum(losses), lang)
    return Text(
        f"Against the average for the same charges, {len(gains)} groups gain {more} and {len(losses)} lose {less}",
        f"与平均水平相比，{len(gains)} 个病种共多得 {more}，{len(losses)} 个病种共少得 {less}",
    ).of(lang)


def _bubbles(cases: Sequence[int], gaps_fen: Sequence[int]) -> list[Bubble]:
    """Every group as a bubble, that of the largest gap first, so that the small ones lie on top."""
    most = max((abs(gap) for gap in gaps_fen), default=0) or 1
    found = [
        Bubble(row, count, gap, gap / count / FEN, math.copysign(math.sqrt(abs(gap) / most), gap))
        for row, (count, gap) in enumerate(zip(cases, gaps_fen, strict=True))
    ]
    return sorted(found, key=lambda bubble: -abs(bubble.gap_fen))


def _radius(bubble: Bubble) -> float:
    """The area tells the gap."""
    return max(abs(bubble.tone) * _LARGEST, _SMALLEST)


def _color(bubble: Bubble) -> str:
    return toned(_NO_GAP, bubble.tone)


def _axes(bubbles: Sequence[Bubble], lang: Lang) -> tuple[Axis, Axis]:
    """Both axes logarithmic, that of the gap to both sides of zero."""
    widest = max((abs(bubble.per_case) for bubble in bubbles), default=0.0)
    limit = max(widest, _LINEAR) * 2.5
    decades = [10.0**power for power in range(round(math.log10(_LINEAR)), math.ceil(math.log10(limit)))]
    gaps = [*(-value for value in reversed(decades)), 0.0, *decades]
    what = "Pay less average pay, yuan a case (logarithmic beyond ±100)"
    across = Axis(
        Scale(-limit, limit, _bent),
        [(value, f"{value:,.0f}".replace("-", "−")) for value in gaps],
        Text(what, "每例应付与平均应付之差（元，±100 以外为对数刻度）").of(lang),
    )
    counts = [bubble.cases for bubble in bubbles]
    scale = Scale(min(counts, default=1) * 0.7, max(counts, default=5) * 1.8, math.log10)
    ticks = [round_number * 10**power for power in range(10) for round_number in (1, 2, 5)]
    shown = [(float(value), f"{value:,}") for value in ticks if scale.low <= value <= scale.high]
    return across, Axis(scale, shown, Text("Cases (logarithmic)", "病例数（对数刻度）").of(lang))


def _bent(yuan: float) -> float:
    """Linear up to ±100 yuan, which are as wide as a decade, and logarithmic beyond."""
    size = abs(yuan) / _LINEAR
    return math.copysign(size if size <= 1 else 1 + math.log10(size), yuan)


def _free(bubbles: Sequence[Bubble], place: Place) -> list[Bubble]:
    """Those with the largest gaps that stand free of each other."""
    kept: list[Bubble] = []
    for bubble in bubbles:
        x, y = place.x(bubble.per_case), place.y(bubble.cases)
        away = (math.hypot(x - place.x(other.per_case), y - place.y(other.cases)) for other in kept)
        if len(kept) < MOST_NUMBERED and bubble.gap_fen and min(away, default=_CLOSEST) >= _CLOSEST:
            kept.append(bubble)
    return kept


def _numbers(numbered: Sequence[Bubble]) -> Iterator[Mark]:
    """The number in each bubble, or over it where it is small."""
    for number, bubble in enumerate(numbered, 1):
        ink = "white" if abs(bubble.tone) > 0.5 else INK
        yield Words(bubble.per_case, bubble.cases, str(number), size=8, color=ink)


def _names(names: Sequence[str], gaps_fen: Sequence[int], right: float, top: float, lang: Lang) -> Iterator[Mark]:
    """The numbered groups and their gaps at the right of the plot, whose corner is given, under the unit of these."""
    size, step, end = SIZE - 1, _HEIGHT / MOST_NUMBERED, _RIGHT - 6
    per_unit, unit = money_unit(max((abs(gap) for gap in gaps_fen), default=0), lang)
    gaps = [f"{'+' if gap > 0 else ''}{amount_in(gap, per_unit)}" for gap in gaps_fen]
    room = end - _NAME - 6 - max((text_width(gap, size) for gap in gaps), default=0.0)
    yield Words(right, top, unit, "end", size, GREY, right=end, below=-0.5 * step)
    for number, (name, gap) in enumerate(zip(names, gaps, strict=True)):
        below = (number + 0.5) * step
        yield Words(right, top, f"{number + 1}", "start", size, GREY, right=_NUMBER, below=below)
        yield Words(right, top, shortened(name, columns_in(room, size)), "start", size, right=_NAME, below=below)
        yield Words(right, top, gap, "end", size, GREY, right=end, below=below)
