"""`dipsim hospital`: one hospital from within."""

from __future__ import annotations

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
    PointValuesFile,
    PolicyDir,
    ScenarioName,
    Set,
    Threads,
    loaded,
    read_data,
    say,
)
from dipsim.cli.progress import progress


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
) -> None:
    """Show a hospital its margin by department and group, and its cases near a limit of the deviation bands.

    Example: dipsim hospital H01 my-data/ -s demo-city/baseline-2025 -o out/
    """
    from dipsim.inputs import Companions
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo, simulate
    from dipsim.report.hospital_page import PAGE, write_hospital
    from dipsim.report.hospital_view import hospital_view

    chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
    companions = Companions(hospitals, budget, point_values)
    inputs, _ = read_data(cases, companions, mapping, lang)
    with progress(lang) as began:
        view = hospital_view(simulate(inputs, chosen, Memo(began=began), threads), hospital_id)
        began("write")
        write_hospital(view, output, lang, near, physicians, write_cases)
    say(str(output / PAGE))
