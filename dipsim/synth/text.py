"""Typed columns as the text of a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import Coded, CodedLists
from dipsim.cases.write import Days, Yuan
from dipsim.money import FEN, MISSING

Cells: TypeAlias = Coded | CodedLists | Yuan | Days | NDArray[Any] | Sequence[str]
"""A column of synthetic cases: `MISSING` in an int64 array and None among texts are blanks."""


def text_cells(column: Cells) -> list[str]:
    """The cells of a column, '' for a blank; the codes of a list are joined by `|`."""
    if isinstance(column, Coded):
        return _looked_up([*column.values, ""], column.ids)
    if isinstance(column, CodedLists):
        codes = _looked_up(column.values, column.ids)
        return ["|".join(codes[start:end]) for start, end in pairwise(column.offsets.tolist())]
    if isinstance(column, Yuan):
        cents = [f".{fen:02d}" for fen in range(FEN)]
        yuan, fen = np.divmod(column.fen, FEN)
        return [f"{whole}{cents[part]}" for whole, part in zip(yuan.tolist(), fen.tolist(), strict=True)]
    if isinstance(column, Days):
        days, index = np.unique(column.days, return_inverse=True)
        return _looked_up(np.datetime_as_string(days.astype("datetime64[D]")).tolist(), index)
    if isinstance(column, np.ndarray) and column.dtype == np.int64:
        numbers, index = np.unique(column, return_inverse=True)
        return _looked_up(["" if number == MISSING else str(number) for number in numbers.tolist()], index)
    return ["" if cell is None else cell for cell in column]


def _looked_up(texts: Sequence[str], index: NDArray[Any]) -> list[str]:
    cells: list[str] = np.array(texts, object)[index].tolist()
    return cells
