"""DRG grouping as the rows say it: every rule is evaluated on the case, in order, until one of each level holds.

Nothing is compiled. How a truth came about travels with it: `BY_MCC` and `BY_CC` say that it hangs on a complication of
that degree, so the weakest way wins in `or` and the strongest in `and`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from dipsim.grouping.drg.expression import (
    Always,
    And,
    Comparison,
    Count,
    Expression,
    Membership,
    Not,
    Or,
)
from dipsim.grouping.drg.language import parse
from dipsim.policy.drg_scheme import DrgScheme

TRUE, BY_MCC, BY_CC, FALSE = range(4)
COMPARE: Mapping[str, Callable[[float, int], bool]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
DEGREE = {"MCC": BY_MCC, "CC": BY_CC}


@dataclass(frozen=True)
class Case:
    """One case; a number that is missing is absent, and so is a text."""

    principal: str = ""
    others: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def codes(self, variable: str) -> tuple[str, ...]:
        if variable in self.texts:
            return (self.texts[variable],)
        return {
            "ZYZD": (self.principal,) if self.principal else (),
            "QTZD": self.others,
            "ZYSS": self.procedures[:1],
            "QTSS": self.procedures[1:],
        }.get(variable, ())


def complications(case: Case, level: str, scheme: DrgScheme) -> list[str]:
    """The other diagnoses that count as MCC or as CC beside the principal diagnosis."""
    barred = scheme.exclusions.get(case.principal, "")
    found = []
    for code in case.others:
        entry = scheme.complications.get(code)
        if entry and entry.level == level and not (entry.table and entry.table == barred):
            found.append(code)
    return found


def truth(expression: Expression, case: Case, scheme: DrgScheme) -> int:
    """Whether the rule holds, and on what it hangs; nothing hangs on a complication that is not there."""
    match expression:
        case Always():
            return TRUE
        case And(parts):
            return max(truth(part, case, scheme) for part in parts)
        case Or(parts):
            return min(truth(part, case, scheme) for part in parts)
        case Not(part):
            return untruth(part, case, scheme)
        case Comparison(variable, sign, number):
            value = case.numbers.get(variable)
            return TRUE if value is not None and COMPARE[sign](value, number) else FALSE
        case Count(name, variables, sign, number):
            if name in DEGREE:
                found = set(complications(case, name, scheme))
            else:
                found = {code for v in variables for code in case.codes(v)} & scheme.sets[name]
            return DEGREE.get(name, TRUE) if COMPARE[sign](len(found), number) else FALSE
        case Membership(variables, sets, negated):
            way = min(_in_set(name, variables, case, scheme) for name in sets)
            return _opposite(way) if negated else way


def untruth(expression: Expression, case: Case, scheme: DrgScheme) -> int:
    """Whether the rule does not hold, and on what that hangs: twice `not` is as if it were not said."""
    match expression:
        case And(parts):
            return min(untruth(part, case, scheme) for part in parts)
        case Or(parts):
            return max(untruth(part, case, scheme) for part in parts)
        case Not(part):
            return truth(part, case, scheme)
        case Membership(variables, sets, negated):
            return truth(Membership(variables, sets, not negated), case, scheme)
        case _:
            return _opposite(truth(expression, case, scheme))


def _opposite(way: int) -> int:
    return TRUE if way == FALSE else FALSE


def _in_set(name: str, variables: tuple[str, ...], case: Case, scheme: DrgScheme) -> int:
    if name in DEGREE:
        return DEGREE[name] if complications(case, name, scheme) else FALSE
    return TRUE if any(code in scheme.sets[name] for v in variables for code in case.codes(v)) else FALSE


@dataclass(frozen=True)
class Found:
    """The row of the sheet DRG (-1 for none) and the complication on which it hangs ('' for none)."""

    row: int
    witness: str


@cache
def _parsed(text: str) -> Expression:
    return parse(text)


def group(case: Case, scheme: DrgScheme) -> Found:
    """The first DRG row whose own rule and whose parents' rules hold."""
    for mdc in scheme.mdc:
        at_mdc = truth(_parsed(mdc.rule), case, scheme)
        if at_mdc == FALSE:
            continue
        for adrg in scheme.adrg:
            at_adrg = max(at_mdc, truth(_parsed(adrg.rule), case, scheme)) if adrg.parent == mdc.code else FALSE
            if at_adrg == FALSE:
                continue
            for number, drg in enumerate(scheme.drg):
                way = max(at_adrg, truth(_parsed(drg.rule), case, scheme)) if drg.parent == adrg.code else FALSE
                if way != FALSE:
                    return Found(number, _witness(way, case, scheme))
    return Found(-1, "")


def _witness(way: int, case: Case, scheme: DrgScheme) -> str:
    """The first complication of the degree on which the row hangs."""
    if way == TRUE:
        return ""
    found = complications(case, "MCC" if way == BY_MCC else "CC", scheme)
    return found[0] if found else ""
