"""The chart of day surgery: beds freed and points moved by group."""

from __future__ import annotations

from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from dipsim.money import MICRO
from dipsim.report.charts import LESS, MORE, both, footer, gain_legend, group_name, label_room
from dipsim.report.comparing import scenario_title
from dipsim.report.day_surgery import DaySurgery, day_surgery_groups
from dipsim.report.drawing import GREY, Sheet, at_right, draw, rows_on, svg
from dipsim.report.labels import Lang, Text
from dipsim.report.lettering import shortened
from dipsim.report.section import Chart

MOST_GROUPS = 12
_ROW = 19.0
_LONGEST_NAME = 40


def day_surgery_chart(each: DaySurgery) -> Chart:
    """Bed-days freed and points moved by group, for the groups that free most."""
    groups = day_surgery_groups(each)
    table = groups.taken(range(min(len(groups), MOST_GROUPS)))
    key, title = f"day_surgery_{each.number}", _title(each)
    freed, moved = table.values("freed"), [value / MICRO for value in table.values("moved")]

    def drawn(lang: Lang) -> str:
        names = [shortened(group_name(row, lang), _LONGEST_NAME) for row in table.rows()]
        sheet = Sheet(title.of(lang), footer([each.result], lang), gain_legend(lang), label_room(names), 54)
        figure, (left, right) = draw(sheet, _ROW * max(len(table), 1), panels=2)
        for axes, values, texts in (
            (left, freed, [f"{value:,.1f}" for value in freed]),
            (right, moved, [f"{value:+,.0f}" if round(value) else "0" for value in moved]),
        ):
            axes.barh(range(len(values)), values, color=[MORE if value > 0 else LESS for value in values], height=0.62)
            axes.axvline(0, color=GREY, lw=0.8)
            axes.xaxis.set_major_locator(MaxNLocator(3))
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            at_right(axes, [text.replace("-", "−") for text in texts])
        rows_on(left, names)
        rows_on(right, [""] * len(names))
        left.set_xlabel(Text("Bed-days freed (days)", "节约床日（天）").of(lang))
        right.set_xlabel(Text("Points moved", "分值变化（分）").of(lang))
        return svg(figure, key, lang, title.of(lang))

    return both(key, title, drawn)


def _title(each: DaySurgery) -> Text:
    found, name = each.found, scenario_title(each.result.scenario)
    freed, moved = float(found.bed_days_freed), found.points_moved_micro / MICRO
    change = f"{moved:+,.0f}".replace("-", "−") if round(moved) else "0"
    return Text(
        f"{name.en}: {found.day_cases:,} cases of day surgery free {freed:,.0f} bed-days and move {change} points",
        f"{name.zh}：{found.day_cases:,} 例日间手术节约 {freed:,.0f} 个床日，分值变化 {change} 分",
    )
