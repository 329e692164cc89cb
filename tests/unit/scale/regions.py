"""Small regions for the streamed job: random cases as canonical Parquet, and as cases that bring their group."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dipsim.cases.canonical import write_cases
from dipsim.cases.table import CaseTable
from dipsim.money import decimal_text
from dipsim.scenario import Scenario
from tests import build
from tests.naive.scale import Case

DIAGNOSES = ("K35.900x001", "K35.900x002", "K35.100", "I10.x00", "Z00", "")
PROCEDURES = ("47.0100", "47.0900", "45.2300", "")


def cases_of(seed: int, size: int = 300) -> list[Case]:
    """Random cases; costs in few steps, so that some stand exactly at the limits of a band."""
    draw = random.Random(seed)
    return [
        Case(
            hospital=draw.choice(("H1", "H2", "医院3")),
            insurance=draw.choice(("employee", "resident", "resident")),
            diagnosis=draw.choice(DIAGNOSES),
            procedures=tuple(draw.choice(PROCEDURES) for _ in range(draw.choice((0, 0, 1, 1, 2, 3)))),
            cost_fen=draw.choice((0, 1, 50_000, 100_000, 200_000, 400_000, 1_300_001, draw.randrange(10**8))),
        )
        for _ in range(size)
    ]


def table_of(cases: Sequence[Case]) -> CaseTable:
    """The cases with the group that they bring, as a run reads them."""
    return build.case_table(
        [
            {
                "case_id": f"c{number}",
                "hospital_id": case.hospital,
                "insurance": case.insurance,
                "principal_diagnosis": case.diagnosis,
                "procedures": "|".join(code for code in case.procedures if code),
                "total_cost_yuan": decimal_text(case.cost_fen, 2),
                "group_code": case.group,
            }
            for number, case in enumerate(cases)
        ]
    )


def written(folder: Path, cases: Sequence[Case], files: int = 1, rows_per_group: int = 1000) -> Path:
    """The cases as canonical Parquet, in so many files."""
    folder.mkdir(parents=True)
    for number in range(files):
        write_cases(folder / f"part-{number}.parquet", table_of(cases[number::files]), rows_per_group)
    return folder


def scenario(**outlier: Any) -> Scenario:
    """Own means, budgets of both insurances, bands by the city's mean with what is stated of them."""
    money = {"mode": "solve", "budget_yuan": {"employee": 1e5, "resident": 3e5}}
    money["given_yuan"] = {"employee": "none", "resident": "none"}
    bands = {"classify_by": "city_mean", "compute_by": "city_mean", **outlier}
    changes = {"settlement": {"point_value": money}, "weighting": {"outlier": bands}}
    return build.scenario(changes, {"kind": "own_means", "mean_over": "all_cases"})
