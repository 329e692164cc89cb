"""Charts of a comparison, the baseline first: point values side by side, and who gains and loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from dipsim.pipeline import Result
from dipsim.report.charts import (
    LESS,
    MORE,
    MOST_HOSPITALS,
    at_both_ends,
    both,
    footer,
    gain_legend,
    hospital_names,
    label_room,
    left_out,
    signed_bars,
)
from dipsim.report.comparing import hospital_comparison, point_values, scenario_title
from dipsim.report.drawing import GREY, Sheet, at_right, draw, rows_on, svg
from dipsim.report.labels import Lang, Text, formatted, money, signed_share, term
from dipsim.report.lettering import shortened
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart
from dipsim.report.sums import share

BASELINE, OTHER = "#636363", "#6baed6"
_ROW = 19.0
_LONGEST_TITLE = 34


def change_text(value: int | None, before: int | None) -> str:
    """A relative change in percent, empty where one of the two is not known."""
    return signed_share(share(value - before, before)) if value is not None and before else ""


def point_value_chart(results: Sequence[Result]) -> Chart:
    """Yuan per point, by insurance and then by scenario."""
    values = point_values(results)
    title = Text(_value_title(values, "en"), _value_title(values, "zh"))
    flat = [(insurance, number, value) for insurance, by in values.items() for number, value in enumerate(by)]

    def drawn(lang: Lang) -> str:
        titles = [shortened(scenario_title(result.scenario).of(lang), _LONGEST_TITLE) for result in results]
        names = [f"{term(insurance).of(lang)} · {titles[number]}" for insurance, number, _ in flat]
        sheet = Sheet(title.of(lang), footer(results, lang), (), label_room(names), 100)
        figure, (axes,) = draw(sheet, (_ROW + 3) * max(len(flat), 1))
        yuan = [np.nan if value is None else value / 1e6 for _, _, value in flat]
        colors = [BASELINE if number == 0 else OTHER for _, number, _ in flat]
        axes.barh(range(len(flat)), yuan, color=colors, height=0.66)
        rows_on(axes, names)
        for row in range(len(results), len(flat), len(results)):
            axes.axhline(row - 0.5, color=GREY, lw=0.4)
        changes = [change_text(value, values[insurance][0]) if number else "" for insurance, number, value in flat]
        at_right(
            axes, [f"{formatted(value, 'price')}  {text}" for (_, _, value), text in zip(flat, changes, strict=True)]
        )
        axes.set_xlabel(Text("Point value (yuan per point)", "点值（元/分）").of(lang))
        return svg(figure, "point_values", lang, title.of(lang))

    return both("point_values", title, drawn)


def _value_title(values: Mapping[str, tuple[int | None, ...]], lang: Lang) -> str:
    """Two point values and the change between them; of more than two, the lowest and the highest."""
    parts = []
    for insurance, by_scenario in values.items():
        known = sorted(value for value in by_scenario if value is not None)
        change = change_text(by_scenario[-1], by_scenario[0])
        if len(by_scenario) == 2:
            shown = " → ".join(formatted(value, "price") for value in by_scenario)
            shown += Text(f" ({change})", f"（{change}）").of(lang) if change else ""
        else:
            shown = "–".join(formatted(value, "price") for value in dict.fromkeys((known[0], known[-1])))
        parts.append(f"{term(insurance).of(lang)} {shown}")
    return Text(f"Point value, yuan: {'; '.join(parts)}", f"点值（元）：{'；'.join(parts)}").of(lang)


def change_chart(results: Sequence[Result], number: int) -> Chart:
    """What each hospital gains or loses in one scenario against the first, in money and in percent."""
    full = hospital_comparison(results).ordered(f"change_{number}")
    table = at_both_ends(full, MOST_HOSPITALS)
    names = hospital_names(table)
    changes = table.values(f"change_{number}")
    percent = table.values(f"change_share_{number}")
    scenario = scenario_title(results[number].scenario)
    title = Text(_change_title(full, number, scenario.en, "en"), _change_title(full, number, scenario.zh, "zh"))
    key = f"change_{number}"

    def drawn(lang: Lang) -> str:
        sheet = Sheet(title.of(lang), footer([results[0], results[number]], lang), gain_legend(lang), label_room(names))
        figure, (left, right) = draw(sheet, _ROW * max(len(table), 1), panels=2)
        signed_bars(left, changes, Text("Change of pay", "应付变化").of(lang), lang)
        rows_on(left, names)
        right.barh(range(len(table)), percent, color=[MORE if amount > 0 else LESS for amount in changes], height=0.62)
        right.axvline(0, color=GREY, lw=0.8)
        rows_on(right, [""] * len(table))
        at_right(right, [signed_share(value, 2) for value in percent])
        right.xaxis.set_major_locator(MaxNLocator(3))
        right.xaxis.set_major_formatter(PercentFormatter(1))
        unit = Text("Change of pay (%)", "应付变化率（%）").of(lang)
        right.set_xlabel(unit + left_out(len(full) - len(table), lang))
        return svg(figure, key, lang, title.of(lang))

    return both(key, title, drawn)


def _change_title(table: ReportTable, number: int, scenario: str, lang: Lang) -> str:
    """How many hospitals gain and lose, and how much money that is."""
    changes = table.values(f"change_{number}")
    gains, losses = ([change for change in changes if change * sign > 0] for sign in (1, -1))
    parts = []
    if gains:
        amount = money(sum(gains), lang)
        parts.append(
            Text(f"{len(gains)} of {len(changes)} hospitals gain {amount}", f"{len(gains)} 家机构多得 {amount}")
        )
    if losses:
        amount = money(-sum(losses), lang)
        parts.append(
            Text(f"{len(losses)} of {len(changes)} hospitals lose {amount}", f"{len(losses)} 家机构少得 {amount}")
        )
    if not parts:
        parts = [Text("no hospital gains or loses", "各机构应付不变")]
    told = Text(", ".join(part.en for part in parts), "，".join(part.zh for part in parts))
    return Text(f"{scenario}: {told.en}", f"{scenario}：{told.zh}").of(lang)
