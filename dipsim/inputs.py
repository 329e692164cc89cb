"""A data folder or files, read into what a run needs: cases, and the companion tables that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from dipsim.aggregate import calendar, known_groups
from dipsim.cases.aggregates import read_aggregates
from dipsim.cases.companions import read_budget, read_hospitals
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.read import CaseReading, read_cases
from dipsim.cases.source import SUFFIXES
from dipsim.cases.year_tables import read_assessment, read_carry, read_deductions, read_prepaid
from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES
from dipsim.money import Cut
from dipsim.pipeline import Inputs
from dipsim.policy.tables import Column, TableSpec, read_table
from dipsim.rule import ExactValue, PointValues
from dipsim.scenario import Scenario

T = TypeVar("T")

POINT_VALUES = TableSpec(
    (
        Column("insurance", "choice", required=True, choices=INSURANCES),
        Column("pool_fen", "integer", required=True, minimum=0),
        Column("points_micro", "integer", required=True, minimum=0),
        Column("cut_remainder", "integer", required=True, minimum=-2),
        Column("cut_last_id", "text"),
        Column("area", "text"),
    ),
    unique_key=("insurance", "area"),
    allow_extra=True,
)


OF_YEAR = ("prepaid", "assessment", "deductions", "carry")
"""The companion tables of months and clearing."""


@dataclass(frozen=True, slots=True)
class Companions:
    """Where the companion tables stand; None: in the data folder, or nowhere."""

    hospitals: Path | None = None
    budget: Path | None = None
    point_values: Path | None = None
    prepaid: Path | None = None
    assessment: Path | None = None
    deductions: Path | None = None
    carry: Path | None = None


def read_inputs(
    paths: Sequence[Path], companions: Companions, mapping: CaseMapping | None = None
) -> tuple[Inputs, CaseReading]:
    """Cases and companion tables; CaseDataError or PolicyError when one of them cannot be read."""
    reading = read_cases(paths, mapping)
    folder = paths[0] if len(paths) == 1 and paths[0].is_dir() else None
    return _with_tables(reading, folder, companions), reading


def read_aggregate_inputs(cells: Path, companions: Companions, scenario: Scenario) -> tuple[Inputs, CaseReading]:
    """The table `cells` in place of cases, the companion tables that are named, and those of the year beside it.

    The scenario says which groups there are and which date a month stands for. CaseDataError or PolicyError when one of
    them cannot be read.
    """
    reading = read_aggregates(cells, known_groups(scenario), calendar(scenario))
    of_year = {name: _place(cells.parent, name, getattr(companions, name)) for name in OF_YEAR}
    return _with_tables(reading, None, replace(companions, **of_year)), reading


def _with_tables(reading: CaseReading, folder: Path | None, companions: Companions) -> Inputs:
    def read(name: str, reader: Callable[[Path], T]) -> T | None:
        path = _place(folder, name, getattr(companions, name))
        return None if path is None else reader(path)

    return Inputs(
        cases=reading.cases,
        hospitals=read("hospitals", read_hospitals),
        budget=read("budget", read_budget),
        point_values=read("point_values", read_point_values),
        reading=reading,
        superseded=reading.superseded,
        prepaid=read("prepaid", read_prepaid),
        assessment=read("assessment", read_assessment),
        deductions=read("deductions", read_deductions),
        carry=read("carry", read_carry),
    )


def read_point_values(path: Path) -> PointValues:
    """The exact point values that a region's run wrote to `point_values.csv`, by insurance and area.

    Raises PolicyError when the file is of another kind or a cell is not what a run writes.
    """
    if path.suffix != ".csv":
        raise PolicyError(Problem(str(path), "not a CSV file", "", "give the point_values.csv written beside it"))
    table = read_table(path, POINT_VALUES)
    numbers = (table.integers(name).tolist() for name in ("pool_fen", "points_micro", "cut_remainder"))
    funds = zip(table.text("insurance"), table.text("area"), strict=True)
    rows = zip(funds, *numbers, table.text("cut_last_id"), strict=True)
    return {fund: ExactValue(pool, points, Cut(remainder, last)) for fund, pool, points, remainder, last in rows}


def _place(folder: Path | None, name: str, given: Path | None) -> Path | None:
    """The table as given, else the one in the data folder."""
    if given is not None or folder is None:
        return given
    return next((path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()), None)
