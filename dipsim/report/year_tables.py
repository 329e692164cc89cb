"""Tables of a year: its months, the steps of its clearing by hospital, level and insurance, scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dipsim.ledger import INSURANCES
from dipsim.report.comparing import scenario_title
from dipsim.report.labels import Text, Value, term
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import price_micro_yuan, share, shares
from dipsim.report.tables import HOSPITAL_ID, INSURANCE, LEVEL, NAME, facts_of, levels_of
from dipsim.report.year_sums import PARTS, STEPS, Year, drawn_fen
from dipsim.rule import FundPrice

I8 = NDArray[np.int64]

STEP_LABELS: Mapping[str, Text] = {
    "priced": Text("By the price", "按点值应付"),
    "shared": Text("Sharing", "结余超支分担"),
    "assessed": Text("Assessment", "考核"),
    "deducted": Text("Deductions", "扣款"),
    "earned": Text("Earned in the year", "全年应得"),
    "carried_in": Text("From the year before", "上年结转"),
    "carried_out": Text("Debts left to next year", "欠款转下年"),
    "prepaid": Text("Prepaid", "已预付"),
    "deposit": Text("Deposit returned", "返还质量保证金"),
    "due": Text("Still due", "清算应付"),
}
"""The steps from price to what is still due."""
PART_LABELS: Mapping[str, Text] = {
    "same_month": Text("stay ended that month", "当月出院"),
    "earlier": Text("stay ended earlier", "以前月份出院"),
    "corrected": Text("corrections", "更正结算"),
    "came_and_went": Text("taken back, net", "冲正与被更正（净额）"),
}
"""What comes in a month."""
LATER = Text("later", "年后")
"""The months after December."""


def month_name(year: Year, month: int) -> Text:
    """A month of the year, or what lies after it."""
    return Text(str(month), f"{month} 月") if month <= year.clearing.last_month else LATER


def month_table(year: Year) -> ReportTable:
    """What came and what was paid in each month, and what a point was worth at its end."""
    names, size = [month_name(year, month) for month in year.months], len(year.months)
    bills = year.bills_column()
    data: dict[str, Column] = {"month": [name.en for name in names], "month_zh": [name.zh for name in names]}
    if year.clearing.months:
        data |= {"cases": year.came("cases"), "points": year.came("points_micro"), "bills": year.came(bills)}
        data |= year.parts()
    data |= {"prepaid": year.paid_in_months("advance"), "deposit": -year.paid_in_months("deposit")}
    total: dict[str, Value] = {name: sum(map(int, data[name])) for name in data if not name.startswith("month")}
    prices = interim_values(year)
    for insurance, values in prices.items():
        data[f"price_{insurance}"] = [values.get(month) for month in range(1, size + 1)]
        total[f"price_{insurance}"] = final_values(year).get(insurance) if year.clearing.is_closed else None
    label = Text("Bills, the fund's part (yuan)", "统筹记账（元）")
    label = label if bills == "fund_paid_fen" else Text("Charges (yuan)", "总费用（元）")
    columns = (
        ReportColumn("month", "Month", "月份", "text", "en"),
        ReportColumn("month_zh", "Month", "月份", "text", "zh"),
        ReportColumn("cases", "Cases", "病例数", "count"),
        ReportColumn("points", "Points", "分值", "points"),
        ReportColumn("bills", label.en, label.zh, "yuan"),
        *(ReportColumn(name, PART_LABELS[name].en, PART_LABELS[name].zh, "yuan") for name in PARTS),
        ReportColumn("prepaid", "Prepaid (yuan)", "预付（元）", "yuan"),
        ReportColumn("deposit", "Deposit withheld (yuan)", "扣留质量保证金（元）", "yuan"),
        *(_price_column(insurance) for insurance in prices),
    )
    return report_table("months", Text("Month by month", "分月"), columns, data, total)


def _price_column(insurance: str) -> ReportColumn:
    name = term(insurance)
    return ReportColumn(f"price_{insurance}", f"Yuan per point, {name.en}", f"点值（元）：{name.zh}", "price")


def interim_values(year: Year) -> dict[str, dict[int, int]]:
    """What a point was worth at the end of each month, millionths of a yuan by insurance and month."""
    found: dict[str, dict[int, int]] = {}
    for month in range(1, year.clearing.last_month + 1):
        prices = [interim.price for interim in year.clearing.interim if interim.month == month]
        for insurance, value in _one_value(prices).items():
            if value is not None:
                found.setdefault(insurance, {})[month] = value
    return found


def final_values(year: Year) -> dict[str, int | None]:
    """What a point is worth at the end of the run, millionths of a yuan by insurance."""
    return _one_value(year.result.prices)


def _one_value(prices: Sequence[FundPrice]) -> dict[str, int | None]:
    """Yuan per point in millionths of each fund that has one value; none of a fund in which every area has its own."""
    numbers = [price.insurance for price in prices]
    return {
        INSURANCES[price.insurance]: price_micro_yuan(price.pool_fen, price.points_micro)
        for price in prices
        if numbers.count(price.insurance) == 1
    }


def hospital_months(year: Year) -> ReportTable:
    """What came and what was paid in each month, a row for each hospital with anything in it."""
    clearing, ids = year.clearing, year.hospital_ids
    before: dict[str, I8] = {}
    rows: list[dict[str, Value]] = []
    facts = facts_of(year.result.inputs.hospitals, ids)
    for month in range(1, clearing.last_month + 1):
        paid = {name: sign * clearing.in_month(name, month)[year.places] for name, sign in _PAID.items()}
        amounts = {name: values.sum(axis=1) for name, values in paid.items()}
        for name, column in _CAME.items():
            now = getattr(clearing.months[month - 1], column)[year.places].sum(axis=1) if clearing.months else 0
            amounts[name] = now - before.get(name, np.zeros(len(ids), np.int64))
            before[name] = amounts[name] + before.get(name, 0)
        for at in np.flatnonzero(np.any(list(amounts.values()), axis=0)).tolist():
            of_row: dict[str, Value] = {name: int(values[at]) for name, values in amounts.items()}
            named = {name: values[at] for name, values in facts.items()}
            rows.append(
                {"hospital_id": ids[at], "month": month, **named, **of_row, "deposit": -int(amounts["deposit"][at])}
            )
    columns = (
        HOSPITAL_ID,
        NAME,
        LEVEL,
        ReportColumn("month", "Month", "月份", "count"),
        ReportColumn("cases", "Cases", "病例数", "count"),
        ReportColumn("points", "Points", "分值", "points"),
        ReportColumn("bills", "Bills, the fund's part (yuan)", "统筹记账（元）", "yuan"),
        ReportColumn("advance", "Prepaid (yuan)", "预付（元）", "yuan"),
        ReportColumn("deposit", "Deposit withheld (yuan)", "扣留质量保证金（元）", "yuan"),
    )
    known = (
        "hospital_id",
        "month",
        *(name for name in ("name", "level") if name in facts),
        *_CAME,
        "advance",
        "deposit",
    )
    data = {name: [row[name] for row in rows] for name in known}
    title = Text("Months by hospital", "分机构分月")
    return report_table("hospital_months", title, columns, data, {})


_PAID = {"advance": 1, "deposit": -1}
"""Accounts, and the sign under which a month's payments from them are shown."""
_CAME = {"cases": "cases", "points": "points_micro", "bills": "fund_paid_fen"}


