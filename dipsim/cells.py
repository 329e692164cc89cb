"""What the cases add up to: one row for every (hospital, insurance, year, month, rule, group, flag) that occurs.

All money and points downstream of the cases come from these integer sums, so a batch, a file split or a thread is only
another way to add the same integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dipsim.ledger import INSURANCES, NOBODY, Accounts, Entries, add_up

I8 = NDArray[np.int64]

KEYS = ("hospital", "insurance", "year", "month", "rule", "group", "flag")
SUMS = (
    "cases",
    "cost_fen",
    "points_cost_fen",
    "patient_fen",
    "fund_paid_fen",
    "length_of_stay_days",
    "points_micro",
    "amount_fen",
)


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns of equal length, int64, rows sorted by key.

    hospital, group   index into the run's hospital ids and group codes, -1 for none
    insurance         index into ledger.INSURANCES
    year, month       0 when the scenario has no year basis
    rule              index into the run's CLAIM rules
    flag              what the rule marked the case as (a deviation band for dip)
    points_cost_fen   cost of the cases that earned points
    patient_fen       what patients and other payers bore
    fund_paid_fen     what the pooled fund bore by the bill (统筹基金记账金额)
    length_of_stay_days   summed over the cases that state it
    """

    hospital: I8
    insurance: I8
    year: I8
    month: I8
    rule: I8
    group: I8
    flag: I8
    cases: I8
    cost_fen: I8
    points_cost_fen: I8
    patient_fen: I8
    fund_paid_fen: I8
    length_of_stay_days: I8
    points_micro: I8
    amount_fen: I8

    def __len__(self) -> int:
        return int(self.hospital.size)

    def where(self, mask: NDArray[np.bool_]) -> Cells:
        """The chosen rows."""
        return Cells(*(getattr(self, column.name)[mask] for column in fields(self)))


def merge(parts: Sequence[Cells]) -> Cells:
    """All parts added up by key: associative and independent of order."""

    def joined(name: str) -> I8:
        return np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0, np.int64)

    keys, sums = add_up({name: joined(name) for name in KEYS}, {name: joined(name) for name in SUMS})
    return Cells(**keys, **sums)


def sum_by(cells: Cells, column: str, keys: Sequence[str]) -> tuple[dict[str, I8], I8]:
    """One column added up over the named keys: the distinct keys and their exact sums."""
    grouped, sums = add_up({name: getattr(cells, name) for name in keys}, {column: getattr(cells, column)})
    return grouped, sums[column]


@dataclass(frozen=True, slots=True)
class HospitalSums:
    """What hospitals claim, int64 (hospitals, insurances)."""

    cases: I8
    cost_fen: I8
    patient_fen: I8
    fund_paid_fen: I8
    points_micro: I8
    amount_fen: I8


def by_hospital(cells: Cells, hospitals: int) -> HospitalSums:
    """The cells added up by hospital and insurance; those that name neither are left out."""
    named = cells.where((cells.hospital != NOBODY) & (cells.insurance != NOBODY))

    def total(name: str) -> I8:
        sums = np.zeros((hospitals, len(INSURANCES)), np.int64)
        np.add.at(sums, (named.hospital, named.insurance), getattr(named, name))
        return sums

    return HospitalSums(*(total(column.name) for column in fields(HospitalSums)))


def claims(cells: Cells, accounts: Accounts) -> Entries:
    """The cells as postings of the CLAIM rules: the pooled fund owes the hospital points or yuan."""
    is_claim = (cells.points_micro != 0) | (cells.amount_fen != 0)
    part = cells.where(is_claim)
    keys, sums = add_up(
        {
            "hospital": part.hospital,
            "insurance": part.insurance,
            "year": part.year,
            "month": part.month,
            "rule": part.rule,
            "payer": part.insurance,
            "payee": accounts.hospital(0) + part.hospital,
        },
        {"points_micro": part.points_micro, "amount_fen": part.amount_fen},
    )
    return Entries(**keys, **sums)
