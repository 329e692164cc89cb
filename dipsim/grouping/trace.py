"""How one case found its group, step by step in plain Python: what `dipsim explain case` tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from dipsim.cases.table import CaseTable
from dipsim.grouping.result import Status
from dipsim.policy.scheme import (
    GROUP_CLASS_OF,
    GROUP_CLASSES,
    GroupRow,
    Scheme,
    Semantics,
    diagnosis_category,
    diagnosis_key,
)


class Reason(Enum):
    """Why a row of the scheme did or did not take the case."""

    CHOSEN = ("the row chosen", "选中")
    FEWER_PROCEDURES = ("matches, but another row matches with more procedures", "匹配，但另有匹配更多操作的病种")
    EQUALLY_MANY = ("matches with as many procedures as another row", "匹配，但另有匹配同样多操作的病种")
    HAS_PROCEDURE = ("takes only cases without a procedure", "仅适用于无手术操作的病例")
    OTHER_MAIN_PROCEDURE = ("asks for another main procedure", "主要操作不符")
    LACKS_PROCEDURE = ("asks for a procedure that the case lacks", "缺少所需的其他操作")
    OTHER_CLASS = ("asks for another class of procedure", "手术操作类别不符")
    UNKNOWN_CLASS = ("asks for a class, and a procedure of the case has none", "手术操作类别未知")

    def __init__(self, label: str, label_zh: str) -> None:
        self.label = label
        self.label_zh = label_zh


@dataclass(frozen=True, slots=True)
class ProcedureUse:
    """One procedure of the case: how the scheme treats it ('' for an ordinary one) and its class ('' for unknown)."""

    code: str
    treatment: str
    procedure_class: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the case's subcategory or category, and what became of it; `missing` are the procedures it asks for."""

    row: GroupRow
    reason: Reason
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """The way of one case through a scheme.

    main_procedure   the procedure that counts as the main one, '' for a conservative case
    group_class      the class of composite group, '' where it is unknown or no composite was looked for
    """

    principal_diagnosis: str
    diagnosis_key: str
    category: str
    procedures: tuple[ProcedureUse, ...]
    main_procedure: str
    group_class: str
    candidates: tuple[Candidate, ...]
    group_code: str
    status: Status
    is_tied: bool


@dataclass(frozen=True, slots=True)
class _Procedures:
    """The procedures of a case that count at all, and those of them that may be the main one, in order."""

    counting: tuple[str, ...]
    possible_main: tuple[str, ...]

    @property
    def main(self) -> str:
        return self.possible_main[0] if self.possible_main else ""


def trace_case(cases: CaseTable, row: int, scheme: Scheme) -> GroupTrace:
    """The way of one case through the scheme; agrees with `group_cases`."""
    if scheme.semantics is None:
        brought = cases.code("group_code").text(row)
        status = Status.BROUGHT if brought else Status.NO_MATCH
        return GroupTrace("", "", "", (), "", "", (), brought, status, is_tied=False)
    return trace_codes(
        cases.code("principal_diagnosis").text(row), cases.code_list("procedures").texts(row), scheme, scheme.semantics
    )


def trace_codes(diagnosis: str, procedure_codes: Sequence[str], scheme: Scheme, semantics: Semantics) -> GroupTrace:
    """The way of a case with these codes, '' for no principal diagnosis, through a DIP scheme."""
    uses = tuple(
        ProcedureUse(code, scheme.procedure_treatments.get(code, ""), scheme.procedure_classes.get(code, ""))
        for code in procedure_codes
    )
    counting = tuple(use.code for use in uses if use.treatment != "conservative")
    procedures = _Procedures(counting, tuple(use.code for use in uses if not use.treatment))
    key, category = diagnosis_key(diagnosis), diagnosis_category(diagnosis)
    start = GroupTrace(diagnosis, key, category, uses, procedures.main, "", (), "", Status.NO_MATCH, is_tied=False)
    if not diagnosis:
        return replace(start, status=Status.NO_PRINCIPAL_DIAGNOSIS)
    if diagnosis in scheme.excluded_diagnoses:
        return replace(start, status=Status.EXCLUDED_DIAGNOSIS)
    core = _with_core_rows(start, procedures, scheme, semantics)
    return core if core.group_code or core.is_tied else _with_composite_rows(core, procedures, scheme, semantics)