def clearing_table(year: Year) -> ReportTable:
    """Every step by hospital."""
    ids = year.hospital_ids
    facts = facts_of(year.result.inputs.hospitals, ids)
    named: dict[str, Column] = {name: facts[name] for name in ("name", "level") if name in facts}
    steps = {name: amounts.sum(axis=1) for name, amounts in year.steps().items()}
    title = Text("From price to clearing, by hospital", "从点值应付到清算，分机构")
    return _steps_table("clearing", title, (HOSPITAL_ID, NAME, LEVEL), {"hospital_id": ids, **named}, steps)


def clearing_level_table(year: Year) -> ReportTable:
    """Every step by hospital level, the highest first."""
    levels, index = levels_of(year.result.inputs.hospitals, year.hospital_ids)
    hospitals = np.bincount(index, minlength=len(levels))
    steps = {}
    for name, amounts in year.steps().items():
        steps[name] = np.zeros(len(levels), np.int64)
        np.add.at(steps[name], index, amounts.sum(axis=1))
    shown = (LEVEL, ReportColumn("hospitals", "Hospitals", "机构数", "count"))
    title = Text("By hospital level", "分等级")
    full = _steps_table("clearing_levels", title, shown, {"level": levels, "hospitals": hospitals}, steps)
    return full.taken(np.flatnonzero(hospitals).tolist())


