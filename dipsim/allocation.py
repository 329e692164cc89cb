"""From a hospital's money to its cases, only when asked for: the hospital's amount never depends on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.money import split_fen
from dipsim.pipeline import Result
from dipsim.registry import PRICE_RULES, RULES

I8 = NDArray[np.int64]


def points_pay_fen(result: Result) -> dict[tuple[int, int], int]:
    """What each (insurance, hospital) got for its points, fen: the postings of the PRICE rules to a hospital."""
    ledger, accounts = result.ledger, result.claimed.accounts
    pricing = [RULES.index(rule) for rule in PRICE_RULES.values()]
    chosen = np.isin(ledger.rule, pricing) & (ledger.payee >= accounts.hospital(0))
    columns = (ledger.insurance[chosen], ledger.hospital[chosen], ledger.amount_fen[chosen])
    return {(int(i), int(h)): int(amount) for i, h, amount in zip(*columns, strict=True)}


def case_pay_fen(result: Result) -> I8:
    """What each case is paid, int64 fen: its yuan claim, and its share of the hospital's pay by points.

    The hospital's amount is split by largest remainder, ties to the smaller case_id; in gross form it holds what the
    patient paid. A rejected case, and one outside the pool, gets nothing.
    """
    claimed = result.claimed
    pay = claimed.claims.amount_fen.copy()
    for (insurance, hospital), amount in points_pay_fen(result).items():
        rows = np.flatnonzero((claimed.insurance == insurance) & (claimed.hospital == hospital))
        rows = rows[claimed.claims.points_micro[rows] > 0]
        ids = result.inputs.cases.case_ids.take(rows).to_pylist()
        shares, _ = split_fen(amount, claimed.claims.points_micro[rows], ids)
        pay[rows] += shares
    return pay
