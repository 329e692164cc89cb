"""One rule on one case, in plain Python straight from its expression: nothing is compiled, no kernel is asked.

So what `trace.py` tells of a case is found a second way, and tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from dipsim.grouping.drg.classes import COMPARE, column_of
from dipsim.grouping.drg.expression import (
    VIRTUAL_SETS,
    Always,
    And,
    Comparison,
    Condition,
    Count,
    Expression,
    Membership,
    Not,
    Or,
    conditions_of,
)
from dipsim.policy.drg_scheme import DrgScheme

BLANK = ""


class Truth(IntEnum):
    """Whether a rule holds and on what that hangs, the firmest first: in `or` the firmest part counts."""

    FIRM = 0
    BY_MCC = 1
    BY_CC = 2
    FALSE = 3


_TRUTH_OF_LEVEL: Mapping[str, Truth] = {"MCC": Truth.BY_MCC, "CC": Truth.BY_CC}


@dataclass(frozen=True, slots=True)
class DrgCase:
    """What rules read of one case; `values` are its other columns, numbers and texts, a blank being absent."""

    principal_diagnosis: str
    other_diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    values: Mapping[str, float | str]

    def codes(self, variable: str) -> tuple[str, ...]:
        """The codes that a variable holds; a column of text holds its text."""
        match variable:
            case "ZYZD":
                return (self.principal_diagnosis,) if self.principal_diagnosis else ()
            case "QTZD":
                return self.other_diagnoses
            case "ZYSS":
                return self.procedures[:1]
            case "QTSS":
                return self.procedures[1:]
        return (str(self.values[variable]),) if variable in self.values else ()

    def number(self, column: str) -> float | None:
        """A number to compare, None where it is missing; a text is the whole number that it spells."""
        value = self.values.get(column)
        if isinstance(value, str):
            return int(value) if value.isdecimal() else None
        return value


@dataclass(frozen=True, slots=True)
class OtherDiagnosis:
    """What a scheme makes of an other diagnosis: its degree ('' for none), and the table that bars it ('' for none)."""

    code: str
    level: str
    barred_by: str

    @property
    def counts(self) -> bool:
        """Whether it counts as a complication beside the principal diagnosis."""
        return bool(self.level) and not self.barred_by


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition of a rule on a case.

    found   for memberships and counts, each code of the case with the set in which it stands
    value   for comparisons, what the case has, '' where that is missing
    """

    condition: Condition
    holds: bool
    found: tuple[tuple[str, str], ...] = ()
    value: str = BLANK


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges rules on one case.

    missing_holds   take comparisons with a missing number for true: what fails even so does not fail for want of it
    """

    case: DrgCase
    scheme: DrgScheme
    missing_holds: bool = False

    def other_diagnoses(self) -> tuple[OtherDiagnosis, ...]:
        """The other diagnoses in order, with their degrees; one is barred by the table that holds the principal one."""
        of_principal = self.scheme.exclusions.get(self.case.principal_diagnosis, "")
        found = []
        for code in self.case.other_diagnoses:
            entry = self.scheme.complications.get(code)
            is_barred = entry is not None and entry.table != "" and entry.table == of_principal
            found.append(OtherDiagnosis(code, entry.level if entry else "", of_principal if is_barred else ""))
        return tuple(found)

    def deciding_code(self, truth: Truth) -> str:
        """The first other diagnosis of the degree on which a truth hangs, '' where it hangs on none."""
        level = next((name for name, of_level in _TRUTH_OF_LEVEL.items() if of_level is truth), "")
        return next((each.code for each in self.other_diagnoses() if level and each.counts and each.level == level), "")

    def truth(self, expression: Expression, negated: bool = False) -> Truth:
        """Whether a rule (negated: its opposite) holds; `not` of and / or is or / and of the opposites."""
        match expression:
            case Always():
                return Truth.FALSE if negated else Truth.FIRM
            case Not(part):
                return self.truth(part, not negated)
            case And(parts) | Or(parts):
                firmest = min if isinstance(expression, Or) != negated else max
                return firmest(self.truth(part, negated) for part in parts)
            case Comparison(variable):
                if self.missing_holds and self.case.number(self.column(variable)) is None:
                    return Truth.FIRM
        is_opposite = negated != (isinstance(expression, Membership) and expression.negated)
        truth = self._plain_truth(expression)
        return (Truth.FIRM if truth is Truth.FALSE else Truth.FALSE) if is_opposite else truth

    def judged(self, expression: Expression) -> Iterator[Judged]:
        """Every condition of a rule by itself, in the order of the rule."""
        for condition in conditions_of(expression):
            holds = self.truth(condition) is not Truth.FALSE
            if isinstance(condition, Comparison):
                number = self.case.number(self.column(condition.variable))
                yield Judged(condition, holds, value=BLANK if number is None else f"{number:g}")
            else:
                yield Judged(condition, holds, tuple(self._found(condition)))

    def missing(self, expression: Expression) -> tuple[str, ...]:
        """The columns that a rule compares and that the case leaves blank."""
        variables = (each.variable for each in conditions_of(expression) if isinstance(each, Comparison))
        columns = dict.fromkeys(self.column(variable) for variable in variables)
        return tuple(column for column in columns if self.case.number(column) is None)

    def column(self, variable: str) -> str:
        """The column of a variable of rules."""
        return column_of(variable, self.scheme.choices.weight)

    def _plain_truth(self, condition: Condition) -> Truth:
        """A condition as if it were not negated."""
        match condition:
            case Comparison(variable, sign, limit):
                number = self.case.number(self.column(variable))
                return Truth.FIRM if number is not None and COMPARE[sign](number, limit) else Truth.FALSE
            case Count(name, _, sign, limit):
                distinct = {code for code, _ in self._found(condition)}
                return _TRUTH_OF_LEVEL.get(name, Truth.FIRM) if COMPARE[sign](len(distinct), limit) else Truth.FALSE
            case Membership():
                found = (_TRUTH_OF_LEVEL.get(name, Truth.FIRM) for _, name in self._found(condition))
                return min(found, default=Truth.FALSE)

    def _found(self, condition: Membership | Count) -> Iterator[tuple[str, str]]:
        """The codes of the case that stand in the sets of a condition, each with the set."""
        names = condition.sets if isinstance(condition, Membership) else (condition.set_name,)
        for name in names:
            if name in VIRTUAL_SETS:
                yield from ((each.code, name) for each in self.other_diagnoses() if each.counts and each.level == name)
            else:
                codes = (code for variable in condition.variables for code in self.case.codes(variable))
                yield from ((code, name) for code in codes if code in self.scheme.sets[name])
