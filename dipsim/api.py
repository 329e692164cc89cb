"""The public API: read, load, simulate, compare, tabulate, report, explain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dipsim.cases.mapping import read_mapping
from dipsim.explain import CaseExplanation, explain_case
from dipsim.inputs import Companions
from dipsim.inputs import read_inputs as _read_inputs
from dipsim.lab.compare import Comparison, compared
from dipsim.paths import policy_roots
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.report.html import write_report
from dipsim.report.tables import table
from dipsim.scenario import Scenario
from dipsim.scenario import load_scenario as _load_scenario

__all__ = [
    "CaseExplanation",
    "Comparison",
    "Inputs",
    "Result",
    "Scenario",
    "compare",
    "explain_case",
    "load_scenario",
    "read_inputs",
    "simulate",
    "table",
    "write_report",
]


def read_inputs(
    *paths: str | Path,
    mapping: str | Path | None = None,
    hospitals: str | Path | None = None,
    budget: str | Path | None = None,
    point_values: str | Path | None = None,
) -> Inputs:
    """Cases from a data folder or from files, with the companion tables that are there or named.

    Raises CaseDataError or PolicyError when a table cannot be read; `Inputs.reading` holds what was rejected.
    """

    def place(path: str | Path | None) -> Path | None:
        return None if path is None else Path(path)

    companions = Companions(place(hospitals), place(budget), place(point_values))
    case_mapping = None if mapping is None else read_mapping(Path(mapping))
    inputs, _ = _read_inputs([Path(path) for path in paths], companions, case_mapping)
    return inputs


def load_scenario(name: str, policy: str | Path | None = None) -> Scenario:
    """A scenario by name or path; `policy` is a folder searched before the bundled one. Raises PolicyError."""
    return _load_scenario(name, policy_roots(None if policy is None else Path(policy)))


def compare(inputs: Inputs, scenarios: Sequence[Scenario], threads: int = 1) -> Comparison:
    """Run scenarios on the same inputs, the baseline first; shared stages run once."""
    return compared(inputs, scenarios, threads)
