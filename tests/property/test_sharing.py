"""Sharing schedules are continuous, and a clearing is what brute force makes of it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipsim.clearing import Months, clear
from dipsim.ledger import Posting, entries_of
from dipsim.money import yuan_text
from dipsim.rule import FundTables, FundView
from dipsim.settlement.risk_sharing import RiskSharingParams, pay_fen
from tests import build
from tests.naive.clearing import Schedule, scheduled, shared
from tests.shared import examples

YEAR = 2025
NAMES = ("A", "B", "C", "D", "E")
SOURCE = {"doc": "invented for tests"}

hundredths = st.integers(0, 100).map(lambda number: number / 100)
limits = st.lists(st.integers(1, 250), max_size=4, unique=True).map(sorted)
amounts = st.one_of(st.integers(0, 300), st.integers(0, 10**9))


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, object]:
    uppers: list[object] = [limit / 100 for limit in draw(limits)]
    bands = [{"up_to": upper, "share": draw(hundredths)} for upper in [*uppers, "none"]]
    return {"start_ratio": draw(hundredths), "bands": bands}


def stated(schedule: dict[str, object], surplus_to: str = "adjustment_reserve") -> dict[str, object]:
    return {
        "actual": "fund_paid",
        **schedule,
        "minimum_savings_ratio": "none",
        "surplus_to": surplus_to,
        "reserve_yuan": {"employee": "none", "resident": "none"},
        "shortage": "scale",
        "source": SOURCE,
    }


def params_of(schedule: dict[str, object]) -> RiskSharingParams:
    values = stated(schedule)
    return RiskSharingParams.model_validate({**values, "bands": tuple(values["bands"])})  # type: ignore[arg-type]


def exact(params: RiskSharingParams) -> tuple[Fraction, Schedule]:
    bands = [
        (None if band.up_to == "none" else Fraction(str(band.up_to)), Fraction(str(band.share)))
        for band in params.bands
    ]
    return Fraction(str(params.start_ratio)), bands


@examples(1000)
@given(schedules(), amounts, amounts)
def test_a_schedule_pays_what_brute_force_pays(schedule: dict[str, object], standard: int, actual: int) -> None:
    params = params_of(schedule)
    assert pay_fen(standard, actual, params) == scheduled(standard, actual, *exact(params))


@examples(500)
@given(schedules(), amounts, amounts)
def test_a_fen_more_of_cost_is_at_most_a_fen_more_of_pay(
    schedule: dict[str, object], standard: int, actual: int
) -> None:
    params = params_of(schedule)
    less, more = (pay_fen(standard, cost, params) for cost in (actual, actual + 1))
    assert less <= more <= less + 2  # shares lie in [0, 1]; both are rounded
    assert more <= less + 1 or standard > 0


@examples(1000)
@given(schedules(), st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5), amounts, st.booleans())
def test_a_fund_is_shared_as_by_brute_force(
    schedule: dict[str, object], pairs: list[tuple[int, int]], reserve: int, keeps: bool
) -> None:
    rows = [{"id": name, "fund_paid_yuan": yuan_text(actual)} for name, (_, actual) in zip(NAMES, pairs, strict=False)]
    cells, accounts = build.cells(rows, YEAR)
    priced = [Posting(row, 0, YEAR, 0, accounts.hospital(row), standard) for row, (standard, _) in enumerate(pairs)]
    kept = Posting(-1, 0, YEAR, 0, accounts.fund("adjustment_reserve"), reserve)
    values = stated(schedule, "adjustment_reserve" if keeps else "reserve")
    clearing = clear(
        entries_of([*priced, kept], 0),
        (),
        FundView(cells, accounts, None, None, YEAR),
        FundTables(),
        build.scenario({"settlement": {"risk_sharing": values}}),
        Months(accounts, (), True),
    )
    hospitals = dict(zip(NAMES, pairs, strict=False))
    expected = shared(hospitals, *exact(params_of(schedule)), reserve, keeps)
    statement = clearing.statement()
    assert statement["shared"][:, 0].tolist() == [expected.get(name, 0) for name in accounts.hospital_ids]
    assert statement["due"].tolist() == np.add(statement["priced"], statement["shared"]).tolist()
