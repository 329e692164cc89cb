"""The text of a reading into typed columns, kind by kind, with a fault for every cell that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, ColumnSpec, Kind
from dipsim.cases.encode import Cleaner, Words, cleaner, encode_lists, encode_texts
from dipsim.cases.identity import pseudonym
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.normalise import Change, Example, change, spelling_changes
from dipsim.cases.parse import Integers, Reals, numerals, parse_days, parse_fen, parse_integers, parse_reals, trimmed
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


def typed_column(name: str, column: Any, mapping: CaseMapping, salt: bytes) -> TypedColumn:
    """Read one column of text as its kind; CaseDataError for lists where the dictionary has none."""
    spec = COLUMNS[name]
    is_text = column.type == pa.string()
    if not is_text and spec.kind is not Kind.CODE_LIST:
        raise CaseDataError(Problem(name, "holds lists", f"it is a {spec.kind} column", "store one value a case"))
    if spec.kind in TEXT_KINDS:
        return _text_column(spec, column, mapping, salt)
    if spec.kind is Kind.CODE_LIST:
        lists, words = encode_lists(column, mapping.cells.list_separator, cleaner(name, spec.kind, mapping))
        return TypedColumn(lists, (), _spelling(spec, words))
    if spec.kind is Kind.DATE:
        text = trimmed(column, mapping.cells)
        return _number_column(spec, text, parse_days(text, mapping.cells.date_format))
    text = numerals(column, mapping.cells)
    if spec.kind is Kind.NUMBER:
        return _number_column(spec, text, parse_reals(text))
    return _number_column(spec, text, parse_fen(text) if spec.kind is Kind.YUAN else parse_integers(text))


def _text_column(spec: ColumnSpec, column: Any, mapping: CaseMapping, salt: bytes) -> TypedColumn:
    translate, finish = cleaner(spec.name, spec.kind, mapping)
    if spec.identifier:
        finish = _pseudonymiser(salt)
    coded, words = encode_texts(column, (translate, finish))
    return TypedColumn(coded, _unknown_categories(spec, coded), _spelling(spec, words))


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


def _spelling(spec: ColumnSpec, words: Words) -> tuple[Change, ...]:
    if spec.kind not in (Kind.CODE, Kind.CODE_LIST):
        return ()
    return tuple(spelling_changes(spec.name, words.before, words.after, words.cells))


def _number_column(spec: ColumnSpec, text: Any, parsed: Integers | Reals) -> TypedColumn:
    faults = _faults(spec, text, parsed.bad, _BAD_CELL[spec.kind], {})
    if spec.minimum is not None:
        least = spec.minimum * (FEN if spec.kind is Kind.YUAN else 1)
        is_low = parsed.values < least
        if isinstance(parsed, Integers):
            is_low &= parsed.values != MISSING
        faults += _faults(spec, text, np.flatnonzero(is_low), "below_minimum", {"minimum": str(spec.minimum)})
    rounded = parsed.rounded if isinstance(parsed, Integers) else np.zeros(0, np.int64)
    changes = (_rounding(spec.name, text, parsed.values, rounded),) if rounded.size else ()
    return TypedColumn(parsed.values, faults, changes)


def _faults(spec: ColumnSpec, text: Any, rows: I8, reason: str, details: Mapping[str, str]) -> tuple[Fault, ...]:
    if not rows.size:
        return ()
    cells = text.take(rows).to_pylist()
    return tuple(Fault(row, spec.name, cell, reason, details) for row, cell in zip(rows.tolist(), cells, strict=True))


def _rounding(name: str, text: Any, values_fen: Any, rows: I8) -> Change:
    """The amounts that had more than two decimals."""
    counted = pc.value_counts(text.take(rows)).to_pylist()
    fen_of = dict(zip(text.take(rows).to_pylist(), values_fen[rows].tolist(), strict=True))
    examples = [Example(entry["values"], yuan_text(fen_of[entry["values"]]), entry["counts"]) for entry in counted]
    return change(name, "rounded_to_fen", examples)
