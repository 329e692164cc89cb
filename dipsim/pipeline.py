"""The run: cases -> grouped -> routed and claimed -> priced, one way, every stage a pure function.

A stage whose inputs did not change is taken from the memo: a scenario that changes only the price reuses the claims.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np

from dipsim import __version__
from dipsim.cases.companions import Budget, Hospitals
from dipsim.cases.identity import content_fingerprint
from dipsim.cases.read import CaseReading
from dipsim.cases.table import CaseTable
from dipsim.claiming import Claimed, claim
from dipsim.grouping.dip import Grouping, group_cases
from dipsim.ledger import Entries
from dipsim.policy.fingerprint import combine, fingerprint_values
from dipsim.routing import price_reads
from dipsim.rule import ExactValue, FundPrice, FundTables
from dipsim.scenario import Scenario
from dipsim.settling import settle

T = TypeVar("T")

CLAIM_VALUES = ("year", "year_basis", "route", "payment", "weighting")
"""What claims take from a scenario's document; its titles and its settlement change no claim."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run reads besides the policy; a companion table is None when the data folder has none.

    reading   the account of the reading that the cases come from: rejected rows, changes, files
    """

    cases: CaseTable
    hospitals: Hospitals | None = None
    budget: Budget | None = None
    point_values: Mapping[str, ExactValue] | None = None
    reading: CaseReading | None = None

    @property
    def tables(self) -> FundTables:
        """What pricing and clearing read besides the claims."""
        return FundTables(self.budget, self.point_values)


def _unheard(_: str) -> None:
    """Nobody asked to be told of stages."""


@dataclass(frozen=True, slots=True)
class Memo:
    """Stages already run, by what they depend on; shared between the scenarios of a comparison.

    began   is told "fingerprint", "group" or "claim" as such a stage begins
    """

    stages: dict[Hashable, Any] = field(default_factory=dict)
    began: Callable[[str], None] = _unheard

    def get(self, key: Hashable, stage: str, make: Callable[[], T]) -> T:
        """The stored value of a stage, made on first use."""
        if key not in self.stages:
            self.began(stage)
            self.stages[key] = make()
        value: T = self.stages[key]
        return value


@dataclass(frozen=True, slots=True)
class Result:
    """A priced run; `fingerprints` are those of cases, companion tables, scheme, policy and dipsim's version."""

    scenario: Scenario
    inputs: Inputs
    grouping: Grouping
    claimed: Claimed
    ledger: Entries
    prices: tuple[FundPrice, ...]
    fingerprints: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """One hash of all that the result follows from."""
        return combine(self.fingerprints)


def simulate(inputs: Inputs, scenario: Scenario, memo: Memo | None = None, threads: int = 1) -> Result:
    """Pay the cases by the scenario, exactly: the same bits for any order of the cases and any number of threads.

    Raises CaseDataError when a column that a rule reads is absent, PolicyError when the policy cannot be carried out.
    """
    memo = Memo() if memo is None else memo
    cases, scheme = inputs.cases, scenario.scheme
    _, of_cases = memo.get(("cases", id(cases)), "fingerprint", lambda: (cases, content_fingerprint(cases)))
    classes = fingerprint_values(scheme.procedure_classes)
    inputs_of = {"cases": of_cases, "scheme": scheme.fingerprint, "procedure_classes": classes, **_companions(inputs)}
    grouped = ("group", of_cases, scheme.fingerprint, classes)
    grouping = memo.get(grouped, "group", lambda: group_cases(cases, scheme, threads))
    key = ("claim", grouped, inputs_of["hospitals"], _claim_key(scenario))
    claimed = memo.get(key, "claim", lambda: claim(cases, inputs.hospitals, scenario, grouping, threads))
    settled = settle(claimed.cells, claimed.accounts, inputs.tables, scenario)
    return Result(
        scenario=scenario,
        inputs=inputs,
        grouping=grouping,
        claimed=claimed,
        ledger=settled.ledger,
        prices=settled.prices,
        fingerprints={**inputs_of, "policy": scenario.fingerprint, "version": __version__},
    )


def _companions(inputs: Inputs) -> dict[str, str]:
    """The content of each companion table, as a hash."""
    values = (inputs.point_values or {}).items()
    return {
        "hospitals": "" if inputs.hospitals is None else _hash_of(inputs.hospitals),
        "budget": "" if inputs.budget is None else _hash_of(inputs.budget),
        "point_values": fingerprint_values({name: asdict(exact) for name, exact in values}),
    }


def _hash_of(table: Hospitals | Budget) -> str:
    columns = asdict(table).items()
    return fingerprint_values(
        {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in columns}
    )


def _claim_key(scenario: Scenario) -> str:
    """What the claims depend on besides cases, groups and hospitals: also the columns that the price reads of them."""
    values = {key: scenario.document.values.get(key) for key in CLAIM_VALUES}
    reads = {"price_reads": sorted(price_reads(scenario)), **values}
    return combine({"values": fingerprint_values(reads), "weights": scenario.weights.fingerprint})
