"""How near a drawn year comes to published figures: each target beside the value reached and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import CodedLists
from dipsim.money import FEN, MICRO
from dipsim.policy.weights import LEVELS
from dipsim.synth.charlson import charlson_index
from dipsim.synth.history import SCALE, expected_means
from dipsim.synth.patients import EMPLOYEE
from dipsim.synth.settings import Measure
from dipsim.synth.year import CaseYear

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

READMITTED_WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published figure: `statistic` is mean, sd or rate; `allowed` is in the unit of the figure."""

    label: str
    label_zh: str
    statistic: str
    target: float
    reached: float
    allowed: float

    @property
    def is_met(self) -> bool:
        """Whether the value reached lies within what is allowed."""
        return abs(self.reached - self.target) <= self.allowed


def compare_to_targets(year: CaseYear) -> tuple[Comparison, ...]:
    """Every target of the region against the cases of the year that count, in the order of the targets."""
    return tuple(_comparisons(year, _measures(year)))


def _comparisons(year: CaseYear, measures: dict[Measure, F8]) -> Iterator[Comparison]:
    calibration = year.period.params.settings.calibration
    for target in calibration.target:
        values = measures[target.measure]
        mean = float(values.mean())
        if target.spread is None:
            allowed = min(calibration.rate_within * target.value, calibration.rate_within_points)
            yield Comparison(target.label, target.label_zh, "rate", target.value, mean, allowed)
        else:
            allowed = calibration.mean_within * target.value
            yield Comparison(target.label, target.label_zh, "mean", target.value, mean, allowed)
            spread, allowed = float(values.std()), calibration.spread_within * target.spread
            yield Comparison(target.label, target.label_zh, "sd", target.spread, spread, allowed)


def _measures(year: CaseYear) -> dict[Measure, F8]:
    """The values of each measure over the rows that count; relative weights over those of them with a group."""
    params, stays, claims = year.period.params, year.stays, year.claims
    rows = np.flatnonzero(claims.is_counted())
    stay = claims.stay[rows]
    patients = stays.patients
    weight = relative_weights(year)[claims.coded[rows]]
    diagnoses = year.columns["other_diagnoses"]
    if not isinstance(diagnoses, CodedLists):
        raise TypeError("other_diagnoses is a list column")
    measures: dict[Measure, NDArray[np.generic]] = {
        "cost_yuan": claims.total_fen[rows] / FEN,
        "relative_weight": weight[~np.isnan(weight)],
        "readmission_30_days": is_readmitted(stays.first[stay], claims.discharged[rows], claims.days[rows]),
        "mortality": patients.has_died[stay],
        "age_years": patients.age_years[stay],
        "employees": patients.insurance[stay] == EMPLOYEE,
        "charlson_index": charlson_index(diagnoses)[rows],
        "tertiary": params.level[patients.hospital[stay]] == LEVELS.index("tertiary"),
    }
    return {name: values.astype(np.float64) for name, values in measures.items()}


def relative_weights(year: CaseYear) -> F8:
    """The relative weight of each condition: points of its group / points of a group of mean cost; nan without one."""
    means = expected_means(year.period.params)
    points = dict(zip(means.group_codes, means.points_micro(means.of_group).tolist(), strict=True))
    codes = year.period.params.conditions.group_code
    return np.array([points[code] / (SCALE * MICRO) if code else np.nan for code in codes])


def is_readmitted(patient: I8, discharged: I8, days: I8) -> Flags:
    """Whether the patient is admitted again within 30 days of the discharge."""
    order = np.lexsort((discharged, patient))
    admitted = discharged - days
    gap = admitted[order[1:]] - discharged[order[:-1]]
    is_next = (np.diff(patient[order]) == 0) & (gap <= READMITTED_WITHIN_DAYS)
    readmitted = np.zeros(order.size, bool)
    readmitted[order[:-1]] = is_next
    return readmitted
