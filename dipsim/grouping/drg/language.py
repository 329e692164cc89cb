"""The official rule language: text into an expression and back.

Strict: an unknown token, variable or operator stops with its position. Full-width characters are read as their usual
twins; blanks are blanks, line breaks, `_x000D_` and a backslash before a line break. Keywords may be in capitals.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.drg.expression import (
    CODE_VARIABLES,
    NUMBER_COLUMNS,
    OFFICIAL_NUMBERS,
    OTHER_DIAGNOSES,
    TEXT_COLUMNS,
    VIRTUAL_SETS,
    Always,
    And,
    Comparison,
    Count,
    Expression,
    Membership,
    Not,
    Operator,
    Or,
)


def _one_of(*names: str) -> str:
    """A pattern of the grammar that matches one of the names and nothing longer."""
    return f"/({'|'.join(names)})(?![A-Za-z0-9_])/"


_GRAMMAR = rf"""
start: either
either: both (_OR both)*
both: primary (_AND primary)*
?primary: _OPEN either _CLOSE
    | NOT primary -> negation
    | ALWAYS -> always
    | membership
    | comparison
    | count

membership: variables NOT? _IN sets | column NOT? _IN sets | others NOT? _IN levels
comparison: (NUMBER | COLUMN) OPERATOR INTEGER
count: _LENGTH _OPEN (SET _CAP variables | SET _CAP others | LEVEL _CAP others) _CLOSE OPERATOR INTEGER

variables: CODE | _LEFT (CODE | OTHERS) (_COMMA (CODE | OTHERS))* _RIGHT
others: OTHERS
column: COLUMN
sets: SET | _LEFT SET (_COMMA SET)* _RIGHT
levels: (SET | LEVEL) | _LEFT (SET | LEVEL) (_COMMA (SET | LEVEL))* _RIGHT

