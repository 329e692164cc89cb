"""What a page says after the answer, in order: changes, funds, hospitals, groups, bands, rows left out, parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dipsim.pipeline import Result
from dipsim.report.bed_day_chart import bed_day_chart
from dipsim.report.bed_days import (
    bed_day_hospital_table,
    bed_day_notes,
    bed_days,
    length_table,
    tier_table,
)
from dipsim.report.bubbles import bubble_chart
from dipsim.report.charts import band_chart, group_gap_chart, pay_per_cost_chart
from dipsim.report.comparing import (
    hospital_comparison,
    price_comparison,
    scale_note,
    scenario_title,
    tells_point_values,
)
from dipsim.report.comparison_charts import change_chart, point_value_chart
from dipsim.report.day_surgery import (
    day_surgeries,
    day_surgery_groups,
    day_surgery_notes,
    day_surgery_table,
)
from dipsim.report.day_surgery_chart import day_surgery_chart
from dipsim.report.labels import Text, same
from dipsim.report.mdc_table import mdc_table
from dipsim.report.parameters import changed_parameter_table, parameter_table
from dipsim.report.report_table import ReportTable
from dipsim.report.review_tables import reviews_section
from dipsim.report.row_tables import check_table, reject_table
from dipsim.report.scenario_grid import scenario_grid_chart
from dipsim.report.scenario_overview import scenario_table
from dipsim.report.section import Chart, Section
from dipsim.report.sums import is_gross
from dipsim.report.tables import (
    band_table,
    group_table,
    hospital_table,
    level_table,
    price_table,
    status_table,
    without_small_groups,
)
from dipsim.report.year_section import year_sections, years_section

MOST_GROUPS = 60
"""Groups in the table of a page; the files hold them all."""
MOST_CHANGE_CHARTS = 2
"""Scenarios beside the baseline that have a chart each; more stand in one grid."""
_ALWAYS_SHOWN = frozenset({"residual", "fund_pay", "budget"})


def sections(results: Sequence[Result]) -> tuple[Section, ...]:
    """All sections; of a comparison, those after the funds show the baseline."""
    return tuple(_sections(results))


def _sections(results: Sequence[Result]) -> Iterator[Section]:
    base, title = results[0], scenario_title(results[0].scenario)
    of_base = Text(f" ({title.en})", f"（{title.zh}）") if len(results) > 1 else same("")
    if len(results) > 1:
        yield _changes(results)
        if (years := years_section(results)) is not None:
            yield years
    prices = price_comparison(results) if len(results) > 1 else price_table(base)
    yield Section("funds", Text("Funds and point values", "基金与点值"), (), (_filled(prices),), _fund_notes(base))
    yield from year_sections(base, of_base)
    if (reviews := reviews_section(results)) is not None:
        yield reviews
    yield Section(
        "hospitals",
        _joined(Text("Hospitals", "医疗机构"), of_base),
        (pay_per_cost_chart(base),),
        (_hospital_columns(hospital_table(base), base).ordered("pay"), _hospital_columns(level_table(base), base)),
        _hospital_notes(base),
    )
    yield _groups(base, of_base)
    yield from _by_rule(results)
    if not base.inputs.cases.is_aggregate:
        yield Section(
            "bands",
            _joined(Text("Cost-deviation cases", "费用偏差病例"), of_base),
            (band_chart(base),),
            (band_table(base),),
            (_BAND_NOTE,),
        )
    yield _rows_left_out(base)
    yield Section(
        "parameters",
        _joined(Text("Parameters in force and their sources", "现行参数及来源"), of_base),
        tables=(parameter_table(base.scenario),),
    )


def _changes(results: Sequence[Result]) -> Section:
    parameters = changed_parameter_table([result.scenario for result in results])
    hospitals = hospital_comparison(results)
    is_few = len(results) - 1 <= MOST_CHANGE_CHARTS
    charts = [point_value_chart(results)] if tells_point_values(results) else []
    charts += _change_charts(results) if is_few else [scenario_grid_chart(results)]
    ordered = hospitals.ordered("change_1") if is_few else hospitals.ordered("pay_0")
    return Section(
        "changes",
        Text("What changes against the baseline", "与基准相比的变化"),
        tuple(charts),
        (scenario_table(results), parameters, ordered),
        (_pay_note(results[0]), *filter(None, [scale_note(results)])),
    )


def _change_charts(results: Sequence[Result]) -> list[Chart]:
    """Of each scenario beside the baseline its change of pay by hospital."""
    return [change_chart(results, number) for number in range(1, len(results))]


def _by_rule(results: Sequence[Result]) -> Iterator[Section]:
    """What only some scenarios have: day surgery and stays that are paid by rules of their own."""
    if day := day_surgeries(results):
        yield Section(
            "day_surgery",
            Text("Day surgery", "日间手术"),
            tuple(day_surgery_chart(each) for each in day),
            (day_surgery_table(day), *(day_surgery_groups(each) for each in day)),
            day_surgery_notes(day),
        )
    if beds := bed_days(results):
        makers = (length_table, tier_table, bed_day_hospital_table)
        yield Section(
            "bed_days",
            Text("Payment by bed-day", "按床日付费"),
            tuple(bed_day_chart(each) for each in beds),
            tuple(make(each) for each in beds for make in makers),
            bed_day_notes(beds),
        )


def _groups(result: Result, of_base: Text) -> Section:
    smallest = result.scenario.head.report.smallest_cell
    everything = without_small_groups(group_table(result), smallest)
    largest = everything.ordered("pay")
    table = replace(largest.taken(range(min(len(largest), MOST_GROUPS))), total=everything.total)
    notes = [_GAP_NOTE]
    if len(largest) > MOST_GROUPS:
        notes.append(
            Text(
                f"The {MOST_GROUPS} groups with most pay, of {len(largest):,}; groups.csv holds every group.",
                f"仅列应付金额最大的 {MOST_GROUPS} 个病组（种），共 {len(largest):,} 个，全部见 groups.csv。",
            )
        )
    notes.append(
        Text(
            f"Groups of fewer than {smallest} cases stand together, so that no single stay can be recognised.",
            f"病例数少于 {smallest} 例的病组（种）合并列示，以免识别个别病例。",
        )
    )
    by_mdc = mdc_table(result)
    return Section(
        "groups",
        _joined(Text("Groups", "病组（种）"), of_base),
        (group_gap_chart(result), bubble_chart(result)),
        (table,) if by_mdc is None else (by_mdc.ordered("pay"), table),
        tuple(notes),
    )


def _rows_left_out(result: Result) -> Section:
    reading = result.inputs.reading
    is_aggregate = result.inputs.cases.is_aggregate
    tables = [status_table(result, reading), reject_table(result)]
    if not is_aggregate:
        tables.append(check_table(result))
    notes = [
        Text(
            "Rows in = rejected + outside the pool + paid for. rejected.csv names every rejected row with its line, "
            "field and reason.",
            "读入行数 = 剔除 + 不纳入预算 + 纳入支付。rejected.csv 逐行列出剔除的位置、字段和原因。",
        )
    ]
    if reading is None:
        notes.append(Text("Rows rejected on reading are not counted here.", "此处不含读入时剔除的行。"))
    if is_aggregate:
        notes.append(_AGGREGATE_NOTE)
    return Section(
        "rows",
        Text("What was rejected or left out", "剔除与未纳入"),
        tables=tuple(table for table in tables if len(table)),
        notes=tuple(notes),
    )


def _hospital_columns(table: ReportTable, result: Result) -> ReportTable:
    """What a page has room for; in fund form all pay is the fund's, so one column says it."""
    narrow = table.without("insurance", "type", "county")
    return narrow if is_gross(result) else narrow.without("fund_pay")


