"""The table by major diagnostic category 主要诊断大类, of a result whose scheme has them."""

from __future__ import annotations

import numpy as np

from dipsim.ledger import INSURANCES
from dipsim.pipeline import Result
from dipsim.policy.drg_scheme import DrgScheme
from dipsim.report.labels import Text
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import mean_relative_weight, means_fen, paid_cells, receipts_fen, shares
from dipsim.report.tables import CASES, COST, PAY, PAY_PER_COST, POINTS

_COLUMNS = (
    ReportColumn("mdc", "MDC", "主要诊断大类", "code"),
    ReportColumn("name", "Name", "名称", "text"),
    CASES,
    ReportColumn("groups", "Groups with cases", "有病例病组数", "count"),
    COST,
    ReportColumn("mean_cost", "Mean charge (yuan)", "次均费用（元）", "yuan"),
    ReportColumn("relative_weight", "CMI", "CMI", "ratio"),
    POINTS,
    PAY,
    PAY_PER_COST,
)


def mdc_table(result: Result) -> ReportTable | None:
    """What the cases of each MDC cost and are paid; None where the scheme has no MDCs."""
    grouping, scheme = result.grouping, result.scenario.scheme
    if not grouping.mdc_codes or not isinstance(scheme, DrgScheme):
        return None
    paid, codes = paid_cells(result), sorted(set(grouping.mdc_codes))
    names = {row.code: row.name for row in scheme.mdc}
    mdc_of_group = np.array([codes.index(code) for code in grouping.mdc_codes], np.int64)
    index, size = mdc_of_group[paid.cells.group], len(codes)
    cases, cost, pay = (paid.total(name, index, size) for name in ("cases", "cost_fen", "pay_fen"))
    data: dict[str, Column] = {
        "mdc": codes,
        "name": [names.get(code, "") for code in codes],
        "cases": cases,
        "groups": np.bincount(mdc_of_group[np.unique(paid.cells.group)], minlength=size),
        "total_cost": cost,
        "mean_cost": means_fen(cost, cases),
        "relative_weight": mean_relative_weight(result, paid, index, size),
        "points": paid.total("points_micro", index, size),
        "pay": pay,
        "pay_per_cost": shares(pay, cost),
    }
    owed = receipts_fen(result, tuple(range(len(INSURANCES))))
    total = {"cases": int(cases.sum()), "total_cost": int(cost.sum()), "pay": owed}
    table = report_table("mdc", Text("By major diagnostic category", "分主要诊断大类"), _COLUMNS, data, total)
    return table.taken(np.flatnonzero(cases).tolist())
