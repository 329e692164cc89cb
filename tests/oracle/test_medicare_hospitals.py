"""3,337 real hospitals and 100 DRGs of Medicare 2011, paid from sums under a ceiling of what they were really paid.

The twin below knows nothing of dipsim: integers, one division a group and one a hospital, largest remainder by sorting.
"""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np
import pytest

from dipsim.aggregate import brought
from dipsim.cases.companions import Budget, BudgetLine
from dipsim.fund.ceilings import CeilingsParams
from dipsim.inputs import Companions, read_aggregate_inputs
from dipsim.money import MICRO, half_even
from dipsim.paths import policy_roots
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.policy.params import Source
from dipsim.rule import FundTables
from dipsim.scenario import Scenario, load_scenario
from dipsim.settling import settle
from tests import build
from tests.shared import shared_path

HOSPITALS, GROUPS, REGIONS, CELLS, DISCHARGES = 3_337, 100, 306, 163_065, 6_975_318
YEAR, SCALE = 2025, 1000
T = TypeVar("T")
SUMS_ONLY = {
    "year_basis": "none",
    "route": [{"pay": "dip"}],
    "weighting.outlier.form": "none",
    "settlement.point_value.budget_yuan": {"employee": "none", "resident": "none"},
}


@dataclass(frozen=True)
class Cell:
    """A hospital and DRG: discharges, charges and payments in cents."""

    hospital: str
    group: str
    cases: int
    charges: int
    payments: int


@dataclass(frozen=True)
class Medicare:
    """The cells, the referral region of each hospital, and the folder of the table `cells`."""

    cells: tuple[Cell, ...]
    region_of: Mapping[str, str]
    table: Path

    def payments(self, hospitals: set[str] | None = None) -> int:
        """What hospitals, all or some, were really paid."""
        return sum(cell.payments for cell in self.cells if hospitals is None or cell.hospital in hospitals)


@pytest.fixture(scope="module")
def medicare(tmp_path_factory: pytest.TempPathFactory) -> Medicare:
    folder = shared_path("data/medicare-2011")
    with (folder / "charges.csv").open(encoding="utf-8", newline="") as file:
        cells = tuple(cell_of(row) for row in csv.DictReader(file))
    with (folder / "providers.csv").open(encoding="utf-8", newline="") as file:
        regions = {row["idProvider"]: row["referralRegion"] for row in csv.DictReader(file)}
    assert (len(cells), sum(cell.cases for cell in cells)) == (CELLS, DISCHARGES)
    assert (len({cell.hospital for cell in cells}), len({cell.group for cell in cells})) == (HOSPITALS, GROUPS)
    table = tmp_path_factory.mktemp("medicare") / "cells.csv"
    write_cells(table, cells)
    return Medicare(cells, {cell.hospital: regions[cell.hospital] for cell in cells}, table)


def cell_of(row: Mapping[str, str]) -> Cell:
    cases = int(row["totalDischarges"])
    charges, payments = (round(Decimal(row[name]) * cases * 100) for name in ("aveCharges", "avePayments"))
    return Cell(row["idProvider"], row["drg"], cases, charges, payments)


def write_cells(path: Path, cells: Sequence[Cell]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("hospital_id", "insurance", "group_code", "cases", "total_cost_yuan"))
        for cell in cells:
            amount = f"{cell.charges // 100}.{cell.charges % 100:02d}"
            writer.writerow((cell.hospital, "employee", cell.group, cell.cases, amount))


def ceiling(amount_fen: int) -> Budget:
    return Budget((BudgetLine(YEAR, "employee", "inpatient_pool", amount_fen, "Medicare 2011"),))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return brought(load_scenario("own-means/baseline", policy_roots(None)).override(SUMS_ONLY, "medicare"))


@pytest.fixture(scope="module")
def inputs(medicare: Medicare, scenario: Scenario) -> Inputs:
    """The cells as a run reads them, under the ceiling of all payments."""
    inputs, reading = read_aggregate_inputs(medicare.table, Companions(), scenario)
    assert (reading.counts.rows_in, reading.counts.rejected, len(reading.cases)) == (DISCHARGES, 0, CELLS)
    return replace(inputs, budget=ceiling(medicare.payments()))


