"""Tables of rows: why some were rejected, and which accepted cases look odd."""

from __future__ import annotations

from collections import Counter

from dipsim.cases.checks import run_checks
from dipsim.pipeline import Result
from dipsim.report.labels import REJECT_REASONS, Text, same
from dipsim.report.report_table import Column, ReportColumn, ReportTable, report_table


def reject_table(result: Result) -> ReportTable:
    """Rejected rows by reason; a row with two reasons counts under both."""
    reading = result.inputs.reading
    rejects = [*(() if reading is None else reading.rejects), *result.claimed.routing.rejects]
    rows = {(each.reason, each.field, each.file, each.line) for each in rejects}
    counts = sorted(
        Counter((reason, field) for reason, field, _, _ in rows).items(), key=lambda item: (-item[1], item[0])
    )
    labels = [REJECT_REASONS.get(reason, same(reason)) for (reason, _), _ in counts]
    columns = (
        ReportColumn("reason", "Reason", "原因", "text", "en"),
        ReportColumn("reason_zh", "Reason", "原因", "text", "zh"),
        ReportColumn("field", "Field", "字段", "text"),
        ReportColumn("rows", "Rows", "行数", "count"),
    )
    data: dict[str, Column] = {
        "reason": [label.en for label in labels],
        "reason_zh": [label.zh for label in labels],
        "field": [field for (_, field), _ in counts],
        "rows": [count for _, count in counts],
    }
    return report_table("rejects", Text("Why rows were rejected", "剔除原因"), columns, data, {})


def check_table(result: Result) -> ReportTable:
    """Accepted cases that look odd, by check; they are counted, never changed."""
    found = [check for check in run_checks(result.inputs.cases) if check.cases]
    columns = (
        ReportColumn("check", "Check", "检查", "text", "en"),
        ReportColumn("check_zh", "Check", "检查", "text", "zh"),
        ReportColumn("cases", "Cases", "病例数", "count"),
    )
    data: dict[str, Column] = {
        "check": [each.check.label_en for each in found],
        "check_zh": [each.check.label_zh for each in found],
        "cases": [each.cases for each in found],
    }
    title = Text("Accepted, but worth a look", "已采用但需关注")
    return report_table("checks", title, columns, data, {})
