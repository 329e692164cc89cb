"""Areas under a ceiling of their own: which hospitals they hold, and how the ceiling of a fund is divided among them.

An area is a county or a single hospital. Under a city-wide ceiling (市域总控) there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.errors import PolicyError, Problem
from dipsim.ledger import INSURANCES
from dipsim.money import MISSING, split_fen

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

WHERE = "[fund.ceilings] divide_by"


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas of a region.

    names          in order, each once
    hospital_ids   the hospitals of each area, those that claim nothing too
    of_hospital    int64 index into `names` of each hospital of the accounts, NOBODY for one without an area
    weights        by insurance, int64 for each area: what its ceiling is in proportion to, `MISSING` for not stated
    are_ceilings   whether the weights are ceilings in fen that somebody states
    """

    names: tuple[str, ...]
    hospital_ids: tuple[tuple[str, ...], ...]
    of_hospital: I8
    weights: Mapping[int, I8]
    are_ceilings: bool

    def stated_fen(self, insurance: int) -> int | None:
        """What the stated ceilings of a fund add up to; None where none is stated."""
        weights = self.weights[insurance]
        stated = weights[weights != MISSING]
        return int(stated.sum()) if self.are_ceilings and stated.size else None

    def is_weighted(self, insurance: int) -> Mask:
        """The areas that have a part of the ceiling of a fund."""
        return np.asarray(self.weights[insurance] > 0)

    def divide(self, insurance: int, whole_fen: int, is_claimed: Mask) -> I8:
        """The ceiling of a fund by area, int64 fen: largest remainder, ties to the smaller name, the sum is the whole.

        is_claimed   the areas whose hospitals claim something
        Raises PolicyError where a ceiling is claimed from that nothing states, or where nothing can be divided by.
        """
        weights = self.weights[insurance]
        if problems := list(self._problems(insurance, whole_fen, is_claimed)):
            raise PolicyError(problems)
        return split_fen(whole_fen, np.maximum(weights, 0), self.names)[0]

    def _problems(self, insurance: int, whole_fen: int, is_claimed: Mask) -> Iterator[Problem]:
        fund, weights = INSURANCES[insurance], self.weights[insurance]
        lacking = [self.names[number] for number in np.flatnonzero(is_claimed & (weights == MISSING))]
        if lacking:
            what, why = f"no ceiling of {fund} for {', '.join(lacking)}", "their hospitals claim money"
            yield Problem(WHERE, what, why, "add their rows inpatient_pool to the table `budget`")
        if whole_fen and not self.is_weighted(insurance).any():
            why = "there is nothing to divide it by"
            yield Problem(WHERE, f"the ceiling of {fund} cannot be divided", why, "divide by something else")
