"""What a DRG rule can ask of one case beyond its main codes, as bits of a state: shared by tables and machine."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]

NONE = -1
"""No code in a dictionary column; no complication that decides."""

# What stands in place of a row where no row took the case: NO_RULE, or the class of a principal diagnosis not tried.
NO_RULE, NO_PRINCIPAL, UNKNOWN_PRINCIPAL = -1, -2, -3
REASONS = 3

# Degrees of complication, and on which of them a truth hangs; a truth that hangs on nothing is the strongest.
BY_NOTHING, BY_MCC, BY_CC, BY_EITHER = range(4)
DEGREES = 4
DEGREE_BITS = 2
"""An entry of Codes.complication is exclusion table << DEGREE_BITS | degree."""

# The first bits of a state: the case has an MCC that counts, a CC, one or the other.
MCC_BIT, CC_BIT, EITHER_BIT, FIRST_FREE_BIT = range(4)

# Columns of a table of counts, operators of a comparison, and the variables of a count as bits.
OPERATOR, LIMIT, STATE_BIT, VARIABLES, DEGREE = range(5)
EQUAL, AT_LEAST, AT_MOST, ABOVE, BELOW = range(5)
IN_PRINCIPAL, IN_OTHERS, IN_MAIN, IN_PROCEDURES = 1, 2, 4, 8


class Cases(NamedTuple):
    """The cases as ids into dictionaries, NONE for no principal diagnosis; the first procedure is the main one."""

    principal: I4
    other_start: I8
    others: U4
    procedure_start: I8
    procedures: U4


class Codes(NamedTuple):
    """What a scheme makes of the distinct codes of a case table.

    The last entry of what is said of principal diagnoses and main procedures is for no code, NONE.

    principal      class, or the reason why such a case is not grouped
    barred         the exclusion table of a principal diagnosis, NONE for none
    main           class as main procedure
    as_other       id of the principal diagnosis among the other diagnoses, NONE for none
    complication   of another diagnosis: its exclusion table and its degree, 0 for none
    diagnosis_bits, procedure_bits   uint64 (codes, words): what another diagnosis or procedure sets in the state
    principal_counts, diagnosis_counts, procedure_counts   uint64: bit c where count c takes the code
    """

    principal: I4
    barred: I4
    main: U4
    as_other: I4
    complication: I4
    diagnosis_bits: U8
    procedure_bits: U8
    principal_counts: U8
    diagnosis_counts: U8
    procedure_counts: U8


class Grouped(NamedTuple):
    """What grouping writes, one entry a case: DRG row or reason, status, id of the deciding other diagnosis."""

    row: I4
    status: I1
    witness: I4


@kernel
def counts_as(entry: int, barred: int) -> int:
    """The degree of a complication beside a principal diagnosis whose exclusion table is `barred`."""
    return (entry & BY_EITHER) * int(entry >> DEGREE_BITS != barred)


@kernel
def find_first(some: U4, at: int, cases: Cases, codes: Codes, first: I4) -> None:
    """Write of some cases the other diagnosis on which a truth hangs, by degree: MCC, CC, MCC or else CC; or NONE.

    From the last to the first, each written over those behind it, for a branch on its degree cannot be foreseen:
    measured 107 -> 76 ns a case for grouping as a whole. `some` are places behind the case `at`, as below.

    first   int32 (places, DEGREES)
    """
    principal, start, others = cases.principal, cases.other_start, cases.others
    complication, barred = codes.complication, codes.barred
    for i in some:
        case = at + i
        table = barred[principal[case]]
        first[i, BY_MCC] = first[i, BY_CC] = NONE
        for place in range(start[case + 1] - 1, start[case] - 1, -1):
            code = others[place]
            first[i, counts_as(complication[code], table)] = code
        first[i, BY_NOTHING] = NONE
        first[i, BY_EITHER] = first[i, BY_MCC] if first[i, BY_MCC] != NONE else first[i, BY_CC]


@kernel
def add_codes(some: U4, at: int, cases: Cases, codes: Codes, first: I4, state: U8) -> None:
    """Set in the states of some cases what their other codes fulfil, and the degrees of complication that they have.

    state   uint64 (places, words or more)
    """
    other_start, others, diagnosis_bits = cases.other_start, cases.others, codes.diagnosis_bits
    procedure_start, procedures, procedure_bits = cases.procedure_start, cases.procedures, codes.procedure_bits
    for i in some:
        case = at + i
        if first[i, BY_MCC] != NONE:
            state[i, 0] |= np.uint64(1 << MCC_BIT | 1 << EITHER_BIT)
        if first[i, BY_CC] != NONE:
            state[i, 0] |= np.uint64(1 << CC_BIT | 1 << EITHER_BIT)
        for word in range(diagnosis_bits.shape[1]):
            bits = np.uint64(0)
            for place in range(other_start[case], other_start[case + 1]):
                bits |= diagnosis_bits[others[place], word]
            for place in range(procedure_start[case] + 1, procedure_start[case + 1]):
                bits |= procedure_bits[procedures[place], word]
            state[i, word] |= bits


@kernel
def add_counts(case: int, cases: Cases, codes: Codes, counts: I4, state: U8) -> None:
    """Set the bits of the counts that hold for one case."""
    for number in range(counts.shape[0]):
        if counts[number, DEGREE] != BY_NOTHING:
            found = _distinct_complications(case, counts[number, DEGREE], cases, codes)
        else:
            found = _distinct_diagnoses(case, number, counts[number, VARIABLES], cases, codes)
            found += _distinct_procedures(case, number, counts[number, VARIABLES], cases, codes)
        if _holds(found, counts[number, OPERATOR], counts[number, LIMIT]):
            bit = counts[number, STATE_BIT]
            state[bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)


@kernel
def _holds(value: int, operator: int, limit: int) -> bool:
    if operator == EQUAL:
        return value == limit
    if operator == AT_LEAST:
        return value >= limit
    if operator == AT_MOST:
        return value <= limit
    if operator == ABOVE:
        return value > limit
    return value < limit


@kernel
def _distinct_complications(case: int, degree: int, cases: Cases, codes: Codes) -> int:
    barred = codes.barred[cases.principal[case]]
    start = cases.other_start[case]
    found = 0
    for position in range(start, cases.other_start[case + 1]):
        code = cases.others[position]
        if counts_as(codes.complication[code], barred) == degree and _is_new(cases.others, start, position):
            found += 1
    return found


@kernel
def _distinct_diagnoses(case: int, number: int, variables: int, cases: Cases, codes: Codes) -> int:
    found, principal = 0, NONE
    if variables & IN_PRINCIPAL:
        code = cases.principal[case]
        if _is_taken(codes.principal_counts[code], number):
            found = 1
            principal = codes.as_other[code]
    if variables & IN_OTHERS:
        start = cases.other_start[case]
        for position in range(start, cases.other_start[case + 1]):
            code = cases.others[position]
            if code != principal and _is_taken(codes.diagnosis_counts[code], number):
                if _is_new(cases.others, start, position):
                    found += 1
    return found


@kernel
def _distinct_procedures(case: int, number: int, variables: int, cases: Cases, codes: Codes) -> int:
    start, end = cases.procedure_start[case], cases.procedure_start[case + 1]
    if not variables & IN_MAIN:
        start += 1
    if not variables & IN_PROCEDURES:
        end = min(start + 1, end) if variables & IN_MAIN else start
    found = 0
    for position in range(start, end):
        if _is_taken(codes.procedure_counts[cases.procedures[position]], number):
            if _is_new(cases.procedures, start, position):
                found += 1
    return found


@kernel
def _is_taken(counts: int, number: int) -> bool:
    return bool((np.uint64(counts) >> np.uint64(number)) & np.uint64(1))


@kernel
def _is_new(ids: U4, start: int, position: int) -> bool:
    """Whether no entry from `start` on before `position` is the same."""
    for earlier in range(start, position):
        if ids[earlier] == ids[position]:
            return False
    return True
