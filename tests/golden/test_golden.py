"""Every golden case through the real rules: payment rules by a whole run, point_value by its own `run`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dipsim.allocation import case_pay_fen
from dipsim.errors import DipsimError
from dipsim.ledger import INSURANCES
from dipsim.money import Cut, micro
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.registry import RULES
from dipsim.rule import CEILING_ITEM, ExactValue, FundPrice, FundView, Priced
from dipsim.settlement import point_value
from dipsim.settlement.point_value import PointValueParams
from tests import build
from tests.golden.examples import Golden, files, read, refusal

YEAR = 2025
CLAIM_FOLDERS = (
    "dip",
    "drg",
    "day_surgery",
    "bed_day",
    "incomplete_stay",
    "fee_for_service",
    "outside_pool",
    "high_cases",
    "readmission",
)


# ---- payment rules


@pytest.mark.parametrize("path", files(*CLAIM_FOLDERS))
def test_a_case_is_paid_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    if message := refusal(golden):
        with pytest.raises(DipsimError) as caught:
            run_cases(golden)
        assert message in str(caught.value)
        return
    result = run_cases(golden)
    expected = [{key: value for key, value in row.items() if key.startswith("expect_")} for row in golden["case"]]
    assert any(expected)
    assert [found(result, row, wanted) for row, wanted in enumerate(expected)] == expected
    outside = golden.get("expect", {})
    assert found_outside(result, outside) == outside


def run_cases(golden: Golden) -> Result:
    """The whole run of an example's cases."""
    base = build.base()
    rows = [{k: v for k, v in {**base.case, **row}.items() if not k.startswith("expect_")} for row in golden["case"]]
    hospitals = build.hospitals(golden["hospitals"]) if "hospitals" in golden else None
    scenario = build.scenario(golden.get("params"), golden.get("weights"))
    return simulate(Inputs(build.case_table(rows), hospitals=hospitals), scenario)


def found(result: Result, row: int, wanted: Golden) -> dict[str, object]:
    """What became of a case, in the words in which it is expected; amounts as the expected text when they are equal."""
    claimed, number = result.claimed, int(result.claimed.routing.rule[row])
    rejected = [reject.field for reject in claimed.routing.rejects if reject.line == row + 2]
    facts: dict[str, object] = {
        "expect_rule": RULES[number].key if number >= 0 else "rejected",
        "expect_flag": RULES[number].flags[int(claimed.claims.flag[row])][0] if number >= 0 else "rejected",
        "expect_rejected": ", ".join(rejected),
        "expect_month": int(claimed.routing.month[row]),
        **found_by_review(result, row),
    }
    points, pay = int(claimed.claims.points_micro[row]), int(case_pay_fen(result)[row])
    facts["expect_points"] = same(wanted.get("expect_points"), points, 10**6)
    facts["expect_pay_yuan"] = same(wanted.get("expect_pay_yuan"), pay, 100)
    return {key: facts[key] for key in wanted}


def found_by_review(result: Result, row: int) -> dict[str, object]:
    """What the review of the example said of a case, '' where it did not look at it."""
    for review in result.claimed.reviews:
        for at in np.flatnonzero(review.view.rows == row).tolist():
            because = int(review.reviewed.because[at])
            return {
                "expect_review": review.rule.flags[int(review.reviewed.flag[at])][0],
                "expect_because": "" if because < 0 else result.inputs.cases.case_ids[because].as_py(),
            }
    return {"expect_review": "", "expect_because": ""}


def same(wanted: str | None, units: int, per_unit: int) -> str:
    """The expected text when it equals the amount exactly, else the amount as a fraction."""
    value = Fraction(units, per_unit)
    return wanted if wanted is not None and Fraction(wanted) == value else str(value)


def found_outside(result: Result, wanted: Golden) -> dict[str, object]:
    """Cases and cost outside the pool, from the cells."""
    cells = result.claimed.cells
    rows = np.array([RULES[number].key == "outside_pool" for number in cells.rule], bool)
    facts: dict[str, object] = {
        "outside_cases": int(cells.cases[rows].sum()),
        "outside_cost_yuan": same(wanted.get("outside_cost_yuan"), int(cells.cost_fen[rows].sum()), 100),
    }
    return {key: facts[key] for key in wanted}


# ---- point_value


