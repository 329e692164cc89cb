"""How a case found its group, as tables: the part of `dipsim explain case` that shows the scheme at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dipsim.cli.answer import Column, Fact, Screen, Table

if TYPE_CHECKING:
    from dipsim.grouping.drg.judge import Judged, OtherDiagnosis
    from dipsim.grouping.drg.trace import DrgTrace, Tried
    from dipsim.grouping.hints import Hint
    from dipsim.grouping.trace import GroupTrace

ROLES = {
    "principal_diagnosis": ("principal diagnosis", "主要诊断"),
    "other_diagnoses": ("other diagnosis", "其他诊断"),
    "main_procedure": ("main procedure", "主要手术操作"),
    "procedures": ("procedure", "其他手术操作"),
}


def dip_trace(trace: GroupTrace, screen: Screen) -> Table:
    """The groups that were considered for a case by a DIP scheme."""
    words = screen.words
    columns = (
        Column("group_code", words("group", "病组（种）")),
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


def drg_trace(trace: DrgTrace, screen: Screen) -> list[Table | Fact]:
    """The gates and rows that led to a DRG, the conditions of their rules, and what the scheme makes of each code."""
    words = screen.words
    told = reason(trace, screen)
    head = f"{trace.group_code} {words(trace.status.key, trace.status.label_zh)}{words(': ', '：')}{told}"
    parts: list[Table | Fact] = [Fact("reason", told, head), _codes(trace, screen)]
    if trace.way:
        columns = (
            Column("row", words("row", "编码")),
            Column("name", words("name", "名称")),
            Column("tried_before", words("tried before it", "此前已试"), is_number=True),
            Column("rule", words("rule", "规则")),
        )
        rows = [(step.row.code, step.row.name, step.tried_before, step.row.rule or "1") for step in trace.way]
        parts.append(Table("way", words("The rules that hold", "命中的规则"), columns, rows))
    if any(step.conditions for step in trace.way):
        parts.append(_conditions(trace, screen))
    if trace.lacking:
        parts.append(_lacking(trace.lacking, screen))
    return parts


def hint_table(hints: Sequence[Hint], screen: Screen) -> Table:
    """The codes without which the case would be in another group."""
    words = screen.words
    columns = (
        Column("without", words("without", "若无此编码")),
        Column("role", words("role", "类别")),
        Column("group_code", words("group", "则入组")),
    )
    rows = [(hint.code, words(*ROLES[_role(hint)]), hint.group_code or words("none", "未入组")) for hint in hints]
    return Table("hints", words("What the group hangs on", "入组依赖的编码"), columns, rows)


def _role(hint: Hint) -> str:
    return "main_procedure" if hint.column == "procedures" and hint.place == 0 else hint.column


def reason(trace: DrgTrace, screen: Screen) -> str:
    """A sentence on what the status of a case comes from."""
    from dipsim.grouping.result import Status

    words = screen.words
    principal = trace.case.principal_diagnosis
    match trace.status:
        case Status.NO_PRINCIPAL_DIAGNOSIS:
            return words("the principal diagnosis is blank", "主要诊断为空")
        case Status.UNKNOWN_DIAGNOSIS:
            return words(f"no table of the scheme names {principal}", f"方案的任何表都没有 {principal}")
        case Status.UNGROUPABLE:
            return _ungroupable(trace, screen)
    mdc, adrg, _ = trace.way
    gate = _because(mdc.conditions, screen)
    if trace.status is Status.FALLBACK:
        english = f"{mdc.row.code} took the case ({gate}); none of its {adrg.tried_before} ADRGs before it matched"
        return words(
            english, f"{mdc.row.code} 收入该病例（{gate}），其前 {adrg.tried_before} 个 ADRG 均不符合，归入 00 组"
        )
    surgery = _because(adrg.conditions, screen)
    if trace.status is Status.SURGERY_UNRELATED:
        english = f"{surgery}: an operation, and no surgical ADRG of {mdc.row.code} takes it"
        return words(english, f"{surgery}：属于手术，但 {mdc.row.code} 没有外科 ADRG 收入，归入 QY 组")
    if trace.witness:
        return words(f"decided by {trace.witness}", f"决定性合并症：{trace.witness}")
    return words("no complication decided", "不取决于合并症")


def _ungroupable(trace: DrgTrace, screen: Screen) -> str:
    words = screen.words
    principal = trace.case.principal_diagnosis
    # The last row of a scheme may catch such cases itself; it is no gate that held.
    caught = trace.way[0].row.code if trace.way else ""
    gates = [tried.row.code for tried in trace.mdcs if tried.holds and tried.row.code != caught]
    tried = len(trace.mdcs) - bool(caught)
    held = words(f"; open: {', '.join(gates)}, without a matching ADRG", f"；{'、'.join(gates)} 可入但无 ADRG 符合")
    known = "" if trace.is_known else words(f"; no table names {principal}", f"；任何表都没有 {principal}")
    told = words(f"none of {tried} MDCs takes the case", f"{tried} 个 MDC 均未收入该病例")
    return f"{told}{held if gates else ''}{known}"


def _because(conditions: Sequence[Judged], screen: Screen) -> str:
    """What fulfilled the conditions of a rule that holds."""
    found = dict.fromkeys(told for judged in conditions if judged.holds and (told := _evidence(judged)))
    return ", ".join(found) or screen.words("no condition", "无条件")


def _conditions(trace: DrgTrace, screen: Screen) -> Table:
    from dipsim.grouping.drg.language import to_text

    words = screen.words
    columns = (
        Column("row", words("row", "编码")),
        Column("condition", words("condition", "条件")),
        Column("holds", words("holds", "成立")),
        Column("found", words("found in the case", "病例中")),
    )
    rows = [
        (
            step.row.code,
            to_text(judged.condition),
            words("yes", "是") if judged.holds else words("no", "否"),
            _evidence(judged),
        )
        for step in trace.way
        for judged in step.conditions
    ]
    return Table("conditions", words("Condition by condition", "逐项条件"), columns, rows)


def _evidence(judged: Judged) -> str:
    """The codes found, with their sets, or the number compared."""
    if judged.value:
        return judged.value
    codes: dict[str, list[str]] = {}
    for code, name in judged.found:
        if name not in codes.setdefault(code, []):
            codes[code].append(name)
    return ", ".join(f"{code} ({' '.join(names)})" for code, names in codes.items())


def _codes(trace: DrgTrace, screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("role", words("role", "类别")),
        Column("code", words("code", "编码")),
        Column("counts_as", words("counts as", "合并症")),
        Column("sets", words("sets", "所在集合")),
    )
    rows = [
        (words(*ROLES[role]), code, told, " ".join(trace.sets.get(code, ())) or "-")
        for role, code, told in _code_rows(trace, screen)
    ]
    return Table("codes", words("What the scheme makes of each code", "各编码在方案中"), columns, rows)


def _code_rows(trace: DrgTrace, screen: Screen) -> Iterator[tuple[str, str, str]]:
    yield "principal_diagnosis", trace.case.principal_diagnosis or "-", ""
    for other in trace.other_diagnoses:
        yield "other_diagnoses", other.code, _complication(other, trace.witness, screen)
    for place, code in enumerate(trace.case.procedures):
        yield "procedures" if place else "main_procedure", code, ""


def _complication(other: OtherDiagnosis, witness: str, screen: Screen) -> str:
    words = screen.words
    if not other.level:
        return "-"
    if other.barred_by:
        told = f"{other.level}, barred by {other.barred_by}, which holds the principal diagnosis"
        return words(told, f"{other.level}，被 {other.barred_by} 排除（主要诊断在该表）")
    return f"{other.level}{words(', decided', '，决定入组')}" if other.code == witness else other.level


def _lacking(lacking: Sequence[Tried], screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("row", words("row", "编码")),
        Column("columns", words("missing", "缺失字段")),
        Column("rule", words("rule", "规则")),
    )
    rows = [(tried.row.code, " ".join(tried.lacks), tried.row.rule) for tried in lacking]
    title = words("Rules that fail only because a value is missing", "仅因数值缺失而不成立的规则")
    return Table("lacking", title, columns, rows)