@pytest.fixture(scope="module")
def result(inputs: Inputs, scenario: Scenario) -> Result:
    return simulate(inputs, scenario)


def paid(result: Result) -> dict[str, int]:
    """What each hospital gets by the ledger."""
    return by_hospital(result.ledger.payee, result.ledger.amount_fen, result)


def by_hospital(payee: np.ndarray, amount_fen: np.ndarray, result: Result) -> dict[str, int]:
    accounts = result.claimed.accounts
    first, found = accounts.hospital(0), dict.fromkeys(accounts.hospital_ids, 0)
    for account, amount in zip(payee.tolist(), amount_fen.tolist(), strict=True):
        if account >= first:
            found[accounts.hospital_ids[account - first]] += amount
    return found


# ---- the twin


@pytest.fixture(scope="module")
def points(medicare: Medicare) -> Mapping[str, int]:
    """Millionths of a point by hospital: cases x (scale x mean charge of the DRG / mean charge of all), rounded."""
    cases: dict[str, int] = defaultdict(int)
    charges: dict[str, int] = defaultdict(int)
    for cell in medicare.cells:
        cases[cell.group] += cell.cases
        charges[cell.group] += cell.charges
    every = sum(charges.values())
    of_group = {group: half_even(SCALE * MICRO * charges[group] * DISCHARGES, cases[group] * every) for group in cases}
    found: dict[str, int] = defaultdict(int)
    for cell in medicare.cells:
        found[cell.hospital] += cell.cases * of_group[cell.group]
    return found


