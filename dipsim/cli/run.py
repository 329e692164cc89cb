"""`dipsim run`: pay the cases of a region by a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Screen, show
from dipsim.cli.common import (
    AsJson,
    BudgetFile,
    ClassesFile,
    DryRun,
    HospitalsFile,
    Lang,
    MappingFile,
    MaybeCases,
    Output,
    PointValuesFile,
    PolicyDir,
    Quiet,
    ScenarioName,
    Set,
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

if TYPE_CHECKING:
    from dipsim.scenario import Scenario


def run(
    scenario: ScenarioName,
    output: Output,
    cases: MaybeCases = None,
    cells: Annotated[
        Path | None, typer.Option("--cells", help="Sums by hospital, insurance and group in place of cases")
    ] = None,
    mapping: MappingFile = None,
    hospitals: HospitalsFile = None,
    budget: BudgetFile = None,
    point_values: PointValuesFile = None,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    override: Set = [],  # noqa: B006 - typer wants a list
    through: Annotated[
        str | None, typer.Option("--through", help="Only what had arrived by the end of a month, as 2025-09")
    ] = None,
    write_cases: Annotated[bool, typer.Option("--cases", help="Write a row for each case too")] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Pay hospitals by a scenario: tables, ledger, manifest, a report and its workbook.

    Examples:
      dipsim run my-data/ -s demo-city/baseline-2025 -o out/
      dipsim run claims.csv --hospitals hospitals.csv -s my-city/baseline --policy my-city -o out/ --cases
      dipsim run my-data/ -s demo-city/baseline-2025 --set weighting.outlier.high_ratio=2.5 -o out/ --json
      dipsim run my-data/ -s demo-city/year-2025 --through 2025-09 -o out/
      dipsim run --cells cells.csv --hospitals hospitals.csv -s demo-city/aggregates -o out/
    """
    started, screen = datetime.now(UTC), Screen(lang, as_json, quiet)
    with draughting(not dry_run) as draw:  # first of all: it loads what it takes beside what follows
        from dipsim.inputs import Companions, read_aggregate_inputs
        from dipsim.paths import policy_roots
        from dipsim.pipeline import Memo, simulate
        from dipsim.report.outputs import REPORT, planned_run, write_run

        chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
        require_output(output)
        month = None if through is None else _month(through, chosen.head.year)
        companions = Companions(hospitals, budget, point_values)
        with progress(screen, RUN) as began:
            if cells is None:
                inputs, reading = read_data(cases or (), companions, mapping, began)
            else:
                given = {"--mapping": mapping, "--through": through, "--cases": write_cases, "case files": cases}
                chosen = _brought(chosen, given)
                inputs, reading = read_aggregate_inputs(cells, companions, chosen)
            result = simulate(inputs, chosen, Memo(began=began), threads, month)
            began("write")
            if not dry_run:
                note = run_note(started, threads)
                write_run(result, reading, output, cases=write_cases, note=note, lang=lang, draw=draw)
    planned = planned_run(result, write_cases) if dry_run else ()
    told = [reading_fact(reading, screen), *summary((result,), reading, screen)]
    show(screen, [*told, *end_facts(output, REPORT, planned, screen)])


def _month(through: str, year: int) -> int:
    """The month of `--through`; PolicyError for what is no month of the scenario's year."""
    from dipsim.errors import PolicyError, Problem

    of_year = {f"{year}-{month:02d}": month for month in range(1, 13)}
    if through not in of_year:
        what, step = f"{through!r} is no month of {year}", f"write one, as {year}-09"
        raise PolicyError(Problem("--through", what, "the scenario's year", step))
    return of_year[through]


def _brought(scenario: Scenario, given: Mapping[str, object]) -> Scenario:
    """The scenario for sums; CaseDataError for what speaks of cases, or of when they came, where there are none."""
    from dipsim.aggregate import brought
    from dipsim.errors import CaseDataError, Problem

    step = "leave it out, or bring cases instead of --cells"
    why = "there are sums and no cases"
    problems = [Problem(name, "not with --cells", why, step) for name, value in given.items() if value]
    if problems:
        raise CaseDataError(problems)
    return brought(scenario)
