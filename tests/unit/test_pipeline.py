from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dipsim.errors import CaseDataError
from dipsim.ledger import balance
from dipsim.pipeline import Inputs, Memo, Result, simulate
from tests import build

SOLVED = {
    "mode": "solve",
    "budget_yuan": {"employee": 700.0},
    "given_yuan": {"employee": "none", "resident": "none"},
}


def solved(**changes: Any) -> dict[str, Any]:
    return {"settlement": {"point_value": {**SOLVED, **changes}}}


def run(rows: list[dict[str, Any]], changes: dict[str, Any] | None = None, **tables: Any) -> Result:
    cases = [{**build.base().case, "total_cost_yuan": "10000", **row} for row in rows]
    return simulate(Inputs(build.case_table(cases), **tables), build.scenario(changes or {}))


def nothing() -> Inputs:
    """A table with all columns and no case."""
    table = build.case_table([{**build.base().case, "total_cost_yuan": "1", "out_of_pocket_yuan": "1"}])
    return Inputs(table.take(np.zeros(0, np.int64)))


def to_reserve(result: Result) -> int:
    return balance(result.ledger, result.claimed.accounts.reserve)


def test_no_case_at_all_leaves_the_budget_to_the_reserve() -> None:
    assert to_reserve(simulate(nothing(), build.scenario(solved()))) == 70_000
    assert len(simulate(nothing(), build.scenario()).ledger) == 0


def test_one_case_takes_the_whole_budget() -> None:
    result = run([{}], solved())
    assert balance(result.ledger, result.claimed.accounts.hospital(0)) == 70_000
    assert to_reserve(result) == 0


@pytest.mark.parametrize("row", [{"total_cost_yuan": ""}, {"total_cost_yuan": "0"}], ids=["rejected", "of no cost"])
def test_where_no_case_has_points_the_budget_goes_to_the_reserve(row: dict[str, str]) -> None:
    assert to_reserve(run([row, row], solved())) == 70_000


def test_where_all_cases_are_outside_the_pool_the_budget_goes_to_the_reserve() -> None:
    assert to_reserve(run([{}, {"total_cost_yuan": ""}], {**solved(), "route": [{"pay": "outside_pool"}]})) == 70_000


def test_a_budget_of_nothing_pays_nothing() -> None:
    result = run([{}, {"hospital_id": "H2"}], solved(budget_yuan={"employee": 0.0}))
    assert result.ledger.amount_fen.sum() == 0
    assert result.prices[0].value_yuan == 0


@pytest.mark.parametrize("column", ["insurance", "hospital_id", "total_cost_yuan"])
def test_an_absent_column_is_an_error_that_names_it(column: str) -> None:
    row = {key: value for key, value in {**build.base().case, "total_cost_yuan": "1"}.items() if key != column}
    with pytest.raises(CaseDataError, match=column):
        simulate(Inputs(build.case_table([row])), build.scenario())


@pytest.mark.parametrize("name", ["医院", " spaced ", "O'Neill", 'a"b', "x,y", "😀", "-1", "nan", "H1\t"])
def test_a_hospital_of_any_name_is_paid(name: str) -> None:
    result = run([{"hospital_id": name}], solved())
    assert result.claimed.accounts.hospital_ids == (name,)
    assert balance(result.ledger, result.claimed.accounts.hospital(0)) == 70_000


def test_the_dearest_cases_are_paid_exactly() -> None:
    row = {"total_cost_yuan": "99999999.99"}
    result = run([row] * 3, {"settlement": {"point_value": {"given_yuan": {"employee": 99.99}}}})
    # 3 x 9,998,999.999 points x 99.99 yuan = 2,999,399,999.70003 yuan, less 0.0003 x 99.99
    assert balance(result.ledger, result.claimed.accounts.hospital(0)) == round(3 * 9_998_999_999 * 9999 / 1000)


def test_the_fingerprint_tells_cases_companions_and_policy_apart() -> None:
    hospitals = build.hospitals({"H1": "primary"})
    results = [
        run([{}]),
        run([{"total_cost_yuan": "10000.01"}]),
        run([{}], hospitals=hospitals),
        run([{}], hospitals=build.hospitals({"H1": "secondary"})),
        run([{}], {"weighting": {"outlier": {"low_ratio": 0.4}}}),
    ]
    assert len({result.fingerprint for result in results}) == len(results)
    assert run([{}]).fingerprint == results[0].fingerprint


def test_hospitals_beyond_a_thousand_still_tell_fingerprints_apart() -> None:
    levels = {f"H{number:04d}": "primary" for number in range(2000)}
    one = run([{"hospital_id": "H0000"}], hospitals=build.hospitals(levels))
    other = run([{"hospital_id": "H0000"}], hospitals=build.hospitals({**levels, "H1000": "tertiary"}))
    assert one.fingerprint != other.fingerprint


def test_a_scenario_that_changes_only_the_price_reuses_the_claims() -> None:
    memo, inputs = Memo(), Inputs(build.case_table([{**build.base().case, "total_cost_yuan": "10000"}]))
    one = simulate(inputs, build.scenario(solved()), memo)
    richer = simulate(inputs, build.scenario(solved(budget_yuan={"employee": 800.0})), memo)
    wider = simulate(inputs, build.scenario({**solved(), "weighting": {"outlier": {"high_ratio": 3.0}}}), memo)
    assert richer.claimed is one.claimed
    assert richer.grouping is wider.grouping is one.grouping
    assert wider.claimed is not one.claimed
