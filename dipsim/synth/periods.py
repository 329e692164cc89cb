"""The years of a region: history as it was, and the settlement year with dearer and lighter cases, some miscoded.

The case mix of every history year is that of the table of conditions. In the settlement year a condition has
(its mean cost / the overall mean)^-e times its share, so that the mean relative weight falls below 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.synth.draws import Draws, Topic, draws
from dipsim.synth.region import RegionParams

F8 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Period:
    """One year to be drawn.

    share          expected shares of all cases (conditions, hospitals), unscaled
    cost_factor    cost of the year over the means of the table of conditions
    is_settlement  upcoding and splitting are planted in the settlement year only
    """

    params: RegionParams
    seed: int
    year: int
    share: F8
    cost_factor: float
    is_settlement: bool

    def draws(self, topic: Topic, count: int) -> Draws:
        """The random numbers of a topic."""
        return draws(self.seed, self.year, topic, count)


def settlement_period(params: RegionParams, seed: int) -> Period:
    """The settlement year."""
    cost = params.conditions.mean_cost_fen.astype(np.float64)
    volume = params.conditions.volume.sum(axis=1)
    relative = cost / ((volume * cost).sum() / volume.sum())
    share = params.share * (relative**-params.settings.cost.lighter_by)[:, np.newaxis]
    return Period(params, seed, params.settings.year, share, params.settings.cost.growth_factor, is_settlement=True)


def history_period(params: RegionParams, seed: int, year: int) -> Period:
    """A year of the history; PolicyError when the region has no such year."""
    for past in params.settings.history:
        if past.year == year:
            return Period(params, seed, year, params.share, past.cost_factor, is_settlement=False)
    known = ", ".join(str(past.year) for past in params.settings.history)
    raise PolicyError(Problem("history", f"no year {year}", next_step=f"known: {known}"))
