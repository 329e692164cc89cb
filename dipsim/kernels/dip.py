"""DIP grouping over integer ids: the most specific core row, else the composite of the category, else a status.

Slow twin: tests/naive/dip_grouping.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

NONE = -1
"""No group, no key, no category, no procedure of that id."""

# Statuses.
CORE, COMPOSITE, BROUGHT, NO_MATCH, NO_PROCEDURE_CLASS, NO_PRINCIPAL_DIAGNOSIS, EXCLUDED_DIAGNOSIS = range(7)

# Columns of SchemeArrays.diagnosis and SchemeArrays.procedure.
KEY, CATEGORY, IS_EXCLUDED = range(3)
CODE, CLASS, TREATMENT = range(3)

# Columns of SchemeArrays.composite in rising rank; as the class of a procedure, 0 is an unknown one.
CONSERVATIVE, DIAGNOSTIC, THERAPEUTIC, SURGERY = range(4)
UNKNOWN = 0

# Positions of SchemeArrays.settings, each 0 or 1.
ANY_IS_MAIN, EMPTY_TAKES_ANY, HIGHEST_CLASS, TIE_IS_NO_MATCH = range(4)

# Treatments of a procedure.
ORDINARY, NOT_MAIN, TREATED_AS_CONSERVATIVE = range(3)


class SchemeArrays(NamedTuple):
    """A scheme compiled for the distinct codes of one case table.

    diagnosis   int32 (distinct diagnoses, 3): key among the core rows, category among the composites, 1 when excluded
    procedure   int32 (distinct procedures, 3): its number among the procedures of the rows, its class, its treatment
    key_start   the core rows of key k are key_start[k] .. key_start[k + 1], most procedures first, then by group
    row_group   group of each core row
    need_start  the procedures of row r are needs[need_start[r] .. need_start[r + 1]], the main one first
    composite   int32 (categories, 4): group by class
    settings    int32 (4): the choices of scheme.toml
    """

    diagnosis: I4
    procedure: I4
    key_start: I4
    row_group: I4
    need_start: I4
    needs: I4
    composite: I4
    settings: I4


class GroupedArrays(NamedTuple):
    """What grouping writes, one entry a case."""

    group: I4
    status: I1
    tied: NDArray[np.bool_]


@kernel
def group_block(
    lo: int, hi: int, diagnosis: I4, procedure_start: I8, procedure: I4, scheme: SchemeArrays, out: GroupedArrays
) -> None:
    """Write group, status and tie of the cases lo .. hi; blocks that do not overlap may run at the same time."""
    for case in range(lo, hi):
        group, status, tied = NONE, NO_PRINCIPAL_DIAGNOSIS, False
        code = diagnosis[case]
        if code >= 0:
            status = EXCLUDED_DIAGNOSIS
            if scheme.diagnosis[code, IS_EXCLUDED] == 0:
                procedures = procedure[procedure_start[case] : procedure_start[case + 1]]
                group, status, tied = _grouped(code, procedures, scheme)
        out.group[case] = group
        out.status[case] = status
        out.tied[case] = tied


@kernel
def _grouped(diagnosis: int, procedures: I4, scheme: SchemeArrays) -> tuple[int, int, bool]:
    """Group, status and tie of a case whose principal diagnosis may be grouped."""
    main = _main_procedure(procedures, scheme)
    key = scheme.diagnosis[diagnosis, KEY]
    if key != NONE:
        group, tied = _core_group(key, main, procedures, scheme)
        if tied and scheme.settings[TIE_IS_NO_MATCH] == 1:
            return NONE, NO_MATCH, True
        if group != NONE:
            return group, CORE, tied
    category = scheme.diagnosis[diagnosis, CATEGORY]
    if category == NONE:
        return NONE, NO_MATCH, False
    group, status = _composite_group(scheme.composite[category], main, procedures, scheme)
    return group, status, False


@kernel
def _main_procedure(procedures: I4, scheme: SchemeArrays) -> int:
    """The first procedure that may be the main one, NONE for a case without."""
    for procedure in procedures:
        if scheme.procedure[procedure, TREATMENT] == ORDINARY:
            return int(procedure)
    return NONE


@kernel
def _core_group(key: int, main: int, procedures: I4, scheme: SchemeArrays) -> tuple[int, bool]:
    """The group of the most specific row of a key that matches (NONE for none), and whether another is as specific."""
    best = NONE
    for row in range(scheme.key_start[key], scheme.key_start[key + 1]):
        if best != NONE and _length(row, scheme) < _length(best, scheme):
            break
        if _matches(row, main, procedures, scheme):
            if best != NONE:
                return scheme.row_group[best], True
            best = row
    if best == NONE:
        return NONE, False
    return scheme.row_group[best], False


@kernel
def _length(row: int, scheme: SchemeArrays) -> int:
    return int(scheme.need_start[row + 1] - scheme.need_start[row])


@kernel
def _matches(row: int, main: int, procedures: I4, scheme: SchemeArrays) -> bool:
    start, stop = scheme.need_start[row], scheme.need_start[row + 1]
    if start == stop:
        return main == NONE or scheme.settings[EMPTY_TAKES_ANY] == 1
    if main == NONE:
        return False
    if scheme.settings[ANY_IS_MAIN] == 0 and scheme.procedure[main, CODE] != scheme.needs[start]:
        return False
    if scheme.settings[ANY_IS_MAIN] == 1 and not _has(scheme.needs[start], ORDINARY, procedures, scheme):
        return False
    for position in range(start + 1, stop):
        if not _has(scheme.needs[position], NOT_MAIN, procedures, scheme):
            return False
    return True


@kernel
def _has(code: int, up_to_treatment: int, procedures: I4, scheme: SchemeArrays) -> bool:
    for procedure in procedures:
        if scheme.procedure[procedure, CODE] == code and scheme.procedure[procedure, TREATMENT] <= up_to_treatment:
            return True
    return False


@kernel
def _composite_group(by_class: I4, main: int, procedures: I4, scheme: SchemeArrays) -> tuple[int, int]:
    """Group and status from the composites of a category; a class that is not known is never guessed."""
    known, unknown = _known_class(main, procedures, scheme)
    if unknown:
        for possible in range(max(known, DIAGNOSTIC), SURGERY + 1):
            if by_class[possible] != NONE:
                return NONE, NO_PROCEDURE_CLASS
        return NONE, NO_MATCH
    if by_class[known] == NONE:
        return NONE, NO_MATCH
    return by_class[known], COMPOSITE


@kernel
def _known_class(main: int, procedures: I4, scheme: SchemeArrays) -> tuple[int, bool]:
    """The class of the case as far as it is known, and whether an unknown procedure might make it a higher one."""
    if main == NONE:
        return CONSERVATIVE, False
    if scheme.settings[HIGHEST_CLASS] == 0:
        known = scheme.procedure[main, CLASS]
        return known, known == UNKNOWN
    known, unknown = CONSERVATIVE, False
    for procedure in procedures:
        if scheme.procedure[procedure, TREATMENT] == ORDINARY:
            known = max(known, scheme.procedure[procedure, CLASS])
            unknown = unknown or scheme.procedure[procedure, CLASS] == UNKNOWN
    return known, unknown and known < SURGERY
