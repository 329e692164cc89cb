"""Random regions from a seed: plain case rows, levels, weights and scenario changes, small enough for brute force."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from dipsim.pipeline import Inputs
from dipsim.scenario import Scenario
from tests import build

ROUTES = [{"when": {"care_type": "fee"}, "pay": "fee_for_service"}, {"pay": "dip"}]
REFERENCES = ("level_mean", "city_mean", "pay_standard")
LEVELS = ("primary", "secondary", "tertiary")


@dataclass(frozen=True)
class Region:
    """A region as plain values, the same for the engine and for its slow twin."""

    cases: list[dict[str, Any]]
    levels: dict[str, str]
    weights: dict[str, Any]
    changes: dict[str, Any]

    @property
    def scenario(self) -> Scenario:
        """The scenario of the engine."""
        return build.scenario(self.changes, self.weights)

    @property
    def values(self) -> dict[str, Any]:
        """The values of the scenario for the twin."""
        return build.changed(build.base().values, self.changes)

    @property
    def inputs(self) -> Inputs:
        """Cases and hospitals for the engine."""
        return Inputs(build.case_table(self.cases), hospitals=build.hospitals(self.levels))


def random_region(seed: int, guards: bool = True) -> Region:
    """A region of up to six hospitals and forty cases; without `guards` nothing can bind its point values."""
    random = Random(seed)
    names = random.sample(["H1", "H2", "H10", "h1", "中心医院", "协和", "A b", "0", "'x,y'"], random.randint(1, 6))
    levels = {name: random.choice(LEVELS) for name in names}
    weights = _weights(random, names)
    cases = [_case(random, number, names, weights) for number in range(random.randint(1, 40))]
    changes: dict[str, Any] = {"route": ROUTES, **_payment(random), "weighting": _weighting(random)}
    changes["settlement"] = {"point_value": _point_value(random, cases, guards and random.random() < 0.7)}
    return Region(cases, levels, weights, changes)


def _decimal(random: Random, low: float, high: float, places: int) -> str:
    return f"{random.uniform(low, high):.{places}f}"


def _weights(random: Random, names: list[str]) -> dict[str, Any]:
    group = []
    for code in ("G1", "G2", "G3", "Z"):
        mean = _decimal(random, 500, 30000, 6)
        has_mean = code == "Z" or random.random() < 0.8
        level_mean = {level: _decimal(random, 500, 30000, 6) for level in LEVELS if random.random() < 0.6}
        row = {"group_code": code, "group_points": _decimal(random, 1, 3000, 6), "level_mean": level_mean}
        parent = {} if code == "Z" else {"parent": "Z"}
        group.append(row | parent | ({"mean_cost_yuan": mean} if has_mean else {}))
    return {
        "kind": random.choice(["table", "table", "own_means"]),
        "mean_over": random.choice(["all_cases", "grouped_cases"]),
        "scale": random.choice([1, 1000]),
        "mean_cost_yuan": _decimal(random, 1000, 20000, 2),
        "group": group,
        "hospital_factor": {name: _decimal(random, 0.7, 1.3, random.choice([1, 2, 6])) for name in names},
        "grassroots": random.sample(["G1", "G2", "G3"], random.randint(0, 2)),
    }


def _case(random: Random, number: int, names: list[str], weights: dict[str, Any]) -> dict[str, Any]:
    code = "G1" if number == 0 else random.choice(["G1", "G1", "G2", "G3", "Z", ""])
    mean = next((float(g.get("mean_cost_yuan", 5000)) for g in weights["group"] if g["group_code"] == code), 5000.0)
    cost = f"{mean * random.choice([0.2, 0.5, 0.9, 1, 1.1, 2, 2.3, 5, 7]):.2f}"
    return {
        "case_id": f"c{random.randrange(10**6):06d}-{number}",
        "hospital_id": random.choice(names),
        "insurance": random.choice(["employee", "resident"]),
        "care_type": "inpatient" if number == 0 or random.random() < 0.85 else "fee",
        "group_code": code,
        "total_cost_yuan": cost,
        "out_of_pocket_yuan": f"{float(cost) * random.uniform(0, 0.6):.2f}",
    }


def _payment(random: Random) -> dict[str, Any]:
    return {
        "payment": {
            "dip": {"no_match_ratio": random.choice([0.0, 0.5, 0.7, 1.0])},
            "fee_for_service": {"ratio": random.choice([0.5, 0.725, 1.0])},
        }
    }


def _weighting(random: Random) -> dict[str, Any]:
    return {
        "outlier": {
            "form": random.choice(["national", "jining"]),
            "low_ratio": random.choice([0.4, 0.5, 0.333]),
            "high_ratio": random.choice([1.5, 2.0, 2.125]),
            "extreme_ratio": random.choice([3.0, 5.0]),
            "low_includes_limit": random.random() < 0.5,
            "high_includes_limit": random.random() < 0.5,
            "classify_by": random.choice(REFERENCES),
            "compute_by": random.choice(REFERENCES),
            "budget_point_value_yuan": {"employee": 12.5, "resident": 9.75},
        },
        "hospital_factor": {
            "by": random.choice(["none", "level", "hospital"]),
            "level_factor": {"primary": 0.85, "secondary": 1.0, "tertiary": 1.135},
            "grassroots_factor": random.choice(["none", 0.9, 1.0]),
        },
    }


def _point_value(random: Random, cases: list[dict[str, Any]], guards: bool) -> dict[str, Any]:
    bill = {
        name: sum(float(c["total_cost_yuan"]) for c in cases if c["insurance"] == name)
        for name in ("employee", "resident")
    }
    fund = {name: round(total * random.uniform(1.0, 1.4) + 100, 2) for name, total in bill.items()}

    def some(values: list[float]) -> dict[str, object]:
        return {
            name: random.choice(["none", "none", *values]) if guards else "none" for name in ("employee", "resident")
        }

    return {
        "mode": "solve",
        "form": random.choice(["fund", "gross"]),
        "budget_yuan": fund,
        "reimbursement_ratio": {"employee": 0.81, "resident": 0.65},
        "minimum_yuan": some([5.0, 20.0]),
        "maximum_yuan": some([20.0, 30.125]),
        "hospital_cap_ratio": random.choice(["none", "none", 0.9, 1.05, 1.25]) if guards else "none",
        "given_yuan": {"employee": "none", "resident": "none"},
    }
