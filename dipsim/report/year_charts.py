"""Charts of the months of a year: what came and was prepaid, what a point was worth, prepaid beside earned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from dipsim.money import MICRO
from dipsim.report.charts import (
    LEVEL_COLORS,
    MOST_HOSPITALS,
    at_both_ends,
    both,
    footer,
    label_room,
    left_out,
    row_height,
)
from dipsim.report.charts import hospital_names as names_of
from dipsim.report.labels import Lang, Text, amount_in, formatted, money_unit, term
from dipsim.report.lettering import SIZE, text_width
from dipsim.report.picture import (
    INK,
    PALE,
    Axis,
    Bars,
    Beside,
    Columns,
    Key,
    Line,
    Mark,
    Numbers,
    Panel,
    Picture,
    RowNames,
    RowTexts,
    Rule,
    Sheet,
    Strokes,
)
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart
from dipsim.report.year_sums import PARTS, Year
from dipsim.report.year_tables import (
    PART_LABELS,
    clearing_level_table,
    clearing_table,
    final_values,
    interim_values,
    month_name,
)

I8 = NDArray[np.int64]

PART_COLORS = {"same_month": "#6baed6", "earlier": "#fdae6b", "corrected": "#74c476", "came_and_went": "#969696"}
PREPAID, DEPOSIT = "#222222", "#cb181d"
_MONTHS_HEIGHT, _VALUES_HEIGHT = 190.0, 130.0


def month_chart(year: Year) -> Chart:
    """Bills that came in each month by what they are, with what was prepaid and withheld."""
    parts, prepaid, deposit = year.parts(), year.paid_in_months("advance"), -year.paid_in_months("deposit")
    title = _month_title(year, parts)
    most = int(max(np.sum([np.maximum(part, 0) for part in parts.values()], axis=0).max(), prepaid.max()))
    shown = [name for name in PARTS if parts[name].any()] or [PARTS[0]]
    lines = ((prepaid, PREPAID), (deposit, DEPOSIT))

    def pictured(lang: Lang) -> Picture:
        per_unit, unit = money_unit(most, lang)
        legend = (
            *(Key(PART_COLORS[name], PART_LABELS[name].of(lang)) for name in shown),
            Key(PREPAID, Text("prepaid", "预付").of(lang)),
            Key(DEPOSIT, Text("withheld", "扣留保证金").of(lang)),
        )
        stack = _signed_stack([parts[name] / per_unit for name in shown], [PART_COLORS[name] for name in shown])
        paid = (_by_month(amounts[: year.clearing.last_month] / per_unit, color) for amounts, color in lines)
        bills = Text(f"A month's bills and prepayment ({unit})", f"当月记账与预付（{unit}）").of(lang)
        panel = Panel((*stack, *paid), _month_axis(year, lang), Axis(bills, most_ticks=5, format="whole"))
        sheet = Sheet(title.of(lang), footer([year.result], lang), legend, 70, 20)
        return Picture("months", lang, sheet, _MONTHS_HEIGHT, (panel,))

    return both(title, pictured)


def _by_month(amounts: NDArray[np.float64], color: str) -> Line:
    return Line(tuple(range(amounts.size)), tuple(amounts.tolist()), color, 1, 4)


def _signed_stack(parts: Sequence[NDArray[np.float64]], colors: Sequence[str]) -> Iterator[Mark]:
    """Bars by month, what is above zero on top of each other, and what is below it beneath."""
    above, below = np.zeros(parts[0].size), np.zeros(parts[0].size)
    for part, color in zip(parts, colors, strict=True):
        starts = np.where(part > 0, above, below)
        yield Columns(tuple(range(part.size)), tuple(part.tolist()), tuple(starts.tolist()), color)
        above, below = above + np.maximum(part, 0), below + np.minimum(part, 0)
    yield Rule(False, 0)


def _month_axis(year: Year, lang: Lang) -> Axis:
    names = tuple(month_name(year, month).of(lang) for month in year.months)
    what = Text(f"Month of {year.number} in which a claim came", f"{year.number} 年结算到达月份").of(lang)
    return Axis(what, limits=(-0.6, len(names) - 0.4), ticks=tuple(range(len(names))), tick_names=names)


def _month_title(year: Year, parts: dict[str, I8]) -> Text:
    """How much of what came was late."""
    came = int(sum(part.sum() for part in parts.values()))
    late = int(parts["earlier"].sum()) / came if came else 0.0
    beside = int(np.abs(parts["corrected"]).sum()) / came if came else 0.0
    return Text(
        f"{late:.1%} of the bills came in a later month than the stay ended, {beside:.1%} are corrections",
        f"{late:.1%} 的记账金额在出院次月及以后到达，更正结算占 {beside:.1%}",
    )


def value_chart(year: Year) -> Chart:
    """What a point was worth at the end of each month, and what it is worth in the end; a panel for each insurance."""
    interim, final = interim_values(year), final_values(year)
    title = Text(_value_title(year, interim, final, "en"), _value_title(year, interim, final, "zh"))

    def pictured(lang: Lang) -> Picture:
        ends = [f"{Text('final', '清算').of(lang)} {formatted(final.get(name), 'price')}" for name in interim]
        room = max(text_width(end) for end in ends) + 8
        sheet = Sheet(title.of(lang), footer([year.result], lang), (), 48, room)
        unit = Text("Yuan per point", "点值（元/分）").of(lang)
        x = Axis(
            Text("End of month", "月末").of(lang), ticks=tuple(range(1, year.clearing.last_month + 1)), size=SIZE - 1
        )
        panels = []
        for number, (end, (insurance, values)) in enumerate(zip(ends, interim.items(), strict=True)):
            last = final.get(insurance) if year.clearing.is_closed else None
            y = Axis("" if number else unit, margin=0.15, most_ticks=4, size=SIZE - 1)
            panels.append(Panel(tuple(_values(values, last, end)), x, y, term(insurance).of(lang)))
        return Picture("month_values", lang, sheet, _VALUES_HEIGHT, tuple(panels))

    return both(title, pictured)


def _values(values: Mapping[int, int], last: int | None, end: str) -> Iterator[Mark]:
    """The values of the months, and that of the clearing with its text where there is one."""
    yuan = tuple(value / MICRO for value in values.values())
    yield Line(tuple(values), yuan, LEVEL_COLORS["secondary"], 1.5, 4)
    if last is not None:
        yield Rule(False, last / MICRO, INK, 1, dashed=True)
        yield Beside(last / MICRO, end)


def _value_title(year: Year, interim: dict[str, dict[int, int]], final: dict[str, int | None], lang: Lang) -> str:
    """The first and the last value of each insurance."""
    told = []
    for insurance, values in interim.items():
        first, last = next(iter(values.values())), final.get(insurance)
        shown = f"{formatted(first, 'price')} → {formatted(last, 'price')}"
        told.append(f"{term(insurance).of(lang)} {shown}")
    closed = Text("from the first month to the clearing", "从首月到清算")
    words = closed if year.clearing.is_closed else Text("from the first month to the last", "从首月到本月")
    return Text(f"Point value, yuan, {words.en}: {'; '.join(told)}", f"点值（元），{words.zh}：{'；'.join(told)}").of(
        lang
    )


def prepaid_chart(year: Year) -> Chart:
    """What was paid in the year, and what was earned in the end, each in percent of what the price says."""
    levels, full = clearing_level_table(year), clearing_table(year)
    priced = [row for row, amount in enumerate(full.values("priced")) if amount > 0]
    ordered = _ordered_by_paid(full.taken(priced))
    hospitals = at_both_ends(ordered, MOST_HOSPITALS)
    total = [year.totals()]
    above = [row for row in levels.rows() if row["priced"] > 0] if len(levels) > 1 else []
    rows = [*total, *above, *hospitals.rows()]
    paid = tuple(_paid(row) / row["priced"] if row["priced"] else nan for row in rows)
    earned = tuple(row["earned"] / row["priced"] if row["priced"] else nan for row in rows)
    title = _prepaid_title(ordered)
    lines = sorted({0, len(above)} - {len(rows) - 1})
    shapes = tuple(_paid_bars(paid, earned if year.clearing.is_closed else (), lines))

    def pictured(lang: Lang) -> Picture:
        names = (
            Text("All hospitals", "全部机构").of(lang),
            *(term(row["level"]).of(lang) for row in above),
            *names_of(hospitals),
        )
        legend = (
            Key(LEVEL_COLORS["secondary"], Text("paid in the year", "年内已付").of(lang)),
            Key(INK, Text("earned in the year", "全年应得").of(lang)),
        )
        shown = legend if year.clearing.is_closed else legend[:1]
        sheet = Sheet(title.of(lang), footer([year.result], lang), shown, label_room(names), 120)
        unit = Text("Share of what the price says (%)", "占按点值应付的比例（%）").of(lang)
        axis = Axis(unit + left_out(len(ordered) - len(hospitals), lang), format="whole percent")
        marks = (*shapes, RowNames(names), RowTexts(tuple(_amounts(row, lang) for row in rows)))
        return Picture("prepaid", lang, sheet, row_height(rows), (Panel(marks, axis),))

    return both(title, pictured)


def _paid_bars(paid: Numbers, earned: Numbers, lines: Sequence[int]) -> Iterator[Mark]:
    """Bars of what was paid, strokes for what was earned where that is known, and lines below some rows."""
    rows = tuple(range(len(paid)))
    yield Bars(rows, paid, (LEVEL_COLORS["secondary"],) * len(rows), 0.6)
    if earned:
        yield Strokes(True, earned, tuple(row - 0.36 for row in rows), tuple(row + 0.36 for row in rows), INK, 2)
    yield Rule(True, 1, dashed=True)
    for line in lines:
        yield Rule(False, line + 0.5, PALE)


def _paid(row: dict[str, int]) -> int:
    """What a hospital had in hand at the end of the year: prepaid less what was withheld."""
    return -(row.get("prepaid", 0) + row.get("deposit", 0))


def _ordered_by_paid(table: ReportTable) -> ReportTable:
    """The hospitals that were paid the largest share of their price first."""
    rows = list(table.rows())
    return table.taken(sorted(range(len(rows)), key=lambda at: -_paid(rows[at]) / rows[at]["priced"]))


def _amounts(row: dict[str, int], lang: Lang) -> str:
    """Paid and priced, in the unit of the price."""
    per_unit, unit = money_unit(row["priced"], lang)
    short = {"million yuan": "m", "thousand yuan": "k"}.get(unit, unit.removesuffix("元") if unit != "元" else unit)
    return f"{amount_in(_paid(row), per_unit)} / {amount_in(row['priced'], per_unit)} {short}"


def _prepaid_title(table: ReportTable) -> Text:
    rows, names = list(table.rows()), names_of(table)
    if not rows:
        return Text("Nothing was priced", "没有按点值应付的机构")
    shares = [_paid(row) / row["priced"] for row in rows]
    whole = sum(map(_paid, rows)) / sum(row["priced"] for row in rows)
    return Text(
        f"Paid in the year: {whole:.1%} of what the price says, most at {names[0]} ({shares[0]:.1%}), "
        f"least at {names[-1]} ({shares[-1]:.1%})",
        f"年内已付为按点值应付的 {whole:.1%}：{names[0]}最高（{shares[0]:.1%}），{names[-1]}最低（{shares[-1]:.1%}）",
    )
