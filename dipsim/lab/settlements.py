"""Settlements by case, read from files: what a run wrote, and what was really paid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.inputs import read_point_values
from dipsim.money import MISSING, half_even
from dipsim.policy.files import read_text
from dipsim.policy.tables import Column, Table, TableSpec, read_table

I8 = NDArray[np.int64]

TEXTS = ("hospital_id", "insurance", "group_code", "band")
MICROS = ("group_points", "hospital_factor", "points", "point_value_yuan")
AMOUNTS = ("deduction_yuan", "amount_yuan")
SETTLEMENT = TableSpec(
    (
        Column("case_id", "text", required=True),
        *(Column(name, "text") for name in TEXTS),
        *(Column(name, "points") for name in MICROS),
        Column("deduction_yuan", "yuan"),
        Column("amount_yuan", "yuan", required=True),
    ),
    unique_key=("case_id",),
    allow_extra=True,
)
"""What a settlement may say of a case; only its key and its amount are needed."""
CASES, POINT_VALUES, MANIFEST = "cases.csv", "point_values.csv", "manifest.json"
OF_RUN = (CASES, POINT_VALUES, MANIFEST)
"""What is read of the folder of a run."""
UNPAID = ("", "outside_pool")
"""The rule of a case that was rejected, and of one outside the pool."""
_OF_RUN = TableSpec(
    (
        *(Column(name, "text") for name in ("case_id", "hospital_id", "insurance", "group_code", "rule", "flag")),
        *(Column(name, "points") for name in ("group_points", "hospital_factor", "points")),
        Column("pay_yuan", "yuan", required=True),
    ),
    unique_key=("case_id",),
    allow_extra=True,
)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was paid by case; a column that the file lacks is absent.

    micro   by column of MICROS: int64 millionths, `MISSING` for a blank
    fen     by column of AMOUNTS: int64 fen, a blank deduction being none
    """

    case_ids: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    micro: Mapping[str, I8]
    fen: Mapping[str, I8]


@dataclass(frozen=True, slots=True)
class RunSettlement:
    """The settlement of a run, its exact point values in fen per millionth of a point, and which run it was."""

    settlement: Settlement
    values: Mapping[str, Fraction]
    scenario: str
    fingerprint: str


def read_settlement(path: Path) -> Settlement:
    """The export of a settlement, CSV in UTF-8 or GB18030; PolicyError with every line at fault."""
    table = read_table(path, SETTLEMENT, gb18030=True)
    fen = {name: table.fen(name) for name in AMOUNTS if table.has(name)}
    if "deduction_yuan" in fen:
        fen["deduction_yuan"] = np.where(fen["deduction_yuan"] == MISSING, 0, fen["deduction_yuan"])
    return Settlement(
        case_ids=table.text("case_id"),
        texts={name: table.text(name) for name in TEXTS if table.has(name)},
        micro={name: table.micro(name) for name in MICROS if table.has(name)},
        fen=fen,
    )


def read_run(folder: Path) -> RunSettlement:
    """The settlement that a run with --cases wrote; PolicyError where its folder lacks it."""
    lacking = [name for name in OF_RUN if not (folder / name).is_file()]
    if lacking:
        what, step = f"no {' and no '.join(lacking)}", "give the output folder of `dipsim run ... --cases`"
        raise PolicyError(Problem(str(folder), what, "a case is compared with a case", step))
    exact = read_point_values(folder / POINT_VALUES).items()
    if any(area for (_, area), _ in exact):
        why = "a settlement is compared under one point value a fund"
        raise PolicyError(
            Problem(POINT_VALUES, "a point value for each area", why, "run and compare an area by itself")
        )
    values = {name: Fraction(value.pool_fen, value.points_micro) for (name, _), value in exact if value.points_micro}
    scenario, fingerprint = _named(folder / MANIFEST)
    return RunSettlement(_settlement_of(read_table(folder / CASES, _OF_RUN), values), values, scenario, fingerprint)


def _named(manifest: Path) -> tuple[str, str]:
    """The scenario and the fingerprint of a run."""
    try:
        said = json.loads(read_text(manifest, manifest.name))
        return str(said["scenario"]), str(said["fingerprint"])
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        step = "run again: `dipsim run ... --cases`"
        raise PolicyError(Problem(manifest.name, "not the manifest of a run", repr(error), step)) from error


def _settlement_of(table: Table, values: Mapping[str, Fraction]) -> Settlement:
    """The cases that a run pays for in the columns of a settlement; the point value is that of the insurance, rounded.

    A case that was rejected or is outside the pool is none of the run's.
    """
    rows = np.array([row for row, rule in enumerate(table.text("rule")) if rule not in UNPAID], np.int64)
    columns = {"hospital_id": "hospital_id", "insurance": "insurance", "group_code": "group_code", "band": "flag"}
    texts = {name: tuple(table.text(column)[row] for row in rows) for name, column in columns.items()}
    shown = {name: half_even(value.numerator * 10**10, value.denominator) for name, value in values.items()}
    value = np.array([shown.get(name, MISSING) for name in texts["insurance"]], np.int64)  # 10**-6 yuan a point
    points = table.micro("points")[rows]
    micro = {name: table.micro(name)[rows] for name in ("group_points", "hospital_factor")}
    return Settlement(
        case_ids=tuple(table.text("case_id")[row] for row in rows),
        texts=texts,
        micro={**micro, "points": points, "point_value_yuan": np.where(points > 0, value, MISSING)},
        fen={"deduction_yuan": np.zeros(rows.size, np.int64), "amount_yuan": table.fen("pay_yuan")[rows]},
    )
