"""`dipsim explain`: why a case is paid what it is paid, and what a rule does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.common import (
    BudgetFile,
    Cases,
    ClassesFile,
    HospitalsFile,
    Lang,
    MappingFile,
    PointValuesFile,
    PolicyDir,
    ScenarioName,
    Set,
    loaded,
    read_data,
    say,
    show_table,
)

if TYPE_CHECKING:
    from dipsim.explain import CaseExplanation


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
) -> None:
    """Explain one case: its group, its points, its pay, each with its source.

    Example: dipsim explain case D0012345 demo-out/data -s demo-city/baseline-2025
    """
    from dipsim.explain import explain_case
    from dipsim.inputs import Companions
    from dipsim.paths import policy_roots
    from dipsim.pipeline import simulate

    chosen = loaded(scenario, policy_roots(policy), override, procedure_classes)
    companions = Companions(hospitals, budget, point_values)
    inputs, _ = read_data(cases, companions, mapping, lang)
    _print(explain_case(simulate(inputs, chosen), case_id), lang)


def rule(key: Annotated[str, typer.Argument(help="The key of a rule: dip, point_value, ...")]) -> None:
    """Say what a rule does and what its table may hold.

    Example: dipsim explain rule dip
    """
    from dipsim.errors import PolicyError, Problem
    from dipsim.methods import method_page
    from dipsim.paths import did_you_mean
    from dipsim.registry import RULES

    known = {rule.key: rule for rule in RULES}
    if key not in known:
        next_step = did_you_mean(key, known) or f"known: {', '.join(known)}"
        raise PolicyError(Problem(f"rule '{key}'", "not registered", next_step=next_step))
    say(method_page(known[key]))


def _print(explanation: CaseExplanation, lang: str) -> None:
    is_zh = lang == "zh"
    trace = explanation.trace
    if trace is not None:
        candidates = [
            (
                candidate.row.group_code,
                candidate.row.name_zh if is_zh else candidate.row.name or candidate.row.name_zh,
                candidate.reason.label_zh if is_zh else candidate.reason.label,
                " ".join(candidate.missing),
            )
            for candidate in trace.candidates
        ]
        header = ("病种", "名称", "结果", "缺少") if is_zh else ("group", "name", "what became of it", "lacks")
        title = f"{trace.principal_diagnosis} -> {trace.diagnosis_key}"
        show_table(title, header, candidates)
    columns = ("项目", "值", "依据") if is_zh else ("what", "value", "from")
    steps = [(step.label_zh if is_zh else step.label, step.value, step.origin) for step in explanation.steps]
    show_table(explanation.case_id, columns, steps)
