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
    BY_NOTHING,
    DEGREES,
    NO_RULE,
    NONE,
    REASONS,
    Cases,
    Codes,
    Grouped,
    add_codes,
    add_counts,
    add_degrees,
    find_first,
)

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

FALSE = 3
"""What does not hold; a truth is BY_NOTHING, BY_MCC or BY_CC."""

# Instructions. PUSH puts the truth of a bit on the stack; what is false goes on at the target: the next line, but
# where the rest of an `and` cannot save it (PUSH_UNLESS; UNLESS for what already is on the stack) or where a row or a
# part of an `or` fails (TEST and SKIP, which leave nothing of it on the stack: measured 72 -> 56 instructions a case of
# CHS-DRG 1.1). A row that holds stays on the stack below its children, and DROP takes it off after the last. TAKE ends
# with a row; the bottom of the stack is then what its MDC, its ADRG and itself hang on. END follows the last row.
PUSH, PUSH_UNLESS, TEST, SKIP, UNLESS, JOIN_AND, JOIN_OR, PUSH_TRUE, NEGATE, DROP, TAKE, END = range(12)

# Columns of Machine.code: OPERAND is a bit, or the DRG row to take; DEGREE goes with a bit; TARGET is a line.
INSTRUCTION, OPERAND, DEGREE, TARGET = range(4)
LEVELS = 3


class Machine(NamedTuple):
    """The rules of a scheme as one program.

    code         uint64 (instructions, 4); unsigned, so that no index is looked at for a sign: measured 1.6 times faster
    principal, main, columns   uint64 (classes, words): the conditions that a class fulfils, beginning with the bits of
                 a state
    counts, status_of   as in kernels.drg.Tables
    stack        uint64: an empty stack as deep as the program needs
    """

    code: U8
    principal: U8
    main: U8
    columns: U8
    counts: I4
    status_of: I1
    stack: U8


@kernel
def group_block(lo: int, hi: int, cases: Cases, case_class: U4, codes: Codes, machine: Machine, out: Grouped) -> None:
    """Group the cases lo .. hi; case_class[i] is of case lo + i. Blocks may run at the same time."""
    bits, stack = np.empty(machine.principal.shape[1], np.uint64), machine.stack.copy()
    state = bits[: codes.diagnosis_bits.shape[1]]
    first = np.full(DEGREES, NONE, np.int32)
    for case in range(lo, hi):
        principal = codes.principal[cases.principal[case]]
        row, truth = np.int64(principal), np.int64(BY_NOTHING)
        if principal >= 0:
            others = cases.others[cases.other_start[case] : cases.other_start[case + 1]]
            find_first(others, codes.complication, codes.barred[cases.principal[case]], first)
            start, end = cases.procedure_start[case], cases.procedure_start[case + 1]
            main = codes.main[cases.procedures[start] if start < end else NONE]
            columns = case_class[case - lo]
            for word in range(bits.size):
                bits[word] = machine.principal[principal, word] | machine.main[main, word]
                bits[word] |= machine.columns[columns, word]
            add_degrees(first, state)
            add_codes(cases.others, cases.other_start[case], cases.other_start[case + 1], codes.diagnosis_bits, state)
            add_codes(cases.procedures, start + 1, end, codes.procedure_bits, state)
            if machine.counts.size:
                add_counts(case, cases, codes, machine.counts, state)
            row = _first_row(machine.code, bits, stack)
            if row != NO_RULE:
                for level in range(LEVELS):
                    truth = max(truth, np.int64(stack[level]))
        out.row[case] = row
        out.status[case] = machine.status_of[row + REASONS]
        out.witness[case] = first[truth]


@kernel
def _first_row(code: U8, bits: U8, stack: U8) -> np.int64:
    """Run the program: the DRG row that it takes, what it hangs on at the bottom of the stack; NO_RULE at its end."""
    one, word, last = np.uint64(1), np.uint64(6), np.uint64(63)
    line, size = np.uint64(0), np.uint64(0)
    while True:
        instruction, operand = code[line, INSTRUCTION], code[line, OPERAND]
        if instruction <= TEST:
            is_set = bits[operand >> word] >> (operand & last) & one
            if is_set or instruction != TEST:
                stack[size] = code[line, DEGREE] if is_set else FALSE
                size += one
            line = line + one if is_set else code[line, TARGET]
        elif instruction == SKIP:
            if stack[size - one] == FALSE:
                size -= one
                line = code[line, TARGET]
            else:
                line += one
        elif instruction == UNLESS:
            line = code[line, TARGET] if stack[size - one] == FALSE else line + one
        elif instruction == TAKE:
            return np.int64(operand)
        elif instruction == END:
            return np.int64(NO_RULE)
        else:
            line += one
            if instruction == JOIN_AND:
                size -= one
                stack[size - one] = max(stack[size - one], stack[size])
            elif instruction == JOIN_OR:
                size -= one
                stack[size - one] = min(stack[size - one], stack[size])
            elif instruction == PUSH_TRUE:
                stack[size] = BY_NOTHING
                size += one
            elif instruction == NEGATE:
                stack[size - one] = BY_NOTHING if stack[size - one] == FALSE else FALSE
            else:
                size -= one
