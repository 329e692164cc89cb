"""Text columns into dictionary codes: every distinct cell is cleaned once, the dictionary is sorted.

Sorted values make an id independent of the order of rows and files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.celltext import as_text, as_words, is_list, merged_words
from dipsim.cases.columns import Kind
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.normalise import normalise_code
from dipsim.cases.table import BLANK_ID, I4, I8, Coded, CodedLists

Cleaner = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """The distinct cells of a column as the mapping leaves them, as they end, and how many cells held each."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListParts:
    """The lists of one block: how many elements each has, and the elements as a dictionary array of text."""

    lengths: I8
    elements: Any


def cleaner(column: str, kind: Kind, mapping: CaseMapping) -> tuple[Cleaner, Cleaner]:
    """What a mapping says of one distinct cell of a column, and what the kind of the column then makes of it."""
    blanks = frozenset(mapping.cells.blanks)
    values = mapping.values.get(column, {})
    strips_zero = column in mapping.cells.strip_trailing_zero

    def translated(cell: str) -> str:
        word = cell.strip()
        if strips_zero:
            word = word.removesuffix(".0")
        return "" if word in blanks else values.get(word, word)

    return translated, normalise_code if kind in (Kind.CODE, Kind.CODE_LIST) else str


def encode_texts(column: Any, steps: tuple[Cleaner, Cleaner]) -> tuple[Coded, Words]:
    """A dictionary array of text as dictionary ids, `BLANK_ID` for a cell that is blank once cleaned."""
    rows = column.indices.fill_null(BLANK_ID).to_numpy()
    translate, finish = steps
    before = tuple(translate(cell or "") for cell in column.dictionary.to_pylist())
    after = tuple(finish(word) for word in before)
    values = tuple(sorted({*after} - {""}))
    id_of = {"": BLANK_ID} | {value: number for number, value in enumerate(values)}
    ids = np.array([*(id_of[word] for word in after), BLANK_ID], np.int32)[rows]
    cells = tuple(np.bincount(rows[rows != BLANK_ID], minlength=len(before)).tolist())
    return Coded(ids, values), Words(before, after, cells)


def list_parts(name: str, chunk: Any, separator: str) -> ListParts:
    """The elements of an Arrow array of lists, or of text joined by the separator, a dictionary's texts split once."""
    if is_list(chunk.type):
        return ListParts(_lengths(chunk), as_words(name, chunk.flatten()))
    if not pa.types.is_dictionary(chunk.type):
        return list_parts(name, pc.split_pattern(as_text(name, chunk), separator), separator)
    distinct = list_parts(name, as_text(name, chunk.dictionary), separator)
    lengths = np.append(distinct.lengths, 0)
    rows = chunk.indices.fill_null(distinct.lengths.size).to_numpy()
    starts = np.append(0, np.cumsum(lengths))
    places = CodedLists(starts, np.arange(len(distinct.elements), dtype=np.int32), ()).take(rows)
    return ListParts(lengths[rows], distinct.elements.take(pa.array(places.ids)))


def encode_lists(parts: Sequence[ListParts], steps: tuple[Cleaner, Cleaner]) -> tuple[CodedLists, Words, I4]:
    """The lists of all blocks as ragged dictionary ids, and the ids that stand first in place of a blank.

    Blank elements are dropped.
    """
    ends = np.cumsum(np.concatenate([np.zeros(1, np.int64), *(part.lengths for part in parts)]))
    coded, words = encode_texts(merged_words([part.elements for part in parts]), steps)
    is_filled = coded.ids != BLANK_ID
    filled_before = np.append(0, np.cumsum(is_filled))
    lists = CodedLists(filled_before[ends], coded.ids[is_filled], coded.values)
    begins_blank = ~np.append(is_filled, True)[ends[:-1]] & (np.diff(lists.offsets) > 0)
    return lists, words, lists.ids[lists.offsets[:-1][begins_blank]]


def _lengths(lists: Any) -> I8:
    lengths = pc.list_value_length(lists).fill_null(0)
    return np.array(lengths.to_numpy(zero_copy_only=False), np.int64)


def compact(column: Coded) -> Coded:
    """The same cells with a dictionary of the values that occur."""
    ids, values = _compact(column.ids, column.values)
    return Coded(ids, values)


def compact_lists(column: CodedLists) -> CodedLists:
    """The same lists with a dictionary of the values that occur."""
    ids, values = _compact(column.ids, column.values)
    return replace(column, ids=ids, values=values)


def _compact(ids: I4, values: Sequence[str]) -> tuple[I4, tuple[str, ...]]:
    is_used = np.bincount(ids[ids != BLANK_ID], minlength=len(values)) > 0
    used: I8 = np.flatnonzero(is_used)
    new_ids: NDArray[np.int32] = np.append(np.cumsum(is_used) - 1, BLANK_ID).astype(np.int32)
    return new_ids[ids], tuple(values[number] for number in used)
