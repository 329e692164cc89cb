from __future__ import annotations

from datetime import date

from dipsim.report.parameters import changed_parameter_table, parameter_table, value_text
from tests.unit.report import region


def test_a_comparison_tells_only_the_parameters_that_differ_and_where_each_value_comes_from() -> None:
    scenarios = [result.scenario for result in region.comparison().results]
    table = changed_parameter_table(scenarios)
    assert list(table.rows()) == [
        {
            "scenario": "Narrow bands",
            "scenario_zh": "收窄界限",
            "label": "High above (times the reference cost)",
            "label_zh": "高倍率界限（倍）",
            "key": "weighting.outlier.high_ratio",
            "before": "2.0",
            "value": "1.5",
            "source": "override 'test/narrow'",
        }
    ]


def test_one_scenario_tells_every_parameter_once_and_no_source_as_a_parameter() -> None:
    scenario = region.result().scenario
    keys = parameter_table(scenario).values("key")
    assert len(keys) == len(set(keys)) > 20
    assert "weighting.outlier.low_ratio" in keys
    assert [key for key in keys if key.endswith("source") or key.startswith("title")] == []


def test_a_value_reads_like_a_sentence() -> None:
    routes = ({"when": {"insurance": "other"}, "pay": "outside_pool"}, {"pay": "dip"})
    assert value_text(routes) == "insurance = other → outside_pool; * → dip"
    assert value_text(("a", "b")) == "a / b"
    assert [value_text(value) for value in (True, 2025, 27_600_000, 0.5, None, date(2025, 1, 1))] == [
        "true",
        "2025",
        "27,600,000",
        "0.5",
        "–",
        "2025-01-01",
    ]
