"""Payment by bed-day in a report: lengths of stay, and pay for a day beside charges and the pay before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.allocation import case_pay_fen
from dipsim.money import MISSING, half_even
from dipsim.payment.bed_day import DAYS_UNPAID, SHARE_OF_DAYS, BedDayParams, Stays, days_by_tier, stays_of
from dipsim.pipeline import Result
from dipsim.policy.weights import LEVELS
from dipsim.registry import CLAIM_RULES, RULES
from dipsim.report.comparing import scenario_title
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import share, shares
from dipsim.report.tables import HOSPITAL_ID, LEVEL, NAME, PAY, hospital_facts
from dipsim.rule import View

I8 = NDArray[np.int64]

BED_DAY = RULES.index(CLAIM_RULES["bed_day"])


@dataclass(frozen=True, slots=True)
class BedDays:
    """The stays that one scenario pays by bed-day, and what they are paid in it and in the first scenario.

    rows          int64 rows of the cases
    interval      int64 index of the tier that each stay's own length falls in; the last is past every tier
    pay_fen, before_fen   int64 pay of each stay, before_fen None when the scenario is the first
    """

    number: int
    result: Result
    params: BedDayParams
    rows: I8
    stays: Stays
    interval: I8
    pay_fen: I8
    before_fen: I8 | None
    cost_fen: I8

    @property
    def view(self) -> View:
        """What the rule read."""
        return replace(self.result.claimed.view, rows=self.rows)

    @property
    def labels(self) -> tuple[Text, ...]:
        """The spans of days of the tiers, and that past the last."""
        ends = [tier.up_to_day for tier in self.params.tiers]
        starts = [1, *(end + 1 for end in ends)]
        inside = [Text(f"{a}–{b} days", f"{a}–{b} 天") for a, b in zip(starts, ends, strict=False)]
        return (*inside, Text(f"over {ends[-1]} days", f"{ends[-1]} 天以上"))


def bed_days(results: Sequence[Result]) -> tuple[BedDays, ...]:
    """The scenarios that pay stays by bed-day."""
    chosen = [
        (number, result) for number, result in enumerate(results) if (result.claimed.routing.rule == BED_DAY).any()
    ]
    before = case_pay_fen(results[0]) if chosen else np.zeros(0, np.int64)
    return tuple(_bed_days(number, result, before) for number, result in chosen)


def _bed_days(number: int, result: Result, before_fen: I8) -> BedDays:
    params = result.scenario.params["payment.bed_day"]
    assert isinstance(params, BedDayParams)
    rows = np.flatnonzero(result.claimed.routing.rule == BED_DAY)
    stays = stays_of(replace(result.claimed.view, rows=rows), params)
    cases = result.inputs.cases
    cost = cases.integer("total_cost_yuan")[rows] if cases.has("total_cost_yuan") else np.full(rows.size, MISSING)
    return BedDays(
        number=number,
        result=result,
        params=params,
        rows=rows,
        stays=stays,
        interval=np.searchsorted([tier.up_to_day for tier in params.tiers], stays.days).astype(np.int64),
        pay_fen=case_pay_fen(result)[rows],
        before_fen=before_fen[rows] if number else None,
        cost_fen=np.where(cost == MISSING, 0, cost),
    )


def _added(values: I8, index: I8, size: int) -> I8:
    total = np.zeros(size, np.int64)
    np.add.at(total, index, values)
    return total


def _per_day(amount_fen: I8, days: I8, shown: NDArray[np.bool_]) -> list[int | None]:
    """Fen a day, half to even; None where too few stays are added up."""
    columns = zip(amount_fen.tolist(), days.tolist(), shown.tolist(), strict=True)
    return [half_even(amount, count) if count and is_shown else None for amount, count, is_shown in columns]


def length_table(told: BedDays) -> ReportTable:
    """Stays by their own length: how many, how many days, and what a day is charged and paid."""
    size = len(told.labels)
    stays = np.bincount(told.interval, minlength=size)
    days, cost, pay = (_added(values, told.interval, size) for values in (told.stays.days, told.cost_fen, told.pay_fen))
    shown = stays >= told.result.scenario.head.report.smallest_cell
    data: dict[str, Column] = {
        "length": [label.en for label in told.labels],
        "length_zh": [label.zh for label in told.labels],
        "cases": stays,
        "cases_share": shares(stays, np.full(size, stays.sum())),
        "days": days,
        "days_share": shares(days, np.full(size, days.sum())),
        "cost_per_day": _per_day(cost, days, shown),
        "pay_per_day": _per_day(pay, days, shown),
    }
    total: dict[str, Value] = {
        "cases": int(stays.sum()),
        "cases_share": share(int(stays.sum()), int(stays.sum())),
        "days": int(days.sum()),
        "days_share": share(int(days.sum()), int(days.sum())),
        "cost_per_day": half_even(int(cost.sum()), int(days.sum())) if days.sum() else None,
        "pay_per_day": half_even(int(pay.sum()), int(days.sum())) if days.sum() else None,
    }
    if told.before_fen is not None:
        before = _added(told.before_fen, told.interval, size)
        data["before_per_day"] = _per_day(before, days, shown)
        total["before_per_day"] = half_even(int(before.sum()), int(days.sum())) if days.sum() else None
    title = scenario_title(told.result.scenario)
    named = Text(f"By length of stay: {title.en}", f"分住院天数：{title.zh}")
    return report_table(f"bed_day_length_{told.number}", named, _LENGTH, data, total)


_STAYS = ReportColumn("cases", "Stays", "住院人次", "count")
_DAYS = ReportColumn("days", "Bed-days", "床日", "days")
_COST_PER_DAY = ReportColumn("cost_per_day", "Charge a day (yuan)", "日均费用（元）", "yuan")
_PAY_PER_DAY = ReportColumn("pay_per_day", "Pay a day (yuan)", "日均应付（元）", "yuan")
_LENGTH = (
    ReportColumn("length", "Length of stay", "住院天数", "text", "en"),
    ReportColumn("length_zh", "Length of stay", "住院天数", "text", "zh"),
    _STAYS,
    ReportColumn("cases_share", "of stays", "人次占比", "share"),
    _DAYS,
    ReportColumn("days_share", "of bed-days", "床日占比", "share"),
    _COST_PER_DAY,
    ReportColumn("before_per_day", "Pay a day in the baseline (yuan)", "基准日均应付（元）", "yuan"),
    _PAY_PER_DAY,
)


def tier_table(told: BedDays) -> ReportTable:
    """Days paid at the standard of each tier, with the standards by level; the days that earn nothing stand last."""
    inside = days_by_tier(told.stays, told.params)
    unpaid = int(told.stays.days.sum() - inside.sum())
    paid = inside.sum(axis=0).tolist()
    data: dict[str, Column] = {
        "tier": [*(label.en for label in told.labels[:-1]), "days that earn nothing"],
        "tier_zh": [*(label.zh for label in told.labels[:-1]), "不计付床日"],
        "days": [*paid, unpaid],
        "days_share": [share(days, int(told.stays.days.sum())) for days in [*paid, unpaid]],
        **{level: [*(tier.get(level) for tier in told.params.tiers), None] for level in LEVELS},
    }
    unit = Text("yuan", "元") if told.params.unit == "yuan" else Text("points", "分")
    names = {
        "primary": Text("Primary", "一级"),
        "secondary": Text("Secondary", "二级"),
        "tertiary": Text("Tertiary", "三级"),
    }
    columns = (
        ReportColumn("tier", "Tier", "分段", "text", "en"),
        ReportColumn("tier_zh", "Tier", "分段", "text", "zh"),
        _DAYS,
        ReportColumn("days_share", "of bed-days", "床日占比", "share"),
        *(
            ReportColumn(level, f"{names[level].en} ({unit.en} a day)", f"{names[level].zh}（{unit.zh}/床日）", "ratio")
            for level in LEVELS
        ),
    )
    total: dict[str, Value] = {"days": int(told.stays.days.sum()), "days_share": 1.0}
    title = scenario_title(told.result.scenario)
    named = Text(f"Days by standard: {title.en}", f"分床日标准：{title.zh}")
    return report_table(f"bed_day_tier_{told.number}", named, columns, data, total)


def bed_day_hospital_table(told: BedDays) -> ReportTable:
    """Each hospital's stays, days and pay by bed-day, and the stays that linking and caps touched."""
    ids, flag = told.result.claimed.accounts.hospital_ids, told.result.claimed.claims.flag[told.rows]
    hospital, size = told.result.claimed.hospital[told.rows], len(ids)
    counted = np.ones(told.rows.size, np.int64)
    sums = {
        "cases": counted,
        "linked": (told.stays.before > 0).astype(np.int64),
        "days": told.stays.days,
        "unpaid": told.stays.days - days_by_tier(told.stays, told.params).sum(axis=1),
        "cut": (flag == DAYS_UNPAID).astype(np.int64),
        "shared": (flag == SHARE_OF_DAYS).astype(np.int64),
        "total_cost": told.cost_fen,
        "pay": told.pay_fen,
    }
    by = {name: _added(values, hospital, size) for name, values in sums.items()}
    every = np.ones(size, np.bool_)
    data: dict[str, Column] = {
        "hospital_id": ids,
        **hospital_facts(told.result),
        **by,
        "mean_days": shares(by["days"], by["cases"]),
        "cost_per_day": _per_day(by["total_cost"], by["days"], every),
        "pay_per_day": _per_day(by["pay"], by["days"], every),
    }
    total: dict[str, Value] = {name: int(values.sum()) for name, values in by.items()}
    days = int(by["days"].sum())
    total["mean_days"] = share(days, told.rows.size)
    total["cost_per_day"] = half_even(int(by["total_cost"].sum()), days) if days else None
    total["pay_per_day"] = half_even(int(by["pay"].sum()), days) if days else None
    title = scenario_title(told.result.scenario)
    full = report_table(
        f"bed_day_hospital_{told.number}",
        Text(f"By hospital: {title.en}", f"分机构：{title.zh}"),
        _HOSPITAL,
        data,
        total,
    )
    return full.taken(np.flatnonzero(by["cases"]).tolist()).ordered("days")


