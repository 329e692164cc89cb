"""Ledger and cells add up to the same whatever the parts and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dipsim import cells, ledger
from dipsim.cells import Cells
from dipsim.ledger import Entries
from tests.shared import examples

Row = tuple[tuple[int, ...], tuple[int, ...]]


def rows_of(keys: int, sums: int) -> st.SearchStrategy[list[list[Row]]]:
    """Some parts, each of rows of a few distinct keys and signed sums."""
    row = st.tuples(
        st.tuples(*(st.integers(-1, 2) for _ in range(keys))),
        st.tuples(*(st.integers(-(2**50), 2**50) for _ in range(sums))),
    )
    return st.lists(st.lists(row, max_size=12), max_size=4)


def columns(rows: Sequence[Row], size: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    flat = [[*keys, *sums] for keys, sums in rows]
    return [np.array([row[i] for row in flat], np.int64) for i in range(size)]


def added(parts: Sequence[Sequence[Row]]) -> list[list[int]]:
    """The sums by key in Python, sorted by key."""
    totals: dict[tuple[int, ...], Counter[int]] = {}
    for part in parts:
        for keys, sums in part:
            totals.setdefault(keys, Counter()).update(dict(enumerate(sums)))
    width = len(next((sums for part in parts for _, sums in part), ()))
    return [[*keys, *(totals[keys][i] for i in range(width))] for keys in sorted(totals)]


def entries(rows: Sequence[Row]) -> Entries:
    return Entries(*columns(rows, len(fields(Entries))))


def cells_of(rows: Sequence[Row]) -> Cells:
    return Cells(*columns(rows, len(fields(Cells))))


def listed(table: Entries | Cells) -> list[list[int]]:
    return np.transpose([getattr(table, column.name) for column in fields(table)]).tolist() if len(table) else []


@examples(100)
@given(rows_of(len(ledger.KEYS), len(ledger.SUMS)), st.randoms())
def test_ledgers_merge_in_any_order_and_grouping(parts: list[list[Row]], random: Random) -> None:
    whole = ledger.merge([entries(part) for part in parts])
    assert listed(whole) == added(parts)
    shuffled = [random.sample(part, len(part)) for part in random.sample(parts, len(parts))]
    assert listed(ledger.merge([entries(part) for part in shuffled])) == listed(whole)
    nested = ledger.merge(
        [ledger.merge([entries(part) for part in parts[:2]]), ledger.merge([entries(p) for p in parts[2:]])]
    )
    assert listed(nested) == listed(whole)
    assert listed(ledger.merge([whole])) == listed(whole)


@examples(100)
@given(rows_of(len(cells.KEYS), len(cells.SUMS)), st.randoms())
def test_cells_merge_in_any_order_and_grouping(parts: list[list[Row]], random: Random) -> None:
    whole = cells.merge([cells_of(part) for part in parts])
    assert listed(whole) == added(parts)
    shuffled = [random.sample(part, len(part)) for part in random.sample(parts, len(parts))]
    assert listed(cells.merge([cells_of(part) for part in shuffled])) == listed(whole)
    nested = cells.merge(
        [cells.merge([cells_of(part) for part in parts[:2]]), cells.merge([cells_of(p) for p in parts[2:]])]
    )
    assert listed(nested) == listed(whole)
