"""Waterfalls: from price to what is still due, of all hospitals and by level; from income to the inpatient pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dipsim.ledger import INSURANCES, balance
from dipsim.registry import RULES
from dipsim.report.charts import (
    LESS,
    MORE,
    MOST_HOSPITALS,
    at_both_ends,
    both,
    footer,
    gain_bars,
    label_room,
    left_out,
    row_height,
)
from dipsim.report.charts import hospital_names as names_of
from dipsim.report.labels import Lang, Text, money, money_unit, signed_money, signed_share, term
from dipsim.report.picture import GREY, Axis, Bars, Key, Mark, Panel, Picture, RowNames, RowTexts, Rule, Sheet, Strokes
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart
from dipsim.report.year_sums import STEPS, Year
from dipsim.report.year_tables import STEP_LABELS, clearing_level_table, clearing_table

SUM = "#636363"
ENDS = frozenset({"priced", "earned", "due"})
"""Steps whose bar begins at zero: what stands there is a sum."""
_ROW = 21.0
_STRIPS = ("shared", "assessed", "deducted", "due")


@dataclass(frozen=True, slots=True)
class Fall:
    """One bar of a waterfall: its amount in fen, and whether it is the sum of those above."""

    label: Text
    amount_fen: int
    is_sum: bool


def clearing_chart(year: Year) -> Chart:
    """The clearing of all hospitals that are told of, in money."""
    totals = year.totals()
    falls = _falls(totals)
    due = totals["due"]
    title = Text(
        f"Of {money(totals['earned'], 'en')} earned in the year, {money(abs(due), 'en')} "
        f"{'is still due to hospitals' if due >= 0 else 'is due from hospitals'}",
        f"全年应得 {money(totals['earned'], 'zh')}，清算{'尚应付' if due >= 0 else '应收回'} {money(abs(due), 'zh')}",
    )
    return _money_chart("clearing", title, year, [("", falls)])


def budget_chart(year: Year) -> Chart | None:
    """From income to the pool for inpatient care, insurance by insurance; None where the scenario states no budget."""
    ledger, accounts = year.clearing.ledger, year.clearing.accounts
    number = next(at for at, rule in enumerate(RULES) if rule.key == "budget")
    of_rule = ledger.where(ledger.rule == number)
    if not len(of_rule):
        return None
    panels, stated = [], [name for name in _ITEMS if accounts.fund(name) in (*of_rule.payer, *of_rule.payee)]
    for insurance in sorted(set(of_rule.insurance.tolist())):
        own = of_rule.where(of_rule.insurance == insurance)
        items = [Fall(_ITEMS[name], -balance(own, accounts.fund(name)), name == "income") for name in stated]
        pool = Fall(Text("Inpatient pool", "住院统筹预算"), balance(own, accounts.pooled_fund(insurance)), True)
        panels.append((INSURANCES[insurance], [*items, pool]))
    told = [(term(name), falls[-1].amount_fen) for name, falls in panels]
    title = Text(
        "Left for inpatient care: " + "; ".join(f"{name.en} {money(fen, 'en')}" for name, fen in told),
        "可用于住院的预算：" + "；".join(f"{name.zh} {money(fen, 'zh')}" for name, fen in told),
    )
    return _money_chart("budget", title, year, panels)


_ITEMS: Mapping[str, Text] = {
    "income": Text("Income", "基金收入"),
    "transfer": Text("Transfer received", "转移收入"),
    "reserve": Text("Risk reserve", "风险金"),
    "out_of_area": Text("Care elsewhere", "异地就医"),
    "outpatient": Text("Outpatient care", "门诊支出"),
    "large_disease": Text("Large-disease premium", "大病等保费"),
    "other_items": Text("Other items", "其他支出"),
    "adjustment_reserve": Text("Adjustment reserve", "调剂金"),
}


def _falls(amounts: Mapping[str, int]) -> list[Fall]:
    """The steps in which there is anything, the sums among them."""
    return [Fall(STEP_LABELS[name], amounts[name], name in ENDS) for name in STEPS if amounts.get(name) or name in ENDS]


def _money_chart(key: str, title: Text, year: Year, panels: Sequence[tuple[str, Sequence[Fall]]]) -> Chart:
    """Waterfalls in money side by side, one for each fund or one in all; they have the same rows."""

    def pictured(lang: Lang) -> Picture:
        labels = tuple(fall.label.of(lang) for fall in panels[0][1])
        sheet = Sheet(title.of(lang), footer([year.result], lang), _legend(lang), label_room(labels), 112)
        blank = ("",) * len(labels)
        plots = (
            _money_panel(name, falls, blank if number else labels, lang) for number, (name, falls) in enumerate(panels)
        )
        return Picture(key, lang, sheet, _ROW * len(labels), tuple(plots))

    return both(title, pictured)


def _money_panel(name: str, falls: Sequence[Fall], labels: tuple[str, ...], lang: Lang) -> Panel:
    """The waterfall of one fund, or of all where it has no name."""
    per_unit, unit = money_unit(max((abs(fall.amount_fen) for fall in falls), default=0), lang)
    bars = _bars([fall.amount_fen / per_unit for fall in falls], falls)
    texts = tuple((money if fall.is_sum else signed_money)(fall.amount_fen, lang) for fall in falls)
    what = term(name).of(lang) if name else Text("Amount", "金额").of(lang)
    axis = Axis(Text(f"{what} ({unit})", f"{what}（{unit}）").of(lang), most_ticks=3, format="shortest")
    return Panel((*bars, RowNames(labels), RowTexts(texts)), axis)


def _legend(lang: Lang) -> tuple[Key, ...]:
    return (
        Key(SUM, Text("sum", "合计").of(lang)),
        Key(MORE, Text("adds", "增加").of(lang)),
        Key(LESS, Text("takes", "减少").of(lang)),
    )


def _bars(amounts: Sequence[float], falls: Sequence[Fall]) -> Iterator[Mark]:
    """Bars from top to bottom: a sum begins at zero, a step where the one above it ended."""
    reached = 0.0
    for row, (amount, fall) in enumerate(zip(amounts, falls, strict=True)):
        start = 0.0 if fall.is_sum else reached
        color = SUM if fall.is_sum else MORE if amount > 0 else LESS
        yield Bars((row,), (amount,), (color,), 0.62, (start,))
        reached = start + amount
        if row < len(falls) - 1:
            yield Strokes(True, (reached,), (row,), (row + 1,), GREY, 0.5)
    yield Rule(True, 0)


def level_chart(year: Year) -> Chart:
    """The clearing of each hospital level, in percent of what the price says."""
    rows = [row for row in clearing_level_table(year).rows() if row["priced"] > 0]
    shared = sorted(((row.get("shared", 0) / row["priced"], row["level"]) for row in rows), reverse=True)
    ends = [(term(level), signed_share(change, 2)) for change, level in (shared[0], shared[-1])]
    title = Text(
        f"Sharing against the price by level: {', '.join(f'{name.en.lower()} {text}' for name, text in ends)}",
        f"结余超支分担占按点值应付：{'，'.join(f'{name.zh} {text}' for name, text in ends)}",
    )

    names = _present(rows)

    def pictured(lang: Lang) -> Picture:
        labels = tuple(STEP_LABELS[name].of(lang) for name in names)
        sheet = Sheet(title.of(lang), footer([year.result], lang), _legend(lang), label_room(labels), 48)
        blank = ("",) * len(labels)
        plots = (_level_panel(row, names, blank if number else labels, lang) for number, row in enumerate(rows))
        return Picture("clearing_levels", lang, sheet, _ROW * len(labels), tuple(plots))

    return both(title, pictured)


def _level_panel(row: Mapping[str, Any], steps: Sequence[str], labels: tuple[str, ...], lang: Lang) -> Panel:
    """The waterfall of one level in percent."""
    shares = [row[name] / row["priced"] for name in steps]
    bars = _bars(shares, [Fall(STEP_LABELS[name], row[name], name in ENDS) for name in steps])
    texts = RowTexts(tuple(f"{share:.1%}".replace("-", "−") for share in shares))
    axis = Axis(Text("% of the price", "占按点值应付 %").of(lang), ticks=(0, 0.5, 1), format="whole percent")
    return Panel((*bars, RowNames(labels), texts), axis, title=term(row["level"]).of(lang))


def _present(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The steps in which any row has anything."""
    return [name for name in STEPS if name in ENDS or any(row.get(name) for row in rows)]


