"""DRG grouping from tables: principal diagnosis, class of the case and main procedure lead to an action.

An action is a constant, a table over complications and the class of the case, or a short list of terms over the bits of
a state; only for a list are the other codes of the case looked at. Slow twins: kernels/drg_machine.py, which evaluates
the rules as they stand, and tests/naive/drg.py.
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
    NONE,
    REASONS,
    Cases,
    Codes,
    Grouped,
    add_codes,
    add_counts,
    add_degrees,
    counts_as,
    deciding,
)

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U8 = NDArray[np.uint64]
Numbers = NDArray[np.int64] | NDArray[np.float64]

# Columns of Tables.action, and what an action needs as bits; one that needs nothing is an outcome by itself.
OUTCOME, TERMS, NEEDS = range(3)
NEEDS_DEGREES, NEEDS_LEAF, NEEDS_DIAGNOSES, NEEDS_PROCEDURES, NEEDS_COUNTS = 1, 2, 4, 8, 16

OUTCOME_BITS = 2
"""An outcome is row << OUTCOME_BITS | the degree on which it hangs."""
DEGREES_OF_CASE = 4
"""A table of outcomes has an entry for no complication, MCC, CC and both, for each leaf class."""


class Tables(NamedTuple):
    """A scheme compiled.

    row_of        int32 (principal classes, gate classes): row of `actions`
    gate_of, leaf_of   int32: of a class of cases, as MDC and ADRG rules see it, and as DRG rules alone do
    actions       uint16 (rows, main procedure classes): number of an action
    action        int32 (actions, 3): outcome, or where its table of outcomes starts; where terms start; needs
    asked         uint64 (actions, words): the bits of other codes that its terms ask for
    outcomes      int32: the tables of outcomes of cases whose other codes set none of the bits asked for
    require, forbid   uint64 (terms, words): the lists of terms; the last term of a list asks for nothing
    term_outcome  int32 (terms)
    leaf_bits     uint64 (leaf classes, words): the bits of the state that the class of the case sets
    counts        int32 (counts, 5)
    status_of     int8: of the REASONS that stand in place of a row, the last first, and of each row
    """

    row_of: I4
    gate_of: I4
    leaf_of: I4
    actions: NDArray[np.uint16]
    action: I4
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


@kernel
def group_block(lo: int, hi: int, cases: Cases, case_class: I4, codes: Codes, tables: Tables, out: Grouped) -> None:
    """Group the cases lo .. hi; case_class[i] is of case lo + i. Blocks that do not overlap may run at the same time.

    All in one loop but what few cases need: a call for each case with many arrays costs more than the rules.
    """
    words = tables.asked.shape[1]
    state = np.zeros(words, np.uint64)
    for case in range(lo, hi):
        diagnosis = cases.principal[case] + 1
        principal = codes.principal[diagnosis]
        mcc, cc = NONE, NONE
        if principal < 0:
            outcome = principal << OUTCOME_BITS
        else:
            first, last = cases.procedure_start[case], cases.procedure_start[case + 1]
            main = codes.main[cases.procedures[first] + 1] if first < last else codes.main[0]
            combined = case_class[case - lo]
            action = tables.actions[tables.row_of[principal, tables.gate_of[combined]], main]
            outcome, needs = tables.action[action, OUTCOME], tables.action[action, NEEDS]
            if needs != 0:
                start, end = cases.other_start[case], cases.other_start[case + 1]
                found = np.uint64(0)
                if needs & NEEDS_PROCEDURES:
                    for position in range(first + 1, last):
                        code = cases.procedures[position]
                        for word in range(words):
                            found |= codes.procedure_bits[code, word] & tables.asked[action, word]
                if needs & NEEDS_DIAGNOSES:
                    for position in range(start, end):
                        code = cases.others[position]
                        for word in range(words):
                            found |= codes.diagnosis_bits[code, word] & tables.asked[action, word]
                if needs & NEEDS_DEGREES:
                    barred = codes.barred[diagnosis]
                    for position in range(start, end):
                        code = cases.others[position]
                        degree = counts_as(codes.complication[code], barred)
                        if degree == BY_MCC and mcc == NONE:
                            mcc = code
                        elif degree == BY_CC and cc == NONE:
                            cc = code
                if found != np.uint64(0) or needs & NEEDS_COUNTS:
                    state[:] = tables.leaf_bits[tables.leaf_of[combined]]
                    add_degrees(mcc, cc, state)
                    add_codes(cases.others, start, end, codes.diagnosis_bits, state)
                    add_codes(cases.procedures, first + 1, last, codes.procedure_bits, state)
                    if needs & NEEDS_COUNTS:
                        add_counts(case, cases, codes, tables.counts, state)
                    term = _first_term(tables.action[action, TERMS], tables.require, tables.forbid, state)
                    outcome = tables.term_outcome[term]
                else:
                    leaf = tables.leaf_of[combined]
                    outcome = tables.outcomes[outcome + DEGREES_OF_CASE * leaf + (mcc != NONE) + 2 * (cc != NONE)]
        row = outcome >> OUTCOME_BITS
        out.row[case] = row
        out.status[case] = tables.status_of[row + REASONS]
        out.witness[case] = deciding(outcome & BY_EITHER, mcc, cc)


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
