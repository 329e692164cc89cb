"""`dipsim compare`: two scenarios or more on the same cases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from dipsim.cli.common import (
    BudgetFile,
    Cases,
    ClassesFile,
    HospitalsFile,
    Lang,
    MappingFile,
    Output,
    PolicyDir,
    Threads,
    loaded,
    read_data,
    run_note,
    say,
)
from dipsim.cli.progress import progress
from dipsim.cli.run import print_summary


def compare(
    cases: Cases,
    scenario: Annotated[
        list[str], typer.Option("--scenario", "-s", help="The baseline first, then each other scenario")
    ],
    output: Output,
    mapping: MappingFile = None,
    hospitals: HospitalsFile = None,
    budget: BudgetFile = None,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    threads: Threads = 1,
    lang: Lang = "zh",
) -> None:
    """Compare scenarios on the same cases, the baseline first.

    Example: dipsim compare my-data/ -s demo-city/baseline-2025 -s demo-city/tighter-bands -o out/
    """
    from dipsim.errors import PolicyError, Problem
    from dipsim.inputs import Companions
    from dipsim.lab.compare import compared
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo
    from dipsim.report.outputs import write_comparison

    started = datetime.now(UTC)
    if len(scenario) < 2:
        raise PolicyError(Problem("compare", "one scenario only", "", "give --scenario twice, the baseline first"))
    roots = policy_roots(policy)
    scenarios = [loaded(name, roots, (), procedure_classes) for name in scenario]
    companions = Companions(hospitals, budget, None)
    inputs, reading = read_data(cases, companions, mapping, lang)
    with progress(lang) as began:
        comparison = compared(inputs, scenarios, threads, Memo(began=began))
        began("write")
        write_comparison(comparison, reading, output, lang, note=run_note(started, threads))
    for result in comparison.results:
        print_summary(result, reading, lang)
    say(str(output / "report.html"))
