"""`dipsim hospital`: one hospital from within."""

from __future__ import annotations

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
)
from dipsim.cli.progress import RUN, progress
from dipsim.report.draughting import draughting


def hospital(
    hospital_id: Annotated[str, typer.Argument(help="The hospital_id")],
    cases: Cases,
    scenario: ScenarioName,
    output: Output,
    mapping: MappingFile = None,
    hospitals: HospitalsFile = None,
    budget: BudgetFile = None,
    point_values: PointValuesFile = None,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    override: Set = [],  # noqa: B006 - typer wants a list
    near: Annotated[
        float, typer.Option("--near", min=0.0, max=0.5, help="Cases within this share of a limit are near it")
    ] = 0.05,
    physicians: Annotated[bool, typer.Option("--physicians", help="Show margin by physician too")] = False,
    write_cases: Annotated[bool, typer.Option("--cases", help="Write the cases near a limit by case_id")] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Show a hospital its margin by department and group, and its cases near a limit of the deviation bands.

    Examples:
      dipsim hospital H01 my-data/ -s demo-city/baseline-2025 -o out/
      dipsim hospital H01 my-data/ -s demo-city/baseline-2025 -o out/ --near 0.03 --physicians --cases
    """
    screen = Screen(lang, as_json, quiet)
    with draughting(not dry_run) as draw:  # first of all: it loads what it takes beside what follows
        from dipsim.inputs import Companions
        from dipsim.paths import policy_roots
        from dipsim.pipeline import Memo, simulate
        from dipsim.report.hospital_page import PAGE, planned_hospital, write_hospital
        from dipsim.report.hospital_view import hospital_view

        chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
        require_output(output)
        companions = Companions(hospitals, budget, point_values)
        with progress(screen, RUN) as began:
            inputs, reading = read_data(cases, companions, mapping, began)
            view = hospital_view(simulate(inputs, chosen, Memo(began=began), threads), hospital_id)
            began("write")
            if not dry_run:
                write_hospital(view, output, lang, near, physicians, write_cases, draw)
    planned = planned_hospital(view, near, physicians, write_cases) if dry_run else ()
    show(screen, [reading_fact(reading, screen), *end_facts(output, PAGE, planned, screen)])
