"""What a page says of a year: budget, months, prepaid against earned, clearing, and years side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dipsim.pipeline import Result
from dipsim.report.labels import Text
from dipsim.report.report_table import ReportTable
from dipsim.report.section import Chart, Section
from dipsim.report.waterfalls import budget_chart, clearing_chart, level_chart, strip_chart
from dipsim.report.year_charts import month_chart, prepaid_chart, value_chart
from dipsim.report.year_sums import Year, closed_years, year_of
from dipsim.report.year_tables import (
    clearing_insurance_table,
    clearing_level_table,
    clearing_table,
    interim_values,
    month_table,
    year_comparison,
)


def year_sections(result: Result, of_base: Text) -> Iterator[Section]:
    """The sections on the year of a result; none for a scenario that says nothing of it."""
    year = year_of(result)
    if year is not None:
        yield from _of_year(year, of_base)


def _of_year(year: Year, of_base: Text) -> Iterator[Section]:
    if (budget := budget_chart(year)) is not None:
        yield Section("budget", Text(f"Budget of the year{of_base.en}", f"年度预算{of_base.zh}"), (budget,))
    if year.clearing.is_closed:
        title = Text(f"Clearing{of_base.en}", f"年终清算{of_base.zh}")
        yield Section("clearing", title, clearing_charts(year), clearing_tables(year), (CLEARING_NOTE,))
    if year.has_months:
        yield Section(
            "months",
            Text(f"Month by month{of_base.en}", f"分月情况{of_base.zh}"),
            (*month_charts(year), prepaid_chart(year)),
            (month_table(year),),
            month_notes(year),
        )


def clearing_charts(year: Year) -> tuple[Chart, ...]:
    """All hospitals in money; levels and hospitals in percent of the price, where anything is priced."""
    if not any(row["priced"] > 0 for row in clearing_level_table(year).rows()):
        return (clearing_chart(year),)
    return clearing_chart(year), level_chart(year), strip_chart(year)


def clearing_tables(year: Year) -> tuple[ReportTable, ...]:
    """By insurance, level and hospital."""
    return (
        clearing_insurance_table(year),
        clearing_level_table(year),
        clearing_table(year).without("level").ordered("priced"),
    )


def month_charts(year: Year) -> tuple[Chart, ...]:
    """What came and was prepaid; what a point was worth."""
    came = (month_chart(year),) if year.clearing.months else ()
    return (*came, *((value_chart(year),) if interim_values(year) else ()))


def month_notes(year: Year) -> tuple[Text, ...]:
    """What a month holds, and how its value is reckoned."""
    return (_MONTH_NOTE, *((_INTERIM_NOTE,) if interim_values(year) else ()))


def years_section(results: Sequence[Result]) -> Section | None:
    """Scenarios that clear a year side by side; None with fewer than two."""
    years = closed_years(results)
    if len(years) < 2:
        return None
    title = Text("Clearing by scenario", "各情景清算对比")
    return Section("years", title, (), (year_comparison(years),), (CLEARING_NOTE,))


CLEARING_NOTE = Text(
    "Earned in the year = by the price + sharing + assessment + deductions. Still due = earned + carried over − "
    "prepaid + deposit returned; below zero the hospital pays. clearing.csv holds each step by hospital and insurance.",
    "全年应得 = 按点值应付 + 结余超支分担 + 考核 + 扣款；清算应付 = 全年应得 + 结转 − 已预付 + 返还质量保证金，"
    "为负表示机构应退回。clearing.csv 按机构和险种列出每一步。",
)
_MONTH_NOTE = Text(
    "A claim counts in the month in which it came. A month is prepaid on the difference between what stands claimed at "
    "its end and at the end of the month before, so a late, corrected or reversed claim changes the month in which it "
    "comes and no other.",
    "结算按到达月份归集。每月按月末与上月末有效结算之差预付，因此迟报、更正、冲正只影响其到达的月份。",
)
_INTERIM_NOTE = Text(
    "The value at the end of a month is interim: what had come by then against the money of the months so far, or of "
    "the whole year where the scenario says so.",
    "月末点值为阶段性结果：截至当月的分值与已过月份对应预算之比（情景另有规定时按全年预算）。",
)
