from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dipsim.errors import PolicyError
from dipsim.money import NO_CUT
from dipsim.rule import FundView, Priced
from dipsim.settlement.point_value import PointValueParams, reads, run
from dipsim.shares import solve
from tests import build

YEAR = 2025


def params(**stated: object) -> PointValueParams:
    base = build.base()
    values = build.changed(base.values["settlement"]["point_value"], base.price)
    return PointValueParams.model_validate(build.changed(values, stated))


def priced(rows: list[dict[str, Any]], **stated: object) -> Priced:
    cells, accounts = build.cells(rows, YEAR)
    return run(FundView(cells, accounts, None, None, YEAR), params(**stated))


def test_columns_are_read_only_where_the_form_or_the_cap_needs_them() -> None:
    plain = {"hospital_id", "insurance"}
    assert reads(params()) == plain
    assert reads(params(form="gross")) == plain | {"out_of_pocket_yuan"}
    assert reads(params(hospital_cap_ratio=1.0)) == plain | {"total_cost_yuan"}


def test_rows_of_one_hospital_are_added_up_before_they_are_priced() -> None:
    rows = [{"id": "A", "points": "1"}, {"id": "B", "points": "2"}, {"id": "A", "points": "1"}]
    amounts = [posting.amount_fen for posting in priced(rows, budget_yuan={"employee": 1.0}).postings]
    assert amounts == [50, 50, 0]


def test_a_fund_with_a_budget_and_no_claim_is_priced_without_a_value() -> None:
    price = priced([{"id": "A"}], budget_yuan={"employee": 1.0}).prices[0]
    assert (price.residual_fen, price.points_micro, price.cut) == (100, 0, NO_CUT)
    assert np.isnan(price.value_yuan)


def test_the_reserve_is_posted_once_and_what_it_pays_is_negative() -> None:
    rows = [{"id": "A", "points": "100"}]
    result = priced(rows, budget_yuan={"employee": 1.0}, minimum_yuan={"employee": 1.0})
    reserve = [p.amount_fen for p in result.postings if p.payee == 3]
    assert reserve == [result.prices[0].residual_fen] == [-9900]


def test_the_error_of_claims_beyond_the_pool_counts_the_whole_bill_in_the_gross_form() -> None:
    rows = [{"id": "A", "claims_yuan": "100.01"}]
    gross = {"form": "gross", "budget_yuan": {"employee": 70.0}, "reimbursement_ratio": {"employee": 0.7}}
    with pytest.raises(PolicyError, match=r"\(100\.01\) exceed its pool of 100\.00"):
        priced(rows, **gross)


def test_no_hospital_shares_nothing() -> None:
    share = solve(100, np.zeros(0, np.int64), (), (), (0, None))
    assert (share.pay_fen.size, share.pool_fen, share.points_micro, share.capped) == (0, 0, 0, ())


def test_a_hospital_of_points_and_no_cost_is_capped_at_nothing() -> None:
    share = solve(100, np.array([10, 10]), (0, None), ("A", "B"), (0, None))
    assert share.pay_fen.tolist() == [0, 100]
    assert share.capped == ("A",)


@pytest.mark.parametrize(
    "stated", [{"mode": "guess"}, {"form": "net"}, {"hospital_cap_ratio": "all"}, {"cap": 1.0}], ids=str
)
def test_a_parameter_out_of_sense_is_refused(stated: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        params(**stated)
