"""How one case found its DRG, rule by rule in plain Python: what `dipsim explain case` tells, and a second opinion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, Kind
from dipsim.cases.table import CaseTable
from dipsim.grouping.drg.expression import CODE_VARIABLES, Expression, variables_of
from dipsim.grouping.drg.judge import DrgCase, Judge, Judged, OtherDiagnosis, Truth
from dipsim.grouping.drg.rows import Path, RuleTree
from dipsim.grouping.result import Status
from dipsim.money import MISSING
from dipsim.policy.drg_scheme import DrgScheme, RuleRow

CODE_COLUMNS = ("principal_diagnosis", "other_diagnoses", "procedures")
"""The columns of codes, which every scheme reads."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A row whose rule was judged: of an MDC, an ADRG or a DRG.

    lacks   columns whose missing values alone made the rule fail
    """

    row: RuleRow
    truth: Truth
    lacks: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the rule holds."""
        return self.truth is not Truth.FALSE


@dataclass(frozen=True, slots=True)
class Step:
    """A row that leads to the group: how many siblings were tried before it, and each condition of its rule."""

    row: RuleRow
    tried_before: int
    conditions: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class DrgTrace:
    """The way of one case through a scheme.

    mdcs, adrgs, drgs   rows judged on each level, in order; the last of each is that of the group, if there is one
    way                 MDC, ADRG and DRG of the group; empty where no row takes the case
    row                 number of the DRG row in scheme.drg, -1 for none
    witness             the other diagnosis that decided as MCC or CC, '' for none
    sets                the sets that hold each code of the case, sorted
    is_known            whether any table of the scheme names the principal diagnosis
    """

    case: DrgCase
    mdcs: tuple[Tried, ...]
    adrgs: tuple[Tried, ...]
    drgs: tuple[Tried, ...]
    way: tuple[Step, ...]
    row: int
    group_code: str
    status: Status
    witness: str
    other_diagnoses: tuple[OtherDiagnosis, ...]
    sets: Mapping[str, tuple[str, ...]]
    is_known: bool

    @property
    def lacking(self) -> tuple[Tried, ...]:
        """The rows that failed only for want of values."""
        return tuple(tried for tried in (*self.mdcs, *self.adrgs, *self.drgs) if tried.lacks)


def columns_read(scheme: DrgScheme, tree: RuleTree) -> tuple[str, ...]:
    """The columns of a case that the rules of a scheme read, those of codes first."""
    judge = Judge(DrgCase("", (), (), {}), scheme)
    named = {name for rule in (*tree.mdc, *tree.adrg, *tree.drg) for name in variables_of(rule)}
    return (*CODE_COLUMNS, *sorted(judge.column(name) for name in named - set(CODE_VARIABLES)))


def case_of(cases: CaseTable, row: int, columns: tuple[str, ...]) -> DrgCase:
    """One case of a table, with what it has of some columns. Raises CaseDataError when a column of codes is absent."""
    others, procedures = (cases.code_list(name).texts(row) for name in ("other_diagnoses", "procedures"))
    present = (name for name in columns if name not in CODE_COLUMNS and cases.has(name))
    values = {name: value for name in present if (value := _value(cases, row, name)) is not None}
    return DrgCase(cases.code("principal_diagnosis").text(row), others, procedures, values)


def _value(cases: CaseTable, row: int, column: str) -> float | str | None:
    kind = COLUMNS[column].kind
    if kind in TEXT_KINDS:
        return cases.code(column).text(row) or None
    if kind is Kind.INTEGER:
        whole = int(cases.integer(column)[row])
        return None if whole == MISSING else whole
    number = float(cases.real(column)[row])
    return number if number == number else None  # nan is a blank


