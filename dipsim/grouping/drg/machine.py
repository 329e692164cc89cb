"""The rules of a scheme as the program of the stack machine, and the classes of codes and cases as bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import NamedTuple

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

U8 = NDArray[np.uint64]


class Line(NamedTuple):
    """A line of a program; its target, which only jumps look at, counts from the first line of the same list."""

    kind: int
    target: int = 0
    operand: int = 0
    degree: int = BY_NOTHING


class Row(NamedTuple):
    """A row: the line that stands for it, the rest of its rule, and what is tried where that holds."""

    line: Line
    rule: Sequence[Line]
    children: Sequence[Line]


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
    always = 1 + max(place, default=-1)
    words = 1 + always // 64
    code = _Writer(conditions, layout, place, always).tree(tree)
    return kernel.Machine(
        code=_packed(code),
        principal=_bits(principal.conditions, place, words),
        main=_bits(main.conditions, place, words),
        columns=_bits(cases.conditions, place, words) | _bits([1], [always], words),
        counts=layout.count_table(),
        status_of=np.array(status_of, np.int8),
        stack=np.zeros(1 + len(code), np.uint64),
    )


def _places(layout: Layout) -> tuple[int, ...]:
    """The bit of each condition: as in the state where it has one, behind the state where it has none."""
    behind = count(64 * layout.words)
    numbers = range(len(layout.conditions))
    return tuple(layout.bit_of[number] if number in layout.bit_of else next(behind) for number in numbers)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes programs over the bits of the conditions; the bit `always` is set for every case."""

    conditions: Conditions
    layout: Layout
    place: Sequence[int]
    always: int

    def tree(self, tree: RuleTree) -> list[Line]:
        """Every row in the order of trying."""
        by_mdc = groupby(tree.paths, lambda path: path.mdc)
        rows = [self.row(tree.mdc[mdc], self.adrgs(tree, paths)) for mdc, paths in by_mdc]
        return _straightened([*_tried(rows), Line(kernel.END)])

    def adrgs(self, tree: RuleTree, paths: Iterable[Path]) -> list[Line]:
        """The ADRG rows of an MDC."""
        by_adrg = groupby(paths, lambda path: path.adrg)
        return _tried([self.row(tree.adrg[adrg], self.drgs(tree, leaves)) for adrg, leaves in by_adrg])

    def drgs(self, tree: RuleTree, paths: Iterable[Path]) -> list[Line]:
        """The DRG rows of an ADRG."""
        return _tried([self.row(tree.drg[path.drg], [Line(kernel.TAKE, operand=path.drg)]) for path in paths])

    def row(self, rule: Expression, children: Sequence[Line]) -> Row:
        """A row; where its rule cannot hold without its first condition, its line asks for that."""
        code = self.rule(rule)
        first, *rest = code
        if _is_needed(first, len(code)):
            return Row(first._replace(kind=kernel.ROW), _moved(rest, -1), children)
        return Row(Line(kernel.GO), code, children)

    def rule(self, expression: Expression, is_true: bool = True) -> list[Line]:
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
                return pushes if is_true is not negated else [*pushes, Line(kernel.NEGATE)]
            case Always():
                pushes = [Line(kernel.PUSH, 1, self.always)]
            case _:
                pushes = self.pushes(expression)
        return pushes if is_true else [*pushes, Line(kernel.NEGATE)]

    def pushes(self, condition: Comparison | Count | Membership) -> list[Line]:
        """What is pushed for a condition; where there are several, one of them must hold."""
        number = self.conditions.number(condition)
        if degree_bit(self.layout.conditions[number]) is not None:
            ways = ((MCC_BIT, BY_MCC, self.layout.by_mcc), (CC_BIT, BY_CC, self.layout.by_cc))
            return [
                Line(kernel.PUSH, 1, bit, degree)
                for bit, degree, alone in ways
                if (alone | self.layout.by_either) >> number & 1
            ]
        degree = DEGREE_OF_LEVEL.get(condition.set_name, BY_NOTHING) if isinstance(condition, Count) else BY_NOTHING
        return [Line(kernel.PUSH, 1, self.place[number], degree)]


