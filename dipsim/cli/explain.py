"""`dipsim explain`: why a case is paid what it is paid, and what a rule does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
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
from dipsim.cli.progress import RUN, progress

if TYPE_CHECKING:
    from dipsim.explain import CaseExplanation
    from dipsim.grouping.trace import GroupTrace


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
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Explain one case: its group, its points, its pay, each with its source.

    Example:
      dipsim explain case D0012345 demo-out/data -s demo-city/baseline-2025
    """
    from dipsim.explain import explain_case
    from dipsim.inputs import Companions
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo, simulate

    screen = Screen(lang, as_json, quiet)
    chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
    companions = Companions(hospitals, budget, point_values)
    with progress(screen, RUN[:-1]) as began:
        inputs, reading = read_data(cases, companions, mapping, began)
        result = simulate(inputs, chosen, Memo(began=began))
    show(screen, [reading_fact(reading, screen), *_told(explain_case(result, case_id), screen)])


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
    """The case, the groups that were considered for it, and the steps to its pay."""
    words = screen.words
    steps = [(words(step.label, step.label_zh), step.value, step.origin) for step in explanation.steps]
    heads = (
        Column("what", words("what", "项目")),
        Column("value", words("value", "值")),
        Column("origin", words("from", "依据")),
    )
    parts: list[Table | Fact] = [Fact("case_id", explanation.case_id, "")]
    if explanation.trace is not None:
        parts.append(_candidates(explanation.trace, screen))
    return [*parts, Table("steps", explanation.case_id, heads, steps)]


def _candidates(trace: GroupTrace, screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("group_code", words("group", "病种")),
        Column("name", words("name", "名称")),
        Column("outcome", words("what became of it", "结果")),
        Column("lacks", words("lacks", "缺少")),
    )
    rows = [
        (
            candidate.row.group_code,
            words(candidate.row.name or candidate.row.name_zh, candidate.row.name_zh),
            words(candidate.reason.label, candidate.reason.label_zh),
            " ".join(candidate.missing),
        )
        for candidate in trace.candidates
    ]
    return Table("candidates", f"{trace.principal_diagnosis} -> {trace.diagnosis_key}", columns, rows)
