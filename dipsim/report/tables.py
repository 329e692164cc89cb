"""Tables of one result: by hospital, level, group, deviation band and insurance, and what became of every row.

Money stays int64 fen and points int64 millionths until a value is shown. Totals come from the ledger, and rows add up
to them with `==`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.companions import Hospitals
from dipsim.cases.read import CaseReading
from dipsim.grouping.result import Status
from dipsim.ledger import INSURANCES
from dipsim.pipeline import Result
from dipsim.policy.any_scheme import group_names
from dipsim.policy.weights import LEVELS
from dipsim.registry import RULES
from dipsim.report.labels import Text, Value
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import (
    BANDS,
    NO_MATCH,
    PaidCells,
    mean_relative_weight,
    means_fen,
    of_insurance,
    paid_cells,
    patient_part_fen,
    price_micro_yuan,
    receipts_fen,
    share,
    shares,
)
from dipsim.routing import OUTSIDE_POOL, REJECTED
from dipsim.rule import FundPrice

if TYPE_CHECKING:
    import pandas as pd

I8 = NDArray[np.int64]
By = Literal["hospital", "level", "group", "band", "insurance"]

ALL = "all"
"""All insurances together."""
NO_GROUP = ""
"""The group code of the row of cases without a group, and of the row of small groups."""
UNGROUPED, SMALL_GROUPS = Text("without a group", "未入组"), Text("small groups together", "小病组（种）合并")

HOSPITAL_ID = ReportColumn("hospital_id", "Hospital", "机构编码", "code")
NAME = ReportColumn("name", "Name", "机构名称", "text")
LEVEL = ReportColumn("level", "Level", "等级", "term")
INSURANCE = ReportColumn("insurance", "Insurance", "险种", "term")
CASES = ReportColumn("cases", "Cases", "病例数", "count")
COST = ReportColumn("total_cost", "Charges (yuan)", "总费用（元）", "yuan")
POINTS = ReportColumn("points", "Points", "分值", "points")
PAY = ReportColumn("pay", "Pay (yuan)", "应付（元）", "yuan")
PAY_PER_COST = ReportColumn("pay_per_cost", "Pay per yuan charged", "每元费用应付", "ratio")
MONEY = (
    CASES,
    COST,
    POINTS,
    ReportColumn("patient_paid", "Patients paid (yuan)", "个人负担（元）", "yuan"),
    PAY,
    ReportColumn("fund_pay", "of which fund (yuan)", "其中基金（元）", "yuan"),
    PAY_PER_COST,
    ReportColumn("cmi", "CMI", "CMI", "ratio"),
    ReportColumn("low_share", "Low outliers", "低倍率", "share"),
    ReportColumn("high_share", "High outliers", "高倍率", "share"),
    ReportColumn("extreme_share", "Extreme cost", "极高费用", "share"),
)


def table(result: Result, by: By = "hospital") -> pd.DataFrame:
    """A result by hospital, level, group, band or insurance; money is float64 yuan to the fen."""
    makers: Mapping[By, Callable[[Result], ReportTable]] = {
        "hospital": hospital_table,
        "level": level_table,
        "group": group_table,
        "band": band_table,
        "insurance": price_table,
    }
    return makers[by](result).frame()


def hospital_table(result: Result, insurance: str = ALL) -> ReportTable:
    """What each hospital treated and is owed, for one insurance or all."""
    ids = result.claimed.accounts.hospital_ids
    money, total = _money_by(result, insurance, np.arange(len(ids)), len(ids))
    data = {"hospital_id": ids, **hospital_facts(result), "insurance": [insurance] * len(ids), **money}
    columns = (
        HOSPITAL_ID,
        NAME,
        LEVEL,
        ReportColumn("type", "Type", "类别", "term"),
        ReportColumn("county", "County", "县区", "code"),
        INSURANCE,
        *MONEY,
    )
    return report_table("hospital", Text("By hospital", "分机构"), columns, data, total)


def level_table(result: Result, insurance: str = ALL) -> ReportTable:
    """The same by hospital level, the highest first; hospitals of unknown level stand together."""
    levels, index = hospital_levels(result)
    money, total = _money_by(result, insurance, index, len(levels))
    data = {"level": levels, "hospitals": np.bincount(index, minlength=len(levels)), **money}
    columns = (LEVEL, ReportColumn("hospitals", "Hospitals", "机构数", "count"), *MONEY)
    total = {"hospitals": index.size, **total}
    full = report_table("level", Text("By hospital level", "分等级"), columns, data, total)
    return full.taken([row for row, hospitals in enumerate(full.values("hospitals")) if hospitals])


def hospital_levels(result: Result) -> tuple[tuple[str, ...], I8]:
    """The levels, highest first, with `unknown` last, and the index of each hospital's level among them."""
    return levels_of(result.inputs.hospitals, result.claimed.accounts.hospital_ids)


