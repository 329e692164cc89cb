"""Golden cases of ceilings by area: each county or hospital is paid out of its own part, worked by hand."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from dipsim.errors import DipsimError
from dipsim.ledger import INSURANCES
from dipsim.money import Cut, micro
from dipsim.pricing import priced
from dipsim.rule import CEILING_ITEM, ExactValue, FundPrice, FundView, Priced
from tests import build
from tests.golden.examples import Golden, files, read, refusal

YEAR = 2025


@pytest.mark.parametrize("path", files("ceilings"))
def test_areas_are_paid_out_of_their_ceilings_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    if message := refusal(golden):
        with pytest.raises(DipsimError) as caught:
            run(golden)
        assert message in str(caught.value)
        return
    view, done = run(golden)
    prices = {(INSURANCES[price.insurance], price.area): price for price in done.prices}
    expected = {(name, area): row for name, areas in golden["expect"].items() for area, row in areas.items()}
    assert prices.keys() == expected.keys()
    for key, row in expected.items():
        assert found(view, done, prices[key], row) == row, key


def run(golden: Golden) -> tuple[FundView, Priced]:
    base = build.base()
    ceilings = {"scope": "county", "divide_by": "points", "source": {"doc": "test"}, **golden.get("ceilings", {})}
    price = build.changed(base.price, golden.get("params", {}))
    scenario = build.scenario({"fund": {"ceilings": ceilings}, "settlement": {"point_value": price}})
    cells, accounts = build.cells(golden["hospital"], YEAR)
    rows = [{"year": YEAR, "insurance": "employee", "item": CEILING_ITEM, **row} for row in golden.get("budget", ())]
    values = {(row.get("insurance", "employee"), row["area"]): exact(row) for row in golden.get("point_value", ())}
    view = FundView(
        cells=cells,
        accounts=accounts,
        budget=build.budget(rows) if rows else None,
        point_values=values or None,
        year=YEAR,
        elapsed_months=golden.get("elapsed_months", 12),
        hospitals=build.counties(golden["county"]) if "county" in golden else None,
    )
    ((_, done),) = priced(view, scenario)
    return view, done


def exact(row: Golden) -> ExactValue:
    cut = Cut(row.get("cut_remainder", -1), row.get("cut_last_id", ""))
    return ExactValue(build.yuan_fen(row["pool_yuan"]), micro(row["points"]), cut)


def found(view: FundView, done: Priced, price: FundPrice, wanted: Golden) -> dict[str, object]:
    """What became of an area, in the words in which it is expected; its ceiling must be used up to the fen."""
    accounts = view.accounts
    paid: dict[str, int] = defaultdict(int)
    assert price.hospital_ids is not None
    for posting in done.postings:
        is_here = posting.hospital >= 0 and accounts.hospital_ids[posting.hospital] in price.hospital_ids
        if is_here and posting.insurance == price.insurance and posting.amount_fen:
            paid[accounts.hospital_ids[posting.hospital]] += posting.amount_fen
    if price.budget_fen is not None:
        assert sum(paid.values()) + price.yuan_claims_fen + price.residual_fen == price.budget_fen
    amounts = wanted.get("pay_yuan", {})
    facts: dict[str, object] = {
        "ceiling_yuan": same(wanted.get("ceiling_yuan"), Fraction(price.budget_fen or 0, 100)),
        "residual_yuan": same(wanted.get("residual_yuan"), Fraction(price.residual_fen, 100)),
        "value_yuan": same(wanted.get("value_yuan"), value(price)),
        "pay_yuan": {name: same(amounts.get(name), Fraction(amount, 100)) for name, amount in paid.items()},
        "hospitals": list(price.hospital_ids),
        "guard": price.guard,
        "capped": list(price.capped),
    }
    return {key: facts[key] for key in wanted}


def value(price: FundPrice) -> Fraction:
    return Fraction(price.pool_fen * 10**4, price.points_micro) if price.points_micro else Fraction(0)


def same(wanted: object, amount: Fraction) -> str:
    """The expected text when it equals the amount exactly, else the amount as a fraction."""
    return str(wanted) if wanted is not None and Fraction(str(wanted)) == amount else str(amount)
