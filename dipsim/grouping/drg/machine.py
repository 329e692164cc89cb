"""The rules of a scheme as the program of the stack machine, and the classes of codes and cases as bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from dipsim.grouping.drg.classes import CaseClasses, CodeClasses
from dipsim.grouping.drg.expression import (
    CODE_VARIABLES,
    MAIN_PROCEDURE,
    PRINCIPAL,
    Always,
    And,
    Comparison,
    Count,
    Expression,
    Membership,
    Not,
    Or,
)
from dipsim.grouping.drg.layout import DEGREE_OF_LEVEL, Layout, degree_bit
from dipsim.grouping.drg.normal_form import Conditions, single_conditions
from dipsim.grouping.drg.rows import Path, RuleTree
from dipsim.kernels import drg_machine as kernel
from dipsim.kernels.drg_state import BY_CC, BY_MCC, BY_NOTHING, CC_BIT, MCC_BIT

U8 = NDArray[np.uint64]
Instruction = tuple[int, int, int]


def build_machine(
    tree: RuleTree,
    conditions: Conditions,
    layout: Layout,
    principal: CodeClasses,
    main: CodeClasses,
    cases: CaseClasses,
    status_of: Sequence[int],
) -> kernel.Machine:
    """The program of a scheme."""
    words = 1 + len(layout.conditions) // 64
    code = _Writer(conditions, layout, 64 * words).tree(tree)
    return kernel.Machine(
        code=np.array(code, np.int32).reshape(-1, 3),
        principal=_bits(principal.conditions, words),
        main=_bits(main.conditions, words),
        columns=_bits(cases.conditions, words),
        counts=layout.count_table(),
        status_of=np.array(status_of, np.int8),
        stack=np.zeros(1 + len(code), np.int8),
        state=np.zeros(layout.words, np.uint64),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes programs; the bits of the state stand after those of the conditions, from `state_at` on."""

    conditions: Conditions
    layout: Layout
    state_at: int

    def tree(self, tree: RuleTree) -> list[Instruction]:
        """Every row in the order of trying, its children behind it."""
        code: list[Instruction] = []
        for mdc, paths in groupby(tree.paths, lambda path: path.mdc):
            children = [
                self.row(tree.adrg[adrg], self.leaves(tree, leaves))
                for adrg, leaves in groupby(paths, lambda path: path.adrg)
            ]
            code += _moved(self.row(tree.mdc[mdc], _one_after_another(children)), len(code))
        return code

    def leaves(self, tree: RuleTree, paths: Iterable[Path]) -> list[Instruction]:
        """The DRG rows of an ADRG."""
        return _one_after_another([self.row(tree.drg[path.drg], [(kernel.TAKE, path.drg, 0)]) for path in paths])

    def row(self, rule: Expression, children: Sequence[Instruction]) -> list[Instruction]:
        """A row: its rule, and where that holds its children."""
        program = self.rule(rule)
        after = len(program) + 1 + len(children) + 1
        moved = _moved(children, len(program) + 1)
        return [*program, (kernel.SKIP_UNLESS, after, 0), *moved, (kernel.DROP, 0, 0)]

    def rule(self, expression: Expression) -> list[Instruction]:
        """The program that leaves the truth of an expression on the stack."""
        match expression:
            case Always():
                return [(kernel.PUSH_TRUE, 0, 0)]
            case Not(part):
                return [*self.rule(part), (kernel.NEGATE, 0, 0)]
            case And(parts):
                return _joined(map(self.rule, parts), kernel.JOIN_AND)
            case Or(parts):
                return _joined(map(self.rule, parts), kernel.JOIN_OR)
            case Membership(negated=negated):
                singles = single_conditions(expression)
                found = _joined(([push] for single in singles for push in self.pushes(single)), kernel.JOIN_OR)
                return [*found, (kernel.NEGATE, 0, 0)] if negated else found
            case Comparison() | Count():
                return self.pushes(expression)

    def pushes(self, condition: Comparison | Count | Membership) -> list[Instruction]:
        """What is pushed for a condition; where there are several, one of them must hold."""
        number = self.conditions.number(condition)
        if degree_bit(self.layout.conditions[number]) is not None:
            ways = ((MCC_BIT, BY_MCC, self.layout.by_mcc), (CC_BIT, BY_CC, self.layout.by_cc))
            return [
                (kernel.PUSH, self.state_at + bit, degree)
                for bit, degree, alone in ways
                if (alone | self.layout.by_either) >> number & 1
            ]
        degree = DEGREE_OF_LEVEL.get(condition.set_name, BY_NOTHING) if isinstance(condition, Count) else BY_NOTHING
        found = []
        if _is_of_class(condition):
            found.append((kernel.PUSH, number, degree))
        if number in self.layout.bit_of and not self.layout.columns >> number & 1:
            found.append((kernel.PUSH, self.state_at + self.layout.bit_of[number], degree))
        return found


def _is_of_class(condition: Comparison | Count | Membership) -> bool:
    """Whether the class of the principal diagnosis, of the main procedure or of the case may fulfil the condition."""
    if isinstance(condition, Membership):
        return any(name in (PRINCIPAL, MAIN_PROCEDURE) or name not in CODE_VARIABLES for name in condition.variables)
    return isinstance(condition, Comparison)


def _one_after_another(parts: Sequence[Sequence[Instruction]]) -> list[Instruction]:
    code: list[Instruction] = []
    for part in parts:
        code += _moved(part, len(code))
    return code


def _moved(code: Iterable[Instruction], lines: int) -> list[Instruction]:
    """The code so many lines further down."""
    return [
        (instruction, operand + lines if instruction == kernel.SKIP_UNLESS else operand, degree)
        for instruction, operand, degree in code
    ]


def _joined(parts: Iterable[list[Instruction]], join: int) -> list[Instruction]:
    first, *others = parts
    return first + [line for part in others for line in (*part, (join, 0, 0))]


def _bits(classes: Sequence[int], words: int) -> U8:
    """Sets of conditions as words of 64 bits, a row for each class."""
    return np.array([[fulfilled >> 64 * word & 2**64 - 1 for word in range(words)] for fulfilled in classes], np.uint64)
