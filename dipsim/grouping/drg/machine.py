"""The rules of a scheme as the program of the stack machine, and the classes of codes and cases as bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, groupby

import numpy as np
from numpy.typing import NDArray

from dipsim.grouping.drg.classes import CaseClasses, CodeClasses
from dipsim.grouping.drg.expression import (
    Always,
    And,
    Comparison,
    Count,
    Expression,
    Membership,
    Not,
    Or,
)
from dipsim.grouping.drg.layout import DEGREE_OF_LEVEL, Layout, bits_of, degree_bit
from dipsim.grouping.drg.normal_form import Conditions, single_conditions
from dipsim.grouping.drg.rows import Path, RuleTree
from dipsim.kernels import drg_machine as kernel
from dipsim.kernels.drg_state import BY_CC, BY_MCC, BY_NOTHING, CC_BIT, MCC_BIT

_JUMPS = (kernel.PUSH, kernel.PUSH_UNLESS, kernel.TEST, kernel.SKIP, kernel.UNLESS)
U8 = NDArray[np.uint64]
Instruction = tuple[int, int, int, int]


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
    place = _places(layout)
    words = 1 + max(place, default=0) // 64
    code = _Writer(conditions, layout, place).tree(tree)
    return kernel.Machine(
        code=np.array(code, np.uint64),
        principal=_bits(principal.conditions, place, words),
        main=_bits(main.conditions, place, words),
        columns=_bits(cases.conditions, place, words),
        counts=layout.count_table(),
        status_of=np.array(status_of, np.int8),
        stack=np.zeros(len(code), np.uint64),
    )


def _places(layout: Layout) -> tuple[int, ...]:
    """The bit of each condition: as in the state where it has one, behind the state where it has none."""
    behind = count(64 * layout.words)
    numbers = range(len(layout.conditions))
    return tuple(layout.bit_of[number] if number in layout.bit_of else next(behind) for number in numbers)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes programs over the bits of the conditions."""

    conditions: Conditions
    layout: Layout
    place: Sequence[int]

    def tree(self, tree: RuleTree) -> list[Instruction]:
        """Every row in the order of trying, its children behind it."""
        code: list[Instruction] = []
        for mdc, paths in groupby(tree.paths, lambda path: path.mdc):
            children = [
                self.row(tree.adrg[adrg], self.leaves(tree, leaves))
                for adrg, leaves in groupby(paths, lambda path: path.adrg)
            ]
            code += _moved(self.row(tree.mdc[mdc], _one_after_another(children)), len(code))
        return [*code, _plain(kernel.END)]

    def leaves(self, tree: RuleTree, paths: Iterable[Path]) -> list[Instruction]:
        """The DRG rows of an ADRG."""
        return _one_after_another([self.row(tree.drg[path.drg], [(kernel.TAKE, path.drg, 0, 0)]) for path in paths])

    def row(self, rule: Expression, children: Sequence[Instruction]) -> list[Instruction]:
        """A row: its rule, and where that holds its children."""
        code = _with_jump(self.rule(rule), kernel.SKIP, kernel.TEST)
        after = len(code) + len(children) + 1
        code[-1] = _aimed(code[-1], after)
        code = _tested_first(code, len(code) - 1, after)
        return [*code, *_moved(children, len(code)), _plain(kernel.DROP)]

    def rule(self, expression: Expression, is_true: bool = True) -> list[Instruction]:
        """The program that leaves the truth of an expression, or of its negation, on the stack.

        Negation is carried down to the conditions, as in normal_form: twice `not` is as if it were not said.
        """
        match expression:
            case Not(part):
                return self.rule(part, not is_true)
            case And(parts) | Or(parts):
                join = _all_of if isinstance(expression, And) is is_true else _some_of
                return join([self.rule(part, is_true) for part in parts])
            case Membership(negated=negated):
                singles = single_conditions(expression)
                pushes = _some_of([[push] for single in singles for push in self.pushes(single)])
                return pushes if is_true is not negated else [*pushes, _plain(kernel.NEGATE)]
            case _:
                always = [_plain(kernel.PUSH_TRUE)]
                pushes = always if isinstance(expression, Always) else self.pushes(expression)
                return pushes if is_true else [*pushes, _plain(kernel.NEGATE)]

    def pushes(self, condition: Comparison | Count | Membership) -> list[Instruction]:
        """What is pushed for a condition; where there are several, one of them must hold."""
        number = self.conditions.number(condition)
        if degree_bit(self.layout.conditions[number]) is not None:
            ways = ((MCC_BIT, BY_MCC, self.layout.by_mcc), (CC_BIT, BY_CC, self.layout.by_cc))
            return [
                (kernel.PUSH, bit, degree, 1)
                for bit, degree, alone in ways
                if (alone | self.layout.by_either) >> number & 1
            ]
        degree = DEGREE_OF_LEVEL.get(condition.set_name, BY_NOTHING) if isinstance(condition, Count) else BY_NOTHING
        return [(kernel.PUSH, self.place[number], degree, 1)]


