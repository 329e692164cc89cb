"""Rates against the slow twin: what is paid, what is left, and that the order of hospitals does not matter."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dipsim.money import MICRO, micro
from dipsim.policy.weights import LEVELS
from dipsim.rule import FundView, Priced
from dipsim.settlement.base_rate import BaseRateParams, run
from tests import build
from tests.naive.base_rate import AtRate, paid
from tests.shared import examples

YEAR = 2025
SCALE = 100
rates = st.integers(1, 2_000_000).map(lambda fen: fen / 100)
money = st.integers(0, 5_000_000).map(lambda fen: str(Decimal(fen) / 100))
points = st.integers(0, 10**12).map(lambda micros: str(Decimal(micros) / MICRO))
"""Decimal text, so that nothing is rounded on the way to the rule."""


@st.composite
def regions(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any], int]:
    """Hospitals with their levels, a table of parameters, and its ceiling in fen, which the claims in yuan fit in."""
    rows = [
        {
            "id": f"H{number}",
            "level": draw(st.sampled_from(LEVELS)),
            "points": draw(points),
            "claims_yuan": draw(money),
            "patient_yuan": draw(money),
        }
        for number in range(draw(st.integers(1, 6)))
    ]
    by_level = {level: draw(rates) for level in LEVELS}
    least = sum(build.yuan_fen(row["claims_yuan"]) for row in rows)
    ceiling = least + draw(st.integers(1, 10**12))
    table = {
        "form": draw(st.sampled_from(["fund", "gross"])),
        "rate_yuan": {"employee": by_level, "resident": by_level},
        "over": draw(st.sampled_from(["scale", "reserve"])),
        "budget_yuan": {"employee": ceiling / 100, "resident": "none"},
        "budget_factor": 1.0,
        "source": {"doc": "invented for tests"},
    }
    return rows, table, ceiling


def priced(rows: list[dict[str, Any]], table: dict[str, Any]) -> tuple[FundView, Priced]:
    cells, accounts = build.cells(rows, YEAR)
    levels = build.hospitals({row["id"]: row["level"] for row in rows})
    view = FundView(cells, accounts, None, None, YEAR, hospitals=levels, scale_micro=micro(SCALE))
    return view, run(view, BaseRateParams.model_validate(table))


@examples(200)
@given(regions())
def test_hospitals_get_what_the_rates_give_within_the_ceiling(
    region: tuple[list[dict[str, Any]], dict[str, Any], int],
) -> None:
    rows, table, ceiling = region
    view, found = priced(rows, table)
    accounts = view.accounts
    pay = {
        accounts.hospital_ids[posting.hospital]: posting.amount_fen
        for posting in found.postings
        if posting.hospital >= 0 and posting.payee == accounts.hospital(posting.hospital)
    }
    is_gross = table["form"] == "gross"
    hospitals = [
        AtRate(
            row["id"],
            Fraction(row["points"]) / SCALE,
            Fraction(str(table["rate_yuan"]["employee"][row["level"]])),
            build.yuan_fen(row["claims_yuan"]),
            build.yuan_fen(row["patient_yuan"]) if is_gross else 0,
        )
        for row in rows
    ]
    expected, residual = paid(hospitals, ceiling, table["over"])
    assert {name: amount for name, amount in expected.items() if amount} == {k: v for k, v in pay.items() if v}
    assert found.prices[0].residual_fen == residual
    shuffled = list(rows)
    Random(0).shuffle(shuffled)
    again = priced(shuffled, table)[1]
    assert sorted(map(repr, again.postings)) == sorted(map(repr, found.postings))