def _tried(rows: Sequence[Row]) -> list[Line]:
    """Rows in the order of trying: first their lines, then what follows each, which fails to the line below its own."""
    lines: list[Line] = []
    bodies: list[Line] = []
    behind = len(rows) + 1
    for number, row in enumerate(rows, start=1):
        lines.append(row.line._replace(target=behind + len(bodies)))
        bodies += _moved(row.rule, behind + len(bodies))
        if row.rule:
            bodies.append(Line(kernel.SKIP, number))
        bodies += _moved(row.children, behind + len(bodies))
        bodies.append(Line(kernel.DROP, number))
    return [*lines, Line(kernel.GO, behind + len(bodies)), *bodies]


def _some_of(parts: Sequence[list[Line]]) -> list[Line]:
    """`or`: every part is evaluated, for the least of them counts; one that is false at once need not be joined."""
    first, *others = parts
    return _one_after_another([first, *map(_joined_by_or, others)])


def _joined_by_or(part: list[Line]) -> list[Line]:
    code = [*part, Line(kernel.JOIN_OR)]
    if _is_needed(part[0], len(part)):
        code[0] = part[0]._replace(kind=kernel.TEST, target=len(code))
    return code


def _all_of(parts: Sequence[list[Line]]) -> list[Line]:
    """`and`: what is false jumps to the end."""
    first, *others = parts
    *before, final = [first, *([*part, Line(kernel.JOIN_AND)] for part in others)]
    pieces = [*map(_ended_by_jump, before), final]
    end = sum(map(len, pieces))
    code: list[Line] = []
    for piece in pieces:
        code += _moved(piece, len(code))
        if piece is not final:
            code[-1] = code[-1]._replace(target=end)
    return code


def _ended_by_jump(code: list[Line]) -> list[Line]:
    """The code with a jump at its end, whose target is still to be set; a lone push is joined with its jump."""
    if len(code) == 1 and code[0].kind == kernel.PUSH:
        return [code[0]._replace(kind=kernel.PUSH_UNLESS)]
    return [*code, Line(kernel.UNLESS)]


def _is_needed(first: Line, end: int) -> bool:
    """Whether what begins so is false, at its end, as soon as its first condition is."""
    return first.kind in (kernel.PUSH, kernel.PUSH_UNLESS) and first.target == end


def _one_after_another(parts: Iterable[Sequence[Line]]) -> list[Line]:
    code: list[Line] = []
    for part in parts:
        code += _moved(part, len(code))
    return code


def _moved(code: Iterable[Line], lines: int) -> list[Line]:
    """The code so many lines further down."""
    return [line._replace(target=line.target + lines) for line in code]


def _straightened(code: Sequence[Line]) -> list[Line]:
    """The program without a jump to a jump: what led to a line GO leads on at once, and a GO to a DROP is that DROP."""

    def goal(line: Line) -> int:
        to = code[line.target]
        return goal(to) if to.kind == kernel.GO else line.target

    aimed = [line._replace(target=goal(line)) for line in code]
    return [
        aimed[line.target] if line.kind == kernel.GO and aimed[line.target].kind == kernel.DROP else line
        for line in aimed
    ]


def _packed(code: Sequence[Line]) -> U8:
    """The lines as numbers."""
    kinds, targets, operands, degrees = np.array(code, np.uint64).T
    packed: U8 = kinds | degrees << kernel.DEGREE_AT | operands << kernel.OPERAND_AT | targets << kernel.TARGET_AT
    return packed


def _bits(classes: Sequence[int], place: Sequence[int], words: int) -> U8:
    """Sets of conditions as words of 64 bits, a row for each class."""
    placed = (sum(1 << place[number] for number in bits_of(fulfilled)) for fulfilled in classes)
    return np.array([[bits >> 64 * word & 2**64 - 1 for word in range(words)] for bits in placed], np.uint64)
