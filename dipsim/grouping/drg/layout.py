"""What each condition of a scheme is about, and which bit of a state it has.

Sets of conditions are ints whose bits are the numbers of the conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.grouping.drg.expression import (
    CODE_VARIABLES,
    MAIN_PROCEDURE,
    OTHER_DIAGNOSES,
    OTHER_PROCEDURES,
    PRINCIPAL,
    VIRTUAL_SETS,
    Comparison,
    Condition,
    Count,
    Membership,
    Operator,
)
from dipsim.grouping.drg.normal_form import Term
from dipsim.kernels import drg_state as kernel

_DEGREE_BIT = {("MCC",): kernel.MCC_BIT, ("CC",): kernel.CC_BIT, ("CC", "MCC"): kernel.EITHER_BIT}
_OPERATOR: Mapping[Operator, int] = {
    "=": kernel.EQUAL,
    ">=": kernel.AT_LEAST,
    "<=": kernel.AT_MOST,
    ">": kernel.ABOVE,
    "<": kernel.BELOW,
}
_VARIABLE_BIT = {
    PRINCIPAL: kernel.IN_PRINCIPAL,
    OTHER_DIAGNOSES: kernel.IN_OTHERS,
    MAIN_PROCEDURE: kernel.IN_MAIN,
    OTHER_PROCEDURES: kernel.IN_PROCEDURES,
}
DEGREE_OF_LEVEL = {"MCC": kernel.BY_MCC, "CC": kernel.BY_CC}


@dataclass(frozen=True, slots=True)
class Layout:
    """The conditions of a scheme, sorted by what decides them.

    principal, main   memberships that the principal diagnosis alone, the main procedure alone, decides
    by_other_diagnoses, by_other_procedures   memberships that another diagnosis, another procedure may fulfil
    columns           conditions on columns of the case (age, sex, ...)
    leaf_columns      those of them that DRG rules alone ask for
    degrees           memberships in MCC, in CC and in either
    by_mcc, by_cc, by_either   conditions that a complication of the degree fulfils
    counts            the conditions that count
    bit_of            the bit in the state of each condition of another code, leaf column, degree or count
    """

    conditions: tuple[Condition, ...]
    principal: int
    main: int
    by_other_diagnoses: int
    by_other_procedures: int
    columns: int
    leaf_columns: int
    degrees: int
    by_mcc: int
    by_cc: int
    by_either: int
    counts: int
    bit_of: dict[int, int]

    @property
    def others(self) -> int:
        """The memberships that another code may fulfil."""
        return self.by_other_diagnoses | self.by_other_procedures

    @property
    def words(self) -> int:
        """How many words of 64 bits a state has."""
        return 1 + max((kernel.FIRST_FREE_BIT - 1, *self.bit_of.values())) // 64

    def state(self, fulfilled: int) -> list[int]:
        """A set of conditions as the words of a state."""
        bits = 0
        for number in bits_of(fulfilled):
            bits |= 1 << self.bit_of[number]
        return [bits >> 64 * word & 2**64 - 1 for word in range(self.words)]

    def count_table(self) -> NDArray[np.int32]:
        """The counts as the kernels read them, in the order of their numbers."""
        rows = []
        for number in bits_of(self.counts):
            count = self.conditions[number]
            assert isinstance(count, Count)
            variables = sum(_VARIABLE_BIT[name] for name in count.variables)
            degree = DEGREE_OF_LEVEL.get(count.set_name, kernel.BY_NOTHING)
            rows.append((_OPERATOR[count.operator], count.number, self.bit_of[number], variables, degree))
        return np.array(rows, np.int32).reshape(-1, 5)

    def degree(self, term: Term) -> int:
        """The degree of complication on which a term hangs: the weakest that it requires."""
        if term.require & self.by_cc:
            return kernel.BY_CC
        if term.require & self.by_either:
            return kernel.BY_EITHER
        return kernel.BY_MCC if term.require & self.by_mcc else kernel.BY_NOTHING


def layout(conditions: Sequence[Condition], gate: int) -> Layout:
    """Sort the conditions of a scheme; `gate` are those that MDC and ADRG rules name."""

    def all_that(is_such: Callable[[Condition], bool]) -> int:
        return sum(1 << number for number, condition in enumerate(conditions) if is_such(condition))

    diagnoses = all_that(lambda each: OTHER_DIAGNOSES in _variables(each))
    procedures = all_that(lambda each: OTHER_PROCEDURES in _variables(each))
    columns = all_that(is_of_column)
    degrees = all_that(lambda each: degree_bit(each) is not None)
    counts = all_that(lambda each: isinstance(each, Count))
    return Layout(
        conditions=tuple(conditions),
        principal=all_that(lambda each: _variables(each) == {PRINCIPAL}),
        main=all_that(
            lambda each: _variables(each) <= {PRINCIPAL, MAIN_PROCEDURE} and MAIN_PROCEDURE in _variables(each)
        ),
        by_other_diagnoses=diagnoses,
        by_other_procedures=procedures,
        columns=columns,
        leaf_columns=columns & ~gate,
        degrees=degrees,
        by_mcc=all_that(lambda each: _level(each) == ("MCC",)),
        by_cc=all_that(lambda each: _level(each) == ("CC",)),
        by_either=all_that(lambda each: _level(each) == ("CC", "MCC")),
        counts=counts,
        bit_of=_bits(conditions, diagnoses | procedures | columns & ~gate | counts),
    )


def is_of_column(condition: Condition) -> bool:
    """Whether a condition is about a column of the case rather than its codes."""
    if isinstance(condition, Comparison):
        return True
    return isinstance(condition, Membership) and condition.variables[0] not in CODE_VARIABLES


def degree_bit(condition: Condition) -> int | None:
    """The bit of a membership in MCC, in CC or in both, None for any other condition."""
    return _DEGREE_BIT.get(condition.sets) if isinstance(condition, Membership) else None


def bits_of(fulfilled: int) -> Iterable[int]:
    """The numbers in a set of conditions, rising."""
    while fulfilled:
        lowest = fulfilled & -fulfilled
        yield lowest.bit_length() - 1
        fulfilled ^= lowest


def _variables(condition: Condition) -> frozenset[str]:
    """The variables of a membership in sets of the scheme, none for any other condition."""
    if not isinstance(condition, Membership) or VIRTUAL_SETS & set(condition.sets):
        return frozenset()
    return frozenset(condition.variables)


def _level(condition: Condition) -> tuple[str, ...]:
    """The virtual sets that a condition asks for."""
    if isinstance(condition, Membership) and set(condition.sets) <= VIRTUAL_SETS:
        return condition.sets
    if isinstance(condition, Count) and condition.set_name in VIRTUAL_SETS:
        return (condition.set_name,)
    return ()


def _bits(conditions: Sequence[Condition], of_state: int) -> dict[int, int]:
    """A bit for each condition that the state holds; those of the degrees are fixed."""
    fixed = {number: bit for number, each in enumerate(conditions) if (bit := degree_bit(each)) is not None}
    return fixed | {number: bit for bit, number in enumerate(bits_of(of_state), kernel.FIRST_FREE_BIT)}