def strip_chart(year: Year) -> Chart:
    """What each step does to each hospital, in percent of what the price says: a row a hospital, a column a step."""
    full = clearing_table(year)
    ordered = _by_share(full.taken([at for at, amount in enumerate(full.values("priced")) if amount > 0]), "shared")
    table = at_both_ends(ordered, MOST_HOSPITALS)
    rows, names = list(table.rows()), names_of(table)
    steps = [name for name in _STRIPS if any(row.get(name) for row in rows)]
    title = _strip_title(list(ordered.rows()), names_of(ordered))

    def pictured(lang: Lang) -> Picture:
        legend = (
            Key(MORE, Text("to the hospital", "付给机构").of(lang)),
            Key(LESS, Text("from it", "自机构扣减").of(lang)),
        )
        sheet = Sheet(title.of(lang), footer([year.result], lang), legend, label_room(names), 46)
        unit = Text("% of the price, each column on its own scale", "占按点值应付 %，各列比例尺不同").of(lang)
        first = unit + left_out(len(ordered) - len(table), lang)
        nothing = Panel((), Axis(first, label_at="left"))
        plots = (
            _strip(rows, name, ("",) * len(rows) if number else names, "" if number else first, lang)
            for number, name in enumerate(steps)
        )
        return Picture("clearing_hospitals", lang, sheet, row_height(rows), tuple(plots) or (nothing,))

    return both(title, pictured)


def _strip(rows: Sequence[Mapping[str, int]], step: str, names: tuple[str, ...], what: str, lang: Lang) -> Panel:
    """What one step does to each hospital."""
    shares = [row[step] / row["priced"] for row in rows]
    texts = RowTexts(tuple(signed_share(share, 1) for share in shares))
    marks = (gain_bars(shares, 0.6), Rule(True, 0), RowNames(names), texts)
    return Panel(marks, Axis(what, label_at="left", bare=True), title=STEP_LABELS[step].of(lang))


def _by_share(table: ReportTable, step: str) -> ReportTable:
    """The hospitals to which a step adds the largest share of their price first."""
    rows = list(table.rows())
    return table.taken(sorted(range(len(rows)), key=lambda at: -rows[at].get(step, 0) / rows[at]["priced"]))


def _strip_title(rows: Sequence[Mapping[str, int]], names: Sequence[str]) -> Text:
    if not rows:
        return Text("No hospital is priced", "没有按点值应付的机构")
    changes = [(row["earned"] - row["priced"]) / row["priced"] for row in rows]
    most, least = int(np.argmax(changes)), int(np.argmin(changes))
    return Text(
        f"Earned against the price: most at {names[most]} ({signed_share(changes[most], 2)}), least at {names[least]} "
        f"({signed_share(changes[least], 2)})",
        f"全年应得与按点值应付相比：{names[most]}最高（{signed_share(changes[most], 2)}），"
        f"{names[least]}最低（{signed_share(changes[least], 2)}）",
    )
