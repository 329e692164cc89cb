from __future__ import annotations

from dataclasses import replace

from dipsim.pipeline import Result
from dipsim.report.answer import answer
from dipsim.report.comparing import (
    hospital_comparison,
    method,
    point_values,
    price_comparison,
    scale_note,
    tells_point_values,
)
from tests.unit.report import region
from tests.unit.report.test_mdc_table import paid

RESULTS = region.comparison().results


def on_a_scale_of_100(result: Result) -> Result:
    weights = replace(result.scenario.weights, scale_micro=100_000_000)
    return replace(result, scenario=replace(result.scenario, weights=weights))


def test_the_change_of_a_hospital_is_exact_to_the_fen() -> None:
    table = hospital_comparison(RESULTS)
    assert table.values("pay_0") == [400_000, 480_000]
    assert table.values("pay_1") == [359_184, 520_816]
    assert table.values("change_1") == [-40_816, 40_816]
    assert table.values("change_share_1") == [-40_816 / 400_000, 40_816 / 480_000]
    assert (table.total["change_1"], table.total["pay_1"]) == (0, 880_000)


def test_the_funds_of_every_scenario_stand_below_each_other_with_the_baseline_first() -> None:
    table = price_comparison(RESULTS)
    assert table.values("scenario_zh") == ["算例基准", "收窄界限"]
    assert table.values("price") == [2_000_000, 1_795_918]


def test_point_values_stand_by_insurance() -> None:
    assert point_values(RESULTS) == {"employee": (2_000_000, 1_795_918)}


def test_point_values_of_points_on_different_scales_are_not_compared() -> None:
    base, other = RESULTS
    assert scale_note(RESULTS) is None
    assert tells_point_values(RESULTS)
    assert any("2.0000 → 1.7959" in told.zh for told in answer(RESULTS))
    mixed = (base, on_a_scale_of_100(other))
    assert not tells_point_values(mixed)
    assert not any("→" in told.zh for told in answer(mixed))
    note = scale_note(mixed)
    assert note is not None
    assert "1,000 分（算例基准）、100 分（收窄界限）" in note.zh
    assert "1,000 (" in note.en


def test_a_page_says_by_what_method_its_scenarios_pay() -> None:
    assert method(RESULTS).zh == "按病种分值付费（DIP）测算"
    drg = paid("demo-city/drg-2025")
    assert method((drg,)).zh == "按病组付费（DRG）测算"
    assert method((RESULTS[0], drg)).en == "Payment by DIP and by DRG"
