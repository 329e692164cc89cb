from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from dipsim.pipeline import simulate
from dipsim.policy.fingerprint import short
from dipsim.report.charts import (
    MOST_HOSPITALS,
    at_both_ends,
    band_chart,
    group_gap_chart,
    group_gaps,
    left_out,
    pay_per_cost_chart,
)
from dipsim.report.comparison_charts import change_chart, point_value_chart
from dipsim.report.drawing import svg
from dipsim.report.labels import LANGS, Lang
from dipsim.report.section import Chart
from dipsim.report.tables import hospital_table
from tests import build
from tests.property.regions import random_region
from tests.unit.report import region

ONE_RUN = tuple(chart(region.result()) for chart in (pay_per_cost_chart, group_gap_chart, band_chart))
COMPARED = region.comparison().results
CHARTS = (*ONE_RUN, point_value_chart(COMPARED), change_chart(COMPARED, 1))
UNITS = {"zh": "元|%", "en": "yuan|%"}


def words(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def test_a_run_has_three_charts_and_a_comparison_two_more() -> None:
    assert [chart.key for chart in CHARTS] == ["pay_per_cost", "group_gap", "bands", "point_values", "change_1"]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
@pytest.mark.parametrize("lang", LANGS)
def test_a_chart_says_its_finding_its_units_and_its_fingerprint(chart: Chart, lang: Lang) -> None:
    text = svg(chart.zh if lang == "zh" else chart.en)
    said = words(text)
    assert chart.title.of(lang).replace(" ", "") in "".join(said).replace(" ", "")
    assert any(re.search(UNITS[lang], word) for word in said)
    assert any(short(region.result().fingerprint) in word for word in said)


def test_the_finding_names_the_hospitals_at_both_ends() -> None:
    assert CHARTS[0].title.zh == "每元费用应付：H1最高（0.200），H2最低（0.141），全市 0.163"
    assert CHARTS[4].title.en == "Narrow bands: 1 of 2 hospitals gain 408 yuan, 1 of 2 hospitals lose 408 yuan"


def test_a_chart_of_many_scenarios_tells_the_range_and_keeps_every_fingerprint() -> None:
    results = region.comparison().results
    chart = point_value_chart([*results, results[0], results[1]])
    assert chart.title.zh == "点值（元）：职工 1.7959–2.0000"
    said = "".join(words(svg(chart.en)))
    assert said.count(short(results[0].fingerprint)) == said.count(short(results[1].fingerprint)) == 2


def test_a_scenario_that_changes_nothing_says_so() -> None:
    result = region.result()
    assert change_chart([result, result], 1).title.zh == "算例基准：各机构应付不变"


def test_group_gaps_are_against_the_average_and_add_up_to_nothing() -> None:
    drawn = random_region(11)
    result = simulate(drawn.inputs, drawn.scenario)
    table, gaps = group_gaps(result)
    assert gaps == sorted(gaps, reverse=True)
    assert len(table) == len(gaps)
    assert group_gaps(region.result())[1] == []  # one group is the average


def test_of_many_hospitals_both_ends_are_shown_and_the_rest_is_counted() -> None:
    table = hospital_table(region.result())
    many = table.taken([0] * MOST_HOSPITALS + [1] * 20)
    assert len(at_both_ends(many, MOST_HOSPITALS)) == MOST_HOSPITALS
    assert at_both_ends(table, MOST_HOSPITALS) is table
    assert "20" in left_out(20, "zh")
    assert left_out(0, "en") == ""


def test_bands_of_cases_that_cost_nothing_have_a_chart() -> None:
    given = region.inputs()
    free = {**given.cases.integers, "total_cost_yuan": np.zeros(len(given.cases), np.int64)}
    result = simulate(replace(given, cases=replace(given.cases, integers=free)), build.scenario(region.CHANGES))
    assert band_chart(result).title.en == "The cases that claim points cost nothing"