def levels_of(hospitals: Hospitals | None, hospital_ids: Sequence[str]) -> tuple[tuple[str, ...], I8]:
    """The same for hospitals by id."""
    levels = (*reversed(LEVELS), "unknown")
    known = {level: number for number, level in enumerate(levels)}
    stated = facts_of(hospitals, hospital_ids).get("level", [""] * len(hospital_ids))
    return levels, np.array([known.get(str(level), len(LEVELS)) for level in stated], np.int64)


def hospital_facts(result: Result) -> dict[str, list[Value]]:
    """Name, level, type and county of each hospital of the run, where the table `hospitals` states them."""
    return facts_of(result.inputs.hospitals, result.claimed.accounts.hospital_ids)


def facts_of(hospitals: Hospitals | None, hospital_ids: Sequence[str]) -> dict[str, list[Value]]:
    """The same for hospitals by id."""
    if hospitals is None:
        return {}
    rows = [hospitals.row_of.get(hospital) for hospital in hospital_ids]
    stated = {"name": hospitals.name, "level": hospitals.level, "type": hospitals.type, "county": hospitals.county}
    facts: dict[str, list[Value]] = {}
    for name, values in stated.items():
        if any(values):
            facts[name] = ["" if row is None else values[row] for row in rows]
    return facts


def _money_by(result: Result, insurance: str, of_hospital: I8, size: int) -> tuple[dict[str, Column], dict[str, Value]]:
    """Cases and money by an index of hospitals, and the totals of the ledger."""
    insurances = tuple(range(len(INSURANCES))) if insurance == ALL else (INSURANCES.index(insurance),)
    paid = of_insurance(paid_cells(result), insurances)
    by_row = _measures(result, paid, of_hospital[paid.cells.hospital], size)
    patient_part = np.zeros(size, np.int64)
    for (number, hospital), amount in patient_part_fen(result).items():
        if number in insurances:
            patient_part[of_hospital[hospital]] += amount
    by_row["fund_pay"] = by_row["pay"] - patient_part
    whole = _measures(result, paid, np.zeros(len(paid.cells), np.int64), 1)
    owed = receipts_fen(result, insurances)
    whole["pay"] = np.array([owed])
    whole["fund_pay"] = np.array([owed - int(patient_part.sum())])
    return dict(by_row), {name: values.tolist()[0] for name, values in whole.items()}


def _measures(result: Result, paid: PaidCells, index: I8, size: int) -> dict[str, NDArray[Any]]:
    """Sums and ratios of the cells by an index."""
    cost, pay = paid.total("cost_fen", index, size), paid.total("pay_fen", index, size)
    banded = paid.total("cases", np.where((paid.band >= 0) & (paid.band != NO_MATCH), index, -1), size)

    def share_of(band: str) -> NDArray[Any]:
        return shares(paid.total("cases", np.where(paid.band == BANDS.index(band), index, -1), size), banded)

    measures: dict[str, NDArray[Any]] = {
        "cases": paid.total("cases", index, size),
        "total_cost": cost,
        "points": paid.total("points_micro", index, size),
        "pay": pay,
        "pay_per_cost": shares(pay, cost),
        "cmi": mean_relative_weight(result, paid, index, size),
        "low_share": share_of("low_outlier"),
        "high_share": share_of("high_outlier"),
        "extreme_share": share_of("extreme"),
    }
    if result.inputs.cases.has("out_of_pocket_yuan"):
        measures["patient_paid"] = paid.total("patient_fen", index, size)
    return measures


