"""Day surgery and bed-days in a report, in a region small enough to reckon by hand.

Group G is worth 1,000 points; employees, budget 20,000 yuan. H2 is a primary hospital.

    case   care          days   charge   borne   baseline                   own rules
    i1     inpatient        6   10,000   4,000   1,000 points               1,000 points
    i2     inpatient        4   10,000   5,000   1,000 points               1,000 points
    d1     day surgery      1    4,000   2,000   r = 0.4: 400 points        1,000 points, without bands
    d2     day surgery      0   10,000   3,000   1,000 points               1,000 points
    p1     psychiatric     20   10,000   6,000   1,000 points               10 x 20 + 10 x 10 = 300 points
    p2     psychiatric     40   10,000   6,000   1,000 points               10 x 20 + 20 x 10 = 400, 10 days unpaid

Points: 5,400 before, 4,700 after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dipsim.lab.compare import Comparison, compared
from dipsim.money import half_even
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.report.bed_day_chart import bed_day_chart
from dipsim.report.bed_days import bed_day_hospital_table, bed_days, length_table, tier_table
from dipsim.report.day_surgery import (
    day_surgeries,
    day_surgery_groups,
    day_surgery_table,
)
from dipsim.report.day_surgery_chart import day_surgery_chart
from dipsim.report.drawing import svg
from dipsim.report.html import page
from dipsim.report.report_table import ReportTable
from dipsim.report.workbook_sheets import sheets
from tests import build
from tests.unit.report import region

FEN, MICRO = 100, 1_000_000
CARE: tuple[tuple[str, str, int, str, str], ...] = (
    ("i1", "inpatient", 6, "10000", "4000"),
    ("i2", "inpatient", 4, "10000", "5000"),
    ("d1", "day_surgery", 1, "4000", "2000"),
    ("d2", "day_surgery", 0, "10000", "3000"),
    ("p1", "psychiatric", 20, "10000", "6000"),
    ("p2", "psychiatric", 40, "10000", "6000"),
)
TIERS = [
    {"up_to_day": 10, "primary": 20, "secondary": "none", "tertiary": "none"},
    {"up_to_day": 30, "primary": 10, "secondary": "none", "tertiary": "none"},
]
OWN_RULES: Mapping[str, Any] = {
    "title": "Own rules",
    "title_zh": "单独规则",
    "route": [
        {"when": {"care_type": "day_surgery"}, "pay": "day_surgery"},
        {"when": {"care_type": "psychiatric"}, "pay": "bed_day"},
        {"pay": "dip"},
    ],
    "payment": {
        "day_surgery": {"points": "same", "bands": False, "hospital_factor": False},
        "bed_day": {"unit": "points", "tiers": TIERS, "hospital_factor": False, "count_first_day": True},
    },
    "report": {"smallest_cell": 1},
}
BUDGET: Mapping[str, Any] = {"settlement": {"point_value": {"budget_yuan": {"employee": 20_000, "resident": "none"}}}}


def inputs() -> Inputs:
    rows = [
        {
            "case_id": name,
            "hospital_id": "H2",
            "insurance": "employee",
            "group_code": "G",
            "care_type": care,
            "length_of_stay_days": days,
            "total_cost_yuan": charge,
            "out_of_pocket_yuan": borne,
        }
        for name, care, days, charge, borne in CARE
    ]
    return replace(region.inputs(), cases=build.case_table(rows))


def results(changes: Mapping[str, Any] | None = None) -> tuple[Result, ...]:
    base = build.scenario(build.changed(region.CHANGES, BUDGET))
    other = build.scenario(
        build.changed(build.changed(region.CHANGES, BUDGET), build.changed(OWN_RULES, changes or {}))
    )
    other = replace(other, document=other.document.override({}, "test/own-rules"))
    return compared(inputs(), [base, other]).results


def only(table: ReportTable) -> dict[str, Any]:
    (row,) = table.rows()
    return row


def test_day_surgery_frees_beds_moves_points_and_changes_the_patients_share() -> None:
    row = only(day_surgery_table(day_surgeries(results())))
    assert row["cases"] == 2
    # Inpatients of G stay (6 + 4 + 20 + 40) / 4 days in the first run, but p1 and p2 are paid by bed-day in the second.
    assert row["freed"] == 2 * (6 + 4 + 20 + 40) / 4 - 1
    assert (row["points_before"], row["points"], row["moved"]) == (1_400 * MICRO, 2_000 * MICRO, 600 * MICRO)
    assert row["share_before"] == pytest.approx((4_000 + 5_000 + 6_000 + 6_000) / 40_000)
    assert row["share"] == pytest.approx(5_000 / 14_000)


def test_groups_of_few_cases_of_day_surgery_stand_together() -> None:
    (shown,) = day_surgeries(results())
    assert only(day_surgery_groups(shown))["group_code"] == "G"
    (hidden,) = day_surgeries(results({"report": {"smallest_cell": 3}}))
    row = only(day_surgery_groups(hidden))
    assert (row["group_code"], row["name"], row["cases"]) == ("", "other groups together", 2)


def test_without_the_columns_that_are_compared_there_is_no_table() -> None:
    cases = inputs().cases
    lacking = replace(cases, integers={k: v for k, v in cases.integers.items() if k != "out_of_pocket_yuan"})
    result = results()[1]
    assert day_surgeries([simulate(replace(inputs(), cases=lacking), result.scenario)]) == ()


def test_stays_stand_by_length_with_what_a_day_is_paid_before_and_after() -> None:
    (told,) = bed_days(results())
    rows = list(length_table(told).rows())
    assert [row["length"] for row in rows] == ["1–10 days", "11–30 days", "over 30 days"]
    assert [(row["cases"], row["days"]) for row in rows] == [(0, 0), (1, 20), (1, 40)]
    assert [row["cost_per_day"] for row in rows] == [None, 500 * FEN, 250 * FEN]
    before = half_even(20_000 * FEN * 1_000, 5_400)  # what 1,000 points bring in the baseline
    assert rows[1]["before_per_day"] == pytest.approx(before / 20, abs=1)
    paid = [half_even(20_000 * FEN * points, 4_700) for points in (300, 400)]
    assert [row["pay_per_day"] for row in rows[1:]] == pytest.approx([paid[0] / 20, paid[1] / 40], abs=1)


def test_days_stand_by_the_standard_they_earn_and_unpaid_days_last() -> None:
    (told,) = bed_days(results())
    rows = list(tier_table(told).rows())
    assert [(row["tier"], row["days"], row["primary"]) for row in rows] == [
        ("1–10 days", 20, 20.0),
        ("11–30 days", 30, 10.0),
        ("days that earn nothing", 10, None),
    ]


def test_a_hospitals_row_counts_stays_that_a_cap_cuts() -> None:
    (told,) = bed_days(results())
    row = only(bed_day_hospital_table(told))
    assert (row["cases"], row["days"], row["mean_days"], row["linked"]) == (2, 60, 30.0, 0)
    assert (row["cut"], row["shared"], row["unpaid"]) == (1, 0, 10)
    (capped,) = bed_days(results({"payment": {"bed_day": {"cap_average_days": {"primary": 20}}}}))
    row = only(bed_day_hospital_table(capped))
    assert (row["cut"], row["shared"]) == (0, 2)


def test_pay_of_a_few_stays_is_not_shown() -> None:
    (told,) = bed_days(results({"report": {"smallest_cell": 2}}))
    assert [row["pay_per_day"] for row in length_table(told).rows()] == [None, None, None]
    assert length_table(told).total["pay_per_day"] is not None


def test_the_charts_tell_their_finding_in_both_languages() -> None:
    (day,), (beds,) = day_surgeries(results()), bed_days(results())
    assert day_surgery_chart(day).title.zh == "单独规则：2 例日间手术节约 34 个床日，分值变化 +600 分"
    assert bed_day_chart(beds).title.en.startswith("Own rules: 2 stays of 30.0 days on average; a day is paid 50 yuan")
    assert "节约床日" in svg(day_surgery_chart(day).zh)
    assert "Yuan a bed-day" in svg(bed_day_chart(beds).en)


def test_page_and_workbook_have_these_sections_only_where_a_scenario_has_such_cases() -> None:
    base, other = results()
    text = page(Comparison((base, other)), "zh")
    assert 'id="day_surgery"' in text
    assert "单独规则：2 例日间手术节约 34 个床日，分值变化 +600 分。" in text[: text.index('id="changes"')]
    assert 'id="bed_days"' in text
    assert 'id="bed_days"' not in page(base, "zh")
    names = [sheet.name.en for sheet in sheets((base, other))]
    assert names[names.index("Day surgery") :][:5] == [
        "Day surgery",
        "Day surgery groups 1",
        "Bed-days by length 1",
        "Bed-days by standard 1",
        "Bed-days by hospital 1",
    ]
    assert max(len(name.of(lang)) for name in (s.name for s in sheets((base, other))) for lang in ("en", "zh")) <= 31
