"""The chart of many scenarios: what every hospital gains or loses in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from dipsim.pipeline import Result
from dipsim.report.charts import LESS, MORE, MOST_HOSPITALS, both, footer, hospital_names, label_room
from dipsim.report.comparing import hospital_comparison, scenario_title
from dipsim.report.drawing import GREY, WIDTH, Sheet, draw, rows_on, svg
from dipsim.report.labels import Lang, Text, money, signed_share
from dipsim.report.lettering import SIZE, columns, text_width, wrapped
from dipsim.report.report_table import ReportTable
from dipsim.report.scenario_overview import moved_fen
from dipsim.report.section import Chart

_ROW, _RIGHT = 19.0, 10.0
_HEAD_LINES = 3
_COLORS = LinearSegmentedColormap.from_list("change", [LESS, "#ffffff", MORE])


def scenario_grid_chart(results: Sequence[Result]) -> Chart:
    """The relative change of pay of each hospital in each scenario but the first; the largest hospitals above."""
    full = hospital_comparison(results).ordered("pay_0")
    table = full.taken(range(min(len(full), MOST_HOSPITALS)))
    others = range(1, len(results))
    changes = np.array([table.values(f"change_share_{number}") for number in others], np.float64).T
    names = hospital_names(table)
    title = Text(*(_title(results, full, lang) for lang in ("en", "zh")))

    def drawn(lang: Lang) -> str:
        left = label_room(names)
        room = (WIDTH - left - _RIGHT) / len(others)
        heads = [_head(scenario_title(results[number].scenario).of(lang), room) for number in others]
        sheet = Sheet(title.of(lang), footer(results, lang), (), left, _RIGHT)
        lines = max(len(head) for head in heads)
        figure, (axes,) = draw(sheet, _ROW * (max(len(table), 1) + lines * 0.7))
        _grid(axes, changes)
        rows_on(axes, names)
        axes.set_ylim(len(names) - 0.4, -0.6 - lines * 0.7)
        axes.set_xticks([])
        for column, head in enumerate(heads):
            for number, line in enumerate(reversed(head)):
                axes.text(column, -0.8 - number * 0.7, line, ha="center", size=SIZE - 1, color=GREY)
        axes.set_xlabel(
            Text("Change of pay against the baseline (%)", "应付较基准的变化率（%）").of(lang)
            + _rest(full, table, lang)
        )
        return svg(figure, "scenario_grid", lang, title.of(lang))

    return both("scenario_grid", title, drawn)


def _head(title: str, room: float) -> list[str]:
    """A scenario's title in at most three lines of the width of its column."""
    most = max(int(room / text_width("a", SIZE - 1)), 4)
    even = -(-columns(title) // -(-columns(title) // most))  # lines of about one length, so that no sign stands alone
    lines = wrapped(title, min(even + 1, most))
    return lines if len(lines) <= _HEAD_LINES else [*lines[: _HEAD_LINES - 1], f"{lines[_HEAD_LINES - 1]}…"]


def _grid(axes: Axes, changes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    """Cells with the change in percent, coloured alike in all scenarios."""
    known = np.nan_to_num(changes)
    most = float(np.abs(known).max()) if known.size else 0.0
    scaled = np.sign(known) * np.sqrt(np.abs(known) / (most or 1.0))
    axes.set_xlim(-0.5, max(changes.shape[-1], 1) - 0.5)
    for (row, column), value in np.ndenumerate(changes):
        tone = float(scaled[row, column])
        axes.barh(row, 0.96, left=column - 0.48, height=0.9, color=_COLORS(0.5 + 0.5 * tone))
        ink = "white" if abs(tone) > 0.75 else "#222222"
        axes.text(column, row, signed_share(float(value), 2), ha="center", va="center", size=SIZE - 1, color=ink)
    axes.spines["bottom"].set_visible(False)


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
