"""The cap on high cases in random regions against its slow twin; order and threads change nothing."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dipsim.pipeline import Inputs, Result, simulate
from dipsim.registry import RULES
from tests import build
from tests.naive import high_cases as naive
from tests.naive.high_cases import Found
from tests.naive.region import case_points, known_groups
from tests.shared import examples

LEVELS = {"H1": "secondary", "H2": "tertiary"}
WEIGHTS: dict[str, Any] = {
    "group": [
        {"group_code": "G", "group_points": "777.777777", "mean_cost_yuan": 9000},
        {"group_code": "K", "group_points": "777.777777", "mean_cost_yuan": 4500},
        {"group_code": "L", "group_points": 3, "mean_cost_yuan": 700, "level_mean": {"tertiary": 650}},
    ]
}
ROUTE = [
    {"when": {"care_type": "fee"}, "pay": "fee_for_service"},
    {"when": {"care_type": "elsewhere"}, "pay": "outside_pool"},
    {"pay": "dip"},
]
PAID_BY = {"fee": "fee_for_service", "elsewhere": "outside_pool", "inpatient": "dip"}


def random_case(random: Random, number: int) -> dict[str, Any]:
    """Often high, often at the same ratio as another, sometimes at the same cost too."""
    code = random.choice(["G", "K", "L", "L", ""])
    mean = {"G": 9000, "K": 4500, "L": 700}.get(code, 5000)
    times = random.choice(["0.3", "1", "2", "2.5", "2.5", "4", "4", "6", str(random.randint(1, 8000) / 1000)])
    return {
        "case_id": f"c{number:02d}",
        "hospital_id": random.choice(["H1", "H2"]),
        "insurance": random.choice(["employee", "resident"]),
        "care_type": random.choice(["inpatient"] * 8 + ["fee", "elsewhere"]),
        "group_code": code,
        "total_cost_yuan": f"{float(Fraction(times) * mean):.2f}",
    }


def random_changes(random: Random) -> dict[str, Any]:
    """The rule, and the bands that it follows."""
    form = random.choice(["national", "jining", "drg"])
    high = random.choice([1.5, 2.0, 2.5])
    limits = [{"up_to_weight": "none", "primary": high, "secondary": high, "tertiary": high}]
    return {
        "route": ROUTE,
        "supervision": {
            "high_cases": {
                "largest_share": random.choice([0.0, 0.05, 0.1, 0.125, 0.25, 0.5, 1.0]),
                "discharges": random.choice(["pool", "group_points"]),
                "by_insurance": random.random() < 0.5,
                "rounding": random.choice(["down", "half_up"]),
                "rank_by": random.choice(["ratio", "excess_yuan"]),
                "over_cap": random.choice(["group_points", "group_points", "as_claimed"]),
            }
        },
        "weighting": {
            "outlier": {
                "form": form,
                "high_ratio": high,
                "high_includes_limit": random.random() < 0.5,
                "classify_by": random.choice(["city_mean", "level_mean"]),
                **({"high_limits": limits} if form == "drg" else {}),
            },
            "hospital_factor": {"by": "level", "level_factor": {"secondary": 0.95, "tertiary": 1.123}},
        },
    }


def run(cases: list[dict[str, Any]], changes: dict[str, Any], threads: int = 1) -> Result:
    inputs = Inputs(build.case_table(cases), hospitals=build.hospitals(LEVELS))
    return simulate(inputs, build.scenario(changes, WEIGHTS), threads=threads)


def found(result: Result) -> dict[str, Found]:
    """What the engine says of each case."""
    (review,) = result.claimed.reviews
    ids = result.inputs.cases.case_ids.to_pylist()
    return {
        ids[row]: (
            int(result.claimed.claims.points_micro[row]),
            review.rule.flags[int(review.reviewed.flag[at])][0],
        )
        for at, row in enumerate(review.view.rows.tolist())
    }


def as_the_twin_reads_it(case: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A case with its points, band and reference by the twins of the payment rules."""
    base = build.base()
    stated, weights = build.changed(base.values, changes), build.changed(base.weights, WEIGHTS)
    groups, overall = known_groups((), LEVELS, weights)
    outlier = stated["weighting"]["outlier"]
    points, band = case_points(case, LEVELS, weights, stated, groups, overall)
    plain = build.changed(stated, {"weighting": {"outlier": {"low_ratio": 0.0, "high_ratio": 10**6}}})
    group = groups.get(case["group_code"])
    level_mean = group.level_means.get(LEVELS[case["hospital_id"]], Fraction(0)) if group else Fraction(0)
    reference = level_mean if outlier["classify_by"] == "level_mean" and level_mean else group.mean if group else None
    return {
        **{key: case[key] for key in ("case_id", "hospital_id", "insurance")},
        "rule": PAID_BY[case["care_type"]],
        "cost": Fraction(case["total_cost_yuan"]),
        "reference": reference,
        "limit": Fraction(str(outlier["high_ratio"])),
        "is_high": band == "high_outlier" or (band == "extreme" and outlier["form"] != "jining"),
        "points": points,
        "normal": case_points(case, LEVELS, weights, plain, groups, overall)[0],
    }


def test_a_hundred_and_fifty_regions_are_capped_as_by_the_twin_and_every_flag_occurs() -> None:
    flags: Counter[str] = Counter()
    lowered = 0
    for seed in range(150):
        random = Random(seed)
        cases = [random_case(random, number) for number in range(random.randint(1, 40))]
        changes = random_changes(random)
        read = [as_the_twin_reads_it(case, changes) for case in cases]
        expected = naive.reviewed(read, changes["supervision"]["high_cases"])
        assert found(run(cases, changes)) == expected, seed
        flags.update(flag for _, flag in expected.values())
        lowered += sum(expected[case["case_id"]][0] < case["points"] for case in read if case["rule"] == "dip")
    assert all(flags[flag] > 100 for flag in ("not_high", "over_cap", "within_cap"))
    assert lowered > 100


@examples(50)
@given(st.integers(0, 2**32))
def test_the_order_of_the_cases_and_threads_change_nothing(seed: int) -> None:
    random = Random(seed)
    cases = [random_case(random, number) for number in range(40)]
    changes = random_changes(random)
    assert found(run(random.sample(cases, len(cases)), changes, threads=2)) == found(run(cases, changes))


@examples(50)
@given(st.integers(0, 2**32))
def test_points_only_fall_and_money_stays_whole(seed: int) -> None:
    random = Random(seed)
    cases = [random_case(random, number) for number in range(40)]
    changes = random_changes(random)
    result = run(cases, changes)
    before = run(cases, build.changed(changes, {"supervision": {"high_cases": {"largest_share": "none"}}}))
    assert (result.claimed.claims.points_micro <= before.claimed.claims.points_micro).all()
    assert result.claimed.cells.points_micro.sum() == result.claimed.claims.points_micro.sum()
    solved = {"settlement": {"point_value": {"mode": "solve", "budget_yuan": {"employee": 10**6, "resident": 10**6}}}}
    shared = run(cases, build.changed(changes, solved))
    ceilings = {price.insurance: price.budget_fen for price in shared.prices}
    for insurance, ceiling in ceilings.items():
        ledger = shared.ledger.where(shared.ledger.insurance == insurance)
        out = shared.claimed.accounts.pooled_fund(insurance)
        assert ledger.amount_fen[ledger.payer == out].sum() - ledger.amount_fen[ledger.payee == out].sum() == ceiling


def test_the_rule_stands_before_the_review_of_readmissions() -> None:
    keys = [rule.key for rule in RULES]
    assert keys.index("high_cases") < keys.index("readmission")
