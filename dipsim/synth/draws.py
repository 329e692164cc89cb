"""Random numbers of a seed, one stream a year and topic, so that a new topic leaves the others as they were."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Topic(IntEnum):
    """What a stream is for; a number once given is kept."""

    PLACE = 1
    PATIENT = 2
    STAY = 3
    CHAIN = 4
    COST = 5
    CLAIM = 6
    FEE = 7
    DIAGNOSIS = 8
    RECORD = 9
    NEWBORN = 10
    INTENSIVE = 11
    PHYSICIAN = 12
    FAULT = 13


@dataclass(frozen=True, slots=True)
class Draws:
    """A stream of numbers for `count` cases (PCG64)."""

    generator: np.random.Generator
    count: int

    def uniform(self) -> F8:
        """Uniform numbers in [0, 1)."""
        return self.generator.random(self.count)

    def normal(self) -> F8:
        """Standard normal numbers."""
        return self.generator.standard_normal(self.count)

    def below(self, limits: I8 | int) -> I8:
        """Whole numbers from 0 to limit - 1, each with its own limit or all with one."""
        return np.floor(self.uniform() * limits).astype(np.int64)

    def chance(self, ratios: F8 | float) -> Flags:
        """True with the given probabilities."""
        return self.uniform() < ratios

    def pick(self, shares: F8) -> I8:
        """Indices into `shares`, each as often as its share of their sum says."""
        edges = np.cumsum(shares)
        places: I8 = np.searchsorted(edges, self.uniform() * edges[-1], side="right").astype(np.int64)
        return places

    def order(self) -> I8:
        """All rows, shuffled."""
        return np.argsort(self.uniform(), kind="stable")

    def some(self, number: int, is_preferred: Flags) -> I8:
        """So many rows, each at most once: preferred ones, and others only when these are too few."""
        return np.argsort(self.uniform() + ~is_preferred, kind="stable")[:number]


def draws(seed: int, year: int, topic: Topic, count: int) -> Draws:
    """The stream of a topic in a year for so many cases."""
    return Draws(np.random.Generator(np.random.PCG64([seed, year, topic])), count)
