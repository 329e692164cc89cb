"""The spelling of diagnosis and procedure codes made uniform, with a summary of what changed and what looks odd.

No pattern decides what a code is: any text that is not blank is one. A dagger pair as `T66.x02+H47.5*` stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
EXAMPLES = 3
LOOKS_BLANK, LOOKS_SHORTENED = "looks_blank", "looks_shortened"
"""Kinds of words that are kept as they are and told: a sign for a blank; a long number that a spreadsheet cut short."""
_DASHES = frozenset({"-", "--", "---", "—", "——", "－", "/", "\\N"})
_NOTHINGS = frozenset({"NULL", "Null", "null", "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "None", "none", "无", "空"})
_SHORTENED = re.compile(r"\d(\.\d+)?E\+\d+")


@dataclass(frozen=True, slots=True)
class Example:
    """One value before and after a change, and in how many cells it stood."""

    before: str
    after: str
    cells: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one kind of change did to one column, or odd words of one kind in it: cells, values, the commonest first."""

    column: str
    kind: str
    cells: int
    values: int
    examples: tuple[Example, ...]


def without_blanks(code: str) -> str:
    """Drop blanks and invisible characters wherever they stand."""
    return "".join(code.translate(_INVISIBLE).split())


def half_width(code: str) -> str:
    """Full-width letters, digits and signs become the usual ones."""
    return code.translate(_FULL_WIDTH)


def letter_case(code: str) -> str:
    """`X` becomes `x` save as the first letter, which is upper-case; likewise in each part of a dagger pair."""
    return "+".join(part[:1].upper() + part[1:].replace("X", "x") for part in code.split("+"))


STEPS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"full_width": half_width, "blanks": without_blanks, "letter_case": letter_case}
)
"""The changes of spelling, by kind, in the order in which they are made."""


def normalise_code(code: str) -> str:
    """The uniform spelling of a code."""
    for step in STEPS.values():
        code = step(code)
    return code


def spelling_changes(column: str, before: Sequence[str], after: Sequence[str], cells: Sequence[int]) -> list[Change]:
    """What `normalise_code` did to the distinct values of a column that stood in `cells` cells each."""
    found: dict[str, list[Example]] = {kind: [] for kind in STEPS}
    for old, new, count in zip(before, after, cells, strict=True):
        code = old
        for kind, step in STEPS.items() if old != new else ():
            if step(code) != code:
                found[kind].append(Example(old, new, count))
            code = step(code)
    return [change(column, kind, examples) for kind, examples in found.items() if examples]


def change(column: str, kind: str, examples: Sequence[Example]) -> Change:
    """The summary of one kind of change from all its distinct values."""
    commonest = sorted(examples, key=lambda example: (-example.cells, example.before))
    cells = sum(example.cells for example in examples)
    return Change(column, kind, cells, len(examples), tuple(commonest[:EXAMPLES]))


def odd_words(column: str, words: Sequence[str], cells: Sequence[int]) -> list[Change]:
    """The distinct words of a column, in `cells` cells each, that hardly are what it holds; they stay as they are."""
    found = {
        LOOKS_BLANK: (_DASHES | _NOTHINGS).intersection(words),
        LOOKS_SHORTENED: frozenset(word for word in words if "E+" in word and _SHORTENED.fullmatch(word)),
    }
    told = []
    for kind, odd in found.items():
        examples = [
            Example(word, word, count) for word, count in zip(words, cells, strict=True) if word in odd and count
        ]
        told += [change(column, kind, examples)] if examples else []
    return told
