"""Any number of scenarios at a glance: one row each."""

from __future__ import annotations

from collections.abc import Sequence

from dipsim.pipeline import Result
from dipsim.report.comparing import fund_pay_fen, hospital_comparison, point_values, scenario_title
from dipsim.report.labels import Text, term
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table
from dipsim.report.sums import share
from dipsim.report.year_sums import closed_years


def scenario_table(results: Sequence[Result]) -> ReportTable:
    """One row a scenario: fund pay and its change, point values, hospitals that gain and lose, the money that moves."""
    hospitals = hospital_comparison(results)
    fund = [fund_pay_fen(result) for result in results]
    paid = _FUND_CLEARED if closed_years(results) else _FUND
    titles = [scenario_title(result.scenario) for result in results]
    changes = [hospitals.values(f"change_{number}") if number else [] for number in range(len(results))]
    data: dict[str, Column] = {
        "scenario": [title.en for title in titles],
        "scenario_zh": [title.zh for title in titles],
        "fund_pay": fund,
        "change": [None, *(pay - fund[0] for pay in fund[1:])],
        "change_share": [None, *(share(pay - fund[0], fund[0]) for pay in fund[1:])],
        "gaining": [None, *(sum(change > 0 for change in by) for by in changes[1:])],
        "losing": [None, *(sum(change < 0 for change in by) for by in changes[1:])],
        "moved": [None, *(moved_fen(by) for by in changes[1:])],
    }
    prices = []
    for insurance, values in point_values(results).items():
        name, label = f"price_{insurance}", term(insurance)
        data[name] = values
        prices.append(ReportColumn(name, f"Point value, {label.en}", f"点值：{label.zh}", "price"))
    shown = (
        ReportColumn("scenario", "Scenario", "情景", "text", "en"),
        ReportColumn("scenario_zh", "Scenario", "情景", "text", "zh"),
        ReportColumn("fund_pay", paid.en, paid.zh, "yuan"),
        ReportColumn("change", "Change (yuan)", "变化（元）", "yuan"),
        ReportColumn("change_share", "Change", "变化率", "change"),
        *prices,
        ReportColumn("gaining", "Hospitals that gain", "多得机构数", "count"),
        ReportColumn("losing", "Hospitals that lose", "少得机构数", "count"),
        ReportColumn("moved", "Moved between hospitals (yuan)", "机构间转移（元）", "yuan"),
    )
    return report_table("scenarios", Text("Scenarios at a glance", "各情景一览"), shown, data, {})


_FUND = Text("Fund pays (yuan)", "基金支付（元）")
_FUND_CLEARED = Text("Fund and reserves pay (yuan)", "基金及调剂金、风险金支付（元）")


def moved_fen(changes: Sequence[int]) -> int:
    """Money that moves between hospitals: the smaller of what some gain and what others lose."""
    return min(sum(change for change in changes if change > 0), -sum(change for change in changes if change < 0))
