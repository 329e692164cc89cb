"""Payment per bed-day against its slow twin, and what must not matter to it: order of rows, blocks, threads."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim import claiming
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.scenario import Scenario
from tests import build
from tests.naive import bed_day as naive
from tests.shared import examples

LEVELS = {"H1": "primary", "H2": "secondary", "H3": "tertiary", "H4": "secondary"}
FACTORS = {"H1": "0.9", "H2": "1", "H3": "1.234567", "H4": "1.05"}


def random_stays(random: Random) -> list[dict[str, Any]]:
    """Stays of a few patients, close to each other in time; some overlap, some have equal dates."""
    stays = []
    for number in range(random.randint(1, 30)):
        admitted = date(2025, 1, 1) + timedelta(days=random.choice([0, 5, 10, 30, random.randint(0, 120)]))
        length = random.choice([0, 1, 5, 10, 30, random.randint(0, 70)])
        stays.append(
            {
                "case_id": f"c{random.randrange(1000):03d}-{number}",
                "hospital_id": random.choice(list(LEVELS)),
                "insurance": random.choice(["employee", "resident"]),
                "group_code": "G",
                "patient_id": random.choice("ABCDE"),
                "admitted_on": admitted.isoformat(),
                "discharged_on": (admitted + timedelta(days=length)).isoformat(),
                "length_of_stay_days": length + random.choice([0, 0, 0, 1]),
            }
        )
    return stays


def random_rule(random: Random) -> dict[str, Any]:
    ends = sorted(random.sample(range(1, 100), random.randint(1, 4)))
    return {
        "unit": random.choice(["points", "yuan"]),
        "tiers": tuple(
            {"up_to_day": end}
            | {level: round(random.uniform(0, 300), random.choice([0, 2, 6])) for level in set(LEVELS.values())}
            for end in ends
        ),
        "hospital_factor": random.random() < 0.5,
        "count_first_day": random.random() < 0.5,
        "link_gap_days": random.choice(["none", 0, 1, 5, 30]),
        "cap_days_per_stay": random.choice(["none", 0, 20, 45]),
        "cap_days_per_patient_year": random.choice(["none", "none", 0, 30, 60]),
        "cap_average_days": {level: random.choice(["none", 0.5, 7.0, 15.25, 30.0]) for level in set(LEVELS.values())},
    }


def scenario(rule: dict[str, Any]) -> Scenario:
    changes = {
        "route": [{"pay": "bed_day"}],
        "payment": {"bed_day": rule},
        "weighting": {"hospital_factor": {"by": "hospital"}},
    }
    return build.scenario(changes, {"hospital_factor": FACTORS})


def run(stays: list[dict[str, Any]], rule: dict[str, Any], threads: int = 1) -> Result:
    return simulate(Inputs(build.case_table(stays), hospitals=build.hospitals(LEVELS)), scenario(rule), threads=threads)


def claims(result: Result) -> dict[str, naive.Claim]:
    """What each case claims, in the unit of the rule, and its flag."""
    flags = ("every_day_paid", "days_unpaid", "share_of_days")
    found = result.claimed.claims
    amount = (found.points_micro + found.amount_fen).tolist()
    ids = result.inputs.cases.case_ids.to_pylist()
    return {name: (one, flags[flag]) for name, one, flag in zip(ids, amount, found.flag.tolist(), strict=True)}


def expected(stays: list[dict[str, Any]], rule: dict[str, Any]) -> dict[str, naive.Claim]:
    factors = {hospital: Fraction(factor) for hospital, factor in FACTORS.items()}
    return naive.claims(stays, LEVELS, factors, rule)


def example(seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    random = Random(seed)
    return random_stays(random), random_rule(random)


def test_three_hundred_regions_claim_as_their_twin_and_every_flag_occurs() -> None:
    flags: Counter[str] = Counter()
    for seed in range(300):
        stays, rule = example(seed)
        wanted = expected(stays, rule)
        assert claims(run(stays, rule)) == wanted, seed
        flags.update(flag for _, flag in wanted.values())
    assert min(flags.values()) > 300
    assert len(flags) == 3


@examples(60)
@given(st.integers(300, 2**32))
def test_any_region_claims_as_its_twin(seed: int) -> None:
    stays, rule = example(seed)
    assert claims(run(stays, rule)) == expected(stays, rule)


@examples(40)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(seed: int, random: Random) -> None:
    stays, rule = example(seed)
    shuffled = list(stays)
    random.shuffle(shuffled)
    assert claims(run(stays, rule)) == claims(run(shuffled, rule))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("block", [1, 4])
def test_blocks_and_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch, block: int, threads: int) -> None:
    for seed in range(10):
        stays, rule = example(seed)
        whole = run(stays, rule)
        with monkeypatch.context() as patch:
            patch.setattr(claiming, "BLOCK", block)
            parts = run(stays, rule, threads)
        assert claims(parts) == claims(whole)
        assert parts.ledger.points_micro.tolist() == whole.ledger.points_micro.tolist()
        assert parts.ledger.amount_fen.tolist() == whole.ledger.amount_fen.tolist()


@examples(40)
@given(st.integers(0, 2**32))
def test_no_cap_ever_raises_a_claim(seed: int) -> None:
    stays, rule = example(seed)
    free = {
        "cap_days_per_stay": "none",
        "cap_days_per_patient_year": "none",
        "cap_average_days": dict.fromkeys(("primary", "secondary", "tertiary"), "none"),
    }
    capped, uncapped = (run(stays, rules).claimed.claims for rules in (rule, rule | free))
    assert (capped.points_micro <= uncapped.points_micro).all()
    assert (capped.amount_fen <= uncapped.amount_fen).all()


def test_large_hospitals_stay_exact() -> None:
    count = 20_000
    stays = [
        {
            "case_id": f"c{number:06d}",
            "hospital_id": "H3",
            "insurance": "employee",
            "group_code": "G",
            "length_of_stay_days": 30 + number % 61,
        }
        for number in range(count)
    ]
    tier = {"up_to_day": 365, "primary": 0.0, "secondary": 0.0, "tertiary": 263.4567}
    rule = random_rule(Random(1)) | {
        "unit": "yuan",
        "tiers": (tier,),
        "hospital_factor": True,
        "link_gap_days": "none",
        "cap_days_per_stay": "none",
        "cap_days_per_patient_year": "none",
        "cap_average_days": {"primary": "none", "secondary": "none", "tertiary": 59.97},
    }
    found = run(stays, rule).claimed.claims.amount_fen
    days = [30 + number % 61 for number in range(count)]
    share = Fraction("59.97") * count / sum(days)
    assert share < 1
    per_day = Fraction("263.4567") * Fraction("1.234567") * share * 100
    assert found.tolist() == [round(per_day * day) for day in days]
    assert found.dtype == np.int64