def trace(case: DrgCase, scheme: DrgScheme, tree: RuleTree) -> DrgTrace:
    """The way of one case through a scheme; agrees with `group_drg`."""
    judge = Judge(case, scheme)
    is_known = _is_named(case.principal_diagnosis, scheme)
    start = DrgTrace(
        case=case,
        mdcs=(),
        adrgs=(),
        drgs=(),
        way=(),
        row=-1,
        group_code=scheme.choices.ungroupable,
        status=Status.UNGROUPABLE,
        witness="",
        other_diagnoses=judge.other_diagnoses(),
        sets=_sets(case, scheme),
        is_known=is_known,
    )
    if not case.principal_diagnosis:
        return replace(start, status=Status.NO_PRINCIPAL_DIAGNOSIS)
    if scheme.choices.unknown_codes == "ungroupable" and not is_known:
        return replace(start, status=Status.UNKNOWN_DIAGNOSIS)
    return _walked(start, judge, tree)


def _walked(start: DrgTrace, judge: Judge, tree: RuleTree) -> DrgTrace:
    """Every rule in order until one of each level holds; what fails hands the case on to the next."""
    scheme = judge.scheme
    mdcs: list[Tried] = []
    adrgs: list[Tried] = []
    drgs: list[Tried] = []
    for mdc, in_mdc in groupby(tree.paths, key=lambda path: path.mdc):
        mdcs.append(_tried(scheme.mdc[mdc], tree.mdc[mdc], judge))
        for adrg, in_adrg in groupby(in_mdc if mdcs[-1].holds else (), key=lambda path: path.adrg):
            adrgs.append(_tried(scheme.adrg[adrg], tree.adrg[adrg], judge))
            for path in in_adrg if adrgs[-1].holds else ():
                drgs.append(_tried(scheme.drg[path.drg], tree.drg[path.drg], judge))
                if drgs[-1].holds:
                    tried = replace(start, mdcs=tuple(mdcs), adrgs=tuple(adrgs), drgs=tuple(drgs))
                    return _arrived(tried, path, judge, tree)
    return replace(start, mdcs=tuple(mdcs), adrgs=tuple(adrgs), drgs=tuple(drgs))


def _tried(row: RuleRow, rule: Expression, judge: Judge) -> Tried:
    truth = judge.truth(rule)
    missing = judge.missing(rule) if truth is Truth.FALSE else ()
    fails_for_want = bool(missing) and replace(judge, missing_holds=True).truth(rule) is not Truth.FALSE
    return Tried(row, truth, missing if fails_for_want else ())


def _arrived(found: DrgTrace, path: Path, judge: Judge, tree: RuleTree) -> DrgTrace:
    """The trace of a case that a DRG row takes."""
    levels = (
        (found.mdcs, tree.mdc[path.mdc]),
        (found.adrgs, tree.adrg[path.adrg]),
        (found.drgs, tree.drg[path.drg]),
    )
    scheme = judge.scheme
    drg = scheme.drg[path.drg]
    return replace(
        found,
        way=tuple(Step(tried[-1].row, _siblings(tried), tuple(judge.judged(rule))) for tried, rule in levels),
        row=path.drg,
        group_code=drg.code,
        status=_status(drg, scheme),
        witness=judge.deciding_code(max(tried[-1].truth for tried, _ in levels)),
    )


def _siblings(tried: tuple[Tried, ...]) -> int:
    """How many rows below the same parent were tried before the last."""
    return sum(each.row.parent == tried[-1].row.parent for each in tried) - 1


def _status(drg: RuleRow, scheme: DrgScheme) -> Status:
    choices = scheme.choices
    if drg.code == choices.ungroupable:
        return Status.UNGROUPABLE
    if drg.parent in choices.fallback:
        return Status.FALLBACK
    return Status.SURGERY_UNRELATED if drg.parent in choices.surgery_unrelated else Status.GROUPED


def _is_named(code: str, scheme: DrgScheme) -> bool:
    """Whether any table of a scheme names a code."""
    return (
        code in scheme.complications or code in scheme.exclusions or any(code in held for held in scheme.sets.values())
    )


def _sets(case: DrgCase, scheme: DrgScheme) -> Mapping[str, tuple[str, ...]]:
    codes = dict.fromkeys((case.principal_diagnosis, *case.other_diagnoses, *case.procedures))
    return {code: tuple(sorted(name for name, held in scheme.sets.items() if code in held)) for code in codes if code}