def clearing_insurance_table(year: Year) -> ReportTable:
    """Every step by insurance."""
    steps = {name: amounts.sum(axis=0) for name, amounts in year.steps().items()}
    full = _steps_table(
        "clearing_insurances", Text("By insurance", "分险种"), (INSURANCE,), {"insurance": INSURANCES}, steps
    )
    return full.taken(np.flatnonzero(np.any(list(steps.values()), axis=0)).tolist())


def _steps_table(
    key: str, title: Text, shown: Sequence[ReportColumn], names: Mapping[str, Column], steps: Mapping[str, I8]
) -> ReportTable:
    """A table of steps; those in which nobody has anything are left out, save the first and the last."""
    kept = [name for name in STEPS if name in ("priced", "earned", "due") or steps[name].any()]
    data = {**names, **{name: steps[name] for name in kept}}
    total: dict[str, Value] = {name: int(steps[name].sum()) for name in kept}
    paid, earned = -(steps["prepaid"] + steps["deposit"]), steps["earned"]
    if paid.any():
        data["paid_share"], total["paid_share"] = shares(paid, earned), share(int(paid.sum()), int(earned.sum()))
    of_paid = ReportColumn("paid_share", "Paid in the year, of earned", "年内已付占应得", "share")
    return report_table(key, title, (*shown, *(_step_column(name) for name in STEPS), of_paid), data, total)


def _step_column(name: str) -> ReportColumn:
    label = STEP_LABELS[name]
    return ReportColumn(name, f"{label.en} (yuan)", f"{label.zh}（元）", "yuan")


def year_comparison(years: Sequence[tuple[int, Year]]) -> ReportTable:
    """The clearing of every scenario that has one: its steps, who gains and loses by sharing, what the reserve adds."""
    titles = [scenario_title(year.result.scenario) for _, year in years]
    totals = [year.totals() for _, year in years]
    shared = [year.steps()["shared"].sum(axis=1) for _, year in years]
    data: dict[str, Column] = {
        "scenario": [title.en for title in titles],
        "scenario_zh": [title.zh for title in titles],
        **{name: [total[name] for total in totals] for name in _COMPARED},
        "gaining": [int((amounts > 0).sum()) for amounts in shared],
        "gained": [int(np.maximum(amounts, 0).sum()) for amounts in shared],
        "losing": [int((amounts < 0).sum()) for amounts in shared],
        "lost": [int(np.minimum(amounts, 0).sum()) for amounts in shared],
        "drawn": [drawn_fen(year.clearing) for _, year in years],
    }
    columns = (
        ReportColumn("scenario", "Scenario", "情景", "text", "en"),
        ReportColumn("scenario_zh", "Scenario", "情景", "text", "zh"),
        ReportColumn("priced", "By the price (yuan)", "按点值应付（元）", "yuan"),
        ReportColumn("gaining", "Hospitals that gain by sharing", "分担多得机构数", "count"),
        ReportColumn("gained", "They gain (yuan)", "多得（元）", "yuan"),
        ReportColumn("losing", "Hospitals that lose by sharing", "分担少得机构数", "count"),
        ReportColumn("lost", "They lose (yuan)", "少得（元）", "yuan"),
        ReportColumn("drawn", "From the risk reserve (yuan)", "动用风险金（元）", "yuan"),
        *(_step_column(name) for name in _COMPARED[1:]),
    )
    return report_table("years", Text("Clearing side by side", "各情景清算对比"), columns, data, {})


_COMPARED = ("priced", "earned", "carried_out", "due")
