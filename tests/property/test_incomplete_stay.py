"""Incomplete stays in random regions against their slow twin, in both readings."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dipsim.pipeline import simulate
from tests import build
from tests.naive import incomplete_stay as naive
from tests.naive.region import known_groups
from tests.property.regions import Region, random_region
from tests.shared import examples

ROUTES = [{"when": {"care_type": "fee"}, "pay": "incomplete_stay"}, {"pay": "dip"}]


def with_incomplete_stays(seed: int) -> Region:
    """A random region whose cases of care type `fee` are incomplete stays."""
    random = Random(seed)
    region = random_region(seed)
    rule = {"form": random.choice(["jinhua", "zhejiang"]), "no_match_ratio": random.choice([0.0, 0.7])}
    point_value = {"mode": "given", "given_yuan": {"employee": 1.0, "resident": 1.0}}
    free = {"budget_yuan": {"employee": "none", "resident": "none"}}
    new = {"route": ROUTES, "payment": {"incomplete_stay": rule}, "settlement": {"point_value": point_value | free}}
    return Region(region.cases, region.levels, region.weights, build.changed(region.changes, new))


def expected(region: Region) -> dict[str, int]:
    """The points of each incomplete stay by the twin."""
    values, weights, levels = region.values, region.weights, region.levels
    groups, overall = known_groups(region.cases, levels, weights)
    return {
        case["case_id"]: naive.points_micro(case, levels[case["hospital_id"]], weights, values, groups, overall)
        for case in region.cases
        if case["care_type"] == "fee"
    }


def found(region: Region) -> dict[str, int]:
    """The points of each incomplete stay by the engine."""
    result = simulate(region.inputs, region.scenario)
    points = dict(
        zip(result.inputs.cases.case_ids.to_pylist(), result.claimed.claims.points_micro.tolist(), strict=True)
    )
    return {case["case_id"]: points[case["case_id"]] for case in region.cases if case["care_type"] == "fee"}


def test_two_hundred_regions_claim_as_their_twin() -> None:
    cases = 0
    for seed in range(200):
        region = with_incomplete_stays(seed)
        wanted = expected(region)
        assert found(region) == wanted, seed
        cases += len(wanted)
    assert cases > 300


@examples(50)
@given(st.integers(200, 2**32))
def test_any_region_claims_as_its_twin(seed: int) -> None:
    region = with_incomplete_stays(seed)
    assert found(region) == expected(region)
