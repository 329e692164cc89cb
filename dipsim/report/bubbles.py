"""Groups as bubbles: how many cases, how far the pay of one lies from the average, and what both come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.money import FEN
from dipsim.pipeline import Result
from dipsim.report.charts import LESS, MORE, both, every_group_gap, footer, gain_legend, group_name
from dipsim.report.labels import Lang, Text, amount_in, money, money_unit
from dipsim.report.lettering import SIZE, shortened, text_width
from dipsim.report.picture import INK, NAME, WIDTH, Axis, Bubbles, Label, Mark, Note, Panel, Picture, Rule, Sheet
from dipsim.report.section import Chart
from dipsim.report.shades import Shades

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
_COLORS = Shades(LESS, "#f2f2f2", MORE)


def bubble_chart(result: Result) -> Chart:
    """Each group by its cases and its gap per case; the area and the colour of a bubble tell its whole gap."""
    groups, gaps_fen = every_group_gap(result)
    title = Text(_title(gaps_fen, "en"), _title(gaps_fen, "zh"))
    cases = np.array(groups.values("cases"), np.float64)
    gaps = np.array(gaps_fen, np.float64) / FEN
    rows = list(groups.rows())

    reach = _Reach.of(cases, gaps)
    numbered = _numbered(cases, gaps, reach)
    marks = (*_bubbles(cases, gaps), Rule(True, 0), *_numbers(cases, gaps, numbered))

    def pictured(lang: Lang) -> Picture:
        sheet = Sheet(title.of(lang), footer([result], lang), gain_legend(lang), _LEFT, _RIGHT)
        names = [group_name(rows[row], lang) for row in numbered]
        notes = tuple(_named(names, [gaps_fen[row] for row in numbered], lang))
        return Picture("group_bubbles", lang, sheet, _HEIGHT, (Panel(marks, *_axes(reach, lang)),), notes)

    return both(title, pictured)


def _title(gaps_fen: Sequence[int], lang: Lang) -> str:
    gains, losses = ([gap for gap in gaps_fen if gap * sign > 0] for sign in (1, -1))
    if not gains and not losses:
        return Text("Every group is paid like the average", "各病组（种）应付与平均水平一致").of(lang)
    more, less = money(sum(gains), lang), money(-sum(losses), lang)
    return Text(
        f"Against the average for the same charges, {len(gains)} groups gain {more} and {len(losses)} lose {less}",
        f"与平均水平相比，{len(gains)} 个病组（种）共多得 {more}，{len(losses)} 个病组（种）共少得 {less}",
    ).of(lang)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far the axes go: yuan a case to both sides of zero, and the least and the most cases."""

    yuan: float
    fewest: float
    most: float

    @classmethod
    def of(cls, cases: F8, gaps: F8) -> _Reach:
        """Room for every bubble; any axes where there is none."""
        if not gaps.size:
            return cls(_LINEAR * 2.5, 1, 10)
        per_case = max(float(np.abs(gaps / cases).max()), _LINEAR)
        return cls(per_case * 2.5, float(cases.min() * 0.7), float(cases.max() * 1.8))

    def places(self, cases: F8, gaps: F8) -> F8:
        """Where each bubble stands, shape (groups, 2), points from the lower left corner of the plot."""
        across = _symmetric(gaps / cases) / _symmetric(np.array(self.yuan))
        up = np.log(cases / self.fewest) / np.log(self.most / self.fewest)
        return np.stack([(across + 1) / 2 * (WIDTH - _LEFT - _RIGHT), up * _HEIGHT], axis=1)


def _symmetric(yuan: F8) -> F8:
    """Places along an axis that is linear up to `_LINEAR` and grows by as much with every tenfold beyond, as drawn."""
    size = np.maximum(np.abs(yuan), _LINEAR)
    return np.where(np.abs(yuan) <= _LINEAR, yuan / _LINEAR / 0.9, np.sign(yuan) * (1 / 0.9 + np.log10(size / _LINEAR)))


def _axes(reach: _Reach, lang: Lang) -> tuple[Axis, Axis]:
    """Both axes logarithmic, that of the gap to both sides of zero."""
    what = Text(
        "Pay less average pay, yuan a case (logarithmic beyond ±100)",
        "每例应付与平均应付之差（元，±100 以外为对数刻度）",
    )
    cases = Text("Cases (logarithmic)", "病例数（对数刻度）").of(lang)
    sides = (-reach.yuan, reach.yuan)
    return (
        Axis(what.of(lang), limits=sides, format="whole", logarithmic=True, linear_to=_LINEAR),
        Axis(cases, limits=(reach.fewest, reach.most), format="whole", logarithmic=True),
    )


def _bubbles(cases: F8, gaps: F8) -> Iterator[Bubbles]:
    """The bubbles, the large ones first; none without groups."""
    if not gaps.size:
        return
    order, tones = _largest_first(gaps), _tones(gaps)
    areas = np.maximum(tones**2 * _LARGEST, 5)[order]
    colors = tuple(_COLORS.at(tone) for tone in tones[order].tolist())
    yield Bubbles(tuple((gaps / cases)[order].tolist()), tuple(cases[order].tolist()), tuple(areas.tolist()), colors)


def _largest_first(gaps: F8) -> NDArray[np.intp]:
    return np.argsort(-np.abs(gaps), kind="stable")


def _tones(gaps: F8) -> F8:
    """From -1 to 1, the root of a gap's part of the largest."""
    most = float(np.abs(gaps).max()) or 1.0
    return np.asarray(np.sign(gaps) * np.sqrt(np.abs(gaps) / most))


def _numbered(cases: F8, gaps: F8, reach: _Reach) -> list[int]:
    """The bubbles with the largest gaps that stand free of each other."""
    places, numbered = reach.places(cases, gaps), list[int]()
    for row in _largest_first(gaps).tolist():
        away = [float(np.hypot(*(places[row] - places[other]))) for other in numbered]
        if len(numbered) < MOST_NUMBERED and gaps[row] and min(away, default=_CLOSEST) >= _CLOSEST:
            numbered.append(row)
    return numbered


def _numbers(cases: F8, gaps: F8, numbered: Sequence[int]) -> Iterator[Mark]:
    """A number on each numbered bubble, white where its colour is dark."""
    is_dark = np.abs(_tones(gaps)) > 0.5 if numbered else ()
    for number, row in enumerate(numbered, 1):
        ink = "white" if is_dark[row] else INK
        yield Label(float(gaps[row] / cases[row]), float(cases[row]), str(number), ink, 8)


def _named(names: Sequence[str], gaps_fen: Sequence[int], lang: Lang) -> Iterator[Note]:
    """The numbered groups and their gaps at the right of the plot, under the unit of these."""
    left, right, step, size = WIDTH - _RIGHT + 14, WIDTH - 6, _HEIGHT / MOST_NUMBERED, SIZE - 1
    per_unit, unit = money_unit(max((abs(gap) for gap in gaps_fen), default=0), lang)
    gaps = [f"{'+' if gap > 0 else ''}{amount_in(gap, per_unit)}" for gap in gaps_fen]
    room = _RIGHT - 14 - 15 - 6 - 6 - max((text_width(gap, size) for gap in gaps), default=0.0)
    yield Note(right, -0.3 * step, unit, size, align="right")
    for number, (name, gap) in enumerate(zip(names, gaps, strict=True)):
        y = (number + 0.6) * step
        yield Note(left, y, f"{number + 1}", size)
        yield Note(left + 15, y, shortened(name, int(room / text_width("a", size))), size, NAME)
        yield Note(right, y, gap, size, align="right")