@pytest.mark.parametrize("path", files("point_value"))
def test_a_fund_is_priced_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    if message := refusal(golden):
        with pytest.raises(DipsimError) as caught:
            run_price(golden)
        assert message in str(caught.value)
        return
    view, priced = run_price(golden)
    prices = {INSURANCES[price.insurance]: price for price in priced.prices}
    assert prices.keys() == golden["expect"].keys()
    for insurance, expected in golden["expect"].items():
        assert found_fund(view, priced, prices[insurance], expected, golden) == dict(expected), insurance


def run_price(golden: Golden) -> tuple[FundView, Priced]:
    """The rule on what the hospitals of an example claim."""
    base = build.base()
    stated = build.changed(base.values["settlement"]["point_value"], base.price)
    params = PointValueParams.model_validate(build.changed(stated, golden.get("params", {})))
    cells, accounts = build.cells(golden["hospital"], YEAR)
    budget = (
        build.budget([{"year": YEAR, "item": CEILING_ITEM, **row} for row in golden["budget"]])
        if "budget" in golden
        else None
    )
    values = {(row["insurance"], ""): exact_value(row) for row in golden.get("point_value", ())}
    view = FundView(cells, accounts, budget, values or None, YEAR)
    return view, point_value.run(view, params)


def exact_value(row: Golden) -> ExactValue:
    cut = Cut(row.get("cut_remainder", -1), row.get("cut_last_id", ""))
    return ExactValue(build.yuan_fen(row["pool_yuan"]), micro(row["points"]), cut)


def found_fund(view: FundView, priced: Priced, price: FundPrice, wanted: Golden, golden: Golden) -> dict[str, object]:
    """What a fund pays, in the words in which it is expected; a budget must be used up to the fen."""
    accounts, pool = view.accounts, view.accounts.pooled_fund(price.insurance)
    paid: dict[str, int] = defaultdict(int)
    patients: dict[str, int] = defaultdict(int)
    to_reserve = 0
    for posting in priced.postings:
        if posting.insurance != price.insurance:
            continue
        assert pool in (posting.payer, posting.payee)
        if posting.payee == accounts.reserve:
            to_reserve += posting.amount_fen
        elif posting.payer == accounts.out_of_pocket:
            patients[accounts.hospital_ids[posting.hospital]] += posting.amount_fen
        else:
            assert posting.payee == accounts.hospital(posting.hospital)
            paid[accounts.hospital_ids[posting.hospital]] += posting.amount_fen
    assert to_reserve == price.residual_fen
    if price.budget_fen is not None:
        assert sum(paid.values()) + price.yuan_claims_fen - sum(patients.values()) + to_reserve == price.budget_fen
    cost = costs(golden, INSURANCES[price.insurance])
    gain = {name: amount - cost[name] for name, amount in paid.items()}
    facts: dict[str, object] = {
        "pay_yuan": same_amounts(wanted.get("pay_yuan", {}), paid),
        "patients_yuan": same_amounts(wanted.get("patients_yuan", {}), patients),
        "gain_yuan": same_amounts(
            wanted.get("gain_yuan", {}), {name: gain[name] for name in wanted.get("gain_yuan", ())}
        ),
        "residual_yuan": same(wanted.get("residual_yuan"), to_reserve, 100),
        "guard": price.guard,
        "capped": list(price.capped),
        "value_yuan": value_text(wanted.get("value_yuan"), price),
    }
    return {key: facts[key] for key in wanted}


def value_text(wanted: str | None, price: FundPrice) -> str | None:
    """The expected point value when it equals the exact ratio and, nearly, the one for display."""
    if wanted is None:
        return None
    value = Fraction(price.pool_fen * 10**4, price.points_micro)
    assert price.value_yuan == pytest.approx(float(value))
    return wanted if value == Fraction(wanted) else str(value)


def same_amounts(wanted: Mapping[str, str], fen: Mapping[str, int]) -> dict[str, str]:
    return {name: same(wanted.get(name), amount, 100) for name, amount in fen.items()}


def costs(golden: Golden, insurance: str) -> Mapping[str, int]:
    """Cost of the cases of each hospital of a fund, fen."""
    rows: Iterable[Golden] = (row for row in golden["hospital"] if row.get("insurance", "employee") == insurance)
    total: dict[str, int] = defaultdict(int)
    for row in rows:
        total[row["id"]] += build.yuan_fen(row.get("cost_yuan", 0))
    return total
