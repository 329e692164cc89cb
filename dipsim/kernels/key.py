"""Cases numbered by (subcategory, main procedure), counted and added up as they are read.

Slow twin: tests/naive/scale.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
Numbers = NDArray[np.signedinteger[Any]]

NONE = -1
"""No procedure, no subcategory, no key; an empty slot."""
SHIFT = 32
"""A pair is subcategory << SHIFT | procedure + 1."""
PAIR, CASES, COST_FEN = range(3)
"""Columns of Pairs.rows: one line of the cache a pair, where three arrays would be three."""
AT_ONCE = 2048
"""Cases whose pairs are numbered together."""
_WORD = (1 << 32) - 1
_SCATTER = (1_640_531_527, 1_367_130_551)  # odd and without pattern, below 2**31


class Pairs(NamedTuple):
    """The distinct pairs so far, in the order in which they were met, so that frequent ones lie together.

    slots   int32, open addressing by the hash of the pair: its number or NONE; a power of two of them
    rows    int64 (half as many, 3) by number: PAIR, CASES, COST_FEN
    """

    slots: I4
    rows: I8


class Block(NamedTuple):
    """Columns of a block of cases as they stand in the file, ids being those of its own dictionaries.

    diagnosis        int32, NONE for a blank
    procedure_start  int32 (cases + 1): those of case i are procedure[procedure_start[i]:procedure_start[i + 1]]
    procedure        int32, NONE for a blank
    cost_fen         int64
    """

    diagnosis: I4
    procedure_start: I4
    procedure: I4
    cost_fen: I8


@kernel
def number_block(
    first: int, known: int, block: Block, subcategory: I4, main: I4, pairs: Pairs, key: I4
) -> tuple[int, int]:
    """Write the key of each case from `first` on; return how many cases are done and how many pairs are known.

    subcategory, main   by id of the block's dictionaries, the last entry for NONE: the number in all files, NONE for a
                        blank. The main procedure is the first that is not blank.
    It stops early when the slots may become more than half full: the caller makes more room and goes on. Few cases go
    through three plain loops at a time: measured 37 -> 26 ns a case against one loop that does all.
    """
    room = pairs.rows.shape[0]
    some = np.empty(AT_ONCE, np.int64)
    for start in range(first, key.size, AT_ONCE):
        end = min(start + AT_ONCE, key.size)
        if known + end - start > room:
            return start, known
        _pairs_of(start, end, block, subcategory, main, some)
        known = _numbers_of(some[: end - start], known, pairs, key[start:end])
        _add_up(key[start:end], block.cost_fen[start:end], pairs.rows)
    return key.size, known


@kernel
def _pairs_of(start: int, end: int, block: Block, subcategory: I4, main: I4, pair: I8) -> None:
    """The pair of each case, negative for one without a subcategory."""
    for case in range(start, end):
        procedure = NONE
        for position in range(block.procedure_start[case], block.procedure_start[case + 1]):
            procedure = main[block.procedure[position]]
            if procedure != NONE:
                break
        of_diagnosis = np.int64(subcategory[block.diagnosis[case]])
        pair[case - start] = (of_diagnosis << SHIFT) | np.int64(procedure + 1)


@kernel
def _numbers_of(pair: I8, known: int, pairs: Pairs, key: I4) -> int:
    """The number of each pair, NONE for a negative one; return how many pairs are known."""
    mask = pairs.slots.size - 1
    shift = 32 - _bits(pairs.slots.size)
    for case in range(pair.size):
        if pair[case] < 0:
            key[case] = NONE
            continue
        slot = _slot(pair[case], shift)
        number = pairs.slots[slot]
        while number != NONE and pairs.rows[number, PAIR] != pair[case]:
            slot = (slot + 1) & mask
            number = pairs.slots[slot]
        if number == NONE:
            number = known
            pairs.slots[slot] = number
            pairs.rows[number, PAIR] = pair[case]
            known += 1
        key[case] = number
    return known


@kernel
def _add_up(key: I4, cost_fen: I8, rows: I8) -> None:
    for case in range(key.size):
        if key[case] != NONE:
            rows[key[case], CASES] += 1
            rows[key[case], COST_FEN] += cost_fen[case]


@kernel
def fill_slots(rows: I8, slots: I4) -> None:
    """Put the numbers 0, 1, ... of the pairs of `rows` into slots that are all NONE, more than there are pairs."""
    shift = 32 - _bits(slots.size)
    for number in range(rows.shape[0]):
        slot = _slot(rows[number, PAIR], shift)
        while slots[slot] != NONE:
            slot = (slot + 1) & (slots.size - 1)
        slots[slot] = number


@kernel
def _bits(size: int) -> int:
    bits = 0
    while (1 << bits) < size:
        bits += 1
    return bits


@kernel
def _slot(pair: int, shift: int) -> int:
    """Where to look for a pair first: the high ones of the low 32 bits of a sum that no overflow touches."""
    return (((pair >> SHIFT) * _SCATTER[0] + (pair & _WORD) * _SCATTER[1]) & _WORD) >> shift


@kernel
def translate(ids: I4, numbers: Numbers, out: Numbers) -> None:
    """Write the number of each id; `numbers` has a last entry for NONE, and `out` may be `ids`."""
    for i in range(ids.size):
        out[i] = numbers[ids[i]]
