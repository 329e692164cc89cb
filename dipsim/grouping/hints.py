"""What the group of a case hangs on, tried out: the group that it would have without one of its codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dipsim.cases.table import CaseTable
from dipsim.grouping.drg.group import compiled
from dipsim.grouping.drg.judge import DrgCase
from dipsim.grouping.drg.trace import case_of, columns_read, trace
from dipsim.grouping.trace import trace_codes
from dipsim.policy.any_scheme import AnyScheme
from dipsim.policy.drg_scheme import DrgScheme

Codes = tuple[str, ...]
Regroup = Callable[[Codes, Codes], str]
"""The group of a case with these other diagnoses and procedures, '' for none."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A code without which the case would be in another group; `place` counts from 0 in the column."""

    column: str
    place: int
    code: str
    group_code: str


def hints(cases: CaseTable, row: int, scheme: AnyScheme) -> tuple[Hint, ...]:
    """Every other diagnosis and procedure on which the group of a case hangs, in the order of the record."""
    if isinstance(scheme, DrgScheme):
        others, procedures = (cases.code_list(name).texts(row) for name in ("other_diagnoses", "procedures"))
        return _without_each(others, procedures, _by_drg(cases, row, scheme))
    semantics = scheme.semantics
    if semantics is None:
        return ()
    principal, procedures = cases.code("principal_diagnosis").text(row), cases.code_list("procedures").texts(row)
    return _without_each((), procedures, lambda _, kept: trace_codes(principal, kept, scheme, semantics).group_code)


def _by_drg(cases: CaseTable, row: int, scheme: DrgScheme) -> Regroup:
    tree = compiled(scheme).tree
    case = case_of(cases, row, columns_read(scheme, tree))

    def group_code(others: Codes, procedures: Codes) -> str:
        changed = DrgCase(case.principal_diagnosis, others, procedures, case.values)
        return trace(changed, scheme, tree).group_code

    return group_code


def _without_each(others: Codes, procedures: Codes, group_code: Regroup) -> tuple[Hint, ...]:
    now = group_code(others, procedures)
    found = [
        *(
            Hint("other_diagnoses", place, code, group_code(_without(others, place), procedures))
            for place, code in enumerate(others)
        ),
        *(
            Hint("procedures", place, code, group_code(others, _without(procedures, place)))
            for place, code in enumerate(procedures)
        ),
    ]
    return tuple(hint for hint in found if hint.group_code != now)


def _without(codes: Codes, place: int) -> Codes:
    return codes[:place] + codes[place + 1 :]
