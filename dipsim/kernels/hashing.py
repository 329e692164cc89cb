"""Hashes of texts: two 64-bit lanes from the bytes of each, eight at a time.

They tell texts apart that differ by accident; whoever wants two texts of one hash can make them.
Slow twin: tests/naive/hashing.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

U1 = NDArray[np.uint8]
U8 = NDArray[np.uint64]
I8 = NDArray[np.int64]

LANES = 2
WORD = 8
SEED = np.array([0x243F6A8885A308D3, 0x13198A2E03707344], np.uint64)  # digits of pi
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_BYTE = np.uint64(8)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


@kernel
def hash_texts(starts: I8, data: U1, lanes: U8) -> None:
    """Write the lanes, shape (texts, LANES), of the texts data[starts[i]:starts[i + 1]]; sums wrap in 64 bits.

    A lane begins with its seed and the length of the text; each word of bytes, the first byte lowest, is joined by
    exclusive or, and the whole is mixed.
    """
    for text in range(starts.size - 1):
        first, end = starts[text], starts[text + 1]
        for lane in range(LANES):
            lanes[text, lane] = mixed(SEED[lane] ^ np.uint64(end - first))
        for place in range(first, end, WORD):
            word = np.uint64(0)
            for position in range(min(place + WORD, end) - 1, place - 1, -1):
                word = (word << _BYTE) | np.uint64(data[position])
            for lane in range(LANES):
                lanes[text, lane] = mixed(lanes[text, lane] ^ word)


@kernel
def mixed(value: np.uint64) -> np.uint64:
    """Every bit of the result depends on every bit of the value (finaliser of splitmix64, Steele et al. 2014)."""
    value = value + _GOLDEN
    value = (value ^ (value >> _SHIFT_1)) * _MIX_1
    value = (value ^ (value >> _SHIFT_2)) * _MIX_2
    return value ^ (value >> _SHIFT_3)
