"""What the cells of a result add up to: money and points by hospital, group or band, exact in fen and millionths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dipsim import cells as cell_sums
from dipsim.allocation import points_pay_fen
from dipsim.cells import Cells
from dipsim.money import MICRO, half_even, split_fen
from dipsim.pipeline import Result
from dipsim.registry import RULES
from dipsim.routing import OUTSIDE_POOL
from dipsim.rule import FundPrice
from dipsim.settlement.base_rate import BaseRateParams
from dipsim.settlement.point_value import PointValueParams

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

NO_GROUP = -1


@dataclass(frozen=True, slots=True)
class PaidCells:
    """The cells inside the pool with months added up, and what each brings its hospital.

    pay_fen    yuan claims, and the cell's share of what the hospital got for its points; in gross form patients have
               already paid a part of it
    band       index into `BANDS` of the cells that claim the points of groups, -1 for the others
    """

    cells: Cells
    pay_fen: I8
    band: I8

    def total(self, column: str, index: I8, size: int) -> I8:
        """A column of the cells (or `pay_fen`) added up by an index; cells at -1 are left out."""
        values: I8 = self.pay_fen if column == "pay_fen" else getattr(self.cells, column)
        added = np.zeros(size, np.int64)
        kept = index >= 0
        np.add.at(added, index[kept], values[kept])
        return added


BANDS: tuple[str, ...] = next(tuple(key for key, _ in rule.flags) for rule in RULES if rule.is_weighted)
"""The deviation bands, and the cases without a group: the first flags of every rule that claims points of groups."""
NO_MATCH = BANDS.index("no_match")


_PAID: WeakKeyDictionary[Result, PaidCells] = WeakKeyDictionary()
"""The paid cells of every result that is still in use: two dozen tables and charts ask for the same."""


def paid_cells(result: Result) -> PaidCells:
    """The cells of the pool with their pay, worked out once for a result."""
    if result not in _PAID:
        _PAID[result] = _paid_cells(result)
    return _PAID[result]


def _paid_cells(result: Result) -> PaidCells:
    """The cells of the pool with their pay.

    The pay of a hospital and insurance for points is split over its cells by their points, largest remainder, so that
    it adds up; what cases get is another split of the same money and may differ from it by a few fen.
    """
    cells = pool_cells(result)
    pay = cells.amount_fen.copy()
    codes = result.grouping.group_codes
    for (insurance, hospital), amount in points_pay_fen(result).items():
        rows = np.flatnonzero((cells.insurance == insurance) & (cells.hospital == hospital) & (cells.points_micro > 0))
        keys = zip(*(column[rows].tolist() for column in (cells.group, cells.rule, cells.flag)), strict=True)
        ids = [f"{codes[group] if group >= 0 else ''} {RULES[rule].key} {flag:03d}" for group, rule, flag in keys]
        shares, _ = split_fen(amount, cells.points_micro[rows], ids)
        pay[rows] += shares
    is_weighted = np.array([rule.is_weighted for rule in RULES])
    has_band = is_weighted[cells.rule] & (cells.flag < len(BANDS))
    return PaidCells(cells, pay, np.where(has_band, cells.flag, -1))


def pool_cells(result: Result) -> Cells:
    """The cells of the cases that the pool pays for, months added up."""
    cells = result.claimed.cells
    inside = cells.where(cells.rule != OUTSIDE_POOL)
    none = np.zeros(len(inside), np.int64)
    return cell_sums.merge([replace(inside, year=none, month=none)])


def of_insurance(paid: PaidCells, insurances: tuple[int, ...]) -> PaidCells:
    """The cells of some insurances."""
    mask = np.isin(paid.cells.insurance, insurances)
    return PaidCells(paid.cells.where(mask), paid.pay_fen[mask], paid.band[mask])


def patient_part_fen(result: Result) -> dict[tuple[int, int], int]:
    """What patients had already paid toward the pay of each (insurance, hospital): postings in gross form only."""
    ledger, accounts = result.ledger, result.claimed.accounts
    mask = ledger.payer == accounts.out_of_pocket
    columns = (ledger.insurance[mask], ledger.hospital[mask], ledger.amount_fen[mask])
    return {(int(i), int(h)): int(amount) for i, h, amount in zip(*columns, strict=True)}


def receipts_fen(result: Result, insurances: tuple[int, ...]) -> int:
    """All that hospitals are owed from the pools of these insurances, by the ledger alone."""
    ledger = result.ledger
    mask = (ledger.payee >= result.claimed.accounts.hospital(0)) & np.isin(ledger.insurance, insurances)
    return int(ledger.amount_fen[mask].sum())


def is_gross(result: Result) -> bool:
    """Whether points are worth the whole bill and not fund money alone."""
    tables = result.scenario.params.values()
    return any(isinstance(params, PointValueParams | BaseRateParams) and params.form == "gross" for params in tables)


def mean_relative_weight(result: Result, paid: PaidCells, index: I8, size: int) -> F8:
    """CMI: the mean relative weight of the cases that claim points and have a group, nan where there is none."""
    weighting = result.claimed.weighting
    if weighting is None:
        return np.full(size, np.nan)
    cells = paid.cells
    kept = (index >= 0) & (paid.band >= 0) & (cells.group != NO_GROUP)
    weight = np.zeros(size)
    np.add.at(weight, index[kept], weighting.groups.relative_weight[cells.group[kept]] * cells.cases[kept])
    cases = np.zeros(size, np.int64)
    np.add.at(cases, index[kept], cells.cases[kept])
    return shares(weight, cases)


def shares(part: I8 | F8, whole: I8) -> F8:
    """part / whole, nan where the whole is zero."""
    quotient: F8 = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
    return quotient


def share(part: int, whole: int) -> float:
    """part / whole, nan where the whole is zero."""
    return part / whole if whole else float("nan")


def means_fen(sums_fen: I8, cases: I8) -> list[int | None]:
    """Mean amount per case, rounded half to even to the fen; None without cases."""
    pairs = zip(sums_fen.tolist(), cases.tolist(), strict=True)
    return [half_even(amount, count) if count else None for amount, count in pairs]


def values_by_insurance(prices: Iterable[FundPrice]) -> dict[int, int | None]:
    """Millionths of a yuan per point of each fund; None where nobody has points, and where every area has its own."""
    return {
        price.insurance: None if price.area else price_micro_yuan(price.pool_fen, price.points_micro)
        for price in prices
    }


def price_micro_yuan(pool_fen: int, points_micro: int) -> int | None:
    """Yuan per point in millionths, rounded half to even; None when nobody has points."""
    return half_even(pool_fen * (MICRO // 100) * MICRO, points_micro) if points_micro else None
