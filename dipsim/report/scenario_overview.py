"""Any number of scenarios at a glance: one row each, and a grid of what every hospital gains or loses in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from dipsim.pipeline import Result
from dipsim.report.charts import LESS, MORE, MOST_HOSPITALS, Chart, both, footer, hospital_names, label_room
from dipsim.report.comparing import fund_pay_fen, hospital_comparison, scenario_title
from dipsim.report.comparison_charts import point_values
from dipsim.report.drawing import GREY, SIZE, WIDTH, Sheet, columns, draw, rows_on, svg, text_width, wrapped
from dipsim.report.labels import Lang, Text, money, signed_share, term
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import share
from dipsim.report.year_sums import closed_years

_ROW, _RIGHT = 19.0, 10.0
_HEAD_LINES = 3
_COLORS = LinearSegmentedColormap.from_list("change", [LESS, "#ffffff", MORE])


def scenario_table(results: Sequence[Result]) -> ReportTable:
    """One row a scenario: fund pay and its change, point values, hospitals that gain and lose, the money that moves."""
    hospitals = hospital_comparison(results)
    fund = [fund_pay_fen(result) for result in results]
    paid = _FUND_CLEARED if closed_years(results) else _FUND
    titles = [scenario_title(result.scenario) for result in results]
    changes = [hospitals.values(f"change_{number}") if number else [] for number in range(len(results))]
    data: dict[str, Column] = {
        "scenario": [title.en for title in titles],
        "scenario_zh": [title.zh for title in titles],
        "fund_pay": fund,
        "change": [None, *(pay - fund[0] for pay in fund[1:])],
        "change_share": [None, *(share(pay - fund[0], fund[0]) for pay in fund[1:])],
        "gaining": [None, *(sum(change > 0 for change in by) for by in changes[1:])],
        "losing": [None, *(sum(change < 0 for change in by) for by in changes[1:])],
        "moved": [None, *(moved_fen(by) for by in changes[1:])],
    }
    prices = []
    for insurance, values in point_values(results).items():
        name, label = f"price_{insurance}", term(insurance)
        data[name] = values
        prices.append(ReportColumn(name, f"Point value, {label.en}", f"点值：{label.zh}", "price"))
    shown = (
        ReportColumn("scenario", "Scenario", "情景", "text", "en"),
        ReportColumn("scenario_zh", "Scenario", "情景", "text", "zh"),
        ReportColumn("fund_pay", paid.en, paid.zh, "yuan"),
        ReportColumn("change", "Change (yuan)", "变化（元）", "yuan"),
        ReportColumn("change_share", "Change", "变化率", "change"),
        *prices,
        ReportColumn("gaining", "Hospitals that gain", "多得机构数", "count"),
        ReportColumn("losing", "Hospitals that lose", "少得机构数", "count"),
        ReportColumn("moved", "Moved between hospitals (yuan)", "机构间转移（元）", "yuan"),
    )
    return report_table("scenarios", Text("Scenarios at a glance", "各情景一览"), shown, data, {})


_FUND = Text("Fund pays (yuan)", "基金支付（元）")
_FUND_CLEARED = Text("Fund and reserves pay (yuan)", "基金及调剂金、风险金支付（元）")


def moved_fen(changes: Sequence[int]) -> int:
    """Money that moves between hospitals: the smaller of what some gain and what others lose."""
    return min(sum(change for change in changes if change > 0), -sum(change for change in changes if change < 0))


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
