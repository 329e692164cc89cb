"""A region paid from its cells is paid as from its cases, to the fen, whatever the order of the cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from random import Random
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipsim.pipeline import Inputs, Result, simulate
from tests import build
from tests.property.regions import Region, random_region
from tests.shared import examples

KEYS = ("hospital_id", "insurance", "group_code")


def without_bands(seed: int) -> Region:
    """A random region whose cases have groups and earn points whatever they cost."""
    region = random_region(seed)
    cases = [{**case, "group_code": case["group_code"] or "G1", "care_type": "inpatient"} for case in region.cases]
    sums: dict[str, Any] = {"route": [{"pay": "dip"}], "weighting": {"outlier": {"form": "none"}}}
    return Region(cases, region.levels, region.weights, build.changed(region.changes, sums))


def summed(region: Region) -> tuple[list[dict[str, Any]], list[int]]:
    """The cells of a region's cases and how many cases each has."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for case in region.cases:
        found[tuple(case[key] for key in KEYS)].append(case)
    rows = []
    for key, cases in sorted(found.items()):
        fen = {
            name: sum(build.yuan_fen(case[name]) for case in cases)
            for name in ("total_cost_yuan", "out_of_pocket_yuan")
        }
        amounts = {name: f"{amount // 100}.{amount % 100:02d}" for name, amount in fen.items()}
        rows.append({**dict(zip(KEYS, key, strict=True)), **amounts, "case_id": " ".join(key)})
    return rows, [len(cases) for _, cases in sorted(found.items())]


def run(region: Region, rows: list[dict[str, Any]], counts: list[int]) -> Result:
    return simulate(Inputs(build.aggregates(rows, counts), hospitals=build.hospitals(region.levels)), region.scenario)


def ledger(result: Result) -> dict[str, Any]:
    return {column.name: getattr(result.ledger, column.name).tolist() for column in fields(result.ledger)}


def test_two_hundred_regions_are_paid_alike_by_cells_and_by_cases() -> None:
    saved = 0
    for seed in range(200):
        region = without_bands(seed)
        rows, counts = summed(region)
        by_cells, by_cases = run(region, rows, counts), simulate(region.inputs, region.scenario)
        assert ledger(by_cells) == ledger(by_cases), seed
        assert by_cells.claimed.cells.cases.tolist() == by_cases.claimed.cells.cases.tolist(), seed
        saved += len(region.cases) - len(rows)
    assert saved > 500


@examples(30)
@given(st.integers(0, 2**32))
def test_the_order_of_cells_changes_nothing(seed: int) -> None:
    region = without_bands(seed)
    rows, counts = summed(region)
    order = Random(seed).sample(range(len(rows)), len(rows))
    shuffled = run(region, [rows[number] for number in order], [counts[number] for number in order])
    first = run(region, rows, counts)
    assert ledger(shuffled) == ledger(first)
    assert shuffled.fingerprint == first.fingerprint
    assert np.array_equal(shuffled.claimed.cells.points_micro, first.claimed.cells.points_micro)
