"""From history to a catalogue and its weights, or to the weights of a catalogue that stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.companions import Hospitals
from dipsim.cases.table import CaseTable
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Grouping
from dipsim.learn.catalogue import Catalogue, learned_catalogue
from dipsim.learn.history import History, LeftOut, history_of
from dipsim.learn.hospital_factor import LearnedFactor, learned_factors
from dipsim.learn.observing import observed
from dipsim.learn.rules import LearningRules
from dipsim.learn.weights import LearnedPoints, Observed, kept_cases, learned_points
from dipsim.policy.scheme import Scheme

I8 = NDArray[np.int64]
ALL = ""
"""The weights of all cases, among those by insurance."""
INSURANCES = ("employee", "resident")


@dataclass(frozen=True, slots=True)
class LearnedWeights:
    """The points and the hospital factors learned from one body of cases."""

    points: LearnedPoints
    factors: tuple[LearnedFactor, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned and from how many cases.

    catalogue   None when the scheme was given
    grouping    of the cases learned from
    weights     by insurance, `ALL` for those of all cases
    """

    rules: LearningRules
    scheme: Scheme
    catalogue: Catalogue | None
    grouping: Grouping
    weights: Mapping[str, LearnedWeights]
    left_out: LeftOut

    @property
    def cases(self) -> int:
        """The cases learned from."""
        return int(self.grouping.group.size)


def learn(
    cases: CaseTable,
    rules: LearningRules,
    name: str,
    procedure_classes: Mapping[str, str],
    hospitals: Hospitals | None = None,
    threads: int = 1,
) -> Learned:
    """Learn a catalogue called `name` and its weights from the years that the rules name.

    Raises CaseDataError when a column is absent or the cases cannot carry what the rules ask for.
    """
    history = history_of(cases, rules.history)
    catalogue = learned_catalogue(history.cases, rules, procedure_classes, name, threads)
    weights = _weights(history, catalogue.grouping, rules, hospitals)
    return Learned(rules, catalogue.scheme, catalogue, catalogue.grouping, weights, history.left_out)


def learn_weights(
    cases: CaseTable, rules: LearningRules, scheme: Scheme, hospitals: Hospitals | None = None, threads: int = 1
) -> Learned:
    """Learn weights for a scheme that stays as it is; raises as `learn`."""
    history = history_of(cases, rules.history)
    grouping = group_cases(history.cases, scheme, threads)
    weights = _weights(history, grouping, rules, hospitals)
    return Learned(rules, scheme, None, grouping, weights, history.left_out)


def _weights(
    history: History, grouping: Grouping, rules: LearningRules, hospitals: Hospitals | None
) -> dict[str, LearnedWeights]:
    """The weights of all cases and, if the rules ask for them, of each insurance."""
    group = grouping.group.astype(np.int64)
    seen, level_of_hospital = observed(history, group, grouping.group_codes, hospitals)
    bodies = {ALL: seen}
    if rules.means.per_insurance:
        insurance = history.cases.code("insurance")
        is_of = {name: insurance.ids == insurance.values.index(name) for name in INSURANCES if name in insurance.values}
        bodies |= {name: seen.where(mask) for name, mask in is_of.items() if mask.any()}
    return {name: _learned(body, level_of_hospital, rules) for name, body in bodies.items()}


def _learned(seen: Observed, level_of_hospital: I8, rules: LearningRules) -> LearnedWeights:
    kept = kept_cases(seen, rules)
    factors = learned_factors(kept, level_of_hospital.tolist(), rules)
    column = rules.hospital_factor.column
    if column != "none" and all(getattr(factor, column) is None for factor in factors):
        why = "no hospital has this factor: the cases lack hospital_id, or the table hospitals its levels"
        step = "give the table hospitals, or choose another column or 'none'"
        raise CaseDataError(Problem("[hospital_factor] column", f"{column} cannot be learned", why, step))
    return LearnedWeights(learned_points(seen, kept, rules), factors)
