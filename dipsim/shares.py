"""Money split by points, with the point value kept within its bounds and no hospital paid more than its cap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.money import ALONE, FEN, MICRO, Cut, half_even, split_fen

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shares:
    """What hospitals get for their points; pool_fen : points_micro is the exact ratio of those that no cap binds."""

    pay_fen: I8
    pool_fen: int
    points_micro: int
    cut: Cut
    guard: str
    capped: tuple[str, ...]


def solve(
    pool_fen: int,
    points_micro: I8,
    cap_fen: tuple[int | None, ...],
    ids: tuple[str, ...],
    bounds: tuple[int, int | None],
) -> Shares:
    """Pay min(cap, points x PV) to each hospital so that the pool is used up, with PV kept within its bounds.

    bounds   lowest and highest PV in millionths of a yuan per point; None for no highest
    The set of binding caps grows until it is stable: a capped hospital only raises PV for the others. Under a guard
    every hospital is rounded by itself at the guard's value, for there is no pool to use up.
    """
    is_capped = np.zeros(points_micro.size, bool)
    while True:
        open_points = int(points_micro[~is_capped].sum())
        left = pool_fen - sum(int(cap_fen[i] or 0) for i in np.flatnonzero(is_capped))
        guard, money, of_points = _guarded(left, open_points, bounds)
        binding = [
            i
            for i in np.flatnonzero(~is_capped)
            if cap_fen[i] is not None and int(points_micro[i]) * money > int(cap_fen[i] or 0) * of_points
        ]
        if not binding:
            break
        is_capped[binding] = True
    pay = np.array([0 if cap is None else cap for cap in cap_fen], np.int64)
    open_rows = np.flatnonzero(~is_capped)
    if guard == "none":
        pay[open_rows], cut = split_fen(money, points_micro[open_rows], [ids[i] for i in open_rows])
    else:
        cut = ALONE
        pay[open_rows] = [half_even(money * int(points_micro[i]), of_points) for i in open_rows]
    return Shares(pay, money, of_points, cut, guard, tuple(ids[i] for i in np.flatnonzero(is_capped)))


def _guarded(left_fen: int, open_points: int, bounds: tuple[int, int | None]) -> tuple[str, int, int]:
    """Which guard binds, and the point value as fen and millionths of a point: the pool's own, or the guard's."""
    lowest, highest = bounds
    if open_points == 0:
        return "none", 0, 0
    if left_fen * MICRO * MICRO < lowest * open_points * FEN:
        return "minimum", lowest * FEN, MICRO * MICRO
    if highest is not None and left_fen * MICRO * MICRO > highest * open_points * FEN:
        return "maximum", highest * FEN, MICRO * MICRO
    return "none", left_fen, open_points
