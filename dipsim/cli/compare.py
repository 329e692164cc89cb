"""`dipsim compare`: two scenarios or more on the same cases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from dipsim.cli.answer import Screen, show
from dipsim.cli.common import (
    AsJson,
    BudgetFile,
    Cases,
    ClassesFile,
    DryRun,
    HospitalsFile,
    Lang,
    MappingFile,
    Output,
    PolicyDir,
    Quiet,
    Threads,
    end_facts,
    loaded,
    read_data,
    reading_fact,
    require_output,
    run_note,
)
from dipsim.cli.progress import RUN, progress
from dipsim.cli.summary import summary
from dipsim.report.draughting import draughting


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
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Compare scenarios on the same cases, the baseline first.

    Example:
      dipsim compare my-data/ -s demo-city/baseline-2025 -s demo-city/tighter-bands -o out/
    """
    started, screen = datetime.now(UTC), Screen(lang, as_json, quiet)
    with draughting(not dry_run) as draw:  # first of all: it loads what it takes beside what follows
        from dipsim.errors import PolicyError, Problem
        from dipsim.inputs import Companions
        from dipsim.lab.compare import compared
        from dipsim.paths import policy_roots
        from dipsim.pipeline import Memo
        from dipsim.report.outputs import REPORT, planned_comparison, write_comparison

        if len(scenario) < 2:
            raise PolicyError(Problem("compare", "one scenario only", "", "give --scenario twice, the baseline first"))
        roots = policy_roots(policy)
        scenarios = [loaded(name, roots, (), procedure_classes) for name in scenario]
        require_output(output)
        with progress(screen, (*RUN[:-1], *["claim"] * (len(scenarios) - 1), "write")) as began:
            inputs, reading = read_data(cases, Companions(hospitals, budget, None), mapping, began)
            comparison = compared(inputs, scenarios, threads, Memo(began=began))
            began("write")
            if not dry_run:
                write_comparison(comparison, reading, output, lang, note=run_note(started, threads), draw=draw)
    planned = planned_comparison(comparison) if dry_run else ()
    told = [reading_fact(reading, screen), *summary(comparison.results, reading, screen)]
    show(screen, [*told, *end_facts(output, REPORT, planned, screen)])
