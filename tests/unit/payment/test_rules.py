"""What all payment rules promise: one claim a row, none of them changed by the other rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dipsim.pipeline import Inputs, simulate
from tests import build

ROWS: list[dict[str, Any]] = [
    {**build.base().case, "total_cost_yuan": cost, "group_code": group, "hospital_id": hospital}
    for cost in ("0", "3000", "10000", "25000", "99999999.99")
    for group in ("G", "")
    for hospital in ("H1", "H2")
]


@pytest.mark.parametrize("rule", ["dip", "fee_for_service", "outside_pool"])
def test_a_case_claims_the_same_alone_and_among_others(rule: str) -> None:
    scenario = build.scenario({"route": [{"pay": rule}]})
    table = build.case_table(ROWS)
    together = simulate(Inputs(table), scenario).claimed.claims
    for row in range(len(ROWS)):
        alone = simulate(Inputs(table.take(np.array([row]))), scenario).claimed.claims
        assert alone.points_micro.tolist() == [together.points_micro[row]]
        assert alone.amount_fen.tolist() == [together.amount_fen[row]]
        assert alone.flag.tolist() == [together.flag[row]]


@pytest.mark.parametrize("rule", ["dip", "fee_for_service", "outside_pool"])
def test_claims_are_whole_and_never_negative(rule: str) -> None:
    claims = simulate(Inputs(build.case_table(ROWS)), build.scenario({"route": [{"pay": rule}]})).claimed.claims
    for values in (claims.points_micro, claims.amount_fen, claims.flag):
        assert values.dtype == np.int64
        assert (values >= 0).all()
    assert not (claims.points_micro * claims.amount_fen).any()
