"""Edges of the paying engine: references of nothing, parameters out of sense, one hospital alone, 64 bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dipsim.allocation import points_pay_fen
from dipsim.errors import DipsimError, PolicyError
from dipsim.money import half_even_ratio, quotient_remainder, share_of
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.rule import CEILING_ITEM, ExactValue
from dipsim.settlement.point_value import PointValueParams
from dipsim.shares import solve
from dipsim.weighting.hospital_factor import HospitalFactorParams
from dipsim.weighting.outlier import HIGH, NORMAL, OutlierParams, bands, deviation_points
from tests import build

NONE = {"employee": "none", "resident": "none"}
GROSS = {"form": "gross", "reimbursement_ratio": {"employee": 0.7, "resident": 0.7}}
BY_FEE = [{"pay": "fee_for_service"}]


def table(*rows: Mapping[str, Any]) -> Any:
    return build.case_table([{**build.base().case, "total_cost_yuan": "10000", **row} for row in rows])


def solved(**stated: object) -> dict[str, Any]:
    return {
        "settlement": {
            "point_value": {"mode": "solve", "given_yuan": NONE, "budget_yuan": {"employee": 700.0}, **stated}
        }
    }


def given_by(whole: Result) -> dict[tuple[str, str], ExactValue]:
    price = whole.prices[0]
    return {("employee", ""): ExactValue(price.pool_fen, price.points_micro, price.cut)}


def array(*values: int) -> Any:
    return np.array(values, np.int64)


def outlier(**stated: object) -> OutlierParams:
    return OutlierParams.model_validate(build.changed(build.base().values["weighting"]["outlier"], stated))


# ---- 1. a memo shared by scenarios (compare): _claim_key leaves out what the price makes the claims read


def test_a_memo_shared_by_the_fund_and_the_gross_form_changes_nothing() -> None:
    inputs = Inputs(table({"out_of_pocket_yuan": "3000"}, {"out_of_pocket_yuan": ""}))
    gross, memo = build.scenario(solved(**GROSS)), Memo()
    simulate(inputs, build.scenario(solved()), memo)
    assert simulate(inputs, gross, memo).prices == simulate(inputs, gross).prices


# ---- 2. references of nothing: pay_standard without a budget point value, groups and regions of no cost


@pytest.mark.parametrize("by", ["classify_by", "compute_by"])
@pytest.mark.parametrize("cost", ["3000", "10000", "25000"])
def test_pay_standard_without_a_budget_point_value_is_refused(by: str, cost: str) -> None:
    scenario = build.scenario({"weighting": {"outlier": {by: "pay_standard"}}})
    with pytest.raises(DipsimError, match="budget_point_value_yuan"):
        simulate(Inputs(table({"total_cost_yuan": cost})), scenario)


def test_a_group_of_no_points_earns_none_by_its_pay_standard() -> None:
    standard = {
        "classify_by": "pay_standard",
        "compute_by": "pay_standard",
        "budget_point_value_yuan": {"employee": 10.0},
    }
    group = {"group": [{"group_code": "G", "group_points": 0, "mean_cost_yuan": 10000}]}
    result = simulate(Inputs(table({})), build.scenario({"weighting": {"outlier": standard}}, group))
    assert result.claimed.claims.points_micro.tolist() == [0]


def test_with_own_means_a_group_whose_cases_cost_nothing_earns_nothing() -> None:
    cases = table({"group_code": "A", "total_cost_yuan": "0"}, {"group_code": "B", "total_cost_yuan": "10"})
    result = simulate(Inputs(cases), build.scenario({}, {"kind": "own_means", "mean_over": "all_cases"}))
    assert result.claimed.claims.points_micro.tolist() == [0, 2 * 10**9]


@pytest.mark.parametrize(("mean_over", "cost"), [("grouped_cases", "10"), ("all_cases", "0")])
def test_with_own_means_no_match_cases_without_an_overall_mean_are_refused(mean_over: str, cost: str) -> None:
    scenario = build.scenario({}, {"kind": "own_means", "mean_over": mean_over})
    with pytest.raises(DipsimError):
        simulate(Inputs(table({"group_code": "", "total_cost_yuan": cost})), scenario)


# ---- 3. cells decide what is counted: a case of no points counts when another case of its cell has points

LEVEL_MEAN = {
    "group": [{"group_code": "G", "group_points": 1000, "mean_cost_yuan": 10000, "level_mean": {"primary": 4000}}]
}


def two_cases(day_of_the_first: str, settlement: Mapping[str, Any]) -> Result:
    """A high case of no points (9,000 against 4,000 and 10,000) and one of 500, in one month or in two."""
    first = {"total_cost_yuan": "9000", "out_of_pocket_yuan": "2700", "discharged_on": day_of_the_first}
    second = {"total_cost_yuan": "15000", "out_of_pocket_yuan": "300", "discharged_on": "2025-01-01"}
    changes = {**settlement, "year_basis": "discharged_on", "weighting": {"outlier": {"classify_by": "level_mean"}}}
    inputs = Inputs(table(first, second), hospitals=build.hospitals({"H1": "primary"}))
    result = simulate(inputs, build.scenario(changes, LEVEL_MEAN))
    assert result.claimed.claims.points_micro.tolist() == [0, 500_000_000]
    return result


def test_what_patients_paid_does_not_depend_on_the_month_of_a_case_of_no_points() -> None:
    one, two = (two_cases(day, solved(**GROSS)) for day in ("2025-01-01", "2025-02-01"))
    assert one.prices[0].residual_fen == two.prices[0].residual_fen


def test_a_cap_does_not_depend_on_the_month_of_a_case_of_no_points() -> None:
    capped = solved(budget_yuan={"employee": 70_000.0}, hospital_cap_ratio=1.0)
    one, two = (two_cases(day, capped) for day in ("2025-01-01", "2025-02-01"))
    assert points_pay_fen(one) == points_pay_fen(two)


# ---- 4. one hospital with the region's value


def test_one_hospital_of_a_fund_whose_every_hospital_is_capped_gets_its_cap() -> None:
    cap = {"hospital_cap_ratio": 0.001}
    whole = simulate(Inputs(table({"hospital_id": "A"}, {"hospital_id": "B"})), build.scenario(solved(**cap)))
    alone = Inputs(table({"hospital_id": "A"}), point_values=given_by(whole))
    changes = solved(mode="given", budget_yuan=NONE, **cap)
    assert points_pay_fen(simulate(alone, build.scenario(changes))) == {(0, 0): 1000}


def test_one_hospital_of_a_fund_without_points_gets_its_claims_in_yuan() -> None:
    whole = simulate(Inputs(table({})), build.scenario({**solved(budget_yuan={"employee": 20_000.0}), "route": BY_FEE}))
    alone = Inputs(table({}), point_values=given_by(whole))
    result = simulate(alone, build.scenario({**solved(mode="given", budget_yuan=NONE), "route": BY_FEE}))
    assert result.ledger.amount_fen.tolist() == [1_000_000]


def test_claims_in_yuan_alone_need_no_given_value() -> None:
    changes = {**solved(mode="given", budget_yuan=NONE), "route": BY_FEE}
    assert simulate(Inputs(table({})), build.scenario(changes)).ledger.amount_fen.tolist() == [1_000_000]


def test_a_capped_hospital_alone_gets_its_cap_under_a_guard() -> None:
    share = solve(2, array(1, 14_999), (None, 1), ("A", "B"), (0, 10**6))
    alone = share_of(share.pool_fen, 14_999, share.points_micro, "B", share.cut)
    assert min(alone, 1) == share.pay_fen[1]


# ---- 5. point_value


def test_a_fund_whose_every_hospital_is_capped_is_not_bound_by_the_maximum() -> None:
    assert solve(10_000, array(60 * 10**6, 40 * 10**6), (4500, 3000), ("A", "B"), (0, 2 * 10**6)).guard == "none"


def test_a_fund_without_points_is_not_bound_by_the_maximum() -> None:
    assert solve(10_000, array(), (), (), (0, 2 * 10**6)).guard == "none"


def test_an_unclaimed_budget_of_the_table_goes_to_the_reserve_as_one_of_the_scenario_does() -> None:
    rows = [
        {"year": 2025, "insurance": name, "item": CEILING_ITEM, "amount_yuan": "700"}
        for name in ("employee", "resident")
    ]
    result = simulate(Inputs(table({}), budget=build.budget(rows)), build.scenario(solved(budget_yuan=NONE)))
    assert [(price.insurance, price.residual_fen) for price in result.prices] == [(0, 0), (1, 70_000)]


@pytest.mark.parametrize("changes", [solved(), {}], ids=["solved", "given"])
def test_advice_for_other_insurance_can_be_followed(changes: dict[str, Any]) -> None:
    with pytest.raises(PolicyError) as caught:
        simulate(Inputs(table({"insurance": "other"})), build.scenario(changes))
    assert "_yuan.other" not in str(caught.value)  # budget_yuan and given_yuan have no key `other`


# ---- 6. parameters out of sense are accepted


@pytest.mark.parametrize(
    "stated",
    [
        {"minimum_yuan": {"employee": 2.0}, "maximum_yuan": {"employee": 1.0}},
        {"minimum_yuan": {"employee": -1.0}},
        {"maximum_yuan": {"employee": -1.0}},
        {"budget_yuan": {"employee": -5.0}},
        {"given_yuan": {"employee": -1.0}},
        {"hospital_cap_ratio": -0.5},
        {"reimbursement_ratio": {"employee": -0.5}},
        {"reimbursement_ratio": {"employee": 1.5}},
        {"reimbursement_ratio": {"employee": 0.0000001}},
    ],
    ids=str,
)
def test_settings_of_point_value_out_of_sense_are_refused(stated: dict[str, Any]) -> None:
    values = build.changed(build.base().values["settlement"]["point_value"], stated)
    with pytest.raises(ValidationError):
        PointValueParams.model_validate(values)


@pytest.mark.parametrize(
    "stated", [{"low_ratio": 3.0}, {"extreme_ratio": 1.0}, {"budget_point_value_yuan": {"employee": -1.0}}], ids=str
)
def test_settings_of_the_bands_out_of_order_are_refused(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        outlier(**stated)


@pytest.mark.parametrize("stated", [{"grassroots_factor": -1.0}, {"level_factor": {"primary": -0.5}}], ids=str)
def test_negative_factors_are_refused(stated: dict[str, Any]) -> None:
    values = build.changed(build.base().values["weighting"]["hospital_factor"], stated)
    with pytest.raises(ValidationError):
        HospitalFactorParams.model_validate(values)


# ---- 7. numbers beyond 64 bits wrap unseen


def test_a_limit_that_no_case_can_reach_is_never_reached() -> None:
    params = outlier(extreme_ratio=1000.0)
    assert bands(params, array(30_000 * 10**6), array(10_000 * 10**6)).tolist() == [HIGH]


def test_a_ratio_beyond_a_thousand_is_refused_for_exact_comparison_has_no_room_for_it() -> None:
    with pytest.raises(ValidationError):
        outlier(extreme_ratio=1_000_000_000.0)


def test_ten_million_points_with_a_factor_of_six_decimals_are_exact() -> None:
    points = deviation_points(outlier(), array(NORMAL), array(10**13), array(1_234_567), array(10**10), array(10**10))
    assert points.tolist() == [12_345_670_000_000]


def test_a_high_limit_of_thirty_in_the_jining_form_is_exact() -> None:
    params = outlier(form="jining", high_ratio=30.0, extreme_ratio=100.0, classify_by="level_mean")
    cost, reference = array(10**11), array(4 * 10**11)
    assert deviation_points(params, array(HIGH), array(10**9), array(1_000_001), cost, reference).tolist() == [0]


def test_a_ratio_that_rounds_up_beyond_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        half_even_ratio(array(311), np.int64(88_971_434_439_113_593), np.int64(3))  # 2**63 - 1 and two thirds


def test_three_scalars_divide_as_arrays_do() -> None:
    quotient, remainder = quotient_remainder(np.int64(2**60), np.int64(3), np.int64(2))
    assert (int(quotient), int(remainder)) == (3 * 2**59, 0)
