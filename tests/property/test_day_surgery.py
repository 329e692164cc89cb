"""Day surgery in random regions against its slow twin, for every choice that its table can make."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dipsim.pipeline import simulate
from tests import build
from tests.naive import day_surgery as naive
from tests.naive.region import known_groups
from tests.property.regions import Region, random_region
from tests.shared import examples

ROUTES = [{"when": {"care_type": "fee"}, "pay": "day_surgery"}, {"pay": "dip"}]


def with_day_surgery(seed: int) -> Region:
    """A random region whose cases of care type `fee` are day surgery."""
    random = Random(seed)
    region = random_region(seed)
    region.weights["day_surgery"] = {
        group["group_code"]: {
            "group_points": f"{random.uniform(0, 2000):.6f}",
            "mean_cost_yuan": f"{random.uniform(200, 9000):.6f}",
        }
        for group in region.weights["group"]
        if random.random() < 0.6
    }
    day_surgery = {
        "points": random.choice(["same", "factor", "own_group", "own_group", "fee_for_service"]),
        "factor": random.choice([0.0, 0.333, 0.9, 1.0, 1.125]),
        "without_own_group": "factor",
        "bands": random.random() < 0.7,
        "hospital_factor": random.random() < 0.7,
        "no_match_ratio": random.choice([0.0, 0.7]),
        "ratio": random.choice([0.5, 0.725]),
    }
    changes = build.changed(region.changes, {"route": ROUTES, "payment": {"day_surgery": day_surgery}})
    point_value = {"mode": "given", "given_yuan": {"employee": 1.0, "resident": 1.0}}
    free = {"budget_yuan": {"employee": "none", "resident": "none"}}
    return Region(
        region.cases,
        region.levels,
        region.weights,
        build.changed(changes, {"settlement": {"point_value": point_value | free}}),
    )


def expected(region: Region) -> dict[str, tuple[int, int]]:
    """What each case of day surgery claims by the twin."""
    values = region.values
    by_bill = values["payment"]["day_surgery"]["points"] == "fee_for_service"
    weighted = [case for case in region.cases if not by_bill or case["care_type"] != "fee"]
    groups, overall = known_groups(weighted, region.levels, region.weights)
    return {
        case["case_id"]: naive.claim(case, region.levels[case["hospital_id"]], region.weights, values, groups, overall)
        for case in region.cases
        if case["care_type"] == "fee"
    }


def found(region: Region) -> dict[str, tuple[int, int]]:
    """What each case of day surgery claims by the engine."""
    result = simulate(region.inputs, region.scenario)
    claims, ids = result.claimed.claims, result.inputs.cases.case_ids.to_pylist()
    rows: list[Any] = list(zip(ids, claims.points_micro.tolist(), claims.amount_fen.tolist(), strict=True))
    is_day = [case["care_type"] == "fee" for case in region.cases]
    return {name: (points, fen) for (name, points, fen), chosen in zip(rows, is_day, strict=True) if chosen}


def test_two_hundred_regions_claim_as_their_twin_and_most_choices_occur() -> None:
    cases = 0
    for seed in range(200):
        region = with_day_surgery(seed)
        wanted = expected(region)
        assert found(region) == wanted, seed
        cases += len(wanted)
    assert cases > 300


@examples(50)
@given(st.integers(200, 2**32))
def test_any_region_claims_as_its_twin(seed: int) -> None:
    region = with_day_surgery(seed)
    assert found(region) == expected(region)
