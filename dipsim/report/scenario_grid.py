"""The chart of many scenarios: what every hospital gains or loses in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dipsim.pipeline import Result
from dipsim.report.charts import LESS, MORE, MOST_HOSPITALS, ROW, both, footer, hospital_names, label_room
from dipsim.report.comparing import hospital_comparison, scenario_title
from dipsim.report.labels import Lang, Text, money, signed_share
from dipsim.report.lettering import SIZE, columns, text_width, wrapped
from dipsim.report.picture import GREY, INK, WIDTH, Axis, Bars, Label, Mark, Panel, Picture, RowNames, Sheet
from dipsim.report.report_table import ReportTable
from dipsim.report.scenario_overview import moved_fen
from dipsim.report.section import Chart
from dipsim.report.shades import Shades

_RIGHT = 10.0
_HEAD_LINES, _HEAD_LINE = 3, 0.7
"""Lines of a scenario's title at most, and rows that one of them takes."""
_COLORS = Shades(LESS, "#ffffff", MORE)


def scenario_grid_chart(results: Sequence[Result]) -> Chart:
    """The relative change of pay of each hospital in each scenario but the first; the largest hospitals above."""
    full = hospital_comparison(results).ordered("pay_0")
    table = full.taken(range(min(len(full), MOST_HOSPITALS)))
    others = range(1, len(results))
    changes = np.array([table.values(f"change_share_{number}") for number in others], np.float64).T
    names = hospital_names(table)
    title = Text(*(_title(results, full, lang) for lang in ("en", "zh")))

    cells = tuple(_cells(changes))

    def pictured(lang: Lang) -> Picture:
        left = label_room(names)
        room = (WIDTH - left - _RIGHT) / len(others)
        heads = [_head(scenario_title(results[number].scenario).of(lang), room) for number in others]
        sheet = Sheet(title.of(lang), footer(results, lang), (), left, _RIGHT)
        above = max(len(head) for head in heads) * _HEAD_LINE
        what = Text("Change of pay against the baseline (%)", "应付较基准的变化率（%）").of(lang)
        x = Axis(what + _rest(full, table, lang), limits=(-0.5, len(others) - 0.5), bare=True)
        y = Axis(limits=(len(names) - 0.4, -0.6 - above))
        panel = Panel((*cells, RowNames(names), *_heads(heads)), x, y)
        return Picture("scenario_grid", lang, sheet, ROW * (max(len(table), 1) + above), (panel,))

    return both(title, pictured)


def _heads(heads: Sequence[Sequence[str]]) -> Iterator[Label]:
    """The titles of the scenarios above their columns, the last line next to the cells."""
    for column, head in enumerate(heads):
        for number, line in enumerate(reversed(head)):
            yield Label(column, -0.8 - number * _HEAD_LINE, line, GREY, SIZE - 1, on_line=True)


def _head(title: str, room: float) -> list[str]:
    """A scenario's title in at most three lines of the width of its column."""
    most = max(int(room / text_width("a", SIZE - 1)), 4)
    even = -(-columns(title) // -(-columns(title) // most))  # lines of about one length, so that no sign stands alone
    lines = wrapped(title, min(even + 1, most))
    return lines if len(lines) <= _HEAD_LINES else [*lines[: _HEAD_LINES - 1], f"{lines[_HEAD_LINES - 1]}…"]


def _cells(changes: NDArray[np.float64]) -> Iterator[Mark]:
    """Cells with the change in percent, coloured alike in all scenarios."""
    known = np.nan_to_num(changes)
    most = float(np.abs(known).max()) if known.size else 0.0
    scaled = np.sign(known) * np.sqrt(np.abs(known) / (most or 1.0))
    for (row, column), value in np.ndenumerate(changes):
        tone = float(scaled[row, column])
        yield Bars((row,), (0.96,), (_COLORS.at(tone),), 0.9, (column - 0.48,))
        yield Label(column, row, signed_share(float(value), 2), "white" if abs(tone) > 0.75 else INK, SIZE - 1)


def _rest(full: ReportTable, table: ReportTable, lang: Lang) -> str:
    count = len(full) - len(table)
    return Text(f"; {count:,} smaller ones not shown", f"；其余 {count:,} 家未列出").of(lang) if count else ""


def _title(results: Sequence[Result], hospitals: ReportTable, lang: Lang) -> str:
    """Which scenario moves most money between hospitals."""
    moved: list[tuple[int, int]] = [
        (moved_fen(hospitals.values(f"change_{number}")), -number) for number in range(1, len(results))
    ]
    amount, number = max(moved)
    if amount == 0:
        return Text("No scenario moves money between hospitals", "各情景均未在机构间转移资金").of(lang)
    name = scenario_title(results[-number].scenario).of(lang)
    return Text(
        f"Most money moves between hospitals under: {name} ({money(amount, lang)})",
        f"“{name}”在机构间转移的资金最多：{money(amount, lang)}",
    ).of(lang)
