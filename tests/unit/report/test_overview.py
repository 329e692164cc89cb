from __future__ import annotations

from dataclasses import replace

from dipsim.lab.compare import Comparison, compared
from dipsim.report.bubbles import bubble_chart
from dipsim.report.drawing import svg
from dipsim.report.html import page
from dipsim.report.scenario_grid import scenario_grid_chart
from dipsim.report.scenario_overview import moved_fen, scenario_table
from tests.unit.report import region

FEN = 100


def four() -> Comparison:
    """The base scenario, narrower bands, and the same under two other names."""
    base, narrow = (result.scenario for result in region.comparison().results)
    override = narrow.document.override
    others = [replace(narrow, document=override({}, name)) for name in ("test/second", "test/third")]
    return compared(region.inputs(), [base, narrow, *others])


def test_a_scenario_has_one_row_and_the_baseline_has_no_change() -> None:
    first, second = scenario_table(region.comparison().results).rows()
    assert (first["fund_pay"], first["change"], first["moved"]) == (8_800 * FEN, None, None)
    assert (second["scenario_zh"], second["change"], second["change_share"]) == ("收窄界限", 0, 0.0)
    assert (second["gaining"], second["losing"], second["moved"]) == (1, 1, 40_816)
    assert (first["price_employee"], second["price_employee"]) == (2_000_000, 1_795_918)


def test_money_moved_is_the_smaller_of_gains_and_losses() -> None:
    assert moved_fen([5, -3, 0]) == 3
    assert moved_fen([-5, -3]) == 0
    assert moved_fen([]) == 0


def test_the_grid_has_a_cell_for_each_hospital_and_scenario_and_names_the_one_that_moves_most() -> None:
    chart = scenario_grid_chart(four().results)
    assert chart.title.en.startswith("Most money moves between hospitals under: Narrow bands (")
    assert svg(chart.zh).count("−10.20%") == 3
    assert svg(chart.zh).count("+8.50%") == 3


def test_many_scenarios_share_a_grid_and_few_have_a_chart_each() -> None:
    few, many = page(region.comparison(), "zh"), page(four(), "zh")
    assert 'id="chart-change_1"' in few
    assert 'id="chart-scenario_grid"' not in few
    assert 'id="chart-scenario_grid"' in many
    assert 'id="chart-change_1"' not in many


def test_a_bubble_is_numbered_and_named_with_its_gap() -> None:
    # G is the only group: paid exactly the average for its charges.
    assert (
        bubble_chart(region.result({"report": {"smallest_cell": 1}})).title.en == "Every group is paid like the average"
    )


def test_without_any_group_the_bubbles_are_an_empty_plot() -> None:
    assert "</svg>" in svg(bubble_chart(region.result({"report": {"smallest_cell": 100}})).en)
