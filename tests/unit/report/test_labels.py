from __future__ import annotations

import pytest

from dipsim.cases.rejects import REASONS
from dipsim.grouping.result import Status
from dipsim.policy.weights import LEVELS
from dipsim.registry import RULES, TABLES
from dipsim.report.labels import PARAMETERS, REJECT_REASONS, TERMS, formatted, money, parameter_label, signed_share
from dipsim.scenario import Head, ReportParams


def test_every_word_of_a_table_has_a_label_in_both_languages() -> None:
    words = {
        *(f"status.{status.key}" for status in Status),
        *(f"rule.{rule.key}" for rule in RULES),
        *(key for rule in RULES for key, _ in rule.flags),
        *LEVELS,
        *("none", "minimum", "maximum"),
    }
    assert words - TERMS.keys() == set()


def test_every_reason_to_reject_a_row_has_a_label() -> None:
    assert REASONS.keys() - REJECT_REASONS.keys() == set()


def test_every_parameter_of_a_scenario_has_a_label() -> None:
    head = {name for name in Head.model_fields if name not in ("title", "title_zh", "source", "report")}
    below = {f"{table}.{name}" for table, model in TABLES.items() for name in model.model_fields if name != "source"}
    report = {f"report.{name}" for name in ReportParams.model_fields if name != "source"}
    assert (head | below | report) - PARAMETERS.keys() == set()


def test_no_label_names_a_parameter_that_is_gone() -> None:
    known = {f"{table}.{name}" for table, model in TABLES.items() for name in model.model_fields}
    known |= {*Head.model_fields, *(f"report.{name}" for name in ReportParams.model_fields)}
    assert PARAMETERS.keys() - known == set()


def test_a_value_by_insurance_says_whose_it_is() -> None:
    assert parameter_label("settlement.point_value.budget_yuan.resident").zh == "预算总额（元）：居民"
    assert parameter_label("some.key").en == "some.key"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (123_456_789, "yuan", "1,234,568"),
        (-50, "yuan", "0"),
        (-150, "yuan", "−2"),
        (250, "yuan", "2"),
        (4_618_650, "price", "4.6186"),
        (1_234_567_890, "points", "1,234.6"),
        (0.0575, "share", "5.8%"),
        (0.64281, "ratio", "0.6428"),
        (-0.0138, "change", "−1.38%"),
        (0.0, "change", "0.00%"),
        (12_345, "count", "12,345"),
        (None, "yuan", "–"),
        (float("nan"), "ratio", "–"),
    ],
)
def test_a_value_is_shown_rounded_half_to_even(value: float | None, kind: str, text: str) -> None:
    assert formatted(value, kind) == text  # type: ignore[arg-type]


def test_an_amount_is_told_in_the_unit_of_its_reader() -> None:
    assert money(2_760_000_000, "zh") == "2,760.00 万元"
    assert money(2_760_000_000, "en") == "27.60 million yuan"
    assert money(12_345_678_900, "zh") == "1.23 亿元"
    assert money(-629_400, "en") == "−6,294 yuan"
    assert signed_share(float("nan")) == "–"