_HOSPITAL = (
    HOSPITAL_ID,
    NAME,
    LEVEL,
    _STAYS,
    _DAYS,
    ReportColumn("mean_days", "Mean stay (days)", "平均住院日（天）", "decimal"),
    ReportColumn("linked", "Stays that continue another", "连续计算人次", "count"),
    ReportColumn("cut", "Stays with unpaid days", "有不计付人次", "count"),
    ReportColumn("shared", "Stays cut by the average", "超均折减人次", "count"),
    ReportColumn("unpaid", "Days unpaid", "不计付床日", "days"),
    PAY,
    _COST_PER_DAY,
    _PAY_PER_DAY,
)


def bed_day_notes(told: Sequence[BedDays]) -> tuple[Text, ...]:
    """What the numbers mean."""
    smallest = told[0].result.scenario.head.report.smallest_cell
    return (
        Text(
            "Charges are what was billed, not costs. Pay is what the rule brings the hospital at the point values "
            "of its scenario; by group a long stay is paid once, by bed-day each day is paid.",
            "费用为收费金额，不是成本。应付按各情景点值计算；按病种付费时长期住院只付一次，按床日付费时逐日计付。",
        ),
        Text(
            f"Pay and charge a day are left blank for spans of fewer than {smallest} stays.",
            f"少于 {smallest} 人次的区间不列日均费用和日均应付。",
        ),
    )
