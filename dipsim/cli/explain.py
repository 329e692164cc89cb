"""`dipsim explain`: why a case is paid what it is paid, and what a rule does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Cell, Column, Fact, Screen, Table, millionths, show, yuan
from dipsim.cli.common import (
    AsJson,
    BudgetFile,
    Cases,
    ClassesFile,
    HospitalsFile,
    Lang,
    MappingFile,
    PointValuesFile,
    PolicyDir,
    Quiet,
    ScenarioName,
    Set,
    loaded,
    read_data,
    reading_fact,
)
from dipsim.cli.explain_trace import dip_trace, drg_trace, hint_table
from dipsim.cli.progress import RUN, progress

if TYPE_CHECKING:
    from dipsim.explain import CaseExplanation
    from dipsim.lab.what_if import Outcome, WhatIf


def case(
    case_id: Annotated[str, typer.Argument(help="The case_id")],
    cases: Cases,
    scenario: ScenarioName,
    mapping: MappingFile = None,
    hospitals: HospitalsFile = None,
    budget: BudgetFile = None,
    point_values: PointValuesFile = None,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    override: Set = [],  # noqa: B006 - typer wants a list
    otherwise: Annotated[
        list[str],
        typer.Option("--what-if", help="The case with one column otherwise: principal=I63.900", show_default=False),
    ] = [],  # noqa: B006 - typer wants a list
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Explain one case: its group, its points, its pay, each with its source; and what if it were coded otherwise.

    Examples:
      dipsim explain case D0012345 demo-out/data -s demo-city/baseline-2025
      dipsim explain case D0012345 demo-out/data -s demo-city/baseline-2025 --what-if principal=I63.900
      dipsim explain case D0012345 demo-out/data -s demo-city/baseline-2025 --what-if "procedures=36.0700|00.6600"
    """
    from dipsim.explain import explain_case
    from dipsim.inputs import Companions
    from dipsim.lab.what_if import what_if
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo, simulate

    cells = _cells(otherwise)
    screen = Screen(lang, as_json, quiet)
    chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
    companions = Companions(hospitals, budget, point_values)
    with progress(screen, RUN[:-1]) as began:
        inputs, reading = read_data(cases, companions, mapping, began)
        result = simulate(inputs, chosen, Memo(began=began))
    parts = [reading_fact(reading, screen), *_told(explain_case(result, case_id), screen)]
    if cells:
        parts.append(_changed(what_if(result, case_id, cells), screen))
    show(screen, parts)


def _cells(otherwise: Sequence[str]) -> dict[str, str]:
    """The options `--what-if column=value` as cells by column."""
    from dipsim.errors import CaseDataError, Problem

    cells: dict[str, str] = {}
    problems = []
    for text in otherwise:
        column, sign, value = text.partition("=")
        if not sign:
            problems.append(Problem(f"--what-if {text}", "no '='", next_step="write --what-if column=value"))
        elif column.strip() in cells:
            problems.append(Problem(f"--what-if {text}", "a second value of this column", next_step="say one of them"))
        cells[column.strip()] = value.strip()
    if problems:
        raise CaseDataError(problems)
    return cells


def rule(
    key: Annotated[str, typer.Argument(help="The key of a rule: dip, point_value, ...")],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say what a rule does and what its table may hold.

    Example:
      dipsim explain rule dip
    """
    from dipsim.errors import PolicyError, Problem
    from dipsim.methods import method_page
    from dipsim.paths import did_you_mean
    from dipsim.registry import RULES

    known = {rule.key: rule for rule in RULES}
    if key not in known:
        next_step = did_you_mean(key, known) or f"known: {', '.join(known)}"
        raise PolicyError(Problem(f"rule '{key}'", "not registered", next_step=next_step))
    show(Screen("zh", as_json, quiet), [Fact("rule", key, ""), Fact("page", method_page(known[key]))])


def _told(explanation: CaseExplanation, screen: Screen) -> list[Table | Fact]:
    """The case, how it found its group and on what that hangs, and the steps to its pay."""
    from dipsim.grouping.trace import GroupTrace

    words = screen.words
    steps = [(words(step.label, step.label_zh), step.value, step.origin) for step in explanation.steps]
    heads = (
        Column("what", words("what", "项目")),
        Column("value", words("value", "值")),
        Column("origin", words("from", "依据")),
    )
    parts: list[Table | Fact] = [Fact("case_id", explanation.case_id, "")]
    if isinstance(explanation.trace, GroupTrace):
        parts.append(dip_trace(explanation.trace, screen))
    elif explanation.trace is not None:
        parts += drg_trace(explanation.trace, screen)
    if explanation.hints:
        parts.append(hint_table(explanation.hints, screen))
    return [*parts, Table("steps", explanation.case_id, heads, steps)]


def _changed(found: WhatIf, screen: Screen) -> Table:
    """The case as it is beside what it would be with some cells otherwise."""
    words = screen.words
    changes = ", ".join(f"{column}={text}" for column, text in found.cells.items())
    columns = (
        Column("case", words("case", "病例")),
        Column("group_code", words("group", "病组")),
        Column("status", words("status", "状态")),
        Column("points", words("points", "分值"), places=6),
        Column("pay_yuan", words("at the point value, yuan", "按点值折算（元）")),
    )
    before, after = found.before, found.after
    points = millionths(after.points_micro - before.points_micro)
    rows = [
        (words("as it is", "现状"), *_outcome(before, screen)),
        (words("what if", "假设"), *_outcome(after, screen)),
        (words("difference", "差额"), "", "", points, yuan(found.difference_fen)),
    ]
    return Table("what_if", changes, columns, rows)


def _outcome(outcome: Outcome, screen: Screen) -> tuple[Cell, ...]:
    status = screen.words(outcome.status.key, outcome.status.label_zh)
    return (outcome.group_code or None, status, millionths(outcome.points_micro), yuan(outcome.pay_fen))
