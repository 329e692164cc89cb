"""Raw columns into typed ones, block after block, kind by kind, with a fault for every cell that cannot be read.

A text column is kept as a dictionary from its first block on; a column of numbers is converted block by block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from dipsim.cases.celltext import as_words, is_list, merged_words
from dipsim.cases.columns import COLUMNS, TEXT_KINDS, ColumnSpec, Kind
from dipsim.cases.encode import Cleaner, ListParts, Words, cleaner, encode_lists, encode_texts, list_parts
from dipsim.cases.identity import pseudonym
from dipsim.cases.mapping import CaseMapping, CellFormat
from dipsim.cases.normalise import Change, Example, change, odd_words, spelling_changes
from dipsim.cases.numeric import Parsed, parsed
from dipsim.cases.rejects import Fault
from dipsim.cases.table import F8, I8, Coded, CodedLists
from dipsim.errors import CaseDataError, Problem
from dipsim.money import FEN, MISSING, yuan_text

_BAD_CELL = {
    Kind.YUAN: "not_an_amount",
    Kind.INTEGER: "not_an_integer",
    Kind.NUMBER: "not_a_number",
    Kind.DATE: "not_a_date",
}


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """One typed column, the faults of its cells and what was changed in them."""

    data: Coded | CodedLists | I8 | F8
    faults: tuple[Fault, ...]
    changes: tuple[Change, ...]


class ColumnReader(Protocol):
    """Takes the blocks of one column in order and makes one typed column of them."""

    def add(self, column: Any) -> None:
        """Take the next block, a chunked Arrow column; CaseDataError for cells of a type that the kind cannot have."""

    def finish(self) -> TypedColumn:
        """The whole column."""


def column_reader(name: str, mapping: CaseMapping, salt: bytes) -> ColumnReader:
    """What reads one canonical column."""
    spec = COLUMNS[name]
    if spec.kind is Kind.CODE_LIST:
        return _ListReader(spec, mapping)
    if spec.kind in TEXT_KINDS:
        return _TextReader(spec, mapping, salt)
    return _NumberReader(spec, mapping.cells)


def typed_column(name: str, column: Any, mapping: CaseMapping, salt: bytes) -> TypedColumn:
    """A whole chunked column at once."""
    reader = column_reader(name, mapping, salt)
    reader.add(column)
    return reader.finish()


class _TextReader:
    def __init__(self, spec: ColumnSpec, mapping: CaseMapping, salt: bytes) -> None:
        translate, finish = cleaner(spec.name, spec.kind, mapping)
        self.spec = spec
        self.steps = (translate, _pseudonymiser(salt) if spec.identifier else finish)
        self.parts: list[Any] = []

    def add(self, column: Any) -> None:
        _refuse_lists(self.spec, column)
        self.parts += [as_words(self.spec.name, chunk) for chunk in column.chunks]

    def finish(self) -> TypedColumn:
        coded, words = encode_texts(merged_words(self.parts), self.steps)
        return TypedColumn(coded, _unknown_categories(self.spec, coded), _told(self.spec, words))


class _ListReader:
    def __init__(self, spec: ColumnSpec, mapping: CaseMapping) -> None:
        self.spec = spec
        self.separator = mapping.cells.list_separator
        self.steps = cleaner(spec.name, spec.kind, mapping)
        self.parts: list[ListParts] = []

    def add(self, column: Any) -> None:
        self.parts += [list_parts(self.spec.name, chunk, self.separator) for chunk in column.chunks]

    def finish(self) -> TypedColumn:
        lists, words, promoted = encode_lists(self.parts, self.steps)
        codes = Counter(lists.values[number] for number in promoted.tolist())
        examples = [Example(f"{self.separator}{code}", code, cells) for code, cells in codes.items()]
        # The first procedure is the main one; of other lists the order says nothing.
        is_told = bool(examples) and self.spec.name == "procedures"
        told = (change(self.spec.name, "blank_main", examples),) if is_told else ()
        return TypedColumn(lists, (), (*told, *_told(self.spec, words)))


class _NumberReader:
    def __init__(self, spec: ColumnSpec, cells: CellFormat) -> None:
        self.spec = spec
        self.cells = cells
        self.rows = 0
        self.values: list[Any] = []
        self.faults: list[Fault] = []
        self.rounded: Counter[tuple[str, int]] = Counter()

    def add(self, column: Any) -> None:
        _refuse_lists(self.spec, column)
        for chunk in column.chunks:
            found = parsed(self.spec, chunk, self.cells)
            self.values.append(found.values)
            self.faults += _number_faults(self.spec, found, self.rows)
            fens = found.values[found.rounded].tolist()
            self.rounded.update(zip(found.texts(found.rounded), fens, strict=True))
            self.rows += len(chunk)

    def finish(self) -> TypedColumn:
        empty = np.zeros(0, np.float64 if self.spec.kind is Kind.NUMBER else np.int64)
        values = np.concatenate([empty, *self.values])
        self.values.clear()
        examples = [Example(text, yuan_text(amount), cells) for (text, amount), cells in self.rounded.items()]
        changes = (change(self.spec.name, "rounded_to_fen", examples),) if examples else ()
        return TypedColumn(values, tuple(self.faults), changes)


def _refuse_lists(spec: ColumnSpec, column: Any) -> None:
    if is_list(column.type):
        raise CaseDataError(Problem(spec.name, "holds lists", f"it is a {spec.kind} column", "store one value a case"))


def _pseudonymiser(salt: bytes) -> Cleaner:
    def hidden(word: str) -> str:
        return pseudonym(word, salt) if word else ""

    return hidden


def _unknown_categories(spec: ColumnSpec, coded: Coded) -> tuple[Fault, ...]:
    if not spec.values:
        return ()
    is_unknown = np.array([*(value not in spec.values for value in coded.values), False])
    details = {"values": ", ".join(spec.values)}
    rows = np.flatnonzero(is_unknown[coded.ids]).tolist()
    return tuple(Fault(row, spec.name, coded.text(row), "unknown_category", details) for row in rows)


def _told(spec: ColumnSpec, words: Words) -> tuple[Change, ...]:
    odd = odd_words(spec.name, words.before, words.cells)
    if spec.kind not in (Kind.CODE, Kind.CODE_LIST):
        return tuple(odd)
    return (*odd, *spelling_changes(spec.name, words.before, words.after, words.cells))


def _number_faults(spec: ColumnSpec, found: Parsed, before: int) -> list[Fault]:
    """The faults of one block, which stands below `before` rows."""
    faults = _faults(spec, found, found.bad, before, _BAD_CELL[spec.kind], {})
    if spec.minimum is not None:
        least = spec.minimum * (FEN if spec.kind is Kind.YUAN else 1)
        is_low = (found.values < least) & (found.values != MISSING)
        faults += _faults(spec, found, np.flatnonzero(is_low), before, "below_minimum", {"minimum": str(spec.minimum)})
    return faults


def _faults(
    spec: ColumnSpec, found: Parsed, rows: I8, before: int, reason: str, details: Mapping[str, str]
) -> list[Fault]:
    cells: Sequence[str] = found.texts(rows)
    return [
        Fault(before + row, spec.name, cell, reason, details) for row, cell in zip(rows.tolist(), cells, strict=True)
    ]
