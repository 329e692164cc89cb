from __future__ import annotations

from dataclasses import replace

import numpy as np

from dipsim.cells import Cells, claims, merge, sum_by
from tests import build

CELLS, ACCOUNTS = build.cells(
    [
        {"id": "A", "points": "10", "cost_yuan": "100", "patient_yuan": "30"},
        {"id": "B", "claims_yuan": "5", "cost_yuan": "50"},
        {"id": "A", "points": "2.5", "cost_yuan": "25"},
        {"id": "B", "cost_yuan": "7"},
        {"id": "A", "insurance": "resident", "points": "1"},
    ],
    2025,
)


def rows(cells: Cells) -> list[tuple[int, int, int, int, int]]:
    columns = (cells.hospital, cells.insurance, cells.cases, cells.cost_fen, cells.points_micro)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_rows_of_one_key_become_one_row() -> None:
    assert rows(merge([CELLS])) == [(0, 0, 2, 12_500, 12_500_000), (0, 1, 1, 0, 1_000_000), (1, 0, 2, 5_700, 0)]


def test_rows_that_differ_in_any_key_stay_apart() -> None:
    one = CELLS.where(np.array([True, False, False, False, False]))
    for key in ("hospital", "insurance", "year", "month", "rule", "group", "flag"):
        other = replace(one, **{key: getattr(one, key) + 1})
        assert len(merge([one, other])) == 2, key


def test_the_chosen_rows_are_kept_in_every_column() -> None:
    chosen = CELLS.where(CELLS.points_micro > 0)
    assert rows(chosen) == [(0, 0, 1, 10_000, 10_000_000), (0, 0, 1, 2_500, 2_500_000), (0, 1, 1, 0, 1_000_000)]


def test_a_column_is_added_up_over_any_keys() -> None:
    keys, sums = sum_by(CELLS, "points_micro", ["insurance"])
    assert (keys["insurance"].tolist(), sums.tolist()) == ([0, 1], [12_500_000, 1_000_000])


def test_what_is_claimed_is_owed_by_the_fund_to_the_hospital_and_nothing_is_no_claim() -> None:
    entries = claims(merge([CELLS]), ACCOUNTS)
    found = zip(entries.payer, entries.payee, entries.points_micro, entries.amount_fen, strict=True)
    a, b = ACCOUNTS.hospital(0), ACCOUNTS.hospital(1)
    assert list(found) == [(0, a, 12_500_000, 0), (1, a, 1_000_000, 0), (0, b, 0, 500)]


def test_no_cells_claim_nothing() -> None:
    none = CELLS.where(np.zeros(len(CELLS), bool))
    assert len(claims(none, ACCOUNTS)) == len(merge([none])) == len(merge([])) == 0
