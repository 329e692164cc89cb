"""Cases numbered by (subcategory, main procedure), counted and added up as they are read.

Slow twin: tests/naive/scale.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
I8 = NDArray[np.int64]
Numbers = NDArray[np.signedinteger[Any]]

NONE = -1
"""No procedure, no subcategory, no pair."""
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

    slots   uint32, open addressing by the hash of the pair: its number or 0; a power of two of them
    rows    int64 (half as many, 3) by number: PAIR, CASES, COST_FEN; number 0 is that of the cases without a pair
    """

    slots: U4
    rows: I8


class Block(NamedTuple):
    """Columns of a block of cases as they stand in the file, ids being those of its own dictionaries.

    diagnosis        int32, NONE for a blank
    procedure_start  int32 (cases + 1): those of case i are procedure[procedure_start[i]:procedure_start[i + 1]]
    procedure        int32, NONE for a blank; one entry at least
    cost_fen         int64
    """

    diagnosis: I4
    procedure_start: I4
    procedure: I4
    cost_fen: I8


class Filled(NamedTuple):
    """Columns of all files that a block fills in; NONE where a cell is blank."""

    hospital: I4
    insurance: I1
    cost_fen: I8


@kernel
def number_block(
    first: int, known: int, block: Block, subcategory: I4, main: I4, pairs: Pairs, key: I4
) -> tuple[int, int]:
    """Write the number of each case from `first` on; return how many cases are done and how many numbers are known.

    subcategory, main   by id of the block's dictionaries, the last entry for NONE: the number in all files, NONE for a
                        blank. The main procedure is the first that is not blank.
    It stops early when the slots may become more than half full: the caller makes more room and goes on. Few cases go
    through plain loops at a time, which take no branch that cannot be foreseen: measured 33 -> 21 ns a case.
    """
    some = np.empty(AT_ONCE, np.int64)
    far = np.empty(AT_ONCE, np.int64)
    for start in range(first, key.size, AT_ONCE):
        end = min(start + AT_ONCE, key.size)
        if known + end - start > pairs.rows.shape[0]:
            return start, known
        pair, own, cost_fen = some[: end - start], key[start:end], block.cost_fen[start:end]
        _pairs_of(start, block, subcategory, main, pair)
        others = _add_at_first_slot(pair, cost_fen, pairs, own, far)
        known = _add_others(pair, cost_fen, far[:others], known, pairs, own)
    return key.size, known


@kernel
def _pairs_of(start: int, block: Block, subcategory: I4, main: I4, pair: I8) -> None:
    """The pair of each case from `start` on, NONE for one without a subcategory.

    Whether a case has a procedure is as good as random, so a product decides: a branch cost 8 ns a case. Slices, of
    which the compiler knows that no index is negative, save 2 ns.
    """
    last = block.procedure.size - 1
    starts, diagnoses = block.procedure_start[start : start + pair.size], block.diagnosis[start : start + pair.size]
    ends = block.procedure_start[start + 1 : start + 1 + pair.size]
    for i in range(pair.size):
        position, end = starts[i], ends[i]
        has_any = np.int64(position < end)
        number = main[block.procedure[min(position, last)]]
        while number == NONE and position + 1 < end:
            position += 1
            number = main[block.procedure[position]]
        of_diagnosis = np.int64(subcategory[diagnoses[i]])
        pair[i] = (of_diagnosis << SHIFT) | (has_any * (np.int64(number) + 1)) if of_diagnosis != NONE else NONE


@kernel
def _add_at_first_slot(pair: I8, cost_fen: I8, pairs: Pairs, key: I4, far: I8) -> int:
    """Number and add up the cases whose pair is in the first slot; write which others there are, return how many.

    All slots are looked up before the first pair is compared, so that they are fetched at the same time: 25 -> 22 ns a
    case with `number_block` as a whole.
    """
    shift = 32 - _bits(pairs.slots.size)
    others = 0
    for case in range(pair.size):
        key[case] = pairs.slots[_slot(pair[case], shift)]
    for case in range(pair.size):
        number = np.uint32(key[case])
        if pairs.rows[number, PAIR] == pair[case]:
            pairs.rows[number, CASES] += 1
            pairs.rows[number, COST_FEN] += cost_fen[case]
            key[case] = number
        else:
            far[others] = case
            others += 1
    return others


@kernel
def _add_others(pair: I8, cost_fen: I8, far: I8, known: int, pairs: Pairs, key: I4) -> int:
    """The same for the cases whose pair is in a later slot, or in none as yet; return how many numbers are known."""
    shift = 32 - _bits(pairs.slots.size)
    for case in far:
        slot = _slot(pair[case], shift)
        while pairs.slots[slot] != 0 and pairs.rows[pairs.slots[slot], PAIR] != pair[case]:
            slot = (slot + 1) & (pairs.slots.size - 1)
        if pairs.slots[slot] == 0 and pair[case] != NONE:
            pairs.slots[slot] = np.uint32(known)
            pairs.rows[known, PAIR] = pair[case]
            known += 1
        number = pairs.slots[slot]
        pairs.rows[number, CASES] += 1
        pairs.rows[number, COST_FEN] += cost_fen[case]
        key[case] = number
    return known


@kernel
def fill_slots(rows: I8, slots: U4) -> None:
    """Put the numbers 1, 2, ... of the pairs of `rows` into slots that are all 0, more than there are pairs."""
    shift = 32 - _bits(slots.size)
    for number in range(1, rows.shape[0]):
        slot = _slot(rows[number, PAIR], shift)
        while slots[slot] != 0:
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
def fill(hospital: I4, hospitals: I4, insurance: I4, insurances: I1, cost_fen: I8, out: Filled) -> tuple[int, int]:
    """Write the columns of a block; return the smallest value written, 0 at most, and the largest cost.

    hospital, insurance     ids of the block's dictionaries
    hospitals, insurances   by id, the last entry for NONE: the number in all files
    One loop for all of it: 9 -> 4 ns a case.
    """
    smallest, largest = 0, 0
    for i in range(cost_fen.size):
        of_hospital, of_insurance, cost = hospitals[hospital[i]], insurances[insurance[i]], cost_fen[i]
        out.hospital[i], out.insurance[i], out.cost_fen[i] = of_hospital, of_insurance, cost
        smallest = min(smallest, np.int64(of_hospital), np.int64(of_insurance), cost)
        largest = max(largest, cost)
    return smallest, largest


@kernel
def translate(ids: I4, numbers: Numbers, out: Numbers) -> None:
    """Write the number of each id; `numbers` has a last entry for NONE, and `out` may be `ids`."""
    for i in range(ids.size):
        out[i] = numbers[ids[i]]
