"""The year in a report, as worked by hand in year_region.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dipsim.ledger import balance
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.report.comparing import hospital_comparison
from dipsim.report.drawing import svg
from dipsim.report.hospital_page import hospital_tables
from dipsim.report.hospital_view import hospital_view
from dipsim.report.html import page
from dipsim.report.labels import Text
from dipsim.report.review_tables import review_notes, review_tables
from dipsim.report.scenario_overview import scenario_table
from dipsim.report.section import Chart
from dipsim.report.waterfalls import budget_chart, clearing_chart, level_chart, strip_chart
from dipsim.report.workbook_sheets import sheets
from dipsim.report.year_answer import year_answer
from dipsim.report.year_charts import month_chart, prepaid_chart, value_chart
from dipsim.report.year_section import year_sections
from dipsim.report.year_sums import Year, cleared_fen, drawn_fen, year_of, year_of_hospital
from dipsim.report.year_tables import (
    clearing_level_table,
    clearing_table,
    hospital_months,
    month_table,
    year_comparison,
)
from tests import build
from tests.golden.test_year import tables_of
from tests.unit.report import region, year_region

FEN = 100
NOTHING = Text("", "")
RESULT = year_region.result()


def told(result: Result) -> Year:
    year = year_of(result)
    assert year is not None
    return year


YEAR = told(RESULT)


def yuan(values: list[int]) -> list[float]:
    return [value / FEN for value in values]


# ---- months


def test_the_parts_of_a_month_are_those_worked_by_hand() -> None:
    table = month_table(YEAR)
    assert table.values("month")[:3] == ["1", "2", "3"]
    assert table.values("month_zh")[-2:] == ["12 月", "年后"]
    assert table.values("cases") == [1, 3, 0, *[0] * 9, 1]
    assert yuan(table.values("bills")) == [3000, 4500, -300, *[0] * 9, 800]
    assert yuan(table.values("same_month")) == [3000, 1000, 0, *[0] * 10]
    assert yuan(table.values("earlier")) == [0, 2000, 0, *[0] * 9, 800]
    assert yuan(table.values("corrected")) == [0, 0, 1200, *[0] * 10]
    assert yuan(table.values("came_and_went")) == [0, 1500, -1500, *[0] * 10]


def test_what_is_prepaid_and_withheld_follows_the_month_in_which_a_claim_comes() -> None:
    table = month_table(YEAR)
    assert yuan(table.values("prepaid")) == [2700, 4050, -270, *[0] * 10]
    assert yuan(table.values("deposit")) == [135, 202.5, -13.5, *[0] * 10]
    assert (table.total["cases"], table.total["prepaid"], table.total["deposit"]) == (5, 648_000, 32_400)


def test_the_interim_value_stands_beside_the_month_and_the_final_one_below() -> None:
    table = month_table(YEAR)
    values = table.values("price_employee")
    assert values[0] == 833_330  # a twelfth of 10,000 yuan, to the fen, over 1,000 points
    assert values[2] == 625_000
    assert values[11:] == [2_500_000, None]
    assert table.total["price_employee"] == 2_000_000


def test_the_months_of_a_hospital_are_its_own() -> None:
    one = year_of_hospital(RESULT, "H2")
    assert one is not None
    table = month_table(one)
    assert yuan(table.values("bills")) == [0, 2500, -300, *[0] * 9, 800]
    assert yuan(table.values("prepaid")) == [0, 2250, -270, *[0] * 10]
    rows = [(row["hospital_id"], row["month"], row["bills"] // FEN) for row in hospital_months(YEAR).rows()]
    assert rows == [("H1", 1, 3000), ("H1", 2, 2000), ("H2", 2, 2500), ("H2", 3, -300)]


# ---- clearing


def test_the_clearing_of_each_hospital_is_that_worked_by_hand() -> None:
    rows = {row["hospital_id"]: row for row in clearing_table(YEAR).rows()}
    steps = ("priced", "shared", "assessed", "deducted", "earned", "prepaid", "deposit", "due")
    assert [rows["H1"][step] / FEN for step in steps] == [4000, 200, 0, 0, 4200, -4500, 225, -75]
    assert [rows["H2"][step] / FEN for step in steps] == [6000, -2100, -9.9, -50, 3840.1, -1980, 99, 1959.1]


def test_a_step_in_which_nobody_has_anything_is_no_column() -> None:
    assert "carried_in" not in {column.name for column in clearing_table(YEAR).columns}


def test_levels_add_up_to_the_whole() -> None:
    table = clearing_level_table(YEAR)
    assert table.values("level") == ["tertiary", "primary"]
    assert sum(table.values("due")) == table.total["due"] == 188_410


def test_what_the_reserve_adds_is_what_it_paid_for_sharing() -> None:
    assert drawn_fen(YEAR.clearing) == 20_000
    ledger, accounts = YEAR.clearing.ledger, YEAR.clearing.accounts
    assert balance(ledger, accounts.reserve) == 210_000 - 20_000 + 990 + 5_000


# ---- sentences and pages


def test_the_answer_says_what_was_earned_shared_and_owed() -> None:
    first, shared, owing = year_answer([RESULT])
    assert first.zh == (
        "清算：2025 年机构应得 8,040 元（按点值应付 1.00 万元；结余超支分担 −1,900 元，考核 −10 元，扣款 −50 元），"
        "年内已付 6,156 元，清算尚应付 1,884 元。"
    )
    assert first.en.endswith("6,156 yuan was paid by then, and 1,884 yuan is still due to them.")
    assert shared.zh == "结余留用与超支分担：1 家机构多得 200 元，1 家少得 2,100 元；动用风险金 200 元。"
    assert shared.en.startswith("By sharing, 1 hospital gains 200 yuan and 1 hospital loses 2,100 yuan;")
    assert owing.zh == "1 家机构应退回 75 元。"


def test_a_part_of_a_year_says_what_is_still_to_come_and_clears_nothing() -> None:
    result = year_region.result(through=2)
    first, so_far = year_answer([result])
    assert "截至 2025 年 2 月底" in first.zh
    assert "2 例未计入；3 至 12 月" in first.zh  # b3 and b4
    assert "阶段性结果" in first.zh
    assert (
        so_far.en
        == "So far 1,667 yuan by the interim price; 6,750 yuan prepaid, of which 338 yuan withheld as deposit."
    )
    assert [section.key for section in year_sections(result, NOTHING)] == ["months"]
    assert len(month_table(told(result))) == 2


def test_a_scenario_without_a_year_has_no_section_and_no_sheet_of_one() -> None:
    result = region.result()
    assert year_answer([result]) == ()
    assert not list(year_sections(result, NOTHING))
    assert not {"Months", "Clearing"} & {sheet.name.en for sheet in sheets([result])}


def test_a_page_holds_the_sections_of_the_year_in_order() -> None:
    text = page(RESULT, "zh")
    places = [text.index(f'<section id="{key}">') for key in ("answer", "funds", "clearing", "months", "hospitals")]
    assert places == sorted(places)
    assert RESULT.fingerprint[:12] in text


@pytest.mark.parametrize("make", [month_chart, value_chart, prepaid_chart, clearing_chart, level_chart, strip_chart])
def test_a_chart_of_the_year_is_drawn_in_both_languages_with_its_fingerprint(make: Callable[[Year], Chart]) -> None:
    chart = make(YEAR)
    for drawn in (svg(chart.en), svg(chart.zh)):
        assert drawn.endswith("</svg>")
        assert RESULT.fingerprint[:12] in drawn


def test_titles_state_the_finding() -> None:
    assert month_chart(YEAR).title.en.startswith("35.0% of the bills came in a later month")  # 2,800 of 8,000
    assert prepaid_chart(YEAR).title.en.startswith(
        "Paid in the year: 61.6% of what the price says, most at H1 (106.9%)"
    )
    assert clearing_chart(YEAR).title.zh == "全年应得 8,040 元，清算尚应付 1,884 元"
    assert "+5.00%" in strip_chart(YEAR).title.en


def test_a_budget_is_drawn_only_where_it_is_stated() -> None:
    assert budget_chart(YEAR) is None
    none = {"employee": "none", "resident": "none"}
    budget = tables_of({"rules": ["budget"]})["budget"]
    changes = {"fund": {"budget": budget}, "settlement": {"point_value": {"budget_yuan": none}}}
    chart = budget_chart(told(year_region.result(changes=changes)))
    assert chart is not None
    assert chart.title.zh == "可用于住院的预算：职工 570 元"  # 1,000 less 400 of items and 5% of the rest


# ---- scenarios side by side


def test_scenarios_are_compared_by_what_hospitals_earn_after_clearing() -> None:
    results = year_region.comparison().results
    table = hospital_comparison(results)
    assert yuan(table.values("pay_0")) == [4200, 3840.1]
    assert yuan(table.values("pay_1")) == [4000, 5940.1]
    assert yuan(table.values("change_1")) == [-200, 2100]
    assert table.total["change_1"] == sum(table.values("change_1"))
    assert [column.label_zh for column in table.columns if column.name == "pay_0"] == ["清算后应得（元）：全年"]
    assert yuan(scenario_table(results).values("fund_pay")) == [8040.1, 9940.1]


def test_years_side_by_side_say_who_gains_and_what_the_reserve_gives() -> None:
    results = year_region.comparison().results
    table = year_comparison([(number, told(result)) for number, result in enumerate(results)])
    assert table.values("gaining") == [1, 0]
    assert yuan(table.values("lost")) == [-2100, 0]
    assert yuan(table.values("drawn")) == [200, 0]
    assert 'id="table-years-years"' in page(year_region.comparison(), "en")


def test_a_run_that_is_not_closed_is_compared_by_its_price() -> None:
    assert cleared_fen(year_region.result(through=2)).tolist() == [0, 0]


def test_a_hospital_sees_its_own_statement_and_months() -> None:
    tables = {table.key: table for table in hospital_tables(hospital_view(RESULT, "H1"), 0.05, False)}
    assert tables["clearing"].total["due"] == -7_500
    assert yuan(tables["months"].values("bills"))[:2] == [3000, 2000]


def test_the_workbook_has_sheets_of_the_year() -> None:
    names = [sheet.name.en for sheet in sheets([RESULT])]
    assert {"Months", "Months by hospital", "Clearing", "Clearing by level"} <= set(names)
    assert all(len(name) <= 31 for name in names)


# ---- reviews


def reviewed(smallest: int) -> Result:
    """H1 has two stays with a return, H2 one; each loses half of its 1,000 points."""
    stays = [("H1", "A", 1), ("H1", "A", 5), ("H1", "A", 9), ("H2", "B", 1), ("H2", "B", 5)]
    cases = [
        {
            "insurance": "employee",
            "group_code": "G",
            "total_cost_yuan": 10_000,
            "hospital_id": hospital,
            "patient_id": patient,
            "admitted_on": f"2025-01-{day:02d}",
            "discharged_on": f"2025-01-{day + 2:02d}",
        }
        for hospital, patient, day in stays
    ]
    changes = {"report": {"smallest_cell": smallest}, "supervision": {"readmission": {"window_days": 15}}}
    return simulate(Inputs(build.case_table(cases)), build.scenario(changes))


def test_leads_are_counted_by_hospital_with_the_points_they_took() -> None:
    (table,) = review_tables(reviewed(1))
    rows = [(row["hospital_id"], row["reviewed"], row["marked"], row["taken"] // 10**6) for row in table.rows()]
    assert rows == [("H1", 3, 2, 1000), ("H2", 2, 1, 500)]


def test_a_hospital_with_few_leads_cannot_be_told_from_the_total() -> None:
    (table,) = review_tables(reviewed(2))
    assert [row["marked"] for row in table.rows()] == [None]
    assert "marked" not in table.total
    assert table.total["reviewed"] == 5


def test_a_review_is_called_a_lead_and_not_a_finding() -> None:
    assert review_notes(reviewed(1))[0].en.startswith("A flag is a lead for review, not a finding")


def test_a_page_holds_the_leads() -> None:
    assert '<section id="reviews">' in page(reviewed(1), "zh")


# ---- years in which hardly anything happened


@pytest.mark.parametrize("left_out", [(), ("claim_status",)])
def test_a_year_before_its_first_claim_has_a_page(left_out: tuple[str, ...]) -> None:
    given = year_region.inputs()
    cases = given.cases.take(np.array([2, 3]))  # of February and March
    known = {name: column for name, column in cases.coded.items() if name not in left_out}
    inputs = replace(given, cases=replace(cases, coded=known), superseded=None)
    result = simulate(inputs, year_region.scenario(), through=1)
    assert "2025" in page(result, "zh")


def test_a_closed_year_that_pays_for_no_case_has_a_page() -> None:
    result = year_region.result(changes={"route": [{"pay": "outside_pool"}]})
    told_of = told(result)
    assert told_of.clearing.is_closed
    assert "<svg" in page(result, "en")
