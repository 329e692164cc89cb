"""DRG grouping from tables: principal diagnosis, class of the case and main procedure lead to an action.

An action is a table of outcomes over the complications and the class of the case and, where it asks for more, a short
list of terms over the bits of a state; only for a list are the other codes of the case looked at. Slow twins:
kernels/drg_machine.py, which evaluates the rules as they stand, and tests/naive/drg.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel
from dipsim.kernels.drg_state import (
    BY_CC,
    BY_EITHER,
    BY_MCC,
    DEGREES,
    NONE,
    REASONS,
    Cases,
    Codes,
    Grouped,
    add_codes,
    add_counts,
    find_first,
)

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]
Numbers = NDArray[np.int64] | NDArray[np.float64]

# Columns of Tables.action, and what an action needs of the other codes as bits.
OUTCOMES, TERMS, NEEDS = range(3)
NEEDS_DEGREES, NEEDS_DIAGNOSES, NEEDS_PROCEDURES, NEEDS_COUNTS = 1, 2, 4, 8

OUTCOME_BITS = 2
"""An outcome is row << OUTCOME_BITS | the degree on which it hangs."""
DEGREES_OF_CASE = 4
"""A table of outcomes has an entry for no complication, MCC, CC and both, for each leaf class."""
AT_ONCE = 1024
"""Cases that go through one loop before the next."""


class Tables(NamedTuple):
    """A scheme compiled; what leads to another table is unsigned, so that no index is looked at for a sign.

    row_of        uint32 (REASONS + principal classes, gate classes): row of `actions`
    gate_of, leaf_of   uint32: of a class of cases, as MDC and ADRG rules see it, and as DRG rules alone do
    actions       uint16 (rows, main procedure classes): number of an action
    action        uint32 (actions, 3): where its table of outcomes starts; where its terms start; needs
    asked         uint64 (actions, words): the bits of other codes that its terms ask for
    outcomes      int32: the tables of outcomes of cases whose other codes set none of the bits asked for
    require, forbid   uint64 (terms, words): the lists of terms; the last term of a list asks for nothing
    term_outcome  int32 (terms)
    leaf_bits     uint64 (leaf classes, words): the bits of the state that the class of the case sets
    counts        int32 (counts, 5)
    status_of     int8: of the REASONS that stand in place of a row, the last first, and of each row
    """

    row_of: U4
    gate_of: U4
    leaf_of: U4
    actions: NDArray[np.uint16]
    action: U4
    asked: U8
    outcomes: I4
    require: U8
    forbid: U8
    term_outcome: I4
    leaf_bits: U8
    counts: I4
    status_of: I1


@kernel
def add_number(lo: int, hi: int, values: Numbers, limits: Numbers, rises: I4, case_class: I4) -> None:
    """Add to the class of each case the rise of every limit that its value reaches; a missing value reaches none.

    A loop over all cases for each limit, for such a loop takes no branch and many cases at a time: measured 26 -> 5 ns
    a case for age, days, weight and sex together.
    """
    column = values[lo:hi]
    for limit, rise in zip(limits, rises):
        for i in range(column.size):
            case_class[i] += rise if column[i] >= limit else 0


@kernel
def add_text(lo: int, hi: int, ids: I4, step_of: I4, case_class: I4) -> None:
    """Add to the class of each case what its text gives by its id; the last entry of step_of is for a blank."""
    column = ids[lo:hi]
    for i in range(column.size):
        case_class[i] += step_of[column[i]]


class Few(NamedTuple):
    """Some cases that go through one loop before the next, what the loops tell each other first.

    at           number of the first of them
    case_class   uint32
    action       uint32
    first        int32 (cases, DEGREES): as `drg_state.find_first` says, NONE where the action does not ask for it
    outcome      int32
    some         uint32: places of the cases that need something
    """

    at: int
    case_class: U4
    action: U4
    first: I4
    outcome: I4
    some: U4


@kernel
def group_block(lo: int, hi: int, cases: Cases, case_class: U4, codes: Codes, tables: Tables, out: Grouped) -> None:
    """Group the cases lo .. hi; case_class[i] is of case lo + i. Blocks that do not overlap may run at the same time.

    There is at least one entry of cases.procedures. Few cases go through plain loops at a time: what all need takes no
    branch that cannot be foreseen, and what some need goes by a list of them: measured 114 -> 58 ns a case, with
    `add_number` and `find_first`.
    """
    action, some = np.empty(AT_ONCE, np.uint32), np.empty(AT_ONCE, np.uint32)
    outcome, first = np.empty(AT_ONCE, np.int32), np.empty((AT_ONCE, DEGREES), np.int32)
    state = np.empty((AT_ONCE, tables.asked.shape[1]), np.uint64)
    for start in range(0, hi - lo, AT_ONCE):
        own = case_class[start : start + AT_ONCE]
        size = own.size
        few = Few(lo + start, own, action[:size], first[:size], outcome[:size], some[:size])
        _choose_actions(few, cases, codes, tables)
        _find_complications(few, cases, codes, tables)
        _read_outcomes(few, tables)
        _try_terms(few, _find_asked(few, cases, codes, tables), cases, codes, tables, state)
        _write(few, tables, out)


@kernel
def _choose_actions(few: Few, cases: Cases, codes: Codes, tables: Tables) -> None:
    """The action of each case. Whether it has a procedure is as good as random: a product decides, not a branch."""
    last = cases.procedures.size - 1
    for i in range(few.action.size):
        case = few.at + i
        start = cases.procedure_start[case]
        has_any = np.int64(start < cases.procedure_start[case + 1])
        main = codes.main[(cases.procedures[min(start, last)] + 1) * has_any - 1]
        row = tables.row_of[codes.principal[cases.principal[case]] + REASONS, tables.gate_of[few.case_class[i]]]
        few.action[i] = tables.actions[row, main]


@kernel
def _find_complications(few: Few, cases: Cases, codes: Codes, tables: Tables) -> None:
    """The first complications of the cases whose action asks for them."""
    few.first[:] = NONE
    asking = 0
    for i in range(few.action.size):
        few.some[asking] = i
        asking += tables.action[few.action[i], NEEDS] & NEEDS_DEGREES
    find_first(few.some[:asking], few.at, cases, codes, few.first)


@kernel
def _read_outcomes(few: Few, tables: Tables) -> None:
    """The outcome of each case if its other codes set none of the bits asked for."""
    for i in range(few.action.size):
        entry = tables.action[few.action[i], OUTCOMES] + DEGREES_OF_CASE * tables.leaf_of[few.case_class[i]]
        entry += (few.first[i, BY_MCC] != NONE) + 2 * (few.first[i, BY_CC] != NONE)
        few.outcome[i] = tables.outcomes[entry]


@kernel
def _find_asked(few: Few, cases: Cases, codes: Codes, tables: Tables) -> int:
    """List the cases whose other codes set a bit that is asked for, and those with counts; return how many."""
    looked_at = 0
    for i in range(few.action.size):
        needs = tables.action[few.action[i], NEEDS]
        has_others = cases.procedure_start[few.at + i + 1] - cases.procedure_start[few.at + i] > 1
        few.some[looked_at] = i
        looked_at += ((needs & NEEDS_PROCEDURES != 0) & has_others) | (needs & (NEEDS_DIAGNOSES | NEEDS_COUNTS) != 0)
    asked = 0
    for i in few.some[:looked_at]:
        case, action = few.at + i, few.action[i]
        needs = tables.action[action, NEEDS]
        found = np.uint64(0)
        for word in range(tables.asked.shape[1]):
            bits = np.uint64(0)
            for position in range(cases.procedure_start[case] + 1, cases.procedure_start[case + 1]):
                bits |= codes.procedure_bits[cases.procedures[position], word]
            if needs & NEEDS_DIAGNOSES:
                for position in range(cases.other_start[case], cases.other_start[case + 1]):
                    bits |= codes.diagnosis_bits[cases.others[position], word]
            found |= bits & tables.asked[action, word]
        few.some[asked] = i
        asked += (found != np.uint64(0)) | (needs & NEEDS_COUNTS != 0)
    return asked


@kernel
def _try_terms(few: Few, count: int, cases: Cases, codes: Codes, tables: Tables, state: U8) -> None:
    """The outcomes of the cases listed, by the first term of their action that holds."""
    some = few.some[:count]
    for i in some:
        state[i] = tables.leaf_bits[tables.leaf_of[few.case_class[i]]]
    add_codes(some, few.at, cases, codes, few.first, state)
    for i in some:
        action = few.action[i]
        if tables.action[action, NEEDS] & NEEDS_COUNTS:
            add_counts(few.at + i, cases, codes, tables.counts, state[i])
        term = _first_term(tables.action[action, TERMS], tables.require, tables.forbid, state[i])
        few.outcome[i] = tables.term_outcome[term]


@kernel
def _write(few: Few, tables: Tables, out: Grouped) -> None:
    """What the outcome of each case says."""
    for i in range(few.action.size):
        row = few.outcome[i] >> OUTCOME_BITS
        out.row[few.at + i] = row
        out.status[few.at + i] = tables.status_of[row + REASONS]
        out.witness[few.at + i] = few.first[i, few.outcome[i] & BY_EITHER]


@kernel
def _first_term(start: int, require: U8, forbid: U8, state: U8) -> int:
    """The first term from `start` on that the state fulfils; the last of a list asks for nothing."""
    term = start
    while True:
        is_met = True
        for word in range(state.size):
            if require[term, word] & ~state[word] or forbid[term, word] & state[word]:
                is_met = False
        if is_met:
            return term
        term += 1
