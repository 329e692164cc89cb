"""Ceilings by area against brute force, and what must hold however they are divided."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from dipsim.ledger import Posting
from dipsim.pricing import priced
from dipsim.rule import CEILING_ITEM, FundView, Priced
from tests import build
from tests.naive.ceilings import paid

YEAR, SEEDS = 2025, range(60)
COUNTIES = ("north", "east", "west")
NO = {"employee": "none", "resident": "none"}


def random_fund(random: Random) -> tuple[list[dict[str, Any]], dict[str, str], int]:
    """What hospitals of a fund claim, the county of each, and the ceiling in fen; sometimes so small that fen tie."""
    names = [f"H{number}" for number in range(random.randint(1, 8))]
    most = random.choice([3, 1000])
    rows = [
        {"id": name, "points": random.randint(0, most), "cost_yuan": random.randint(0, most)}
        for name in names
        for _ in range(2)
    ]
    rows[0] |= {"points": most, "cost_yuan": most}
    return rows, {name: random.choice(COUNTIES) for name in names}, random.choice([7, 100, 10**9 + 7])


def run(rows: list[dict[str, Any]], county: dict[str, str], whole: int, stated: dict[str, Any]) -> Priced:
    scenario = build.scenario(
        {
            "fund": {"ceilings": {**stated, "source": {"doc": "test"}}},
            "settlement": {"point_value": {"mode": "solve", "given_yuan": NO, "budget_yuan": NO}},
        }
    )
    cells, accounts = build.cells(rows, YEAR)
    line = {
        "year": YEAR,
        "insurance": "employee",
        "item": CEILING_ITEM,
        "amount_yuan": f"{whole // 100}.{whole % 100:02d}",
    }
    view = FundView(cells, accounts, build.budget([line]), None, YEAR, hospitals=build.counties(county))
    ((_, done),) = priced(view, scenario)
    return done


def by_hospital(done: Priced, rows: list[dict[str, Any]]) -> dict[str, int]:
    ids = sorted({row["id"] for row in rows})
    amounts = dict.fromkeys(ids, 0)
    for posting in done.postings:
        if posting.hospital >= 0:
            amounts[ids[posting.hospital]] += posting.amount_fen
    return amounts


def to_reserve(postings: tuple[Posting, ...]) -> int:
    return sum(posting.amount_fen for posting in postings if posting.hospital < 0)


def sums(rows: list[dict[str, Any]], column: str) -> dict[str, int]:
    return {name: sum(row[column] for row in rows if row["id"] == name) for name in sorted({row["id"] for row in rows})}


@pytest.mark.parametrize("divide_by", ["points", "cost"])
@pytest.mark.parametrize("scope", ["county", "hospital"])
def test_areas_are_paid_as_by_brute_force_and_use_up_the_ceiling_of_the_city(scope: str, divide_by: str) -> None:
    empty = 0
    for seed in SEEDS:
        rows, county, whole = random_fund(Random(seed))
        points, by = sums(rows, "points"), sums(rows, "points" if divide_by == "points" else "cost_yuan")
        area_of = county if scope == "county" else {name: name for name in county}
        weights = {area: sum(by[name] for name in by if area_of[name] == area) for area in set(area_of.values())}
        of_area = {area: {name: points[name] for name in points if area_of[name] == area} for area in weights}
        expected = paid(whole, weights, of_area)
        done = run(rows, county, whole, {"scope": scope, "divide_by": divide_by})
        assert by_hospital(done, rows) == expected, seed
        assert sum(price.budget_fen or 0 for price in done.prices) == whole
        assert sum(expected.values()) + to_reserve(done.postings) == whole
        empty += sum(expected.values()) != whole
    assert (empty > 0) == (divide_by == "cost")  # cost without points leaves an area's ceiling to the reserve


def test_quotas_by_this_years_points_are_the_city_wide_ceiling() -> None:
    for seed in SEEDS:
        rows, county, whole = random_fund(Random(seed))
        city = run(rows, county, whole, {"scope": "city", "divide_by": "points"})
        quotas = run(rows, county, whole, {"scope": "hospital", "divide_by": "points"})
        counties = by_hospital(run(rows, county, whole, {"scope": "county", "divide_by": "points"}), rows)
        assert by_hospital(quotas, rows) == by_hospital(city, rows)
        assert all(abs(counties[name] - amount) <= 1 for name, amount in by_hospital(city, rows).items())


def test_the_order_of_rows_changes_nothing() -> None:
    for seed in SEEDS[:40]:
        random = Random(seed)
        rows, county, whole = random_fund(random)
        stated = {"scope": random.choice(["county", "hospital"]), "divide_by": random.choice(["points", "cost"])}
        shuffled = random.sample(rows, len(rows))
        assert run(rows, county, whole, stated) == run(shuffled, county, whole, stated)


def test_so_many_times_the_ceiling_is_so_many_times_the_value_of_every_area() -> None:
    for seed in SEEDS[:40]:
        rows, county, _ = random_fund(Random(seed))
        total = sum(sums(rows, "cost_yuan").values())
        once, more = (run(rows, county, k * total, {"scope": "county", "divide_by": "cost"}) for k in (1, 7))
        for price, sevenfold in zip(once.prices, more.prices, strict=True):
            assert price.area == sevenfold.area
            assert sevenfold.budget_fen == 7 * (price.budget_fen or 0)  # the weights divide the total evenly
            assert (7 * price.pool_fen, price.points_micro) == (sevenfold.pool_fen, sevenfold.points_micro)
