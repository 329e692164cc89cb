"""Charts of a comparison, the baseline first: point values side by side, and who gains and loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan

from dipsim.pipeline import Result
from dipsim.report.charts import (
    MOST_HOSPITALS,
    ROW,
    at_both_ends,
    both,
    footer,
    gain_bars,
    gain_legend,
    hospital_names,
    label_room,
    left_out,
    row_height,
    signed_bars,
)
from dipsim.report.comparing import hospital_comparison, point_values, scenario_title
from dipsim.report.labels import Lang, Text, formatted, money, signed_share, term
from dipsim.report.lettering import shortened
from dipsim.report.picture import Axis, Bars, Mark, Panel, Picture, RowNames, RowTexts, Rule, Sheet
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart
from dipsim.report.sums import share

BASELINE, OTHER = "#636363", "#6baed6"
_LONGEST_TITLE = 34


def change_text(value: int | None, before: int | None) -> str:
    """A relative change in percent, empty where one of the two is not known."""
    return signed_share(share(value - before, before)) if value is not None and before else ""


def point_value_chart(results: Sequence[Result]) -> Chart:
    """Yuan per point, by insurance and then by scenario."""
    values = point_values(results)
    title = Text(_value_title(values, "en"), _value_title(values, "zh"))
    flat = [(insurance, number, value) for insurance, by in values.items() for number, value in enumerate(by)]

    yuan = tuple(nan if value is None else value / 1e6 for _, _, value in flat)
    colors = tuple(BASELINE if number == 0 else OTHER for _, number, _ in flat)
    changes = [change_text(value, values[insurance][0]) if number else "" for insurance, number, value in flat]
    texts = [f"{formatted(value, 'price')}  {text}" for (_, _, value), text in zip(flat, changes, strict=True)]

    def pictured(lang: Lang) -> Picture:
        titles = [shortened(scenario_title(result.scenario).of(lang), _LONGEST_TITLE) for result in results]
        names = tuple(f"{term(insurance).of(lang)} · {titles[number]}" for insurance, number, _ in flat)
        sheet = Sheet(title.of(lang), footer(results, lang), (), label_room(names), 100)
        marks: tuple[Mark, ...] = (
            Bars(tuple(range(len(flat))), yuan, colors, 0.66),
            RowNames(names),
            *(Rule(False, row - 0.5, width=0.4) for row in range(len(results), len(flat), len(results))),
            RowTexts(tuple(texts)),
        )
        axis = Axis(Text("Point value (yuan per point)", "点值（元/分）").of(lang))
        return Picture("point_values", lang, sheet, (ROW + 3) * max(len(flat), 1), (Panel(marks, axis),))

    return both(title, pictured)


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
    texts = RowTexts(tuple(signed_share(value, 2) for value in percent))
    bars = replace(gain_bars(changes), lengths=tuple(nan if value is None else value for value in percent))
    shares = (bars, Rule(True, 0), RowNames(("",) * len(table)), texts)

    def pictured(lang: Lang) -> Picture:
        sheet = Sheet(title.of(lang), footer([results[0], results[number]], lang), gain_legend(lang), label_room(names))
        money_panel = signed_bars(changes, names, Text("Change of pay", "应付变化").of(lang), lang)
        unit = Text("Change of pay (%)", "应付变化率（%）").of(lang) + left_out(len(full) - len(table), lang)
        share_panel = Panel(shares, Axis(unit, most_ticks=3, format="percent"))
        return Picture(f"change_{number}", lang, sheet, row_height(table), (money_panel, share_panel))

    return both(title, pictured)


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