def shared(amount: int, points: Mapping[str, int]) -> dict[str, int]:
    """An amount by points: whole fen first, then one each by the largest remainder, ties to the smaller id."""
    whole = sum(points.values())
    shares = {name: amount * own // whole for name, own in points.items()}
    left = amount - sum(shares.values())
    for name in sorted(points, key=lambda name: (-(amount * points[name] % whole), name))[:left]:
        shares[name] += 1
    return shares


def regions(medicare: Medicare) -> Iterator[set[str]]:
    yield from regions_by_name(medicare).values()


def regions_by_name(medicare: Medicare) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for hospital, region in medicare.region_of.items():
        found[region].add(hospital)
    assert len(found) == REGIONS
    return found


# ---- what must hold


def test_the_nation_is_paid_to_the_fen_as_by_the_twin(
    result: Result, medicare: Medicare, points: Mapping[str, int]
) -> None:
    found = paid(result)
    assert found == shared(medicare.payments(), points)
    assert sum(found.values()) == medicare.payments()


def test_case_mix_points_are_the_scale_on_average(result: Result) -> None:
    cells = result.claimed.cells
    mean = int(cells.points_micro.sum()) / DISCHARGES / MICRO
    assert mean == pytest.approx(SCALE, abs=1e-6)


def test_every_referral_region_is_paid_its_own_ceiling_as_by_the_twin(
    result: Result, medicare: Medicare, points: Mapping[str, int], scenario: Scenario
) -> None:
    """One region after another, the points being those of the nation."""
    cells, accounts = result.claimed.cells, result.claimed.accounts
    total = 0
    for hospitals in regions(medicare):
        of_region = np.isin(np.array(accounts.hospital_ids), sorted(hospitals))
        amount = medicare.payments(hospitals)
        settled = settle(cells.where(of_region[cells.hospital]), accounts, FundTables(ceiling(amount)), scenario)
        found = by_hospital(settled.ledger.payee, settled.ledger.amount_fen, result)
        assert {name: found[name] for name in hospitals} == shared(amount, {name: points[name] for name in hospitals})
        total += sum(found.values())
    assert total == medicare.payments()


def test_every_referral_region_at_once_is_every_region_by_itself(
    result: Result, medicare: Medicare, points: Mapping[str, int], scenario: Scenario
) -> None:
    """The regions as counties, each under the ceiling of its own payments, in one run."""
    table = build.counties(medicare.region_of)
    lines = tuple(
        BudgetLine(YEAR, "employee", "inpatient_pool", medicare.payments(hospitals), "Medicare 2011", region)
        for region, hospitals in regions_by_name(medicare).items()
    )
    params = CeilingsParams(scope="county", divide_by="table", source=Source(doc="test"))
    divided = replace(scenario, params={**scenario.params, "fund.ceilings": params})
    claimed = result.claimed
    settled = settle(claimed.cells, claimed.accounts, FundTables(Budget(lines), hospitals=table), divided)
    found = by_hospital(settled.ledger.payee, settled.ledger.amount_fen, result)
    expected: dict[str, int] = {}
    for hospitals in regions(medicare):
        expected |= shared(medicare.payments(hospitals), {name: points[name] for name in hospitals})
    assert found == expected
    assert len(settled.prices) == REGIONS


@pytest.mark.parametrize("times", [2, 7, 1000])
def test_a_ceiling_so_many_times_as_high_pays_so_many_times_as_much(
    result: Result, medicare: Medicare, scenario: Scenario, times: int
) -> None:
    """k F pays k F in all, at exactly k times the point value; each hospital k times as much but for whole fen.

    A share is within a fen of the exact one, so k times it and the share of k F differ by less than k + 1 fen.
    """
    claimed = result.claimed
    budget = FundTables(ceiling(times * medicare.payments()))
    settled = settle(claimed.cells, claimed.accounts, budget, scenario)
    more, before = by_hospital(settled.ledger.payee, settled.ledger.amount_fen, result), paid(result)
    assert sum(more.values()) == times * sum(before.values())
    assert all(abs(more[name] - times * before[name]) < times + 1 for name in before)
    (price,), (former,) = settled.prices, result.prices
    assert (price.pool_fen, price.points_micro) == (times * former.pool_fen, former.points_micro)


def test_cells_in_any_order_pay_the_same(
    result: Result, medicare: Medicare, scenario: Scenario, inputs: Inputs, tmp_path: Path
) -> None:
    shuffled = Random(11).sample(medicare.cells, len(medicare.cells))
    write_cells(tmp_path / "cells.csv", shuffled)
    other, _ = read_aggregate_inputs(tmp_path / "cells.csv", Companions(), scenario)
    again = simulate(replace(other, budget=inputs.budget), scenario)
    assert paid(again) == paid(result)
    assert again.fingerprint == result.fingerprint


def test_hospitals_under_other_names_are_paid_the_same_but_for_a_tied_fen(
    result: Result, medicare: Medicare, scenario: Scenario, inputs: Inputs, tmp_path: Path
) -> None:
    """Ids change the order of hospitals and settle ties; nobody's pay may move by more than the fen of a tie."""
    names = sorted(medicare.region_of)
    renamed = dict(zip(names, Random(5).sample(names, len(names)), strict=True))
    write_cells(tmp_path / "cells.csv", [replace(cell, hospital=renamed[cell.hospital]) for cell in medicare.cells])
    other, _ = read_aggregate_inputs(tmp_path / "cells.csv", Companions(), scenario)
    again, before = paid(simulate(replace(other, budget=inputs.budget), scenario)), paid(result)
    moved = [again[renamed[name]] - before[name] for name in names]
    assert set(moved) <= {-1, 0, 1}
    assert sum(moved) == 0
    assert sum(map(abs, moved)) <= 2


def test_how_long_the_clearing_takes_is_printed(
    inputs: Inputs, medicare: Medicare, scenario: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed, not required: a machine may be busy."""
    found, nation = timed(lambda: simulate(inputs, scenario))
    accounts, cells = found.claimed.accounts, found.claimed.cells
    region = np.array([medicare.region_of[name] for name in accounts.hospital_ids])
    amounts = [(name, medicare.payments(set(np.array(accounts.hospital_ids)[region == name]))) for name in set(region)]

    def all_regions() -> int:
        for name, amount in amounts:
            settle(cells.where((region == name)[cells.hospital]), accounts, FundTables(ceiling(amount)), scenario)
        return len(amounts)

    count, by_region = timed(all_regions)
    with capsys.disabled():
        print(f"\nMedicare 2011: nation {nation:.2f} s, {count} regions {by_region:.2f} s of CPU")  # noqa: T201
    assert count == REGIONS


def timed(work: Callable[[], T]) -> tuple[T, float]:
    before = time.process_time()
    return work(), time.process_time() - before
