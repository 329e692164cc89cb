"""DRG grouping by a stack machine: every rule is evaluated as it stands, in the order of trying.

The reference for kernels/drg.py, and what groups where a scheme's tables would grow too large. A truth is the degree of
complication on which it hangs, FALSE above all: `or` takes the least, `and` the greatest.
Slow twin: tests/naive/drg.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel
from dipsim.kernels.drg_state import (
    BY_CC,
    BY_MCC,
    BY_NOTHING,
    NO_RULE,
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

FALSE = 3
"""What does not hold; a truth is BY_NOTHING, BY_MCC or BY_CC."""

# Instructions. PUSH puts the truth of a bit on the stack, the next four work on its top. A row that fails leaves by
# SKIP_UNLESS for the row after it, one that holds stays on the stack below its children, and DROP takes it off after
# the last of them. TAKE ends with a row; the bottom of the stack is then what its MDC, its ADRG and itself hang on.
PUSH, PUSH_TRUE, NEGATE, JOIN_AND, JOIN_OR, SKIP_UNLESS, DROP, TAKE = range(8)

# Columns of Machine.code: what the operand is depends on the instruction (bit, line or row), DEGREE goes with a bit.
INSTRUCTION, OPERAND, DEGREE = range(3)
LEVELS = 3


class Machine(NamedTuple):
    """The rules of a scheme as one program.

    code         int32 (instructions, 3)
    principal, main, columns   uint64 (classes, words): the conditions that a class fulfils
    counts, status_of   as in kernels.drg.Tables
    stack        int8: an empty stack as deep as the program needs
    state        uint64: an empty state, whose bits follow those of the conditions
    """

    code: I4
    principal: U8
    main: U8
    columns: U8
    counts: I4
    status_of: I1
    stack: I1
    state: U8


@kernel
def group_block(lo: int, hi: int, cases: Cases, case_class: I4, codes: Codes, machine: Machine, out: Grouped) -> None:
    """Group the cases lo .. hi; case_class[i] is of case lo + i. Blocks may run at the same time."""
    words = machine.principal.shape[1]
    bits = np.zeros(words + machine.state.size, np.uint64)
    state, stack = bits[words:], machine.stack.copy()
    for case in range(lo, hi):
        diagnosis = cases.principal[case] + 1
        principal = codes.principal[diagnosis]
        row, truth, mcc, cc = int(principal), BY_NOTHING, NONE, NONE
        if principal >= 0:
            barred = codes.barred[diagnosis]
            for position in range(cases.other_start[case], cases.other_start[case + 1]):
                code = cases.others[position]
                degree = counts_as(codes.complication[code], barred)
                if degree == BY_MCC and mcc == NONE:
                    mcc = code
                elif degree == BY_CC and cc == NONE:
                    cc = code
            first = cases.procedure_start[case]
            main = codes.main[cases.procedures[first] + 1] if first < cases.procedure_start[case + 1] else codes.main[0]
            columns = case_class[case - lo]
            for word in range(words):
                bits[word] = machine.principal[principal, word] | machine.main[main, word]
                bits[word] |= machine.columns[columns, word]
            state[:] = np.uint64(0)
            add_degrees(mcc, cc, state)
            add_codes(case, cases, codes, state)
            add_counts(case, cases, codes, machine.counts, state)
            row = _first_row(machine.code, bits, stack)
            if row != NO_RULE:
                for level in range(LEVELS):
                    truth = max(truth, stack[level])
        out.row[case] = row
        out.status[case] = machine.status_of[row + REASONS]
        out.witness[case] = deciding(truth, mcc, cc)


@kernel
def _first_row(code: I4, bits: U8, stack: I1) -> int:
    """Run the program: the DRG row that it takes, what it hangs on at the bottom of the stack; NO_RULE at its end."""
    line, top = 0, -1
    while line < code.shape[0]:
        instruction, operand = code[line, INSTRUCTION], code[line, OPERAND]
        line += 1
        if instruction == PUSH:
            top += 1
            is_set = bits[operand >> 6] >> np.uint64(operand & 63) & np.uint64(1)
            stack[top] = code[line - 1, DEGREE] if is_set else FALSE
        elif instruction == SKIP_UNLESS:
            if stack[top] == FALSE:
                top -= 1
                line = operand
        elif instruction == JOIN_AND:
            top -= 1
            stack[top] = max(stack[top], stack[top + 1])
        elif instruction == JOIN_OR:
            top -= 1
            stack[top] = min(stack[top], stack[top + 1])
        elif instruction == PUSH_TRUE:
            top += 1
            stack[top] = BY_NOTHING
        elif instruction == NEGATE:
            stack[top] = BY_NOTHING if stack[top] == FALSE else FALSE
        elif instruction == DROP:
            top -= 1
        else:
            return int(operand)
    return NO_RULE