_OR: {_one_of("or")}i
_AND: {_one_of("and")}i
_IN: {_one_of("in")}i
NOT: {_one_of("not")}i
_LENGTH: {_one_of("length")}i
CODE: {_one_of(*(name for name in CODE_VARIABLES if name != OTHER_DIAGNOSES))}
OTHERS: {_one_of(OTHER_DIAGNOSES)}
NUMBER: {_one_of(*OFFICIAL_NUMBERS, *NUMBER_COLUMNS)}
COLUMN: {_one_of(*TEXT_COLUMNS)}
LEVEL: {_one_of(*sorted(VIRTUAL_SETS))}
SET: {_one_of("[A-Z]+[0-9]?_[A-Z0-9]+")}
INTEGER: /[0-9]+(?![A-Za-z0-9_.])/
ALWAYS: /1(?![A-Za-z0-9_.])/
OPERATOR: />=|<=|[=<>≥≤]/
_OPEN: "("
_CLOSE: ")"
_LEFT: "{{"
_RIGHT: "}}"
_COMMA: ","
_CAP: "∩"
BLANKS: /\s+/
%ignore BLANKS
"""

_TOKENS = {
    "$END": "the end of the rule",
    "_OR": "or",
    "_AND": "and",
    "_IN": "in",
    "NOT": "not",
    "_LENGTH": "length",
    "CODE": "a variable of codes (ZYZD, ZYSS, QTSS)",
    "OTHERS": OTHER_DIAGNOSES,
    "NUMBER": f"a number ({', '.join(OFFICIAL_NUMBERS)}, or a column)",
    "COLUMN": "a column of text",
    "LEVEL": "MCC or CC",
    "SET": "a set",
    "INTEGER": "a whole number",
    "ALWAYS": "1",
    "OPERATOR": "a comparison (= >= <= > <)",
    "_OPEN": "(",
    "_CLOSE": ")",
    "_LEFT": "{",
    "_RIGHT": "}",
    "_COMMA": ",",
    "_CAP": "∩",
}
"""What a terminal of the grammar is called in a message."""

# Each replacement is as long as what it stands for, so that positions stay those of the text.
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: ord(" ")}
_ESCAPED_BREAK = re.compile(r"_x000D_|\\(?=[\r\n])")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"\w+(?:\.\w+)*|\S")
_NESTING = re.compile(r"[()]|(?:\bnot\b\s*)+", re.IGNORECASE)
DEEPEST = 50
"""Brackets within brackets that a rule may have, and `not` after `not`."""


class RuleSyntaxError(PolicyError):
    """A rule that the language does not know: where, what stands there, and what could stand there."""

    def __init__(self, line: int, column: int, found: str, expected: tuple[str, ...]) -> None:
        self.line, self.column, self.found, self.expected = line, column, found, expected
        super().__init__(self.problem(""))

    def problem(self, where: str) -> Problem:
        """The fault of the rule that stands at `where`."""
        place = f"line {self.line}, column {self.column}"
        return Problem(
            f"{where}: {place}" if where else place,
            f"{self.found} is not expected here",
            f"a rule goes on with {', '.join(self.expected)}",
            "correct the rule",
        )


def parse(text: str) -> Expression:
    """The expression that a rule says; blank text is always true.

    Raises RuleSyntaxError at the first thing that the language does not know.
    """
    usual = _ESCAPED_BREAK.sub(lambda found: " " * len(found[0]), text.translate(_HALF_WIDTH))
    if not usual.strip():
        return Always()
    _require_shallow(text, usual)
    try:
        tree = _parser().parse(usual)
    except UnexpectedInput as error:
        raise _syntax_error(text, usual, error) from None
    return _TREE_TO_EXPRESSION.transform(tree)


def to_text(expression: Expression) -> str:
    """A rule that parses back to the expression."""
    match expression:
        case Always():
            return "1"
        case Comparison(variable, operator, number):
            return f"{variable}{operator}{number}"
        case Count(set_name, variables, operator, number):
            return f"length({set_name} ∩ {_united(variables)}){operator}{number}"
        case Membership(variables, sets, negated):
            return f"{_united(variables)} {'not in' if negated else 'in'} {_united(sets)}"
        case Not(part):
            return f"not ({to_text(part)})"
        case And(parts):
            return " and ".join(_bracketed(part) for part in parts)
        case Or(parts):
            return " or ".join(_bracketed(part) for part in parts)


def _united(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{{{', '.join(names)}}}"


def _bracketed(part: Expression) -> str:
    """A part of and / or: brackets wherever both are mixed, as the official rules write them."""
    return f"({to_text(part)})" if isinstance(part, And | Or) else to_text(part)


def _require_shallow(text: str, usual: str) -> None:
    """RuleSyntaxError for a rule so deep that walking it would overrun the stack."""
    depth = 0
    for found in _NESTING.finditer(usual):
        depth += (found[0] == "(") - (found[0] == ")")
        if depth + found[0].lower().count("not") > DEEPEST:
            raise _error_at(text, usual, found.start(), (f"at most {DEEPEST} brackets within brackets",))


def _syntax_error(text: str, usual: str, error: UnexpectedInput) -> RuleSyntaxError:
    position = error.pos_in_stream
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if is_end or position is None:
        position = len(text)
    names = error.expected if isinstance(error, UnexpectedToken) else getattr(error, "allowed", None)
    return _error_at(text, usual, position, tuple(words for name, words in _TOKENS.items() if name in (names or ())))


def _error_at(text: str, usual: str, position: int, expected: tuple[str, ...]) -> RuleSyntaxError:
    word = _WORD.match(usual, position)
    found = repr(text[position : word.end()]) if word else "the end of the rule"
    breaks = list(_LINE_BREAK.finditer(text, 0, position))
    start = breaks[-1].end() if breaks else 0
    return RuleSyntaxError(len(breaks) + 1, position - start + 1, found, expected)


class _TreeToExpression(Transformer[Token, Expression]):
    """Builds the expression from the leaves up; the methods are the rules of the grammar."""

    def start(self, children: list[Any]) -> Expression:
        return cast(Expression, children[0])

    def either(self, parts: list[Any]) -> Expression:
        return cast(Expression, parts[0]) if len(parts) == 1 else Or(tuple(parts))

    def both(self, parts: list[Any]) -> Expression:
        return cast(Expression, parts[0]) if len(parts) == 1 else And(tuple(parts))

    def negation(self, children: list[Any]) -> Expression:
        return Not(children[-1])

    def always(self, _: list[Any]) -> Expression:
        return Always()

    def membership(self, children: list[Any]) -> Expression:
        variables, *negations, sets = children
        return Membership(variables, sets, bool(negations))

    def comparison(self, children: list[Any]) -> Expression:
        variable, operator, number = children
        return Comparison(str(variable), _operator(operator), int(number))

    def count(self, children: list[Any]) -> Expression:
        set_name, variables, operator, number = children
        return Count(str(set_name), variables, _operator(operator), int(number))

    def variables(self, names: list[Any]) -> tuple[str, ...]:
        return tuple(map(str, names))

    others = column = sets = levels = variables


def _operator(token: Token) -> Operator:
    return cast(Operator, {"≥": ">=", "≤": "<="}.get(token, str(token)))


@cache
def _parser() -> Any:
    """The parser, built on first use: who groups by DIP never pays for it."""
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


_TREE_TO_EXPRESSION = _TreeToExpression()
