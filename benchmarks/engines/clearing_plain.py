"""Clearing in plain Python, a dictionary at a time: what a script of an afternoon would do, exact in whole fen."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.medicare import CELLS, NATION, REGIONS, ceilings, read_facts
from benchmarks.registry import Answer, Step, Task, Work

SCALE_MICRO = 1_000 * 1_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """Hospital, group, cases and fen of each cell; region and payments of each hospital."""

    cells: tuple[tuple[str, str, int, int], ...]
    region: Mapping[str, str]
    paid: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cleared:
    """Points and payments of the nation."""

    loaded: Loaded
    points: Mapping[str, int]
    payments: Mapping[str, int]


def work() -> Work:
    """The nation, then its regions."""
    return Work((Step(NATION, nation), Step(REGIONS, regions)), answer, load)


def load(task: Task) -> Loaded:
    """The files as they stand."""
    with (task.folder / CELLS).open(encoding="utf-8", newline="") as file:
        cells = tuple(
            (row["hospital_id"], row["group_code"], int(row["cases"]), int(Decimal(row["total_cost_yuan"]) * 100))
            for row in csv.DictReader(file)
        )
    return Loaded(cells, *read_facts(task.folder))


def nation(loaded: Loaded) -> Cleared:
    """Points from the mean charge of each group, and all payments shared by them."""
    cases: dict[str, int] = defaultdict(int)
    charges: dict[str, int] = defaultdict(int)
    for _, group, count, amount in loaded.cells:
        cases[group] += count
        charges[group] += amount
    every, whole = sum(cases.values()), sum(charges.values())
    of_group = {name: round(SCALE_MICRO * charges[name] * every / (cases[name] * whole)) for name in cases}
    points: dict[str, int] = defaultdict(int)
    for hospital, group, count, _ in loaded.cells:
        points[hospital] += count * of_group[group]
    return Cleared(loaded, points, shared(sum(loaded.paid.values()), points))


def regions(cleared: Cleared) -> int:
    """Each region's payments shared by the points of its hospitals; how many there are."""
    loaded = cleared.loaded
    of_region: dict[str, dict[str, int]] = defaultdict(dict)
    for name, points in cleared.points.items():
        of_region[loaded.region[name]][name] = points
    for region, amount in ceilings(loaded.region, loaded.paid).items():
        shared(amount, of_region[region])
    return len(of_region)


def shared(amount: int, points: Mapping[str, int]) -> dict[str, int]:
    """Whole fen first, then one each by the largest remainder, ties to the smaller id."""
    whole = sum(points.values())
    shares = {name: amount * own // whole for name, own in points.items()}
    left = amount - sum(shares.values())
    for name in sorted(points, key=lambda name: (-(amount * points[name] % whole), name))[:left]:
        shares[name] += 1
    return shares


def answer(cleared: Cleared) -> Answer:
    """Yuan by hospital."""
    return {"payment": {name: amount / 100 for name, amount in cleared.payments.items()}}
