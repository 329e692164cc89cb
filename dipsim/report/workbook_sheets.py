"""What a workbook holds: its sheets in the order of the report, and the cover that says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dipsim import __version__
from dipsim.pipeline import Result
from dipsim.report.bed_days import bed_day_hospital_table, bed_days, length_table, tier_table
from dipsim.report.comparing import hospital_comparison, method, price_comparison, scenario_title
from dipsim.report.day_surgery import day_surgeries, day_surgery_groups, day_surgery_table
from dipsim.report.labels import Text, same
from dipsim.report.mdc_table import mdc_table
from dipsim.report.parameters import changed_parameter_table, parameter_table
from dipsim.report.report_table import ReportTable
from dipsim.report.review_tables import review_tables
from dipsim.report.row_tables import check_table, reject_table
from dipsim.report.scenario_overview import scenario_table
from dipsim.report.tables import (
    band_table,
    group_table,
    hospital_table,
    level_table,
    price_table,
    status_table,
    without_small_groups,
)
from dipsim.report.year_sums import closed_years, year_of
from dipsim.report.year_tables import (
    clearing_insurance_table,
    clearing_level_table,
    clearing_table,
    hospital_months,
    month_table,
    year_comparison,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and the name of its sheet, at most 31 characters of those that Excel allows."""

    name: Text
    table: ReportTable


def sheets(results: Sequence[Result]) -> tuple[Sheet, ...]:
    """All sheets; of a comparison, those after the funds show the baseline."""
    base, scenarios = results[0], [result.scenario for result in results]
    smallest = base.scenario.head.report.smallest_cell
    compared = [
        Sheet(Text("Scenarios", "情景一览"), scenario_table(results)),
        Sheet(Text("Changed parameters", "有差异的参数"), changed_parameter_table(scenarios)),
        Sheet(Text("Pay compared", "应付对比"), hospital_comparison(results)),
        Sheet(Text("Funds", "基金与点值"), price_comparison(results)),
        *_years_compared(results),
    ]
    own = [
        *_of_year(base),
        Sheet(Text("Hospitals", "医疗机构"), hospital_table(base)),
        Sheet(Text("Levels", "等级"), level_table(base)),
        *_by_mdc(base),
        Sheet(Text("Groups", "病组（种）"), without_small_groups(group_table(base), smallest)),
        Sheet(Text("Deviation bands", "费用偏差"), band_table(base)),
        *_by_rule(results),
        Sheet(Text("Rows", "病例去向"), status_table(base, base.inputs.reading)),
        Sheet(Text("Rejected", "剔除原因"), reject_table(base)),
        Sheet(Text("Checks", "需关注"), check_table(base)),
        Sheet(Text("Parameters", "现行参数"), parameter_table(base.scenario)),
    ]
    funds = [Sheet(Text("Funds", "基金与点值"), price_table(base))]
    chosen = [*(compared if len(results) > 1 else funds), *own]
    return tuple(sheet for sheet in chosen if len(sheet.table))


def _by_mdc(result: Result) -> Iterator[Sheet]:
    """Major diagnostic categories, where the scheme has them."""
    if (table := mdc_table(result)) is not None:
        yield Sheet(Text("MDC", "主要诊断大类"), table)


def _years_compared(results: Sequence[Result]) -> Iterator[Sheet]:
    """The clearing of every scenario that has one."""
    if years := closed_years(results):
        yield Sheet(Text("Clearing compared", "清算对比"), year_comparison(years))


def _of_year(result: Result) -> Iterator[Sheet]:
    """Months and clearing of a year, and what its reviews found."""
    if (year := year_of(result)) is not None:
        if year.has_months:
            yield Sheet(Text("Months", "分月"), month_table(year))
            yield Sheet(Text("Months by hospital", "分机构分月"), hospital_months(year))
        if year.clearing.is_closed:
            yield Sheet(Text("Clearing", "清算"), clearing_table(year))
            yield Sheet(Text("Clearing by level", "清算分等级"), clearing_level_table(year))
            yield Sheet(Text("Clearing by insurance", "清算分险种"), clearing_insurance_table(year))
    for table in review_tables(result):
        yield Sheet(Text(f"Review {table.key}", f"核查 {table.key}"), table)


