"""Tables of a comparison: pay by hospital in every scenario with exact differences, and funds side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dipsim.ledger import INSURANCES
from dipsim.money import MICRO
from dipsim.pipeline import Result
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import share, shares, values_by_insurance
from dipsim.report.tables import COST, HOSPITAL_ID, LEVEL, NAME, hospital_table, price_table
from dipsim.report.year_sums import cleared_fen, closed_years
from dipsim.scenario import Scenario


def scenario_title(scenario: Scenario) -> Text:
    """What a scenario is called."""
    return Text(scenario.head.title, scenario.head.title_zh)


def method(results: Sequence[Result]) -> Text:
    """By what the scenarios pay: the groups of a DIP catalogue, those of a DRG scheme, or each by one of the two."""
    has_mdcs = frozenset(bool(result.grouping.mdc_codes) for result in results)
    return _METHODS[has_mdcs]


_METHODS = {
    frozenset({False}): Text("Payment by disease points (DIP)", "按病种分值付费（DIP）测算"),
    frozenset({True}): Text("Payment by diagnosis-related groups (DRG)", "按病组付费（DRG）测算"),
    frozenset({False, True}): Text("Payment by DIP and by DRG", "按病种分值付费（DIP）与按病组付费（DRG）测算"),
}


def scale_note(results: Sequence[Result]) -> Text | None:
    """What not to compare where scenarios count points on different scales; None where they do not."""
    scales = {result.scenario.weights.scale_micro: scenario_title(result.scenario) for result in reversed(results)}
    if len(scales) == 1:
        return None
    told = [(f"{scale / MICRO:,.10g}", title) for scale, title in sorted(scales.items(), reverse=True)]
    points = ", ".join(f"{scale} ({name.en})" for scale, name in told)
    points_zh = "、".join(f"{scale} 分（{name.zh}）" for scale, name in told)
    return Text(
        f"Points are on different scales: a case of mean cost has {points}. "
        "What is paid can be compared, points and point values cannot.",
        f"各情景分值口径不同，费用居均值的病例为 {points_zh}；应付金额可以比较，分值和点值不能直接比较。",
    )


def point_values(results: Sequence[Result]) -> Mapping[str, tuple[int | None, ...]]:
    """Millionths of a yuan per point of every scenario, by insurance; None where the fund has no point value."""
    struck = [values_by_insurance(result.prices) for result in results]
    numbers = sorted({number for values in struck for number, value in values.items() if value is not None})
    return {INSURANCES[number]: tuple(values.get(number) for values in struck) for number in numbers}


def tells_point_values(results: Sequence[Result]) -> bool:
    """Whether point values differ between the scenarios and can be compared: points are on one scale."""
    differ = any(len(set(values)) > 1 for values in point_values(results).values())
    return differ and len({result.scenario.weights.scale_micro for result in results}) == 1


def hospital_comparison(results: Sequence[Result]) -> ReportTable:
    """Pay of each hospital in every scenario and its change against the first: `pay_0`, `pay_1`, `change_1`, ...

    In a scenario whose year is closed pay is what hospitals earned after sharing, assessment and deductions.
    """
    tables = [hospital_table(result) for result in results]
    base = tables[0]
    data: dict[str, Column] = {column.name: base.data[column.name] for column in base.columns if column.name != "pay"}
    total: dict[str, Value] = {"total_cost": base.total["total_cost"]}
    columns = [HOSPITAL_ID, NAME, LEVEL, COST]
    label = _PAY_CLEARED if closed_years(results) else _PAY
    paid = [np.array(table.values("pay"), np.int64) for table in tables]
    cleared = [cleared_fen(result) for result in results]
    before, before_total = paid[0] + cleared[0], int(str(base.total["pay"])) + int(cleared[0].sum())
    for number, (result, table) in enumerate(zip(results, tables, strict=True)):
        pay, owed = paid[number] + cleared[number], int(str(table.total["pay"])) + int(cleared[number].sum())
        name = scenario_title(result.scenario)
        data[f"pay_{number}"], total[f"pay_{number}"] = pay, owed
        columns.append(ReportColumn(f"pay_{number}", f"{label.en}: {name.en}", f"{label.zh}：{name.zh}", "yuan"))
        if number:
            data[f"change_{number}"], total[f"change_{number}"] = pay - before, owed - before_total
            data[f"change_share_{number}"] = shares(pay - before, before)
            total[f"change_share_{number}"] = share(owed - before_total, before_total)
            columns.append(ReportColumn(f"change_{number}", "Change (yuan)", "变化（元）", "yuan"))
            columns.append(ReportColumn(f"change_share_{number}", "Change", "变化率", "change"))
    return report_table("hospital_comparison", Text("Pay by hospital", "各机构应付对比"), columns, data, total)


_PAY = Text("Pay (yuan)", "应付（元）")
_PAY_CLEARED = Text("After clearing (yuan)", "清算后应得（元）")


def fund_pay_fen(result: Result) -> int:
    """What funds pay, and reserves with them where the year is closed."""
    return int(str(price_table(result).total["fund_pay"])) + int(cleared_fen(result).sum())


def price_comparison(results: Sequence[Result]) -> ReportTable:
    """The funds of every scenario, the first above: one row for each scenario and insurance."""
    tables = [price_table(result) for result in results]
    titles = [
        scenario_title(result.scenario) for result, table in zip(results, tables, strict=True) for _ in table.rows()
    ]
    data: dict[str, Column] = {
        "scenario": [title.en for title in titles],
        "scenario_zh": [title.zh for title in titles],
    }
    shown = max((table.columns for table in tables), key=len)
    for column in shown:
        data[column.name] = [
            value
            for table in tables
            for value in (table.values(column.name) if column.name in table.data else [""] * len(table))
        ]
    first = (
        ReportColumn("scenario", "Scenario", "情景", "text", "en"),
        ReportColumn("scenario_zh", "Scenario", "情景", "text", "zh"),
    )
    joined = report_table("price", Text("", ""), (*first, *shown), data, {})
    return replace(joined, title="By scenario and insurance", title_zh="分情景、分险种")
