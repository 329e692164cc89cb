"""The diagnoses of synthetic cases: a principal one of the condition, and what the patient has besides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import Coded, CodedLists
from dipsim.synth.claims import Claims
from dipsim.synth.draws import Topic
from dipsim.synth.periods import Period
from dipsim.synth.stays import Stays

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
Flags = NDArray[np.bool_]
NO_CODE = -1


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """The diagnoses of every row, over one dictionary of codes."""

    principal: Coded
    others: CodedLists


def draw_diagnoses(period: Period, stays: Stays, claims: Claims) -> Diagnoses:
    """Principal diagnosis of what the row is coded as; other diagnoses of what the patient has in truth.

    The comorbidities of a patient are the same in every stay, since their chances are drawn once for a patient.
    """
    conditions, comorbidities = period.params.conditions, period.params.settings.comorbidity
    values = _values(period)
    number_of = {code: number for number, code in enumerate(values)}
    source = period.draws(Topic.DIAGNOSIS, stays.days.size)
    row_choice, patient_choice = source.uniform()[claims.stay], source.uniform()[stays.first][claims.stay]
    principal = _one_of(conditions.diagnoses, number_of, claims.coded, row_choice)
    required = _one_of(conditions.secondary_diagnoses, number_of, stays.patients.condition[claims.stay], patient_choice)
    has = np.zeros((claims.stay.size, len(values)), bool)
    has[np.flatnonzero(required != NO_CODE), required[required != NO_CODE]] = True
    for comorbidity in comorbidities:
        is_ill = source.uniform()[stays.first] < comorbidity.ratio
        is_ill &= stays.patients.age_years >= comorbidity.from_age
        has[:, number_of[comorbidity.code]] |= is_ill[claims.stay]
    has[np.arange(principal.size), principal] = False
    return Diagnoses(Coded(principal.astype(np.int32), values), _lists(has, values))


def _values(period: Period) -> tuple[str, ...]:
    """Every diagnosis of the region, sorted."""
    conditions = period.params.conditions
    codes = {code for choices in (*conditions.diagnoses, *conditions.secondary_diagnoses) for code in choices}
    return tuple(sorted(codes | {comorbidity.code for comorbidity in period.params.settings.comorbidity}))


def _one_of(choices: tuple[tuple[str, ...], ...], number_of: dict[str, int], condition: I8, uniform: F8) -> I8:
    """One of the codes that each condition offers, NO_CODE where it offers none."""
    longest = max(len(codes) for codes in choices)
    table = np.full((len(choices), longest), NO_CODE, np.int64)
    for row, codes in enumerate(choices):
        table[row, : len(codes)] = [number_of[code] for code in codes]
    offered = np.array([len(codes) for codes in choices], np.int64)[condition]
    return table[condition, np.floor(uniform * offered).astype(np.int64)]


def _lists(has: Flags, values: tuple[str, ...]) -> CodedLists:
    rows, codes = np.nonzero(has)
    offsets = np.zeros(has.shape[0] + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=has.shape[0]), out=offsets[1:])
    return CodedLists(offsets, codes.astype(np.int32), values)
