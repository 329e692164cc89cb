"""Charts of the months of a year: what came and was prepaid, what a point was worth, prepaid beside earned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter
from numpy.typing import NDArray

from dipsim.report.charts import LEVEL_COLORS, MOST_HOSPITALS, at_both_ends, both, footer, label_room, left_out
from dipsim.report.charts import hospital_names as names_of
from dipsim.report.drawing import GREY, INK, PALE, Key, Sheet, at_right, draw, rows_on, svg
from dipsim.report.labels import Lang, Text, amount_in, formatted, money_unit, term
from dipsim.report.lettering import SIZE, text_width
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
_ROW, _MONTHS_HEIGHT, _VALUES_HEIGHT = 19.0, 190.0, 130.0


def month_chart(year: Year) -> Chart:
    """Bills that came in each month by what they are, with what was prepaid and withheld."""
    parts, prepaid, deposit = year.parts(), year.paid_in_months("advance"), -year.paid_in_months("deposit")
    title = _month_title(year, parts)

    def drawn(lang: Lang) -> str:
        most = int(max(np.sum([np.maximum(part, 0) for part in parts.values()], axis=0).max(), prepaid.max()))
        per_unit, unit = money_unit(most, lang)
        shown = [name for name in PARTS if parts[name].any()] or [PARTS[0]]
        legend = [Key(PART_COLORS[name], PART_LABELS[name].of(lang)) for name in shown]
        legend += [
            Key(PREPAID, Text("prepaid", "预付").of(lang)),
            Key(DEPOSIT, Text("withheld", "扣留保证金").of(lang)),
        ]
        figure, (axes,) = draw(Sheet(title.of(lang), footer([year.result], lang), legend, 70, 20), _MONTHS_HEIGHT)
        _signed_stack(axes, [parts[name] / per_unit for name in shown], [PART_COLORS[name] for name in shown])
        at = np.arange(len(prepaid))
        for amounts, color in ((prepaid, PREPAID), (deposit, DEPOSIT)):
            dated = at[: year.clearing.last_month]
            axes.plot(dated, amounts[dated] / per_unit, color=color, marker="o", ms=4, lw=1)
        _months_on(axes, year, lang)
        axes.set_ylabel(Text(f"A month's bills and prepayment ({unit})", f"当月记账与预付（{unit}）").of(lang))
        return svg(figure, "months", lang, title.of(lang))

    return both("months", title, drawn)


def _signed_stack(axes: Axes, parts: Sequence[NDArray[np.float64]], colors: Sequence[str]) -> None:
    """Bars by month, what is above zero on top of each other, and what is below it beneath."""
    above, below = np.zeros(parts[0].size), np.zeros(parts[0].size)
    for part, color in zip(parts, colors, strict=True):
        bottom = np.where(part > 0, above, below)
        axes.bar(range(part.size), part, bottom=bottom, color=color, width=0.7, edgecolor="white", linewidth=0.4)
        above, below = above + np.maximum(part, 0), below + np.minimum(part, 0)
    axes.axhline(0, color=GREY, lw=0.8)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _months_on(axes: Axes, year: Year, lang: Lang) -> None:
    months = list(year.months)
    axes.set_xticks(range(len(months)), [month_name(year, month).of(lang) for month in months])
    axes.set_xlim(-0.6, len(months) - 0.4)
    axes.set_xlabel(Text(f"Month of {year.number} in which a claim came", f"{year.number} 年结算到达月份").of(lang))


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

    def drawn(lang: Lang) -> str:
        ends = [f"{Text('final', '清算').of(lang)} {formatted(final.get(name), 'price')}" for name in interim]
        room = max(text_width(end) for end in ends) + 8
        sheet = Sheet(title.of(lang), footer([year.result], lang), (), 48, room)
        figure, plots = draw(sheet, _VALUES_HEIGHT, panels=len(interim))
        for axes, end, (insurance, values) in zip(plots, ends, interim.items(), strict=True):
            yuan = [value / 1e6 for value in values.values()]
            axes.plot(list(values), yuan, color=LEVEL_COLORS["secondary"], marker="o", ms=4)
            if year.clearing.is_closed and (last := final.get(insurance)) is not None:
                axes.axhline(last / 1e6, color=INK, lw=1, ls="--")
                axes.text(1.02, last / 1e6, end, transform=axes.get_yaxis_transform(), va="center", size=SIZE - 1)
            axes.set_title(term(insurance).of(lang), size=SIZE, color=GREY, loc="left")
            axes.set_xticks(range(1, year.clearing.last_month + 1))
            axes.tick_params(labelsize=SIZE - 1)
            axes.margins(y=0.15)
            axes.yaxis.set_major_locator(MaxNLocator(4))
            axes.set_xlabel(Text("End of month", "月末").of(lang))
        plots[0].set_ylabel(Text("Yuan per point", "点值（元/分）").of(lang))
        return svg(figure, "month_values", lang, title.of(lang))

    return both("month_values", title, drawn)


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
    paid = [_paid(row) / row["priced"] if row["priced"] else np.nan for row in rows]
    earned = [row["earned"] / row["priced"] if row["priced"] else np.nan for row in rows]
    title = _prepaid_title(ordered)

    def drawn(lang: Lang) -> str:
        names = [
            Text("All hospitals", "全部机构").of(lang),
            *(term(row["level"]).of(lang) for row in above),
            *names_of(hospitals),
        ]
        legend = [
            Key(LEVEL_COLORS["secondary"], Text("paid in the year", "年内已付").of(lang)),
            Key(INK, Text("earned in the year", "全年应得").of(lang)),
        ]
        if not year.clearing.is_closed:
            legend = legend[:1]
        sheet = Sheet(title.of(lang), footer([year.result], lang), legend, label_room(names), 120)
        figure, (axes,) = draw(sheet, _ROW * len(rows))
        at = np.arange(len(rows))
        axes.barh(at, paid, color=LEVEL_COLORS["secondary"], height=0.6)
        if year.clearing.is_closed:
            axes.vlines(earned, at - 0.36, at + 0.36, color=INK, lw=2)
        axes.axvline(1, color=GREY, lw=0.8, ls="--")
        for line in sorted({0, len(above)} - {len(rows) - 1}):
            axes.axhline(line + 0.5, color=PALE, lw=0.8)
        rows_on(axes, names)
        at_right(axes, [_amounts(row, lang) for row in rows])
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        unit = Text("Share of what the price says (%)", "占按点值应付的比例（%）").of(lang)
        axes.set_xlabel(unit + left_out(len(ordered) - len(hospitals), lang))
        return svg(figure, "prepaid", lang, title.of(lang))

    return both("prepaid", title, drawn)


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
