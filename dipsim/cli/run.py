"""`dipsim run`: pay the cases of a region by a scenario."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

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
    run_note,
    say,
    show_table,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.cases.read import CaseReading
    from dipsim.pipeline import Result


def run(
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
    write_cases: Annotated[bool, typer.Option("--cases", help="Write a row for each case too")] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
) -> None:
    """Pay hospitals by a scenario: tables, ledger, manifest, a report and its workbook.

    Example: dipsim run my-data/ -s demo-city/baseline-2025 -o out/
    """
    from dipsim.inputs import Companions
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo, simulate
    from dipsim.report.outputs import write_run

    started = datetime.now(UTC)
    chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
    companions = Companions(hospitals, budget, point_values)
    inputs, reading = read_data(cases, companions, mapping, lang)
    with progress(lang) as began:
        result = simulate(inputs, chosen, Memo(began=began), threads)
        began("write")
        write_run(result, reading, output, cases=write_cases, note=run_note(started, threads), lang=lang)
    print_summary(result, reading, lang)
    say(str(output / "report.html"))


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
