from __future__ import annotations

from dipsim.report.comparing import hospital_comparison, price_comparison
from dipsim.report.comparison_charts import point_values
from tests.unit.report import region

RESULTS = region.comparison().results


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
