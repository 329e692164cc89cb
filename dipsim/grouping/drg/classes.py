"""Codes and numbers as classes: what no condition can tell apart is one class.

A set of conditions is an int whose bits are their numbers.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from dipsim.grouping.drg.expression import (
    CODE_VARIABLES,
    COLUMN_OF_NUMBER,
    WEIGHT,
    Comparison,
    Condition,
    Membership,
)
from dipsim.grouping.drg.normal_form import TooLargeError

Sets = Mapping[str, frozenset[str]]
COMPARE: Mapping[str, Callable[[float, int], bool]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def conditions_by_code(conditions: Sequence[Condition], variable: str, sets: Sets) -> dict[str, int]:
    """The memberships that a code fulfils when it stands in the variable; a code that fulfils none is left out."""
    found: dict[str, int] = defaultdict(int)
    for number, condition in enumerate(conditions):
        if isinstance(condition, Membership) and variable in condition.variables:
            for code in frozenset().union(*(sets[name] for name in condition.sets if name in sets)):
                found[code] |= 1 << number
    return dict(found)


@dataclass(frozen=True, slots=True)
class CodeClasses:
    """The classes of the codes of one variable; class 0 fulfils nothing: no code, or one that no set names."""

    class_of: Mapping[str, int]
    conditions: tuple[int, ...]


def code_classes(by_code: Mapping[str, int]) -> CodeClasses:
    """Codes that fulfil the same conditions are one class."""
    distinct = (0, *sorted(set(by_code.values())))
    number_of = {fulfilled: number for number, fulfilled in enumerate(distinct)}
    return CodeClasses({code: number_of[fulfilled] for code, fulfilled in by_code.items()}, distinct)


@dataclass(frozen=True, slots=True)
class ColumnClasses:
    """The classes of the values of one column; class 0 is a missing value.

    cuts         the limits of its comparisons, rising; segment 2k lies below cut k and above the one before it, segment
                 2k + 1 is cut k itself
    segments     the class of each segment
    conditions   what each class fulfils
    compared     what a value of each segment fulfils by comparison
    members      what a text fulfils by standing in sets
    """

    column: str
    cuts: tuple[int, ...]
    segments: tuple[int, ...]
    conditions: tuple[int, ...]
    compared: tuple[int, ...]
    members: Mapping[str, int]

    def class_of_text(self, value: str) -> int:
        """The class of a text; it is compared as the whole number that it is, or as a missing one."""
        compared = self.compared[_segment(int(value), self.cuts)] if value.isdecimal() else 0
        return self.conditions.index(compared | self.members.get(value, 0))


@dataclass(frozen=True, slots=True)
class CaseClasses:
    """The classes of a case by all its columns together: the number in mixed radix of the classes of the columns.

    strides      what a step of class of each column adds
    conditions   what each combination fulfils
    """

    columns: tuple[ColumnClasses, ...]
    strides: tuple[int, ...]
    conditions: tuple[int, ...]


def column_of(variable: str, weight: str) -> str:
    """The column of a number: of the official name, or the column that the rule names itself."""
    return weight if variable == WEIGHT else COLUMN_OF_NUMBER.get(variable, variable)


def case_classes(conditions: Sequence[Condition], sets: Sets, weight: str, limit: int) -> CaseClasses:
    """The classes of cases by their columns; TooLargeError when there are more than the limit."""
    by_column: dict[str, dict[int, Condition]] = defaultdict(dict)
    for number, condition in enumerate(conditions):
        if isinstance(condition, Comparison):
            by_column[column_of(condition.variable, weight)][number] = condition
        elif isinstance(condition, Membership) and condition.variables[0] not in CODE_VARIABLES:
            by_column[condition.variables[0]][number] = condition
    columns = tuple(_column_classes(name, found, sets) for name, found in sorted(by_column.items()))
    sizes = [len(column.conditions) for column in columns]
    if prod(sizes) > limit:
        raise TooLargeError
    strides = tuple(prod(sizes[position + 1 :]) for position in range(len(sizes)))
    fulfilled = tuple(sum(each) for each in product(*(column.conditions for column in columns)))
    return CaseClasses(columns, strides, fulfilled)


def _column_classes(column: str, conditions: Mapping[int, Condition], sets: Sets) -> ColumnClasses:
    comparisons = {number: each for number, each in conditions.items() if isinstance(each, Comparison)}
    cuts = tuple(sorted({comparison.number for comparison in comparisons.values()}))
    # A segment compares with the segment of a cut as its values do with the cut.
    compared = tuple(
        sum(
            1 << number
            for number, each in comparisons.items()
            if COMPARE[each.operator](segment, _segment(each.number, cuts))
        )
        for segment in range(2 * len(cuts) + 1)
    )
    members: dict[str, int] = defaultdict(int)
    for number, condition in conditions.items():
        for name in condition.sets if isinstance(condition, Membership) else ():
            for value in sets[name]:
                members[value] |= 1 << number
    either = {number | member for number in (0, *compared) for member in (0, *members.values())}
    distinct = (0, *sorted(either - {0}))
    segments = tuple(distinct.index(fulfilled) for fulfilled in compared)
    return ColumnClasses(column, cuts, segments, distinct, compared, dict(members))


def _segment(value: int, cuts: Sequence[int]) -> int:
    k = bisect_left(cuts, value)
    return 2 * k + (k < len(cuts) and cuts[k] == value)
