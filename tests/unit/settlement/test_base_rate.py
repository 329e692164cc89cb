from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from dipsim.errors import PolicyError
from dipsim.ledger import INSURANCES
from dipsim.money import ALONE
from dipsim.paths import policy_roots
from dipsim.policy.document import load_document
from dipsim.rule import FundPrice
from dipsim.scenario import load_scenario, typed
from dipsim.settlement.base_rate import SCALED, BaseRateParams, explain, reads

LEVELS = {"primary": 5000.0, "secondary": 6000.0, "tertiary": "none"}
TABLE = {"employee": LEVELS, "resident": LEVELS}
STATED: dict[str, Any] = {"form": "fund", "over": "none", "budget_factor": 1.0, "source": {"doc": "invented for tests"}}


def test_a_rate_is_an_exact_ratio() -> None:
    given = BaseRateParams.model_validate({**STATED, "rate_yuan": TABLE})
    assert given.rate("employee", "secondary") == (6_000_000_000, 1_000_000)
    assert given.rate("employee", "tertiary") is None
    assert given.rate("other", "primary") is None
    weights = {name: {"primary": 3.0, "secondary": 0.0, "tertiary": 1.0} for name in TABLE}
    predicted = {**STATED, "predicted_cost_yuan": TABLE, "predicted_weight": weights}
    rate = BaseRateParams.model_validate(predicted).rate
    assert rate("resident", "primary") == (5_000_000_000, 3_000_000)
    assert rate("resident", "secondary") is None
    assert rate("resident", "tertiary") is None


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"predicted_cost_yuan": TABLE},
        {"predicted_weight": TABLE},
        {"rate_yuan": TABLE, "predicted_cost_yuan": TABLE, "predicted_weight": TABLE},
    ],
)
def test_a_rate_is_stated_once(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="state rate_yuan, or both"):
        BaseRateParams.model_validate({**STATED, **stated})


def test_only_the_gross_form_reads_what_patients_paid() -> None:
    gross = BaseRateParams.model_validate({**STATED, "form": "gross", "rate_yuan": TABLE})
    assert "out_of_pocket_yuan" in reads(gross)
    assert "out_of_pocket_yuan" not in reads(BaseRateParams.model_validate({**STATED, "rate_yuan": TABLE}))


def test_a_scenario_prices_its_pools_by_one_rule(tmp_path: Any) -> None:
    roots = policy_roots(None)
    text = (roots.scenario("demo-city/drg-rate-2025")).read_text(encoding="utf-8")
    table = text[text.index("[settlement.base_rate]") : text.index("[report]")]
    none, both = tmp_path / "none.toml", tmp_path / "both.toml"
    none.write_text(text.replace(table, ""), encoding="utf-8")
    points = roots.scenario("demo-city/drg-2025").read_text(encoding="utf-8")
    both.write_text(points.replace("[report]", f"{table}\n[report]"), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_scenario(str(none), roots)
    assert "no table [settlement.point_value]" in str(refused.value)
    assert "or [settlement.base_rate] in its place" in str(refused.value)
    with pytest.raises(PolicyError) as refused:
        typed(load_document(str(both), roots), roots)
    assert "[settlement.base_rate]" in str(refused.value)
    assert "keep one of the two" in str(refused.value)


PRICE = FundPrice(
    insurance=INSURANCES.index("resident"),
    budget_fen=None,
    yuan_claims_fen=0,
    pool_fen=123_456,
    points_micro=7_000_000,
    cut=ALONE,
    guard="none",
    capped=(),
    residual_fen=0,
)


def test_a_case_is_told_the_rate_of_its_hospitals_level_and_not_the_mean_of_the_fund() -> None:
    weights = {name: {"primary": 3.0, "secondary": 7.0, "tertiary": 1.0} for name in TABLE}
    stated = BaseRateParams.model_validate({**STATED, "rate_yuan": TABLE})
    predicted = BaseRateParams.model_validate({**STATED, "predicted_cost_yuan": TABLE, "predicted_weight": weights})
    (told,) = explain(PRICE, stated, "secondary")
    assert (told.value, told.origin) == ("6000.000000", "settlement.base_rate.rate_yuan")
    assert told.label_zh == "费率（元/权重，resident, secondary）"
    (told,) = explain(PRICE, predicted, "secondary")
    assert (told.value, told.origin) == ("857.142857", "settlement.base_rate.predicted_cost_yuan")


def test_a_case_is_told_that_the_ceiling_scaled_its_rate_down() -> None:
    stated = BaseRateParams.model_validate({**STATED, "rate_yuan": TABLE})
    _, told = explain(replace(PRICE, guard=SCALED), stated, "primary")
    assert told.value == "1234.56 yuan are left for 7.000000 points in all"
