"""Whole years of small regions against the twin in fractions: every month and every step of the clearing, in fen."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dipsim.cases.read import read_cases
from dipsim.cases.year_tables import CarryOver, Deduction, Prepayment
from dipsim.ledger import INSURANCES
from dipsim.pipeline import Inputs, simulate
from dipsim.scenario import Scenario
from tests import build
from tests.naive.year import Claim, Cleared, Policy, cleared
from tests.property.years import HOSPITALS, NO, SCHEDULE, SOURCE, YEAR, arrival, random_year

SEEDS = range(60)
IDLE = "H9"
"""A hospital that claims nothing and is named by tables only."""
NAMES = (*HOSPITALS, IDLE)
CEILING = {"employee": 9_000_000, "resident": 7_000_050}
VALUE = {"employee": 4.3, "resident": 3.3}
SCORES = dict(zip(NAMES, (90, 89.999999, 75, 60), strict=True))
COEFFICIENT = {"H1": 1.0, "H2": 0.87, "H3": 0.87, IDLE: 0.5}
"""By the bands 90, 75 and 0: H1 and H3 stand exactly on one."""
BANDS = [
    {"from_score": 90.0, "coefficient": 1.0},
    {"from_score": 75.0, "coefficient": 0.87},
    {"from_score": 0.0, "coefficient": 0.5},
]


def exact(number: object) -> Fraction:
    return Fraction(str(number))


def year_of(random: Random) -> tuple[dict[str, Any], Policy]:
    """The tables of a year at random, as the scenario states them and as the twin reads them."""
    of = random.choice(["fund_paid", "points", "actual"])
    ratio, deposit = random.choice([0.85, 0.9, 1.0]), random.choice([0.0, 0.05, 0.333333])
    to, base = random.choice(["adjustment_reserve", "reserve"]), random.choice(["deposit", "gross"])
    reserve = random.choice([0.0, 0.01, 1000.0, 1_000_000.0])
    debts = random.choice(["collect", "carry"])
    settlement: dict[str, dict[str, Any]] = {
        "prepayment": {
            "base": of,
            "ratio": ratio,
            "budget_point_value_yuan": VALUE,
            "deposit_ratio": deposit,
            "interim_budget": "elapsed",
        },
        "risk_sharing": {
            "actual": "fund_paid",
            "start_ratio": 0.15,
            "bands": SCHEDULE,
            "minimum_savings_ratio": "none",
            "surplus_to": to,
            "reserve_yuan": {"employee": reserve, "resident": "none"},
            "shortage": "scale",
        },
        "assessment": {"base": base, "bands": BANDS},
        "deductions": {},
        "carry_over": {"debts": debts},
    }
    keys = [(name, insurance) for name in NAMES for insurance in CEILING]
    policy = Policy(
        ceiling=CEILING,
        prepaid_of=of,
        ratio=exact(ratio),
        budget_value={name: exact(value) for name, value in VALUE.items()},
        deposit_ratio=exact(deposit),
        start=Fraction(15, 100),
        bands=[(None if b["up_to"] == "none" else exact(b["up_to"]), exact(b["share"])) for b in SCHEDULE],
        keeps_surplus=to == "adjustment_reserve",
        reserve={"employee": round(reserve * 100), "resident": 0},
        assessed_on=base,
        coefficient={name: exact(value) for name, value in COEFFICIENT.items()},
        carries_debts=debts == "carry",
        actual={
            (month, key): (random.randint(-500, 900_000), random.choice([0, 0, 30_001]))
            for month in range(1, 13)
            for key in keys
            if of == "actual" and random.random() < 0.4
        },
        deducted_fen={key: random.randint(0, 50_000) for key in keys if random.random() < 0.3},
        deducted_points={key: random.randint(1, 10**9) for key in keys if random.random() < 0.3},
        carried_in={key: random.randint(-(10**7), 10**6) for key in keys if random.random() < 0.3},
    )
    return {name: {**table, "source": SOURCE} for name, table in settlement.items()}, policy


def scenario_of(settlement: Mapping[str, Any]) -> Scenario:
    price = {"mode": "solve", "given_yuan": NO, "budget_yuan": {name: fen / 100 for name, fen in CEILING.items()}}
    return build.scenario(
        {
            "year_basis": "discharged_on",
            "route": [{"when": {"care_type": "psychiatric"}, "pay": "fee_for_service"}, {"pay": "dip"}],
            "payment": {"fee_for_service": {"ratio": 0.01}},
            "weighting": {"outlier": {"form": "none"}},
            "settlement": {"point_value": price, **settlement},
        }
    )


def claim_of(row: Mapping[str, str]) -> Claim:
    """A row as the twin sees it: 1,000 points for the group, 0.7 x 1,000 x cost / 10,000 without one, 1% of a bill."""
    cost, is_bill = round(exact(row["total_cost_yuan"]) * 100), row["care_type"] == "psychiatric"
    points = 10**9 if row["group_code"] else cost * 700
    return Claim(
        case_id=row["case_id"],
        key=(row["hospital_id"], row["insurance"]),
        arrives=min(arrival(dict(row)), 13),
        points_micro=0 if is_bill else points,
        yuan_fen=round(Fraction(cost, 100)) if is_bill else 0,
        fund_paid_fen=round(exact(row["fund_paid_yuan"]) * 100),
        is_reversed=row["claim_status"] == "reversed",
        replaces=row["replaces_case_id"],
    )


def inputs_of(rows: list[dict[str, str]], policy: Policy, folder: Path) -> Inputs:
    with (folder / "cases.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    reading = read_cases([folder / "cases.csv"], salt=b"test")
    yuan = [Deduction(YEAR, key[1], key[0], "", fen, 0, "test") for key, fen in policy.deducted_fen.items()]
    points = [Deduction(YEAR, key[1], key[0], "", 0, micro, "test") for key, micro in policy.deducted_points.items()]
    return Inputs(
        reading.cases,
        reading=reading,
        superseded=reading.superseded,
        assessment={(YEAR, name): round(exact(score) * 10**6) for name, score in SCORES.items()},
        deductions=(*yuan, *points),
        prepaid=tuple(
            Prepayment(YEAR, month, key[1], key[0], paid, kept) for (month, key), (paid, kept) in policy.actual.items()
        ),
        carry=tuple(CarryOver(YEAR, key[1], key[0], fen) for key, fen in policy.carried_in.items()),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_is_in_every_month_and_step_what_the_twin_makes_of_it(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    rows = random_year(seed).rows
    settlement, policy = year_of(random)
    if seed % 3 == 0:  # nothing but claims that are taken back
        rows = [row for row in rows if row["hospital_id"] != "H2" or row["claim_status"] == "reversed"]
    expected = cleared([claim_of(row) for row in rows], policy)
    if any(value == 0 for value in open_points(rows).values()):
        policy = replace(policy, deducted_points={})
        expected = cleared([claim_of(row) for row in rows], policy)
    clearing = simulate(inputs_of(rows, policy, tmp_path), scenario_of(settlement)).clearing
    assert clearing is not None
    statement, ids = clearing.statement(), clearing.accounts.hospital_ids
    for (hospital, insurance), twin in expected.items():
        if hospital not in ids:
            assert twin == Cleared((0,) * 12, (0,) * 12, dict.fromkeys(twin.steps, 0), 0)
            continue
        row, column = ids.index(hospital), INSURANCES.index(insurance)
        found = {name: int(statement[name][row, column]) for name in twin.steps}
        assert found == dict(twin.steps), (hospital, insurance)
        months = range(1, 13)
        assert tuple(int(clearing.in_month("advance", month)[row, column]) for month in months) == twin.advance
        assert tuple(-int(clearing.in_month("deposit", month)[row, column]) for month in months) == twin.deposit
        assert int(statement["due"][row, column]) == twin.due


def open_points(rows: list[dict[str, str]]) -> dict[str, int]:
    """Points of each insurance that nobody takes back: without any there is no value to deduct points at."""
    gone = {row["replaces_case_id"] for row in rows}
    found = dict.fromkeys(CEILING, 0)
    for row in rows:
        claim = claim_of(row)
        if not claim.is_reversed and claim.case_id not in gone:
            found[claim.key[1]] += claim.points_micro
    return found