def group_table(result: Result) -> ReportTable:
    """What each group costs and is paid; the cases without a group are the last row."""
    paid, codes = paid_cells(result), result.grouping.group_codes
    index = np.where(paid.cells.group < 0, len(codes), paid.cells.group)
    size = len(codes) + 1
    cases, cost = paid.total("cases", index, size), paid.total("cost_fen", index, size)
    pay, points = paid.total("pay_fen", index, size), paid.total("points_micro", index, size)
    owed = receipts_fen(result, tuple(range(len(INSURANCES))))
    named = group_names(result.scenario.scheme)
    weighting = result.claimed.weighting
    none: list[Value] = [None] * size
    data: dict[str, Column] = {
        "group_code": [*codes, NO_GROUP],
        "name": [*(named[code].name if code in named else "" for code in codes), UNGROUPED.en],
        "name_zh": [*(named[code].name_zh if code in named else "" for code in codes), UNGROUPED.zh],
        "cases": cases,
        "total_cost": cost,
        "mean_cost": means_fen(cost, cases),
        "group_points": none if weighting is None else [*weighting.groups.points_micro.tolist(), None],
        "relative_weight": none if weighting is None else [*weighting.groups.relative_weight.tolist(), None],
        "points": points,
        "pay": pay,
        "pay_share": shares(pay, np.full(size, owed)),
        "pay_per_cost": shares(pay, cost),
    }
    total = {"cases": int(cases.sum()), "total_cost": int(cost.sum()), "points": int(points.sum()), "pay": owed}
    full = report_table("group", Text("By group", "分病组（种）"), _GROUP, data, _with_ratios(total))
    return full.taken(np.flatnonzero(cases).tolist())


_GROUP = (
    ReportColumn("group_code", "Group", "病组（种）编码", "code"),
    ReportColumn("name", "Name", "名称", "text", "en"),
    ReportColumn("name_zh", "Name", "名称", "text", "zh"),
    CASES,
    COST,
    ReportColumn("mean_cost", "Mean charge (yuan)", "次均费用（元）", "yuan"),
    ReportColumn("group_points", "Group points", "病组（种）分值", "points"),
    ReportColumn("relative_weight", "Relative weight", "权重", "ratio"),
    POINTS,
    PAY,
    ReportColumn("pay_share", "Share of pay", "应付占比", "share"),
    PAY_PER_COST,
)


def _with_ratios(total: dict[str, int]) -> dict[str, Value]:
    """The totals of a table with the ratios that follow from them."""
    pay, cost, cases = total["pay"], total["total_cost"], total["cases"]
    mean = means_fen(np.array([cost]), np.array([cases]))[0]
    return {**total, "mean_cost": mean, "pay_share": share(pay, pay), "pay_per_cost": share(pay, cost)}


def without_small_groups(groups: ReportTable, smallest_cell: int) -> ReportTable:
    """Groups of fewer cases as one row at the end, so that a report shows nobody's single stay; sums stay the same."""
    cases = groups.values("cases")
    is_small = [
        count < smallest_cell and code != NO_GROUP
        for count, code in zip(cases, groups.values("group_code"), strict=True)
    ]
    kept = groups.taken([row for row, small in enumerate(is_small) if not small])
    small = groups.taken([row for row, small in enumerate(is_small) if small])
    if not len(small):
        return kept
    sums = {name: sum(small.values(name)) for name in ("cases", "total_cost", "points", "pay")}
    merged = {
        **_with_ratios(sums),
        "pay_share": share(sums["pay"], int(str(groups.total["pay"]))),
        "group_code": NO_GROUP,
        "name": SMALL_GROUPS.en,
        "name_zh": SMALL_GROUPS.zh,
    }
    data = {column.name: [*kept.values(column.name), merged.get(column.name)] for column in groups.columns}
    return ReportTable(groups.key, groups.title, groups.title_zh, groups.columns, data, groups.total)


