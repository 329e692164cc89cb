"""The demo region under day surgery and bed-days against plain Python, in fen: 1,000 cases and every hospital."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dipsim.allocation import case_pay_fen
from dipsim.grouping.result import Status
from dipsim.inputs import Companions, read_inputs
from dipsim.ledger import INSURANCES
from dipsim.paths import policy_roots
from dipsim.pipeline import Inputs, Memo, Result, simulate
from dipsim.policy.files import thawed
from dipsim.registry import RULES
from dipsim.scenario import Scenario, load_scenario
from dipsim.synth import demo_region, generate, write_region
from tests import build
from tests.naive import bed_day, day_surgery
from tests.naive.point_value import split
from tests.naive.points import Group
from tests.naive.region import case_points, factor, number

CASES = 20_000
SAMPLE = 1_000
PATIENTS = 250
"""Patients that the psychiatric stays are dealt out to, about two each."""
STRICT = {
    "payment.bed_day.link_gap_days": 15,
    "payment.bed_day.cap_days_per_stay": 90,
    "payment.bed_day.cap_days_per_patient_year": 100,
    "payment.bed_day.cap_average_days": {"primary": "none", "secondary": 40.5, "tertiary": 36.0},
    "payment.bed_day.hospital_factor": True,
}
BASELINE = "baseline-2025"
SCENARIOS = ("day-surgery-same-points", "day-surgery-own-group", "psychiatric-bed-day", "strict", "by-bill")

pytestmark = pytest.mark.large

Row = dict[str, Any]


@dataclass(frozen=True)
class Paid:
    """Fen by hospital, and by case for the sampled cases."""

    hospitals: Mapping[str, int]
    cases: Mapping[str, int]


@dataclass(frozen=True)
class Demo:
    """The demo region read by the engine, and its accepted cases as plain rows."""

    inputs: Inputs
    rows: list[Row]
    levels: dict[str, str]
    memo: Memo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    region = generate(demo_region(), 1, CASES)
    random = Random(1)
    region.cases["patient_id"] = [
        f"p{random.randrange(PATIENTS)}" if specialty == "psychiatry" else f"q{row}"
        for row, specialty in enumerate(region.cases["specialty"])
    ]
    write_region(region, folder)
    inputs, _ = read_inputs([folder], Companions())
    names = list(region.cases)
    by_id = {
        row["case_id"]: row
        for values in zip(*region.cases.values(), strict=True)
        if (row := dict(zip(names, values, strict=True)))
    }
    rows = [by_id[case_id] for case_id in inputs.cases.case_ids.to_pylist()]
    levels = dict(zip(region.hospitals["hospital_id"], region.hospitals["level"], strict=True))
    return Demo(inputs, rows, levels, Memo())


def scenario(name: str) -> Scenario:
    roots = policy_roots(None)
    if name == "strict":
        return load_scenario("demo-city/psychiatric-bed-day", roots).override(STRICT, name)
    if name == "by-bill":
        by_bill = {"payment.day_surgery.points": "fee_for_service"}
        return load_scenario("demo-city/day-surgery-same-points", roots).override(by_bill, name)
    return load_scenario(f"demo-city/{name}", roots)


def engine(demo: Demo, name: str) -> tuple[Result, Paid]:
    result = simulate(demo.inputs, scenario(name), demo.memo)
    pay = case_pay_fen(result).tolist()
    ids = result.inputs.cases.case_ids.to_pylist()
    accounts, ledger = result.claimed.accounts, result.ledger
    hospitals = {
        hospital: int(ledger.amount_fen[ledger.payee == accounts.hospital(at)].sum())
        for at, hospital in enumerate(accounts.hospital_ids)
    }
    return result, Paid(hospitals, dict(zip(ids, pay, strict=True)))


# ---- plain Python


def weights(scenario: Scenario) -> dict[str, Any]:
    """The tables of the demo weights as the twins read them."""
    folder = policy_roots(None).weights(scenario.head.weights)
    levels: dict[str, dict[str, str]] = defaultdict(dict)
    for row in table(folder / "level_means.csv"):
        levels[row["group_code"]][row["level"]] = row["mean_cost_yuan"]
    group = [{**row, "level_mean": levels[row["group_code"]]} for row in table(folder / "group_points.csv")]
    document = tomllib.loads((folder / "weights.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    return {
        "kind": "table",
        "scale": 1000,
        "mean_cost_yuan": str(document["mean_cost_yuan"]),
        "group": group,
        "grassroots": [row["group_code"] for row in table(folder / "grassroots.csv")],
        "day_surgery": {row["group_code"]: row for row in table(folder / "day_surgery_points.csv")},
    }


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rule_of(case: Row, scenario_name: str) -> str:
    """Where a case goes, as the comments of the demo scenarios say."""
    if case["insurance"] == "other" or case["insured_region"] != "local" or case["discharged_on"][:4] != "2025":
        return "outside_pool"
    if scenario_name in ("psychiatric-bed-day", "strict") and case["specialty"] == "psychiatry":
        return "bed_day"
    if case["status"] in ("no_principal_diagnosis", "excluded_diagnosis"):
        return "fee_for_service"
    return "day_surgery" if is_day_route(scenario_name) and case["care_type"] == "day_surgery" else "dip"


def is_day_route(scenario_name: str) -> bool:
    return scenario_name.startswith("day-surgery") or scenario_name == "by-bill"


def plainly(demo: Demo, result: Result, name: str, sample: set[str]) -> Paid:
    """The region paid in fractions."""
    values: Any = thawed(result.scenario.document.values)
    tables = weights(result.scenario)
    groups = {
        row["group_code"]: Group(
            number(row["group_points"]),
            number(row["mean_cost_yuan"]),
            {level: number(mean) for level, mean in row["level_mean"].items()},
        )
        for row in tables["group"]
    }
    points, fen = claims(demo, result, name, values, tables, groups)
    hospitals: dict[str, int] = defaultdict(int)
    cases = {case_id: fen.get(case_id, 0) for case_id in sample}
    by_fund: dict[str, dict[str, dict[str, Fraction]]] = {name: defaultdict(dict) for name in INSURANCES}
    yuan_claims: dict[str, int] = defaultdict(int)
    for case in demo.rows:
        case_id, hospital = case["case_id"], case["hospital_id"]
        if points.get(case_id):
            by_fund[case["insurance"]][hospital][case_id] = Fraction(points[case_id])
        hospitals[hospital] += fen.get(case_id, 0)
        yuan_claims[case["insurance"]] += fen.get(case_id, 0)
    for insurance, budget in values["settlement"]["point_value"]["budget_yuan"].items():
        of_hospital = by_fund[insurance]
        pool = budget * 100 - yuan_claims[insurance]
        pay = split(pool, {hospital: sum(own.values(), Fraction(0)) for hospital, own in of_hospital.items()})
        for hospital, amount in pay.items():
            hospitals[hospital] += amount
            shares = split(amount, of_hospital[hospital])
            for case_id in sample & shares.keys():
                cases[case_id] += shares[case_id]
    return Paid(hospitals, cases)


def claims(
    demo: Demo, result: Result, name: str, values: Any, tables: dict[str, Any], groups: Mapping[str, Group]
) -> tuple[dict[str, int], dict[str, int]]:
    """Millionths of a point and fen that each case claims."""
    points: dict[str, int] = {}
    fen: dict[str, int] = {}
    overall = number(tables["mean_cost_yuan"])
    stays = []
    for row, source in enumerate(demo.rows):
        code = result.grouping.group_code_of(row)
        status = Status(int(result.grouping.status[row])).key
        case = {**source, "group_code": code, "status": status}
        if not (case["hospital_id"] and case["insurance"] and case["total_cost_yuan"]):
            continue  # planted faults
        rule, level = rule_of(case, name), demo.levels[case["hospital_id"]]
        if rule == "dip":
            points[case["case_id"]], _ = case_points(case, demo.levels, tables, values, groups, overall)
        elif rule == "day_surgery":
            claim = day_surgery.claim(case, level, tables, values, groups, overall)
            points[case["case_id"]], fen[case["case_id"]] = claim
        elif rule == "fee_for_service":
            fen[case["case_id"]] = round(number(case["fund_paid_yuan"]) * 100 * Fraction("0.8"))
        elif rule == "bed_day":
            stays.append({**case, "length_of_stay_days": int(case["length_of_stay_days"])})
    hospital_factor = values["weighting"]["hospital_factor"]
    factors = {
        hospital: factor({"group_code": ""}, level, tables, hospital_factor) for hospital, level in demo.levels.items()
    }
    for case_id, (amount, _) in bed_day.claims(stays, demo.levels, factors, values["payment"]["bed_day"]).items():
        points[case_id] = amount
    return points, fen


# ---- the effects


@pytest.fixture(scope="module")
def baseline(demo: Demo) -> tuple[Result, Paid, Paid]:
    result, paid = engine(demo, BASELINE)
    return result, paid, plainly(demo, result, BASELINE, sample_of(demo))


def sample_of(demo: Demo) -> set[str]:
    """Every case that the scenarios move, as far as it fits, and cases of all kinds beside them."""
    random = Random(7)
    moved = [row["case_id"] for row in demo.rows if row["specialty"] == "psychiatry" or row["care_type"] != "inpatient"]
    others = [row["case_id"] for row in demo.rows]
    return set(random.sample(moved, SAMPLE // 2)) | set(random.sample(others, SAMPLE))


@pytest.mark.parametrize("name", SCENARIOS)
def test_effects_equal_those_of_plain_python_to_the_fen(
    demo: Demo, baseline: tuple[Result, Paid, Paid], name: str
) -> None:
    _, before, twin_before = baseline
    sample = sample_of(demo)
    assert len(sample) >= SAMPLE
    result, after = engine(demo, name)
    twin_after = plainly(demo, result, name, sample)
    effect = {hospital: after.hospitals[hospital] - before.hospitals[hospital] for hospital in after.hospitals}
    wanted = {hospital: twin_after.hospitals[hospital] - twin_before.hospitals[hospital] for hospital in effect}
    assert effect == wanted
    assert any(effect.values())
    assert {case_id: after.cases[case_id] - before.cases[case_id] for case_id in sample} == {
        case_id: twin_after.cases[case_id] - twin_before.cases[case_id] for case_id in sample
    }
    assert dict(after.hospitals) == {hospital: twin_after.hospitals[hospital] for hospital in after.hospitals}


def test_the_strict_scenario_binds_in_every_way(demo: Demo) -> None:
    result, _ = engine(demo, "strict")
    bed = result.claimed.routing.rule == [rule.key for rule in RULES].index("bed_day")
    flags = result.claimed.claims.flag[bed]
    assert bed.sum() > 400
    assert {0, 1, 2} >= set(flags.tolist()) >= {2}
    for key in STRICT:
        freed = (
            {key: scenario("psychiatric-bed-day").document.why(key)[-1].value}
            if "average" not in key
            else {"payment.bed_day.cap_average_days": build.base().values["payment"]["bed_day"]["cap_average_days"]}
        )
        other = simulate(demo.inputs, scenario("strict").override(freed, f"without {key}"), demo.memo)
        assert other.claimed.claims.points_micro[bed].sum() != result.claimed.claims.points_micro[bed].sum(), key
