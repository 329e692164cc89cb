"""From terms to the tables of the kernel.

Every rule of a path in normal form, multiplied out, gives one list of terms in the order of trying. For a class of
principal diagnoses, of cases and of main procedures most of its terms are decided; what is left is an action.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dipsim.grouping.drg.classes import CaseClasses, CodeClasses
from dipsim.grouping.drg.expression import Expression
from dipsim.grouping.drg.layout import Layout
from dipsim.grouping.drg.normal_form import Conditions, Term, TooLargeError, product, terms_of
from dipsim.grouping.drg.rows import RuleTree
from dipsim.kernels import drg as kernel
from dipsim.kernels.drg_state import BY_CC, BY_EITHER, BY_MCC, BY_NOTHING, NO_RULE, REASONS

# Beyond these sizes there are no tables, and the machine evaluates the rules as they stand.
TERMS_OF_A_PATH = 512
TERMS = 50_000
CELLS = 1 << 25
ACTIONS = 1 << 16
OUTCOMES = 1 << 24

_STRENGTH = (BY_NOTHING, BY_MCC, BY_EITHER, BY_CC)
"""Terms of one row in this order: the first that holds then hangs on the least."""


class Judged(NamedTuple):
    """A term of a path with what follows when it holds: row << OUTCOME_BITS | degree.

    A tuple, for millions are made and compared: measured twice as fast as a dataclass.
    """

    require: int
    forbid: int
    outcome: int


Program = tuple[Judged, ...]
NOTHING_HOLDS = Judged(0, 0, NO_RULE << kernel.OUTCOME_BITS)


def program_of(tree: RuleTree, conditions: Conditions, layout: Layout) -> Program:
    """Every term of every path in the order of trying, closed by one that always holds and groups nothing."""

    def terms(expressions: Sequence[Expression]) -> list[tuple[Term, ...]]:
        return [terms_of(expression, conditions, TERMS_OF_A_PATH) for expression in expressions]

    mdc, adrg, drg = terms(tree.mdc), terms(tree.adrg), terms(tree.drg)
    found: list[Judged] = []
    for path in tree.paths:
        gate = product(mdc[path.mdc], adrg[path.adrg], TERMS_OF_A_PATH)
        whole = [(layout.degree(term), term) for term in product(gate, drg[path.drg], TERMS_OF_A_PATH)]
        whole.sort(key=lambda pair: (_STRENGTH.index(pair[0]), pair[1].require, pair[1].forbid))
        found += [Judged(t.require, t.forbid, path.drg << kernel.OUTCOME_BITS | degree) for degree, t in whole]
        if len(found) > TERMS:
            raise TooLargeError
    return (*found, NOTHING_HOLDS)


def decided(program: Program, among: int, fulfilled: int) -> Program:
    """What is left of a program where of the conditions `among` just the `fulfilled` hold.

    A condition outside `among` that is fulfilled holds; that another is not says nothing yet.
    """
    unfulfilled, known = among & ~fulfilled, among | fulfilled
    found = []
    for require, forbid, outcome in program:
        if not (require & unfulfilled or forbid & fulfilled):
            require, forbid = require & ~known, forbid & ~known
            found.append(Judged(require, forbid, outcome))
            if not (require or forbid):
                break
    return tuple(found)


@dataclass(slots=True)
class _Numbered:
    """Distinct programs, numbered as they are met."""

    number_of: dict[Program, int] = field(default_factory=dict)

    def number(self, program: Program) -> int:
        return self.number_of.setdefault(program, len(self.number_of))


def build_tables(
    program: Program,
    layout: Layout,
    principal: CodeClasses,
    main: CodeClasses,
    cases: CaseClasses,
    status_of: Sequence[int],
) -> kernel.Tables:
    """The tables of a scheme; TooLargeError where one would grow beyond its limit."""
    gates, gate_of = _distinct(fulfilled & ~layout.leaf_columns for fulfilled in cases.conditions)
    leaves, leaf_of = _distinct(fulfilled & layout.leaf_columns for fulfilled in cases.conditions)
    row_of, rows = _rows(program, layout, principal.conditions, gates)
    if len(rows) * len(main.conditions) > CELLS:
        raise TooLargeError
    actions, action_programs = _actions(rows, layout, main.conditions)
    encoded = _Encoder(layout, leaves)
    asked = [layout.state(_asked(each) & layout.others) for each in action_programs]
    action = np.array([encoded.action(each) for each in action_programs], np.uint32)
    return kernel.Tables(
        row_of=row_of,
        gate_of=np.array(gate_of, np.uint32),
        leaf_of=np.array(leaf_of, np.uint32),
        actions=actions,
        action=action,
        asked=np.array(asked, np.uint64),
        outcomes=np.array(encoded.outcomes, np.int32),
        require=np.array(encoded.require, np.uint64).reshape(-1, layout.words),
        forbid=np.array(encoded.forbid, np.uint64).reshape(-1, layout.words),
        term_outcome=np.array(encoded.term_outcome, np.int32),
        leaf_bits=np.array([layout.state(leaf) for leaf in leaves], np.uint64),
        counts=layout.count_table(),
        status_of=np.array(status_of, np.int8),
    )


def _distinct(values: Iterable[int]) -> tuple[list[int], list[int]]:
    """The distinct values, and the number of each value among them."""
    number_of: dict[int, int] = {}
    numbers = [number_of.setdefault(value, len(number_of)) for value in values]
    return list(number_of), numbers


def _rows(
    program: Program, layout: Layout, principal: Sequence[int], gates: Sequence[int]
) -> tuple[kernel.U4, list[Program]]:
    """The row of each class of principal diagnoses and gate class, and what is left to decide in each row."""
    gate_columns = layout.columns & ~layout.leaf_columns
    rows = _Numbered()
    row_of = np.empty((REASONS + len(principal), len(gates)), np.uint32)
    for reason in range(-REASONS, 0):
        row_of[REASONS + reason] = rows.number((Judged(0, 0, reason << kernel.OUTCOME_BITS),))
    done: dict[Program, kernel.U4] = {}
    alive = _AliveGates(gates, gate_columns)
    for number, fulfilled in enumerate(principal):
        left = decided(program, layout.principal, fulfilled)
        if left not in done:
            done[left] = np.empty(len(gates), np.uint32)
            for block in alive.blocks(left):
                done[left][block] = rows.number(decided(left, gate_columns, gates[block[0]]))
        row_of[REASONS + number] = done[left]
    return row_of, list(rows.number_of)


class _AliveGates:
    """For which gate classes a term may still hold, worked out once for all terms that ask the same of them."""

    def __init__(self, gates: Sequence[int], columns: int) -> None:
        self.gates, self.columns = gates, columns
        self._alive: dict[tuple[int, int], frozenset[int]] = {}

    def blocks(self, program: Program) -> list[list[int]]:
        """The gate classes in blocks within which every term of the program is alive for all or for none."""
        blocks = [list(range(len(self.gates)))]
        for require, forbid in {(term.require & self.columns, term.forbid & self.columns) for term in program}:
            alive = self._of(require, forbid)
            split = ([gate for gate in block if (gate in alive) is side] for block in blocks for side in (True, False))
            blocks = [block for block in split if block]
        return blocks

    def _of(self, require: int, forbid: int) -> frozenset[int]:
        if (require, forbid) not in self._alive:
            self._alive[require, forbid] = frozenset(
                number for number, gate in enumerate(self.gates) if not (require & ~gate or forbid & gate)
            )
        return self._alive[require, forbid]


def _asked(program: Program) -> int:
    """Every condition that a program names."""
    asked = 0
    for term in program:
        asked |= term.require | term.forbid
    return asked


def _actions(
    rows: Sequence[Program], layout: Layout, main: Sequence[int]
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.uint16]], list[Program]]:
    """The action of each row and class of main procedures, and what is left to decide in each action."""
    actions = _Numbered()
    cells = np.empty((len(rows), len(main)), np.uint16)
    for number, row in enumerate(rows):
        asked = _asked(row)
        columns: dict[int, list[int]] = defaultdict(list)
        for column, fulfilled in enumerate(main):
            columns[fulfilled & asked].append(column)
        for fulfilled, same in columns.items():
            cells[number, same] = actions.number(decided(row, layout.main, fulfilled))
        if len(actions.number_of) > ACTIONS:
            raise TooLargeError
    return cells, list(actions.number_of)


class _Encoder:
    """Writes actions into the arrays of the kernel; equal tables of outcomes stand there once."""

    def __init__(self, layout: Layout, leaves: Sequence[int]) -> None:
        self.layout, self.leaves = layout, leaves
        self.outcomes: list[int] = []
        self.require: list[list[int]] = []
        self.forbid: list[list[int]] = []
        self.term_outcome: list[int] = []
        self._table_at: dict[tuple[int, ...], int] = {}
        self._state_of: dict[int, list[int]] = {}

    def action(self, program: Program) -> tuple[int, int, int]:
        """A row of Tables.action."""
        asked, layout = _asked(program), self.layout
        needs = 0
        for bit, conditions in (
            (kernel.NEEDS_DEGREES, layout.degrees | layout.by_mcc | layout.by_cc),
            (kernel.NEEDS_DIAGNOSES, layout.by_other_diagnoses),
            (kernel.NEEDS_PROCEDURES, layout.by_other_procedures),
            (kernel.NEEDS_COUNTS, layout.counts),
        ):
            needs |= bit if asked & conditions else 0
        terms = self._terms(program) if asked & (layout.others | layout.counts) else 0
        return self._table(program), terms, needs

    def _table(self, program: Program) -> int:
        """Where the outcomes of a program stand for cases whose other codes fulfil nothing that it asks for."""
        layout = self.layout
        among = layout.degrees | layout.leaf_columns | layout.others | layout.counts
        mcc, cc = layout.by_mcc | layout.by_either, layout.by_cc | layout.by_either
        outcomes = tuple(
            decided(program, among, leaf | degrees & layout.degrees)[0].outcome
            for leaf in self.leaves
            for degrees in (0, mcc, cc, mcc | cc)
        )
        if outcomes not in self._table_at:
            self._table_at[outcomes] = len(self.outcomes)
            self.outcomes += outcomes
            if len(self.outcomes) > OUTCOMES:
                raise TooLargeError
        return self._table_at[outcomes]

    def _terms(self, program: Program) -> int:
        """Where the terms of a program stand."""
        start = len(self.term_outcome)
        for term in program:
            self.require.append(self._state(term.require))
            self.forbid.append(self._state(term.forbid))
            self.term_outcome.append(term.outcome)
        return start

    def _state(self, conditions: int) -> list[int]:
        if conditions not in self._state_of:
            self._state_of[conditions] = self.layout.state(conditions)
        return self._state_of[conditions]