def _one_after_another(parts: Sequence[Sequence[Instruction]]) -> list[Instruction]:
    code: list[Instruction] = []
    for part in parts:
        code += _moved(part, len(code))
    return code


def _moved(code: Iterable[Instruction], lines: int) -> list[Instruction]:
    """The code so many lines further down."""
    return [
        (instruction, operand, degree, target + lines if instruction in _JUMPS else 0)
        for instruction, operand, degree, target in code
    ]


def _some_of(parts: Sequence[list[Instruction]]) -> list[Instruction]:
    """`or`: every part is evaluated, for the least of them counts; one that is false at once need not be joined."""
    first, *others = parts
    joined = (_tested_first([*part, _plain(kernel.JOIN_OR)], len(part), len(part) + 1) for part in others)
    return _one_after_another([first, *joined])


def _all_of(parts: Sequence[list[Instruction]]) -> list[Instruction]:
    """`and`: what is false jumps to the end."""
    first, *others = parts
    pieces = [first, *([*part, _plain(kernel.JOIN_AND)] for part in others)]
    pieces = [*(_with_jump(piece, kernel.UNLESS, kernel.PUSH_UNLESS) for piece in pieces[:-1]), pieces[-1]]
    end = sum(map(len, pieces))
    code: list[Instruction] = []
    for piece in pieces:
        code += _moved(piece, len(code))
        if piece is not pieces[-1]:
            code[-1] = _aimed(code[-1], end)
    return code


def _tested_first(code: list[Instruction], end: int, target: int) -> list[Instruction]:
    """The code, its first condition, when false, left out to go on at the target, not pushed to go on at the end."""
    (instruction, bit, degree, aim), *rest = code
    if instruction in (kernel.PUSH, kernel.PUSH_UNLESS) and aim == end:
        return [(kernel.TEST, bit, degree, target), *rest]
    return code


def _with_jump(code: list[Instruction], jump: int, push_and_jump: int) -> list[Instruction]:
    """The code with a jump at its end, whose target is still to be set; a lone push is joined with its jump."""
    if len(code) == 1 and code[0][kernel.INSTRUCTION] == kernel.PUSH:
        _, bit, degree, target = code[0]
        return [(push_and_jump, bit, degree, target)]
    return [*code, _plain(jump)]


def _aimed(jump: Instruction, line: int) -> Instruction:
    instruction, bit, degree, _ = jump
    return instruction, bit, degree, line


def _plain(instruction: int) -> Instruction:
    return instruction, 0, BY_NOTHING, 0


def _bits(classes: Sequence[int], place: Sequence[int], words: int) -> U8:
    """Sets of conditions as words of 64 bits, a row for each class."""
    placed = (sum(1 << place[number] for number in bits_of(fulfilled)) for fulfilled in classes)
    return np.array([[bits >> 64 * word & 2**64 - 1 for word in range(words)] for bits in placed], np.uint64)