def _by_rule(results: Sequence[Result]) -> Iterator[Sheet]:
    """The tables of day surgery and of bed-days, numbered by scenario."""
    if day := day_surgeries(results):
        yield Sheet(Text("Day surgery", "日间手术"), day_surgery_table(day))
    for each in day:
        yield Sheet(_numbered("Day surgery groups", "日间手术病种", each.number), day_surgery_groups(each))
    for stay in bed_days(results):
        yield Sheet(_numbered("Bed-days by length", "床日分段", stay.number), length_table(stay))
        yield Sheet(_numbered("Bed-days by standard", "床日标准", stay.number), tier_table(stay))
        yield Sheet(_numbered("Bed-days by hospital", "床日分机构", stay.number), bed_day_hospital_table(stay))


def _numbered(name: str, name_zh: str, number: int) -> Text:
    return Text(f"{name} {number}", f"{name_zh} {number}") if number else Text(name, name_zh)


def cover_rows(results: Sequence[Result], tables: Sequence[Sheet]) -> tuple[tuple[Text, Text], ...]:
    """The first sheet: what this is, the scenarios with their fingerprints, units, what was left out, the sheets."""
    base, paying = results[0], method(results)
    year, smallest = base.scenario.head.year, base.scenario.head.report.smallest_cell
    rows = [
        (same("dipsim"), Text(f"{paying.en}, {year}", f"{paying.zh}，{year} 年")),
        (Text("Version", "版本"), same(__version__)),
    ]
    for number, result in enumerate(results):
        head, title = result.scenario.head, scenario_title(result.scenario)
        label = Text("Scenario", "情景")
        if len(results) > 1:
            label = Text(f"Scenario {number}", f"情景 {number}") if number else Text("Baseline", "基准情景")
        names = f"{result.scenario.name}; {head.grouper}; {head.weights}"
        rows.append((label, Text(f"{title.en} ({names})", f"{title.zh}（{names}）")))
        rows.append((Text("Fingerprint", "指纹"), same(result.fingerprint)))
    rows += [(Text("Units", "单位"), _UNITS), (Text("Charges", "费用"), _CHARGES)]
    rows.append((Text("Left out", "未列示"), _left_out(base, smallest)))
    if len(results) > 1:
        of_base = Text(
            "sheets after the funds show the baseline; the folder of each scenario holds its own tables",
            "基金与点值之后的各表为基准情景；其余情景的表见各自文件夹",
        )
        rows.append((Text("Which scenario", "情景范围"), of_base))
    for sheet in tables:
        table = sheet.table
        told = Text(f"{table.title}: {len(table):,} rows", f"{table.title_zh}：{len(table):,} 行")
        rows.append((Text(f"Sheet: {sheet.name.en}", f"工作表：{sheet.name.zh}"), told))
    return tuple(rows)


def _left_out(result: Result, smallest: int) -> Text:
    """Rows that were not paid for, and groups that are not shown one by one."""
    places = {
        row["place"]: row["rows"] for row in status_table(result, result.inputs.reading).rows() if not row["status"]
    }
    rejected = places.get("rejected_reading", 0) + places["rejected_rule"]
    outside = places["outside_year"] + places["outside_route"]
    return Text(
        f"{rejected:,} rows rejected and {outside:,} outside the pool (sheet Rows); groups of fewer than {smallest} "
        "cases stand together as one row; no patient and no single case is named",
        f"剔除 {rejected:,} 行，不纳入预算 {outside:,} 行（见“病例去向”）；"
        f"病例数少于 {smallest} 例的病组（种）合并为一行；不含患者标识和个案",
    )


_UNITS = Text(
    "money in yuan, exact to the fen; points to the millionth; shares in percent; a blank is not known",
    "金额单位为元，精确到分；分值精确到百万分之一；占比为百分比；空白表示无法计算",
)
_CHARGES = Text(
    "charges are what was billed, not what the care cost the hospital",
    "总费用是收费金额，不是医疗机构的成本",
)
