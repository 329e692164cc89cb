"""`dipsim run`: pay the cases of a region by a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.common import (
    BudgetFile,
    ClassesFile,
    HospitalsFile,
    Lang,
    MappingFile,
    MaybeCases,
    Output,
    PointValuesFile,
    PolicyDir,
    ScenarioName,
    Set,
    Threads,
    loaded,
    read_data,
    run_note,
    say,
    show_reading,
    show_table,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.cases.read import CaseReading
    from dipsim.pipeline import Result


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
    write_cases: Annotated[bool, typer.Option("--cases", help="Write a row for each case too")] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
) -> None:
    """Pay hospitals by a scenario: tables, ledger, manifest, a report and its workbook.

    Example: dipsim run my-data/ -s demo-city/baseline-2025 -o out/
    Example: dipsim run --cells cells.csv --hospitals hospitals.csv -s demo-city/aggregates -o out/
    """
    from dipsim.aggregate import brought
    from dipsim.inputs import Companions, read_aggregate_inputs
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo, simulate
    from dipsim.report.outputs import write_run

    started = datetime.now(UTC)
    chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
    companions = Companions(hospitals, budget, point_values)
    if cells is None:
        inputs, reading = read_data(cases or (), companions, mapping, lang)
    else:
        _require_cells_alone(cases, mapping, write_cases)
        chosen = brought(chosen)
        inputs, reading = read_aggregate_inputs(cells, companions, chosen)
        show_reading(reading)
    with progress(lang) as began:
        result = simulate(inputs, chosen, Memo(began=began), threads)
        began("write")
        write_run(result, reading, output, cases=write_cases, note=run_note(started, threads), lang=lang)
    print_summary(result, reading, lang)
    say(str(output / "report.html"))


def _require_cells_alone(cases: Sequence[Path] | None, mapping: Path | None, write_cases: bool) -> None:
    """CaseDataError for options that speak of cases where there are none."""
    from dipsim.errors import CaseDataError, Problem

    given = {"case files": bool(cases), "--mapping": mapping is not None, "--cases": write_cases}
    step = "leave it out, or bring cases instead of --cells"
    problems = [
        Problem(name, "not with --cells", "there are sums and no cases", step) for name, is_so in given.items() if is_so
    ]
    if problems:
        raise CaseDataError(problems)


def print_summary(result: Result, reading: CaseReading, lang: str) -> None:
    """The point values and where every case went."""
    from dipsim.ledger import INSURANCES
    from dipsim.money import FEN, MICRO
    from dipsim.report.tables import books

    rows = [
        (
            INSURANCES[price.insurance],
            "-" if price.budget_fen is None else f"{price.budget_fen / FEN:,.2f}",
            f"{price.points_micro / MICRO:,.2f}",
            f"{price.value_yuan:.4f}",
            price.guard,
            f"{price.residual_fen / FEN:,.2f}",
        )
        for price in result.prices
    ]
    head = result.scenario.head
    is_zh = lang == "zh"
    header = ("险种", "预算（元）", "分值", "点值（元）", "点值上下限", "转入风险金（元）")
    if not is_zh:
        header = ("insurance", "budget, yuan", "points", "yuan per point", "guard", "to reserve, yuan")
    show_table(head.title_zh if is_zh else head.title, header, rows, right=(1, 2, 3, 5))
    say(books(result, reading))
