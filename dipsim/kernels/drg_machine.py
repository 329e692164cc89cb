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
    find_first,
)

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

# Instructions. The rows of a list stand one below the other, each a line ROW that asks for the first condition of its
# rule: where it holds, its truth goes on the stack and the program goes on at the target, with the rest of the rule;
# else on the next line, with the next row (measured: 1.2 times faster than rows that follow each other as a whole). A
# row whose rule has no such condition is a line GO, as is the way on behind the last row. PUSH puts the truth of a bit
# on the stack; what is false goes on at the target: the next line, but where the rest of an `and` cannot save it
# (PUSH_UNLESS; UNLESS for what already is on the stack) or where a row or a part of an `or` fails (SKIP and TEST, which
# leave nothing of it on the stack). A row that holds stays on the stack below its children, and DROP takes it off after
# the last. TAKE ends with a row; the bottom of the stack is then what its MDC, its ADRG and itself hang on. END follows
# the last row.
ROW, TEST, PUSH, PUSH_UNLESS, SKIP, UNLESS, JOIN_AND, JOIN_OR, NEGATE, GO, DROP, TAKE, END = range(13)

# A line of a program is one number, so that a program of 4,000 lines stays in the fastest cache: from its lowest bit
# the instruction, the degree of a condition, the place of its bit in a word and that word (or the row to take), and the
# target. All are unsigned, for among unsigned numbers a signed one becomes a float, and an index is not looked at for a
# sign.
DEGREE_AT, OPERAND_AT, WORD_AT, TARGET_AT = map(np.uint64, (4, 8, 14, 32))
KIND_MASK, DEGREE_MASK, BIT_MASK, WORD_MASK, ROW_MASK = map(np.uint64, (15, 3, 63, 2**18 - 1, 2**24 - 1))
ZERO, ONE, FALSE = map(np.uint64, (0, 1, 3))
"""FALSE is what does not hold; a truth is BY_NOTHING, BY_MCC or BY_CC."""
AT_ONCE = 256
"""Cases that go through one loop before the next."""


class Machine(NamedTuple):
    """The rules of a scheme as one program.

    code         uint64 (lines)
    principal, main, columns   uint64 (classes, words): the conditions that a class fulfils, beginning with the bits of
                 a state
    counts, status_of   as in kernels.drg.Tables
    stack        uint64: an empty stack as deep as the program needs; nothing is at 0
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
    """Group the cases lo .. hi; case_class[i] is of case lo + i. Blocks may run at the same time.

    A few cases go through one loop before the next, for a call for each case would count who refers to its arrays:
    measured 1.2 times slower.
    """
    some, stack = np.arange(AT_ONCE).astype(np.uint32), machine.stack.copy()
    bits, first = np.empty((AT_ONCE, machine.principal.shape[1]), np.uint64), np.empty((AT_ONCE, DEGREES), np.int32)
    for start in range(lo, hi, AT_ONCE):
        end = min(start + AT_ONCE, hi)
        few, row = some[: end - start], out.row[start:end]
        find_first(few, start, cases, codes, first)
        _start_with(start, cases, case_class[start - lo :], codes, machine, bits, row)
        add_codes(few, start, cases, codes, first, bits)
        if machine.counts.size:
            for i in few:
                add_counts(start + i, cases, codes, machine.counts, bits[i])
        _run(machine.code, bits, stack, row, out.witness[start:end])
        _write(first, machine.status_of, row, out.status[start:end], out.witness[start:end])


@kernel
def _start_with(at: int, cases: Cases, case_class: U4, codes: Codes, machine: Machine, bits: U8, row: I4) -> None:
    """What the principal diagnosis, the main procedure and the columns of some cases fulfil; the class of the first."""
    principal, start, procedures = cases.principal, cases.procedure_start, cases.procedures
    class_of, main_of = codes.principal, codes.main
    of_principal, of_main, of_columns = machine.principal, machine.main, machine.columns
    for i in range(row.size):
        place = start[at + i]
        main = main_of[procedures[place] if place < start[at + i + 1] else NONE]
        row[i] = class_of[principal[at + i]]
        for word in range(bits.shape[1]):
            bits[i, word] = of_principal[max(row[i], 0), word] | of_main[main, word] | of_columns[case_class[i], word]


@kernel
def _run(code: U8, bits: U8, stack: U8, row: I4, hangs_on: I4) -> None:
    """Run the program for some cases: the DRG row that each takes and the degree it hangs on; NO_RULE at its end.

    A case whose row is the reason why it is not grouped keeps it.
    """
    for i in range(row.size):
        hangs_on[i] = BY_NOTHING
        if row[i] < 0:
            continue
        at, top = ZERO, ZERO
        while True:
            line = code[at]
            while (
                line & KIND_MASK == ROW
                and not bits[i, line >> WORD_AT & WORD_MASK] >> (line >> OPERAND_AT & BIT_MASK) & ONE
            ):
                at += ONE
                line = code[at]
            kind, target = line & KIND_MASK, line >> TARGET_AT
            if kind == ROW:
                at, top = target, top + ONE
                stack[top] = line >> DEGREE_AT & DEGREE_MASK
            elif kind <= PUSH_UNLESS:
                if bits[i, line >> WORD_AT & WORD_MASK] >> (line >> OPERAND_AT & BIT_MASK) & ONE:
                    at, top = at + ONE, top + ONE
                    stack[top] = line >> DEGREE_AT & DEGREE_MASK
                else:
                    at = target
                    if kind != TEST:
                        top += ONE
                        stack[top] = FALSE
            elif kind == SKIP:
                at, top = (target, top - ONE) if stack[top] == FALSE else (at + ONE, top)
            elif kind == UNLESS:
                at = target if stack[top] == FALSE else at + ONE
            elif kind == JOIN_AND:
                at, top = at + ONE, top - ONE
                stack[top] = max(stack[top], stack[top + ONE])
            elif kind == JOIN_OR:
                at, top = at + ONE, top - ONE
                stack[top] = min(stack[top], stack[top + ONE])
            elif kind == NEGATE:
                at += ONE
                stack[top] = ZERO if stack[top] == FALSE else FALSE
            elif kind == GO:
                at = target
            elif kind == DROP:
                at, top = target, top - ONE
            elif kind == TAKE:
                row[i], hangs_on[i] = line >> OPERAND_AT & ROW_MASK, max(stack[1], stack[2], stack[3])
                break
            else:
                row[i] = NO_RULE
                break


@kernel
def _write(first: I4, status_of: I1, row: I4, status: I1, witness: I4) -> None:
    """What the rows of some cases say; `witness` comes with the degree each hangs on and goes with the diagnosis."""
    for i in range(row.size):
        status[i] = status_of[row[i] + REASONS]
        witness[i] = first[i, witness[i]]
