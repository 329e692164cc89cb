"""Clearing by dipsim: a run of the cells under the nation's ceiling, then `settle` on the cells of each region."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.medicare import CELLS, NATION, REGIONS, YEAR, ceilings, read_facts
from benchmarks.registry import Answer, Step, Task, Work
from dipsim.aggregate import brought
from dipsim.cases.companions import Budget, BudgetLine
from dipsim.inputs import Companions, read_aggregate_inputs
from dipsim.paths import policy_roots
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.rule import FundTables
from dipsim.scenario import Scenario, load_scenario
from dipsim.settling import settle

SUMS_ONLY = {"weighting.outlier.form": "none"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is read before the clock runs."""

    inputs: Inputs
    scenario: Scenario
    region: dict[str, str]
    ceilings: dict[str, int]


@dataclass(frozen=True, slots=True)
class Cleared:
    """The nation's run and what it was made of."""

    loaded: Loaded
    result: Result


def work() -> Work:
    """The nation, then its regions."""
    return Work((Step(NATION, nation), Step(REGIONS, regions)), answer, load)


def load(task: Task) -> Loaded:
    """Cells, scenario and ceilings."""
    scenario = brought(load_scenario("own-means/baseline", policy_roots(None)).override(SUMS_ONLY, "medicare"))
    inputs, _ = read_aggregate_inputs(task.folder / CELLS, Companions(), scenario)
    region, paid = read_facts(task.folder)
    whole = replace(inputs, budget=_ceiling(sum(paid.values())))
    return Loaded(whole, scenario, dict(region), ceilings(region, paid))


def nation(loaded: Loaded) -> Cleared:
    """All hospitals under one ceiling."""
    return Cleared(loaded, simulate(loaded.inputs, loaded.scenario))


def regions(cleared: Cleared) -> int:
    """Each region under its own ceiling; how many there are."""
    loaded, claimed = cleared.loaded, cleared.result.claimed
    region = np.array([loaded.region[name] for name in claimed.accounts.hospital_ids])
    for name, amount in loaded.ceilings.items():
        cells = claimed.cells.where((region == name)[claimed.cells.hospital])
        settle(cells, claimed.accounts, FundTables(_ceiling(amount)), loaded.scenario)
    return len(loaded.ceilings)


def answer(cleared: Cleared) -> Answer:
    """Yuan by hospital."""
    ledger, accounts = cleared.result.ledger, cleared.result.claimed.accounts
    found = dict.fromkeys(accounts.hospital_ids, 0.0)
    for payee, amount in zip(ledger.payee.tolist(), ledger.amount_fen.tolist(), strict=True):
        if payee >= accounts.hospital(0):
            found[accounts.hospital_ids[payee - accounts.hospital(0)]] += amount / 100
    return {"payment": found}


def _ceiling(amount_fen: int) -> Budget:
    return Budget((BudgetLine(YEAR, "employee", "inpatient_pool", amount_fen, "Medicare 2011"),))