def _filled(table: ReportTable) -> ReportTable:
    """The table without columns of money and names that hold nothing at all."""
    empty = [
        column.name
        for column in table.columns
        if column.name not in _ALWAYS_SHOWN and all(value in (0, "", None) for value in table.values(column.name))
    ]
    return table.without(*empty)


def _joined(first: Text, second: Text) -> Text:
    return Text(first.en + second.en, first.zh + second.zh)


def _pay_note(result: Result) -> Text:
    if is_gross(result):
        return Text(
            "Gross form: pay is the whole bill that points are worth; patients have already paid their part of it, "
            "and the fund pays the rest.",
            "总额口径：应付为分值对应的全部费用，个人已付部分包含在内，其余由基金支付。",
        )
    return Text(
        "Fund form: pay is fund money only; what patients pay comes on top.",
        "基金口径：应付仅为统筹基金支付，不含个人负担部分。",
    )


def _fund_notes(result: Result) -> tuple[Text, ...]:
    return (
        Text(
            "Budget = fund pays + to the reserve, to the fen; amounts are shown in whole yuan.",
            "预算 = 基金支付 + 转入风险金，精确到分；表中金额取整到元。",
        ),
        _pay_note(result),
    )


def _hospital_notes(result: Result) -> tuple[Text, ...]:
    return (
        Text(
            "Charges are what was billed, not what the care cost the hospital: pay below charges is not a loss.",
            "总费用是收费金额，不是医疗机构的成本；应付低于费用不等于亏损。",
        ),
        _pay_note(result),
        Text(
            "CMI is the mean relative weight of grouped cases. Outlier shares are of grouped cases paid by points; "
            "high outliers leave out extreme cases.",
            "CMI 为入组病例的平均权重。低倍率、高倍率占比以按分值付费的入组病例为分母，高倍率不含极高费用病例。",
        ),
    )


_GAP_NOTE = Text(
    "The charts compare a group's pay with what its charges would bring at the region's average pay per yuan charged; "
    "all gaps, that of the "
    "cases without a group included, add up to zero.",
    "图中差额 = 病组（种）应付 − 病组（种）费用 × 全市每元费用应付；全部病组（种）（含未入组）合计为零。",
)
_AGGREGATE_NOTE = Text(
    "This run had sums by hospital, insurance and group instead of cases; the rows above are counted in cases. What "
    "needs single cases is not there: cases.csv, bands.csv, checks of cases, explanations, a hospital's cases near a "
    "limit.",
    "本次测算使用按医疗机构、险种和病组（种）汇总的数据而非病例，上表行数按病例数计。"
    "需要逐例数据的内容不提供：cases.csv、bands.csv、病例核查、病例解释、临近界限的病例。",
)
_BAND_NOTE = Text(
    "Cases paid by points only. One far from the mean charge of its group is paid by its own charge; "
    "the limits are under the parameters.",
    "仅含按分值付费的病例。费用明显偏离病组（种）均费的病例按其自身费用折算分值，界限见参数表。",
)
