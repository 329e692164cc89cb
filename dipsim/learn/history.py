"""The cases that are learned from: those of the stated years that have a cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import CaseTable
from dipsim.errors import CaseDataError, Problem
from dipsim.learn.rules import HistoryRules
from dipsim.money import MISSING

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cases that are not learned from, by the first reason that holds."""

    undated: int
    other_years: int
    without_cost: int


@dataclass(frozen=True, slots=True)
class History:
    """The cases that are learned from; `year` is the index of each case's year in the rules, `cost_fen` its cost."""

    cases: CaseTable
    year: I8
    cost_fen: I8
    left_out: LeftOut


def history_of(cases: CaseTable, rules: HistoryRules) -> History:
    """The cases of the stated years that have a cost; no other case is looked at.

    Raises CaseDataError when a column is absent or no case is left.
    """
    year, is_undated = _year(cases, rules)
    cost = cases.fen("total_cost_yuan")
    is_elsewhen = ~is_undated & (year < 0)
    is_costless = (year >= 0) & (cost == MISSING)
    rows = np.flatnonzero((year >= 0) & (cost != MISSING))
    left_out = LeftOut(int(is_undated.sum()), int(is_elsewhen.sum()), int(is_costless.sum()))
    if not rows.size:
        where = ", ".join(cases.files)
        what = "no case to learn from"
        why = (
            f"{left_out.undated} have no {rules.year_basis}, {left_out.other_years} are of other years, "
            f"{left_out.without_cost} have no cost"
        )
        raise CaseDataError(Problem(where, what, why, "compare [history] of the rules with the data"))
    chosen = cases if rows.size == len(cases) else cases.take(rows)
    return History(chosen, year[rows], cost[rows], left_out)


def _year(cases: CaseTable, rules: HistoryRules) -> tuple[I8, NDArray[np.bool_]]:
    """Index of each case's year in the rules, -1 for another one; whether it has no date."""
    if rules.year_basis == "none":
        return np.zeros(len(cases), np.int64), np.zeros(len(cases), bool)
    days = cases.integer(rules.year_basis)
    is_undated = days == MISSING
    calendar = np.where(is_undated, 0, days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    years = np.array(rules.years, np.int64)
    at = np.searchsorted(years, calendar).clip(max=years.size - 1)
    return np.where(~is_undated & (years[at] == calendar), at, -1), is_undated
