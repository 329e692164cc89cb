"""What the cap on high cases leaves behind: cells, pay, an explanation, tables; and what refuses it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dipsim.errors import CaseDataError, PolicyError
from dipsim.explain import explain_case
from dipsim.paths import policy_roots
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.registry import RULES
from dipsim.report.files import review_columns
from dipsim.report.review_tables import SHAPES, review_notes, review_tables, reviews_section
from dipsim.reviewing import active_reviews
from dipsim.rule import Stage
from dipsim.scenario import Scenario, load_scenario
from dipsim.supervision.high_cases import HighCasesParams, reads
from tests import build

CASE = {"hospital_id": "H1", "insurance": "employee", "group_code": "G"}
COSTS = [50_000, 10_000, 40_000, 30_000]
CASES = [{**CASE, "total_cost_yuan": cost} for cost in COSTS]


def scenario(share: object, **rest: object) -> Scenario:
    return build.scenario({"supervision": {"high_cases": {"largest_share": share, **rest}}})


def run(share: object, **rest: object) -> Result:
    return simulate(Inputs(build.case_table(CASES)), scenario(share, **rest))


def test_cells_and_pay_hold_the_points_that_are_left() -> None:
    result = run(0.25)  # one of four: 4,000, then 1,000 each
    assert result.claimed.claims.points_micro.tolist() == [4_000_000_000, *[1_000_000_000] * 3]
    assert int(result.claimed.cells.points_micro.sum()) == 7000 * 10**6
    assert sum(result.ledger.amount_fen.tolist()) == 700_000  # one yuan a point


def test_an_explanation_says_where_a_case_stands_and_what_it_earns() -> None:
    told = {step.label: step for step in explain_case(run(0.4), "c00003").steps}  # 0.4 x 4 = 1.6
    assert told["points claimed, before review"].value == "3000.000000"
    assert told["cap on high cases"].value == "over_cap 超出占比上限的高倍率病例"
    assert told["place among high cases"].value == "2 / 3, ratio = 4.000000"
    assert told["high cases allowed"].value == "1 = 0.4 x 4, down"
    assert told["points as a normal case"].value == "1000.000000"
    assert told["points"].value == "1000.000000"
    assert "supervision.high_cases.largest_share" not in told["cap on high cases"].origin
    assert "invented for tests" in told["cap on high cases"].origin


def test_an_explanation_of_other_cases_is_short() -> None:
    told = {step.label: step.value for step in explain_case(run(0.25), "c00001").steps}
    assert told["place among high cases"] == "1 / 3, ratio = 5.000000"
    assert "points as a normal case" not in told
    told = {step.label: step.value for step in explain_case(run(0.25), "c00002").steps}
    assert told["cap on high cases"] == "not_high 非高倍率病例"
    assert "place among high cases" not in told


def test_listed_only_is_explained_without_points_that_nobody_earns() -> None:
    told = {step.label: step.value for step in explain_case(run(0.25, over_cap="as_claimed"), "c00004").steps}
    assert told["cap on high cases"] == "over_cap 超出占比上限的高倍率病例"
    assert "points as a normal case" not in told
    assert told["points"] == "2000.000000"


def test_without_a_share_nothing_is_reviewed() -> None:
    off = scenario("none")
    assert active_reviews(off) == ()
    assert simulate(Inputs(build.case_table(CASES)), off).claimed.reviews == ()


def test_a_comparison_does_not_take_the_claims_of_another_share() -> None:
    inputs, memo = Inputs(build.case_table(CASES)), Memo()
    points = [
        int(simulate(inputs, scenario(share), memo).claimed.cells.points_micro.sum()) // 10**6
        for share in ("none", 0.5, 0.0)
    ]
    assert points == [10_000, 9_000, 4_000]


def test_the_insurance_is_read_only_where_it_is_ranked_by_itself() -> None:
    stated = {**build.base().values["supervision"]["high_cases"], "largest_share": 0.05}
    plain = HighCasesParams.model_validate(stated)
    assert reads(HighCasesParams.model_validate({**stated, "by_insurance": True})) - reads(plain) == {"insurance"}


def test_absent_columns_are_named_with_their_reader() -> None:
    by_bill = {"route": [{"pay": "fee_for_service"}], "payment": {"fee_for_service": {"basis": "fund_paid_yuan"}}}
    capped = build.changed(by_bill, {"supervision": {"high_cases": {"largest_share": 0.05}}})
    cases = build.case_table([{**CASE, "fund_paid_yuan": 10}])
    with pytest.raises(CaseDataError, match=r"no column 'total_cost_yuan'; read by supervision.high_cases"):
        simulate(Inputs(cases), build.scenario(capped))


def test_sums_cannot_be_capped() -> None:
    stated = {"supervision": {"high_cases": {"largest_share": 0.05}}, "weighting": {"outlier": {"form": "none"}}}
    with pytest.raises(PolicyError, match=r"\[supervision.high_cases\]: reads .*total_cost_yuan of each case"):
        simulate(Inputs(build.aggregates([CASES[0]], [7])), build.scenario(stated))


# ---- where it has no meaning


def refusals(changes: dict[str, Any]) -> list[str]:
    """What a scenario that extends the capped one is refused for."""
    capped = load_scenario("demo-city/high-cases-capped", policy_roots(None))
    with pytest.raises(PolicyError) as caught:
        capped.override(changes, "test")
    return [str(problem) for problem in caught.value.problems]


def test_a_cap_without_bands_is_refused(tmp_path: Path) -> None:
    capped = (policy_roots(None).scenario("demo-city/high-cases-capped")).read_text(encoding="utf-8")
    text = capped.replace("demo-city/drg-2025", "demo-city/baseline-2025")
    path = tmp_path / "scenarios" / "capped.toml"
    path.parent.mkdir()
    path.write_text(f'{text}\n[override]\nweighting.outlier.form = "none"\n', encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_scenario("capped", policy_roots(tmp_path))
    (told,) = (str(problem) for problem in caught.value.problems)
    assert "[supervision.high_cases]: weighting.outlier.form = 'none'; no case can be high" in told


def test_a_cap_where_all_are_paid_by_the_bill_is_refused() -> None:
    (told,) = refusals({"route": [{"pay": "fee_for_service"}]})
    assert "[supervision.high_cases]: no route leads to a rule with deviation bands; no case can be high" in told


def test_a_cap_that_is_not_in_use_needs_no_bands() -> None:
    capped = load_scenario("demo-city/high-cases-capped", policy_roots(None))
    off = {"supervision.high_cases.largest_share": "none", "route": [{"pay": "fee_for_service"}]}
    assert active_reviews(capped.override(off, "test")) == ()


@pytest.mark.parametrize("share", [1.001, -0.1, "5%", 0.0005])
def test_a_share_is_a_number_from_0_to_1_with_three_decimals(share: object) -> None:
    (told, *_) = refusals({"supervision.high_cases.largest_share": share})
    assert "supervision.high_cases.largest_share" in told


def test_rates_pay_a_capped_case_its_weight() -> None:
    rate = {"primary": 1.0, "secondary": 1.0, "tertiary": 1.0}
    price = {
        "form": "fund",
        "rate_yuan": {"employee": rate, "resident": rate},
        "over": "none",
        "budget_factor": 1.0,
        "source": {"doc": "invented for tests"},
    }
    rated = build.scenario({"settlement": {"base_rate": price}, "supervision": {"high_cases": {"largest_share": 0.25}}})
    params = {name: table for name, table in rated.params.items() if name != "settlement.point_value"}
    result = simulate(Inputs(build.case_table(CASES)), replace(rated, params=params))
    assert sum(result.ledger.amount_fen.tolist()) == 700  # weights of 4, 1, 1 and 1 at one yuan


# ---- report


def test_hospitals_stand_with_their_high_cases_and_those_over_the_cap() -> None:
    (table,) = review_tables(run(0.25))
    (row,) = table.rows()
    assert [row[name] for name in ("reviewed", "high", "high_share", "marked", "kept_share")] == [4, 3, 0.75, 2, 0.25]
    assert row["taken"] == 3000 * 10**6
    assert table.total["marked"] == 2


def test_the_cap_is_told_beside_its_table_and_says_when_it_only_lists() -> None:
    (cap, _) = review_notes(run(0.25))
    assert cap.en.startswith("High cases up to 25.0% of a hospital's discharges are paid as such")
    assert "25.0%" in cap.zh
    (cap, _) = review_notes(run(0.25, over_cap="as_claimed"))
    assert "are listed and keep their points" in cap.en


def test_a_comparison_shows_the_reviews_of_every_scenario() -> None:
    off, capped = run("none"), run(0.25)
    section = reviews_section([off, capped])
    assert section is not None
    assert [table.key for table in section.tables] == ["high_cases-1"]
    assert section.tables[0].title == "Cap on high cases: by hospital (Golden base)"
    assert reviews_section([off, off]) is None


def test_a_file_names_every_high_case() -> None:
    columns = review_columns(run(0.25))
    assert columns["case_id"] == ["c00001", "c00003", "c00004"]
    assert columns["flag"] == ["within_cap", "over_cap", "over_cap"]


def test_every_review_has_a_table_of_its_own() -> None:
    assert SHAPES.keys() == {rule.key for rule in RULES if rule.stage is Stage.REVIEW}
