from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dipsim.explain import explain_case
from dipsim.kernels.bed_day import NEVER, NO_LIMIT, walk_stays
from dipsim.payment.bed_day import BedDayParams, needs, reads
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.rule import Need
from tests import build

TIERS = [
    {"up_to_day": end, "primary": 0.0, "secondary": rate, "tertiary": 0.0} for end, rate in ((30, 20.0), (60, 10.0))
]


def params(**changes: Any) -> BedDayParams:
    stated = build.changed(build.base().values["payment"]["bed_day"], changes)
    return BedDayParams.model_validate({**stated, "tiers": tuple(stated["tiers"])})


def run(rows: list[dict[str, Any]], **changes: Any) -> Result:
    cases = [{**build.base().case, **row} for row in rows]
    scenario = build.scenario({"route": [{"pay": "bed_day"}], "payment": {"bed_day": changes}})
    return simulate(Inputs(build.case_table(cases), hospitals=build.hospitals({"H1": "secondary"})), scenario)


def stay(case_id: str, admitted: str, discharged: str, days: int) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "patient_id": "A",
        "admitted_on": admitted,
        "discharged_on": discharged,
        "length_of_stay_days": days,
    }


def test_what_is_read_depends_on_the_parameters() -> None:
    plain = {"hospital_id", "insurance", "length_of_stay_days"}
    person = plain | {"patient_id", "admitted_on", "discharged_on"}
    assert reads(params()) == plain
    assert reads(params(cap_days_per_stay=60, cap_average_days={"tertiary": 40.0})) == plain
    assert reads(params(link_gap_days=0)) == person
    assert reads(params(cap_days_per_patient_year=90)) == person


def test_the_hospital_factor_is_taken_only_where_it_applies() -> None:
    assert needs(params()) == frozenset()
    assert needs(params(hospital_factor=True)) == {Need.HOSPITAL_FACTOR}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tiers": ()}, "at least 1 item"),
        ({"tiers": (TIERS[1], TIERS[0])}, "up_to_day must rise"),
        ({"tiers": (TIERS[0], TIERS[0])}, "up_to_day must rise"),
        ({"tiers": ({**TIERS[0], "up_to_day": 0},)}, "greater than or equal to 1"),
        ({"tiers": ({**TIERS[0], "secondary": -1.0},)}, "number of 0 or more"),
        ({"tiers": ({**TIERS[0], "secondary": 0.0000001},)}, "at most 6 decimals"),
        ({"cap_average_days": {"secondary": 40.125}}, "at most 2 decimals"),
        ({"link_gap_days": -1}, "-1 days are not allowed"),
        ({"cap_days_per_stay": 1.5}, "cap_days_per_stay"),
        ({"unit": "fen"}, "'points' or 'yuan'"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        params(**changes)


def test_an_explanation_shows_the_days_by_tier_and_the_linked_stays() -> None:
    rows = [stay("a", "2025-01-01", "2025-01-26", 25), stay("b", "2025-01-28", "2025-03-09", 40)]
    result = run(rows, tiers=TIERS, link_gap_days=3)
    told = {step.label: step for step in explain_case(result, "b").steps}
    assert told["linked stays"].value == "a (25 days before this stay)"
    assert told["days 1 to 30"].value == "5 x 20.0 points (secondary)"
    assert told["days 31 to 60"].value == "30 x 10.0 points (secondary)"
    assert told["days that earn nothing"].value == "5"
    assert told["points"].value == "400.000000"
    assert "invented for tests" in told["days 1 to 30"].origin


def test_an_explanation_shows_the_share_of_an_average_that_is_too_high() -> None:
    rows = [{"case_id": name, "length_of_stay_days": days} for name, days in (("a", 20), ("b", 40))]
    result = run(rows, cap_average_days={"secondary": 20.0})
    told = {step.label: step.value for step in explain_case(result, "b").steps}
    assert told["share of days paid"] == "2/3"
    assert told["points"] == "266.666667"


def test_no_case_is_no_trouble() -> None:
    cases = [{**build.base().case, "total_cost_yuan": "10000", "length_of_stay_days": 5, "care_type": "inpatient"}]
    route = [{"when": {"care_type": "day_surgery"}, "pay": "bed_day"}, {"pay": "dip"}]
    result = simulate(Inputs(build.case_table(cases)), build.scenario({"route": route}))
    assert result.claimed.claims.points_micro.tolist() == [1_000_000_000]


def walked(stays: list[tuple[int, int, int, int]], limits: tuple[int, int, int]) -> list[list[int]]:
    person, admitted, discharged, days = (np.array(column, np.int64) for column in zip(*stays, strict=True))
    out = [np.zeros(len(stays), np.int64) for _ in range(3)]
    walk_stays(person, admitted, discharged, days, np.array(limits, np.int64), *out)
    return [column.tolist() for column in out]


def test_the_walk_starts_anew_with_each_person() -> None:
    stays = [(0, 0, 10, 10), (0, 11, 15, 4), (1, 12, 20, 8)]
    assert walked(stays, (1, 12, NO_LIMIT)) == [[0, 0, 2], [0, 10, 0], [10, 2, 8]]


def test_without_a_gap_no_stay_is_linked() -> None:
    stays = [(0, 0, 10, 10), (0, 10, 15, 5)]
    assert walked(stays, (NEVER, NO_LIMIT, NO_LIMIT)) == [[0, 1], [0, 0], [10, 5]]


def test_days_before_1970_and_gaps_below_zero_are_days_too() -> None:
    stays = [(0, -30, -10, 20), (0, -20, -15, 5), (0, -8, -2, 6)]
    assert walked(stays, (2, NO_LIMIT, 23)) == [[0, 0, 0], [0, 20, 25], [20, 3, 0]]
