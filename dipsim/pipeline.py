"""The run: cases -> grouped -> routed and claimed -> priced, one way, every stage a pure function.

A stage whose inputs did not change is taken from the memo: a scenario that changes only the price reuses the claims.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

import numpy as np

from dipsim import __version__
from dipsim.cases.arrival import Superseded
from dipsim.cases.companions import Budget, Hospitals
from dipsim.cases.identity import content_fingerprint
from dipsim.cases.read import CaseReading
from dipsim.cases.table import CaseTable
from dipsim.cases.year_tables import CarryOver, Deduction, Prepayment, Scores
from dipsim.claiming import Claimed, claim
from dipsim.clearing import PREPAYMENT, Clearing
from dipsim.grouping.group import group_cases
from dipsim.grouping.result import Grouping
from dipsim.ledger import Entries
from dipsim.months import Claiming, arrived_through, months_of
from dipsim.policy.any_scheme import procedure_classes
from dipsim.policy.fingerprint import combine, fingerprint_values
from dipsim.routing import price_reads
from dipsim.rule import FundPrice, FundTables, PointValues
from dipsim.scenario import Scenario
from dipsim.settling import settle

T = TypeVar("T")

CLAIM_VALUES = ("year", "year_basis", "route", "payment", "weighting", "supervision")
"""What claims take from a scenario's document; its titles and its settlement change no claim."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run reads besides the policy; a companion table is None when the data folder has none.

    reading      the account of the reading that the cases come from: rejected rows, changes, files
    superseded   claims that were in force for some months of the year and are among the cases no longer
    """

    cases: CaseTable
    hospitals: Hospitals | None = None
    budget: Budget | None = None
    point_values: PointValues | None = None
    reading: CaseReading | None = None
    superseded: Superseded | None = None
    prepaid: tuple[Prepayment, ...] | None = None
    assessment: Scores | None = None
    deductions: tuple[Deduction, ...] | None = None
    carry: tuple[CarryOver, ...] | None = None

    @property
    def tables(self) -> FundTables:
        """What pricing and clearing read besides the claims."""
        names = (table.name for table in fields(FundTables))
        return FundTables(**{name: getattr(self, name) for name in names})


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


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Result:
    """A priced run, equal to itself alone.

    fingerprints  those of cases, companion tables, scheme, policy and dipsim's version
    clearing      the year around the price; None for a scenario that says nothing of it
    not_arrived   rows of the reading that arrive after the month through which the run goes
    not_gone      rows that the reading rejected as replaced, and that had not gone by then
    """

    scenario: Scenario
    inputs: Inputs
    grouping: Grouping
    claimed: Claimed
    ledger: Entries
    prices: tuple[FundPrice, ...]
    fingerprints: Mapping[str, str]
    clearing: Clearing | None = None
    not_arrived: int = 0
    not_gone: int = 0

    @property
    def fingerprint(self) -> str:
        """One hash of all that the result follows from."""
        return combine(self.fingerprints)


def simulate(
    inputs: Inputs, scenario: Scenario, memo: Memo | None = None, threads: int = 1, through: int | None = None
) -> Result:
    """Pay the cases by the scenario, exactly: the same bits for any order of the cases and any number of threads.

    With `through`, a month of the scenario's year, only what had arrived by its end counts and nothing is cleared.
    Raises CaseDataError when a column that a rule reads is absent, PolicyError when the policy cannot be carried out.
    """
    memo = Memo() if memo is None else memo
    known = inputs if through is None else _known(inputs, scenario, through)
    cases, scheme = known.cases, scenario.scheme
    _, of_cases = memo.get(("cases", id(cases)), "fingerprint", lambda: (cases, content_fingerprint(cases)))
    classes = fingerprint_values(procedure_classes(scheme))
    inputs_of = {"cases": of_cases, "scheme": scheme.fingerprint, "procedure_classes": classes, **_companions(known)}
    grouped = ("group", of_cases, scheme.fingerprint, classes)
    grouping = memo.get(grouped, "group", lambda: group_cases(cases, scheme, threads))
    key = ("claim", grouped, inputs_of["hospitals"], _claim_key(scenario))
    claimed = memo.get(key, "claim", lambda: claim(cases, known.hospitals, scenario, grouping, threads))
    months = None
    if PREPAYMENT in scenario.params or through is not None:
        claiming = Claiming(known.hospitals, scenario, lambda table: group_cases(table, scheme, threads), threads)
        months = months_of(cases, claimed, known.superseded, claiming, through)
    settled = settle(claimed.cells, claimed.accounts, known.tables, scenario, months)
    cleared = {} if settled.clearing is None else _clearing_fingerprints(known, through)
    return Result(
        scenario=scenario,
        inputs=known,
        grouping=grouping,
        claimed=claimed,
        ledger=settled.ledger,
        prices=settled.prices,
        fingerprints={**inputs_of, **cleared, "policy": scenario.fingerprint, "version": __version__},
        clearing=settled.clearing,
        not_arrived=len(inputs.cases) + _gone(inputs) - len(cases) - _gone(known),
        not_gone=_gone(inputs) - _gone(known),
    )


def _known(inputs: Inputs, scenario: Scenario, through: int) -> Inputs:
    """What was known at the end of a month of the scenario's year."""
    cases, gone = arrived_through(inputs.cases, inputs.superseded, scenario.head.year, through)
    return replace(inputs, cases=cases, superseded=gone)


def _gone(inputs: Inputs) -> int:
    return 0 if inputs.superseded is None else len(inputs.superseded.cases)


def _clearing_fingerprints(inputs: Inputs, through: int | None) -> dict[str, str]:
    """What a clearing follows from besides, as hashes."""
    tables = {"prepaid": inputs.prepaid, "deductions": inputs.deductions, "carry": inputs.carry}
    scores = sorted((inputs.assessment or {}).items())
    gone = inputs.superseded
    return {
        **{name: fingerprint_values({name: [asdict(row) for row in rows or ()]}) for name, rows in tables.items()},
        "assessment": fingerprint_values({"scores": [[year, name, score] for (year, name), score in scores]}),
        "superseded": "" if gone is None else _superseded_fingerprint(gone),
        "through": str(through or ""),
    }


def _superseded_fingerprint(gone: Superseded) -> str:
    days = sorted(zip(gone.cases.case_ids.to_pylist(), gone.gone_on.tolist(), strict=True))
    content = content_fingerprint(gone.cases) if days else ""
    return combine({"cases": content, "gone_on": fingerprint_values({"days": [list(day) for day in days]})})


def _companions(inputs: Inputs) -> dict[str, str]:
    """The content of each companion table, as a hash."""
    values = (inputs.point_values or {}).items()
    return {
        "hospitals": "" if inputs.hospitals is None else _hash_of(inputs.hospitals),
        "budget": "" if inputs.budget is None else _hash_of(inputs.budget),
        "point_values": fingerprint_values({"|".join(filter(None, fund)): asdict(exact) for fund, exact in values}),
    }


def _hash_of(table: Hospitals | Budget) -> str:
    columns = asdict(table).items()
    return fingerprint_values(
        {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in columns}
    )


def _claim_key(scenario: Scenario) -> str:
    """What the claims depend on besides cases, groups and hospitals: also the columns that the price reads of them."""
    values = scenario.document.values
    reads = {"price_reads": sorted(price_reads(scenario)), **{key: values.get(key) for key in CLAIM_VALUES}}
    return combine({"values": fingerprint_values(reads), "weights": scenario.weights.fingerprint})
