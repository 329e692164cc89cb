"""Random cases over every code that a DRG scheme names: for the machine against the tables, and for the benchmark."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dipsim.cases.table import BLANK_ID, I4, I8, CaseTable, Coded, CodedLists
from dipsim.money import MISSING
from dipsim.policy.drg_scheme import DrgScheme

UNKNOWN = "X00.0000"
MOST_OTHERS = 7
PROCEDURES = (0.40, 0.25, 0.20, 0.10, 0.05)
"""Shares of cases with 0, 1, ... procedures."""


def made_cases(scheme: DrgScheme, count: int, seed: int) -> CaseTable:
    """Codes drawn evenly, some blank or unknown; newborns; now and then no age, sex, days or weight."""
    draw = np.random.default_rng(seed)
    diagnoses = _codes(scheme, "DI") | scheme.complications.keys() | scheme.exclusions.keys()
    diagnosis_values = tuple(sorted(diagnoses | {UNKNOWN}))
    procedure_values = tuple(sorted(_codes(scheme, "OP") | {UNKNOWN}))
    principal = draw.integers(0, len(diagnosis_values), count, np.int32)
    principal[draw.random(count) < 0.002] = BLANK_ID
    age = draw.integers(0, 95, count)
    age[draw.random(count) < 0.05] = 0
    newborn_days = np.where(draw.random(count) < 0.3, draw.integers(0, 29, count), draw.integers(0, 366, count))
    days = np.where(age == 0, newborn_days, MISSING)
    weight = np.where(age == 0, draw.integers(500, 4_500, count) + draw.choice((0.0, 0.5), count), np.nan)
    sex = draw.integers(0, 2, count, np.int32)
    for column, missing in ((age, MISSING), (days, MISSING), (weight, np.nan), (sex, BLANK_ID)):
        column[draw.random(count) < 0.01] = missing
    return CaseTable(
        case_ids=pa.array(np.arange(count)).cast(pa.string()),
        coded={"principal_diagnosis": Coded(principal, diagnosis_values), "sex": Coded(sex, ("1", "2"))},
        lists={
            "other_diagnoses": _lists(draw, draw.integers(0, MOST_OTHERS + 1, count), diagnosis_values),
            "procedures": _lists(draw, draw.choice(len(PROCEDURES), count, p=PROCEDURES), procedure_values),
        },
        integers={"age_years": age, "age_days": days},
        reals={"admission_weight_g": weight},
        origin_file=np.zeros(count, np.int32),
        origin_line=np.arange(count, dtype=np.int64),
        files=("made up",),
    )


def _codes(scheme: DrgScheme, prefix: str) -> set[str]:
    return {code for name, codes in scheme.sets.items() if name.startswith(prefix) for code in codes}


def _lists(draw: np.random.Generator, lengths: I8, values: tuple[str, ...]) -> CodedLists:
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    ids: I4 = draw.integers(0, len(values), int(offsets[-1]), np.int32)
    return CodedLists(offsets, ids, values)
