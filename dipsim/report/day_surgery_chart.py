"""The chart of day surgery: beds freed and points moved by group."""

from __future__ import annotations

from collections.abc import Sequence

from dipsim.money import MICRO
from dipsim.report.charts import both, footer, gain_bars, gain_legend, group_name, label_room, row_height
from dipsim.report.comparing import scenario_title
from dipsim.report.day_surgery import DaySurgery, day_surgery_groups
from dipsim.report.labels import Lang, Text
from dipsim.report.lettering import shortened
from dipsim.report.picture import Axis, Panel, Picture, RowNames, RowTexts, Rule, Sheet
from dipsim.report.section import Chart

MOST_GROUPS = 12
_LONGEST_NAME = 40


def day_surgery_chart(each: DaySurgery) -> Chart:
    """Bed-days freed and points moved by group, for the groups that free most."""
    groups = day_surgery_groups(each)
    table = groups.taken(range(min(len(groups), MOST_GROUPS)))
    key, title = f"day_surgery_{each.number}", _title(each)
    freed, moved = table.values("freed"), [value / MICRO for value in table.values("moved")]

    freed_texts = [f"{value:,.1f}" for value in freed]
    moved_texts = [f"{value:+,.0f}" if round(value) else "0" for value in moved]

    def pictured(lang: Lang) -> Picture:
        names = tuple(shortened(group_name(row, lang), _LONGEST_NAME) for row in table.rows())
        sheet = Sheet(title.of(lang), footer([each.result], lang), gain_legend(lang), label_room(names), 54)
        left = _panel(freed, freed_texts, names, Text("Bed-days freed (days)", "节约床日（天）").of(lang))
        right = _panel(moved, moved_texts, ("",) * len(names), Text("Points moved", "分值变化（分）").of(lang))
        return Picture(key, lang, sheet, row_height(table), (left, right))

    return both(title, pictured)


def _panel(values: Sequence[float], texts: Sequence[str], names: tuple[str, ...], what: str) -> Panel:
    """Bars to both sides of zero with their values."""
    told = RowTexts(tuple(text.replace("-", "−") for text in texts))
    marks = (gain_bars(values), Rule(True, 0), told, RowNames(names))
    return Panel(marks, Axis(what, most_ticks=3, format="whole"))


def _title(each: DaySurgery) -> Text:
    found, name = each.found, scenario_title(each.result.scenario)
    freed, moved = float(found.bed_days_freed), found.points_moved_micro / MICRO
    change = f"{moved:+,.0f}".replace("-", "−") if round(moved) else "0"
    return Text(
        f"{name.en}: {found.day_cases:,} cases of day surgery free {freed:,.0f} bed-days and move {change} points",
        f"{name.zh}：{found.day_cases:,} 例日间手术节约 {freed:,.0f} 个床日，分值变化 {change} 分",
    )