def _with_core_rows(trace: GroupTrace, procedures: _Procedures, scheme: Scheme, semantics: Semantics) -> GroupTrace:
    """The trace with the core rows of the subcategory judged: the match with most procedures wins."""
    rows = [row for row in scheme.rows if row.kind == "core" and row.diagnosis == trace.diagnosis_key]
    mismatches = {row.group_code: _mismatch(row, procedures, semantics) for row in rows}
    matching = [row for row in rows if mismatches[row.group_code] is None]
    most = max((len(row.procedures) for row in matching), default=0)
    winners = sorted(row.group_code for row in matching if len(row.procedures) == most)
    is_tied = len(winners) > 1
    is_grouped = bool(winners) and not (is_tied and semantics.tie == "no_match")
    group_code = winners[0] if is_grouped else ""

    def judged(row: GroupRow) -> Candidate:
        if mismatch := mismatches[row.group_code]:
            return mismatch
        if row.group_code == group_code:
            return Candidate(row, Reason.CHOSEN)
        return Candidate(row, Reason.EQUALLY_MANY if row.group_code in winners else Reason.FEWER_PROCEDURES)

    status = Status.CORE if is_grouped else Status.NO_MATCH
    return replace(trace, candidates=tuple(map(judged, rows)), group_code=group_code, status=status, is_tied=is_tied)


def _mismatch(row: GroupRow, procedures: _Procedures, semantics: Semantics) -> Candidate | None:
    """Why a core row does not match the procedures, None when it does."""
    if not row.main_procedure:
        is_open = semantics.empty_procedure == "any" or not procedures.main
        return None if is_open else Candidate(row, Reason.HAS_PROCEDURE)
    allowed = procedures.possible_main if semantics.main_procedure == "any" else (procedures.main,)
    if row.main_procedure not in allowed:
        return Candidate(row, Reason.OTHER_MAIN_PROCEDURE, (row.main_procedure,))
    missing = tuple(code for code in row.other_procedures if code not in procedures.counting)
    return Candidate(row, Reason.LACKS_PROCEDURE, missing) if missing else None


def _with_composite_rows(
    trace: GroupTrace, procedures: _Procedures, scheme: Scheme, semantics: Semantics
) -> GroupTrace:
    """The trace with the composite rows of the category judged; a class that is not known is never guessed."""
    possible = _possible_classes(procedures, scheme, semantics)
    rows = [row for row in scheme.rows if row.kind == "composite" and row.diagnosis == trace.category]
    group_class = possible[0] if len(possible) == 1 else ""
    within_reach = Reason.CHOSEN if group_class else Reason.UNKNOWN_CLASS
    candidates = tuple(
        Candidate(row, within_reach if row.procedure_class in possible else Reason.OTHER_CLASS) for row in rows
    )
    reached = [candidate for candidate in candidates if candidate.reason is within_reach]
    trace = replace(trace, group_class=group_class, candidates=trace.candidates + candidates)
    if not reached:
        return trace
    if not group_class:
        return replace(trace, status=Status.NO_PROCEDURE_CLASS)
    return replace(trace, group_code=reached[0].row.group_code, status=Status.COMPOSITE)


def _possible_classes(procedures: _Procedures, scheme: Scheme, semantics: Semantics) -> tuple[str, ...]:
    """The classes that the case may have: one where all that matters is known, else all that are not ruled out."""
    if not procedures.main:
        return GROUP_CLASSES[:1]
    looked_at = procedures.possible_main if semantics.class_of == "highest" else (procedures.main,)
    known = [scheme.procedure_classes[code] for code in looked_at if code in scheme.procedure_classes]
    highest = max((GROUP_CLASSES.index(GROUP_CLASS_OF[name]) for name in known), default=1)
    return GROUP_CLASSES[highest : highest + 1] if len(known) == len(looked_at) else GROUP_CLASSES[highest:]
