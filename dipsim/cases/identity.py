"""Who a patient is stays unknown; what a table of cases holds has a name: pseudonyms, the content fingerprint."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dipsim.cases.columns import COLUMNS
from dipsim.cases.table import BLANK_ID, CaseTable, CodedLists
from dipsim.kernels.hashing import LANES, SEED, WORD, hash_texts

U1 = NDArray[np.uint8]
U8 = NDArray[np.uint64]
I8 = NDArray[np.int64]

FEW = 100_000
"""Texts that numpy has hashed before the kernel would be loaded."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_BLOCK = 1 << 14
"""Values mixed at a time, few enough to stay in the cache."""


def fresh_salt() -> bytes:
    """A random key for the pseudonyms of one reading, so that those of two readings cannot be joined."""
    return secrets.token_bytes(16)


def pseudonym(value: str, salt: bytes) -> str:
    """A keyed hash of an identifier, 32 hexadecimal digits; the letters of an identity number count in either case."""
    return blake2b(value.upper().encode(), digest_size=16, key=salt).hexdigest()


def content_fingerprint(cases: CaseTable) -> str:
    """The name of the content of a table, 32 hexadecimal digits: the same for the same cases in any order and split.

    Each case is hashed to two 64-bit lanes from its columns; the lanes are summed over the cases modulo 2**64 and
    hashed together with the names of the columns. Of an identifier only counts which cases share it, for its pseudonyms
    differ between readings.
    """
    names = [name for name in COLUMNS if cases.has(name)]
    of_case = text_lanes(cases.case_ids)
    rows = np.zeros((LANES, len(cases)), np.uint64)
    for name in names:
        rows += _mixed(_column_lanes(cases, name, of_case) ^ text_lanes([name]).T)
    sums = _mixed(rows).sum(axis=1, dtype=np.uint64)
    text = "\n".join([str(len(cases)), *map(str, sums), *names])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _column_lanes(cases: CaseTable, name: str, of_case: U8) -> U8:
    """Two 64-bit values for each case from one of its columns, shape (2, cases); `of_case` are those of its id."""
    if name == "case_id":
        return of_case.T
    if COLUMNS[name].identifier:
        return _shared_lanes(cases, name, of_case)
    if name in cases.coded:
        column = cases.coded[name]
        return text_lanes([*column.values, ""])[column.ids].T  # BLANK_ID, -1, is the last
    if name in cases.lists:
        return _list_lanes(cases.lists[name])
    if name in cases.integers:
        bits = cases.integers[name].view(np.uint64)
    else:
        bits = np.nan_to_num(cases.reals[name] + 0.0, nan=np.inf).view(np.uint64)
    return np.broadcast_to(bits, (LANES, bits.size))


def _shared_lanes(cases: CaseTable, name: str, of_case: U8) -> U8:
    """The case ids that share the identifier of each case, added up; 0 for a blank."""
    column = cases.coded[name]
    shared = np.zeros((len(column.values) + 1, LANES), np.uint64)
    np.add.at(shared, column.ids, of_case)
    shared[BLANK_ID] = 0
    return shared[column.ids].T


def _list_lanes(column: CodedLists) -> U8:
    """The codes of each case with their places in the list, added up."""
    place = np.arange(column.ids.size) - np.repeat(column.offsets[:-1], np.diff(column.offsets))
    codes = _mixed(text_lanes(column.values)[column.ids].T + place.astype(np.uint64) * _GOLDEN)
    running = np.zeros((LANES, column.ids.size + 1), np.uint64)
    np.cumsum(codes, axis=1, out=running[:, 1:])
    return running[:, column.offsets[1:]] - running[:, column.offsets[:-1]]


def text_lanes(texts: Sequence[str] | pa.Array) -> U8:
    """The hash of each text as two 64-bit values, shape (texts, 2)."""
    column: Any = texts.cast(pa.large_string()) if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())
    if not len(column):
        return np.empty((0, LANES), np.uint64)
    _, places, data = column.buffers()
    starts = np.frombuffer(places, np.int64)[column.offset : column.offset + len(column) + 1]
    letters = np.frombuffer(data or b"", np.uint8)
    if len(column) <= FEW:
        return _lanes_of_few(starts, letters)
    lanes = np.empty((len(column), LANES), np.uint64)
    with np.errstate(over="ignore"):  # without the compiler numpy tells where the kernel wraps, as it means to
        hash_texts(starts, letters, lanes)
    return lanes


def _lanes_of_few(starts: I8, letters: U1) -> U8:
    """What `hash_texts` writes, a word of all texts at a time."""
    lengths = np.diff(starts)
    padded = np.concatenate([letters, np.zeros(WORD, np.uint8)])
    word_at = np.ndarray(letters.size + 1, "<u8", padded, strides=(1,))
    lanes = _mixed(SEED[:, None] ^ lengths.astype(np.uint64))
    for place in range(0, int(lengths.max()), WORD):
        longer = np.flatnonzero(lengths > place)
        beyond = 8 * np.maximum(place + WORD - lengths[longer], 0).astype(np.uint64)  # bits of the next text
        words = word_at[starts[longer] + place] << beyond >> beyond
        lanes[:, longer] = _mixed(lanes[:, longer] ^ words)
    return lanes.T


def _mixed(values: U8) -> U8:
    """Every bit of the result depends on every bit of the value (finaliser of splitmix64, Steele et al. 2014)."""
    mixed = np.empty_like(values, order="C")
    for start in range(0, values.shape[1], _BLOCK):
        block = values[:, start : start + _BLOCK] + _GOLDEN
        block ^= block >> np.uint64(30)
        block *= _MIX_1
        block ^= block >> np.uint64(27)
        block *= _MIX_2
        block ^= block >> np.uint64(31)
        mixed[:, start : start + _BLOCK] = block
    return mixed
