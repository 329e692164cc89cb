"""The chart of stays paid by bed-day: how long they are, and what a day of them is charged and paid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from dipsim.money import FEN
from dipsim.report.bed_days import BedDays, length_table
from dipsim.report.charts import both, footer, label_room
from dipsim.report.comparing import scenario_title
from dipsim.report.drawing import GREY, Key, Sheet, draw, rows_on, svg
from dipsim.report.labels import Lang, Text, formatted
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart

STAYS, DAYS, CHARGED, BEFORE, PAID = "#9ecae1", "#08519c", "#8c8c8c", "#b35806", "#2166ac"
_ROW = 30.0


def bed_day_chart(told: BedDays) -> Chart:
    """How long stays are, and what a day of them is charged and paid."""
    table, title, key = length_table(told), _title(told), f"bed_day_{told.number}"
    kept = table.taken([row for row, stays in enumerate(table.values("cases")) if stays])

    def drawn(lang: Lang) -> str:
        names = kept.values("length" if lang == "en" else "length_zh")
        dots = _dots(kept, lang)
        legend = [
            Key(STAYS, Text("share of stays", "人次占比").of(lang)),
            Key(DAYS, Text("share of bed-days", "床日占比").of(lang)),
            *(Key(color, label) for color, label, _ in dots),
        ]
        sheet = Sheet(title.of(lang), footer([told.result], lang), legend, label_room(names), 24)
        figure, (left, right) = draw(sheet, _ROW * max(len(kept), 1), panels=2)
        _bars(left, kept, lang)
        rows_on(left, names)
        _lines(right, dots, lang)
        rows_on(right, [""] * len(names))
        return svg(figure, key, lang, title.of(lang))

    return both(key, title, drawn)


def _dots(table: ReportTable, lang: Lang) -> list[tuple[str, str, list[float]]]:
    """The colour, the name and the yuan a day of each measure that the table holds."""
    measures = (
        ("cost_per_day", CHARGED, Text("charge a day", "日均费用")),
        ("before_per_day", BEFORE, Text("pay a day, baseline", "基准日均应付")),
        ("pay_per_day", PAID, Text("pay a day", "日均应付")),
    )
    known = {column.name for column in table.columns}
    return [
        (color, label.of(lang), [np.nan if value is None else value / FEN for value in table.values(name)])
        for name, color, label in measures
        if name in known
    ]


def _bars(axes: Axes, table: ReportTable, lang: Lang) -> None:
    rows = np.arange(len(table))
    for name, color, shift in (("cases_share", STAYS, -0.2), ("days_share", DAYS, 0.2)):
        values = np.array(table.values(name), np.float64)
        axes.barh(rows + shift, values, height=0.36, color=color)
        for row, value in zip(rows + shift, values, strict=True):
            axes.text(value, row, f" {formatted(float(value), 'share')}", va="center", size=8)
    axes.margins(x=0.2)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel(Text("Share (%)", "占比（%）").of(lang))


def _lines(axes: Axes, dots: Sequence[tuple[str, str, list[float]]], lang: Lang) -> None:
    for color, _, values in dots:
        axes.plot(values, range(len(values)), "o-", color=color, lw=1.2, ms=5)
    axes.set_xlim(left=0)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.axvline(0, color=GREY, lw=0.6)
    axes.set_xlabel(Text("Yuan a bed-day", "元/床日").of(lang))


def _title(told: BedDays) -> Text:
    name, total = scenario_title(told.result.scenario), length_table(told).total
    days, pay = total["days"], formatted(total["pay_per_day"], "yuan")
    mean = float(str(days)) / told.rows.size
    after = Text("", "")
    if told.before_fen is not None:
        before = formatted(total["before_per_day"], "yuan")
        after = Text(f", {before} in the baseline", f"，基准 {before} 元")
    return Text(
        f"{name.en}: {told.rows.size:,} stays of {mean:.1f} days on average; a day is paid {pay} yuan{after.en}",
        f"{name.zh}：{told.rows.size:,} 人次，平均住院 {mean:.1f} 天，日均应付 {pay} 元{after.zh}",
    )
