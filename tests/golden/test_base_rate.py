"""Every golden case of base_rate through the rule's own `run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import DipsimError
from dipsim.ledger import INSURANCES
from dipsim.money import micro
from dipsim.rule import CEILING_ITEM, FundView, Priced
from dipsim.settlement import base_rate
from dipsim.settlement.base_rate import BaseRateParams
from tests import build
from tests.golden.examples import Golden, files, read, refusal
from tests.golden.test_golden import YEAR, found_fund

SCALE_MICRO = micro(100)
SOURCE = {"source": {"doc": "invented for tests"}}


@pytest.mark.parametrize("path", files("base_rate"))
def test_hospitals_are_paid_at_rates_as_worked_by_hand(path: Path) -> None:
    golden = read(path)
    if message := refusal(golden):
        with pytest.raises(DipsimError) as caught:
            priced_by_rates(golden)
        assert message in str(caught.value)
        return
    view, priced = priced_by_rates(golden)
    prices = {INSURANCES[price.insurance]: price for price in priced.prices}
    assert prices.keys() == golden["expect"].keys()
    for insurance, expected in golden["expect"].items():
        assert found_fund(view, priced, prices[insurance], expected, golden) == dict(expected), insurance


def priced_by_rates(golden: Golden) -> tuple[FundView, Priced]:
    """The rule on what the hospitals of an example claim; the scale of its points is 100."""
    params = BaseRateParams.model_validate({**golden["params"], **SOURCE})
    cells, accounts = build.cells(golden["hospital"], YEAR)
    rows = [{"year": YEAR, "item": CEILING_ITEM, **row} for row in golden.get("budget", ())]
    levels = {row["id"]: row["level"] for row in golden["hospital"] if "level" in row}
    view = FundView(
        cells,
        accounts,
        build.budget(rows) if rows else None,
        None,
        YEAR,
        hospitals=build.hospitals(levels) if levels else None,
        scale_micro=SCALE_MICRO,
    )
    return view, base_rate.run(view, params)
