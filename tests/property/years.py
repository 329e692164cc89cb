"""Random years from a seed: claims that come late, are taken back and are corrected, as the rows of a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from dipsim.cases.read import read_cases
from dipsim.pipeline import Inputs
from dipsim.scenario import Scenario
from tests import build

YEAR = 2025
HOSPITALS = ("H1", "H2", "H3")
NO = {"employee": "none", "resident": "none"}
BUDGET = {"employee": 90_000.0, "resident": 70_000.5}
SCHEDULE: list[dict[str, Any]] = [
    {"up_to": 0.85, "share": 1.0},
    {"up_to": 1.0, "share": 0.0},
    {"up_to": 1.1, "share": 0.7},
    {"up_to": "none", "share": 0.0},
]
SOURCE = {"doc": "invented for tests"}


@dataclass(frozen=True)
class RandomYear:
    """The rows of a year as text, and what the scenario changes."""

    rows: list[dict[str, str]]
    changes: dict[str, Any]
    weights: dict[str, Any]

    @property
    def scenario(self) -> Scenario:
        """The scenario of the engine."""
        return build.scenario(self.changes, self.weights)

    def inputs(self, folder: Path, through: int = 99) -> Inputs:
        """What a reading finds of the rows that had arrived by the end of a month."""
        rows = [row for row in self.rows if arrival(row) <= through]
        path = folder / f"cases-{through}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(self.rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        reading = read_cases([path], salt=b"test")
        hospitals = build.hospitals(dict.fromkeys(HOSPITALS, "secondary"))
        scores = {(YEAR, name): 75_000_000 + 10_000_000 * number for number, name in enumerate(HOSPITALS)}
        return Inputs(
            reading.cases,
            hospitals=hospitals,
            reading=reading,
            superseded=reading.superseded,
            assessment=scores,
            deductions=(),
        )


def arrival(row: dict[str, str]) -> int:
    """The month of 2025 in which a row arrives: 13 is January of the next year."""
    day = date.fromisoformat(row["settled_on"] or row["discharged_on"])
    return (day.year - YEAR) * 12 + day.month


def random_year(seed: int) -> RandomYear:
    """A year of three hospitals with up to sixty claims, a third of them corrected or taken back."""
    random = Random(seed)
    rows = [_claim(random, number) for number in range(random.randint(5, 60))]
    for number, row in enumerate(list(rows)):
        if random.random() < 0.3:
            rows.append(_later(random, number, row))
    person_pass = random.random() < 0.4
    changes: dict[str, Any] = {
        "year_basis": "discharged_on",
        "route": [{"when": {"care_type": "psychiatric"}, "pay": "bed_day"}, {"pay": "dip"}]
        if person_pass
        else [{"when": {"care_type": "psychiatric"}, "pay": "fee_for_service"}, {"pay": "dip"}],
        "payment": {
            "bed_day": {"link_gap_days": 14, "cap_days_per_patient_year": 40},
            "fee_for_service": {"ratio": 0.01},
        },
        "settlement": {
            "point_value": {
                "mode": "solve",
                "given_yuan": NO,
                "budget_yuan": {"employee": 90_000.0, "resident": 70_000.5},
            },
            **_year_tables(random),
        },
    }
    return RandomYear(rows, changes, {"kind": random.choice(["table", "table", "own_means"])})


def _year_tables(random: Random) -> dict[str, Any]:
    return {
        "prepayment": {
            "base": random.choice(["fund_paid", "points"]),
            "ratio": random.choice([0.85, 0.9, 1.0]),
            "budget_point_value_yuan": {"employee": 4.3, "resident": 3.3},
            "deposit_ratio": random.choice([0.0, 0.05, 0.033]),
            "interim_budget": random.choice(["elapsed", "whole"]),
            "source": SOURCE,
        },
        "risk_sharing": {
            "actual": "fund_paid",
            "start_ratio": 0.15,
            "bands": SCHEDULE,
            "minimum_savings_ratio": "none",
            "surplus_to": random.choice(["adjustment_reserve", "reserve"]),
            "reserve_yuan": {"employee": 1000.0, "resident": "none"},
            "shortage": "scale",
            "source": SOURCE,
        },
        "assessment": {
            "base": random.choice(["deposit", "gross"]),
            "bands": [{"from_score": 90.0, "coefficient": 1.0}, {"from_score": 0.0, "coefficient": 0.87}],
            "source": SOURCE,
        },
        "deductions": {"source": SOURCE},
        "carry_over": {"debts": random.choice(["collect", "carry"]), "source": SOURCE},
    }


def _claim(random: Random, number: int) -> dict[str, str]:
    discharged = date(YEAR, 1, 1) + timedelta(days=random.randrange(365))
    days = random.randint(1, 20)
    settled = discharged + timedelta(days=random.choice([0, 2, 9, 40, 120]))
    cost = random.randint(100_000, 3_000_000)
    return {
        "case_id": f"c{number:03d}",
        "patient_id": f"p{random.randrange(12)}",
        "hospital_id": random.choice(HOSPITALS),
        "insurance": random.choice(["employee", "resident"]),
        "care_type": random.choice(["inpatient", "inpatient", "psychiatric"]),
        "group_code": random.choice(["G", "G", ""]),
        "admitted_on": str(discharged - timedelta(days=days)),
        "discharged_on": str(discharged),
        "settled_on": random.choice([str(settled)] * 4 + [""]),
        "length_of_stay_days": str(days),
        "total_cost_yuan": f"{cost / 100:.2f}",
        "fund_paid_yuan": f"{cost * random.randint(40, 80) // 100 / 100:.2f}",
        "out_of_pocket_yuan": "0.00",
        "claim_status": "normal",
        "replaces_case_id": "",
    }


def _later(random: Random, number: int, row: dict[str, str]) -> dict[str, str]:
    """A row that corrects another or takes it back, some time later or even before the other arrives."""
    first = date.fromisoformat(row["settled_on"] or row["discharged_on"])
    day = str(first + timedelta(days=random.choice([-40, 0, 15, 60, 130, 300])))
    status = random.choice(["corrected", "reversed"])
    cost = round(float(row["total_cost_yuan"]) * 80)
    changed = {
        "case_id": f"d{number:03d}",
        "claim_status": status,
        "replaces_case_id": row["case_id"],
        "settled_on": day,
        "total_cost_yuan": f"{cost / 100:.2f}",
        "fund_paid_yuan": f"{cost * 6 // 10 / 100:.2f}",
    }
    return {**row, **changed}
