"""The chart of stays paid by bed-day: how long they are, and what a day of them is charged and paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan, nan

from dipsim.money import FEN
from dipsim.report.bed_days import BedDays, length_table
from dipsim.report.charts import both, footer, label_room
from dipsim.report.comparing import scenario_title
from dipsim.report.labels import Lang, Text, formatted
from dipsim.report.picture import (
    NAME,
    Axis,
    Bars,
    Key,
    Label,
    Line,
    Mark,
    Numbers,
    Panel,
    Picture,
    RowNames,
    Rule,
    Sheet,
)
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart

STAYS, DAYS, CHARGED, BEFORE, PAID = "#9ecae1", "#08519c", "#8c8c8c", "#b35806", "#2166ac"
_ROW = 30.0
_MARGIN = 0.05
"""Part of the extent of the yuan that is left free beyond the most."""


def bed_day_chart(told: BedDays) -> Chart:
    """How long stays are, and what a day of them is charged and paid."""
    table, title, key = length_table(told), _title(told), f"bed_day_{told.number}"
    kept = table.taken([row for row, stays in enumerate(table.values("cases")) if stays])

    measures = _measures(kept)

    def pictured(lang: Lang) -> Picture:
        names = tuple(kept.values("length" if lang == "en" else "length_zh"))
        legend = (
            Key(STAYS, Text("share of stays", "人次占比").of(lang)),
            Key(DAYS, Text("share of bed-days", "床日占比").of(lang)),
            *(Key(color, label.of(lang)) for color, label, _ in measures),
        )
        sheet = Sheet(title.of(lang), footer([told.result], lang), legend, label_room(names), 24)
        share_axis = Axis(Text("Share (%)", "占比（%）").of(lang), margin=0.2, most_ticks=3, format="whole percent")
        shares = Panel((*_share_bars(kept), RowNames(names)), share_axis)
        yuan = _yuan_panel([(color, values) for color, _, values in measures], len(names), lang)
        return Picture(key, lang, sheet, _ROW * max(len(kept), 1), (shares, yuan))

    return both(title, pictured)


def _measures(table: ReportTable) -> list[tuple[str, Text, Numbers]]:
    """The colour, the name and the yuan a day of each measure that the table holds."""
    measures = (
        ("cost_per_day", CHARGED, Text("charge a day", "日均费用")),
        ("before_per_day", BEFORE, Text("pay a day, baseline", "基准日均应付")),
        ("pay_per_day", PAID, Text("pay a day", "日均应付")),
    )
    known = {column.name for column in table.columns}
    return [
        (color, label, tuple(nan if value is None else value / FEN for value in table.values(name)))
        for name, color, label in measures
        if name in known
    ]


def _share_bars(table: ReportTable) -> Iterator[Mark]:
    """Two bars a row with their shares behind them."""
    for name, color, shift in (("cases_share", STAYS, -0.2), ("days_share", DAYS, 0.2)):
        shares, rows = table.values(name), [row + shift for row in range(len(table))]
        yield Bars(tuple(rows), tuple(shares), (color,) * len(rows), 0.36)
        for row, share in zip(rows, shares, strict=True):
            yield Label(share, row, f"\N{NO-BREAK SPACE}{formatted(share, 'share')}", NAME, 8, align="left")


def _yuan_panel(measures: Sequence[tuple[str, Numbers]], rows: int, lang: Lang) -> Panel:
    """A line from row to row for each measure, on an axis from zero."""
    lines = tuple(Line(values, tuple(range(rows)), color, 1.2, 5) for color, values in measures)
    known = [value for _, values in measures for value in values if not isnan(value)]
    reach = max(known) + _MARGIN * (max(known) - min(known)) if known else 1.0
    axis = Axis(Text("Yuan a bed-day", "元/床日").of(lang), limits=(0.0, reach), most_ticks=4)
    return Panel((*lines, Rule(True, 0, width=0.6), RowNames(("",) * rows)), axis)


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