def band_table(result: Result) -> ReportTable:
    """Cases, charges and points by deviation band, of the cases that claim points."""
    paid, size = paid_cells(result), len(BANDS)
    sums = {name: paid.total(column, paid.band, size) for name, column in _SUMS.items()}
    total: dict[str, Value] = {name: int(values.sum()) for name, values in sums.items()}
    data: dict[str, Column] = {"band": BANDS, **sums}
    for name in ("cases", "total_cost", "points"):
        data[f"{name}_share"] = shares(sums[name], np.full(size, sums[name].sum()))
        total[f"{name}_share"] = share(int(sums[name].sum()), int(sums[name].sum()))
    columns = (
        ReportColumn("band", "Band", "费用偏差", "term"),
        CASES,
        ReportColumn("cases_share", "of cases", "病例占比", "share"),
        COST,
        ReportColumn("total_cost_share", "of charges", "费用占比", "share"),
        POINTS,
        ReportColumn("points_share", "of points", "分值占比", "share"),
        PAY,
    )
    return report_table("band", Text("By deviation band", "分偏差类型"), columns, data, total)


_SUMS = {"cases": "cases", "total_cost": "cost_fen", "points": "points_micro", "pay": "pay_fen"}


def price_table(result: Result) -> ReportTable:
    """What each fund, or area of it, has, pays and keeps, and a point's worth: budget = fund pay + to the reserve."""
    sums = _fund_sums(result)
    rows = [_price_row(result, price, sums) for price in result.prices]
    columns = _PRICE if any(row["area"] for row in rows) else tuple(each for each in _PRICE if each is not _AREA)
    data: dict[str, Column] = {name: [row[name] for row in rows] for name in (column.name for column in columns)}
    total: dict[str, Value] = {}
    for name in ("budget", "yuan_claims", "points_pay", "patient_part", "fund_pay", "residual", "points"):
        amounts = [row[name] for row in rows]
        total[name] = None if None in amounts else sum(int(str(amount)) for amount in amounts)
    return report_table("price", Text("By insurance", "分险种"), columns, data, total)


_AREA = ReportColumn("area", "Area", "区域", "code")
_PRICE = (
    INSURANCE,
    _AREA,
    ReportColumn("budget", "Budget (yuan)", "预算（元）", "yuan"),
    ReportColumn("yuan_claims", "Claims in yuan", "按金额申报（元）", "yuan"),
    ReportColumn("points_pay", "Pay for points (yuan)", "分值应付（元）", "yuan"),
    ReportColumn("patient_part", "Patients' part (yuan)", "个人已付部分（元）", "yuan"),
    ReportColumn("fund_pay", "Fund pays (yuan)", "基金支付（元）", "yuan"),
    ReportColumn("residual", "To the reserve (yuan)", "转入风险金（元）", "yuan"),
    POINTS,
    ReportColumn("price", "Yuan per point", "点值（元）", "price"),
    ReportColumn("guard", "Limit of the value", "点值上下限", "term"),
    ReportColumn("capped", "Capped hospitals", "触及封顶的机构", "text"),
)


def _fund_sums(result: Result) -> dict[str, I8]:
    """What hospitals are owed, what patients paid toward it and the points, int64 (hospitals, insurances)."""
    first, size = result.claimed.accounts.hospital(0), len(result.claimed.accounts.hospital_ids)
    ledger, cells = result.ledger, result.claimed.cells
    sums = {name: np.zeros((size, len(INSURANCES)), np.int64) for name in ("owed", "patients", "points")}
    owed = ledger.where((ledger.payee >= first) & (ledger.insurance >= 0))
    np.add.at(sums["owed"], (owed.payee - first, owed.insurance), owed.amount_fen)
    for (insurance, hospital), amount in patient_part_fen(result).items():
        sums["patients"][hospital, insurance] = amount
    named = cells.where((cells.hospital >= 0) & (cells.insurance >= 0))
    np.add.at(sums["points"], (named.hospital, named.insurance), named.points_micro)
    return sums


def _price_row(result: Result, price: FundPrice, sums: Mapping[str, I8]) -> dict[str, Value]:
    ids = result.claimed.accounts.hospital_ids
    rows: Sequence[int] | slice = slice(None)
    if price.hospital_ids is not None:
        rows = np.flatnonzero(np.isin(ids, price.hospital_ids)).tolist()
    owed, patients, points = (int(of_all[rows, price.insurance].sum()) for of_all in sums.values())
    return {
        "insurance": INSURANCES[price.insurance],
        "area": price.area,
        "budget": price.budget_fen,
        "yuan_claims": price.yuan_claims_fen,
        "points_pay": owed - price.yuan_claims_fen,
        "patient_part": patients,
        "fund_pay": owed - patients,
        "residual": price.residual_fen,
        "points": points,
        "price": price_micro_yuan(price.pool_fen, price.points_micro),
        "guard": price.guard,
        "capped": "|".join(price.capped),
    }


def status_table(result: Result, reading: CaseReading | None) -> ReportTable:
    """What became of every row: rows in = rejected + outside the pool + paid for, by rule and grouping status."""
    routing, status = result.claimed.routing, result.grouping.status
    is_outside = (routing.rule == OUTSIDE_POOL) & ~routing.is_outside_year
    found: list[tuple[str, str, int]] = []
    if reading is not None:
        found.append(("rejected_reading", "", reading.counts.rejected - result.not_gone))
    counts = result.inputs.cases.count(np.arange(len(result.inputs.cases)))
    found.append(("rejected_rule", "", int(counts[routing.rule == REJECTED].sum())))
    found.append(("outside_year", "", int(counts[routing.is_outside_year].sum())))
    found.append(("outside_route", "", int(counts[is_outside].sum())))
    if result.not_arrived:
        found.append(("not_arrived", "", result.not_arrived))
    is_claim = (routing.rule != REJECTED) & (routing.rule != OUTSIDE_POOL)
    tally = np.zeros((len(RULES), len(Status)), np.int64)
    np.add.at(tally, (routing.rule[is_claim], status[is_claim]), counts[is_claim])
    for rule, by_status in zip(RULES, tally.tolist(), strict=True):
        for kind in Status:
            found.append((f"rule.{rule.key}", f"status.{kind.key}", by_status[kind]))
    shown = [row for row in found if row[2] or not row[1]]
    rows_in = int(counts.sum()) if reading is None else reading.counts.rows_in
    columns = (
        ReportColumn("place", "What became of them", "去向", "term"),
        ReportColumn("status", "Grouping", "分组状态", "term"),
        ReportColumn("rows", "Rows", "行数", "count"),
    )
    data = {name: [row[number] for row in shown] for number, name in enumerate(("place", "status", "rows"))}
    return report_table("status", Text("Every row accounted for", "病例去向"), columns, data, {"rows": rows_in})


def books(result: Result, reading: CaseReading) -> str:
    """One line that accounts for every row."""
    rows = list(status_table(result, reading).rows())
    counts = {row["place"]: row["rows"] for row in rows if not row["status"]}
    paid = sum(row["rows"] for row in rows if row["status"])
    rejected = counts["rejected_reading"] + counts["rejected_rule"]
    outside = counts["outside_year"] + counts["outside_route"]
    later = f" + {result.not_arrived:,} not yet arrived" if result.not_arrived else ""
    return (
        f"{reading.counts.rows_in:,} rows in = {paid:,} paid for + {rejected:,} rejected + {outside:,} outside the pool"
        f"{later}"
    )
