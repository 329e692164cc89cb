"""The Charlson comorbidity index of the other diagnoses of each case.

The table charlson.csv holds, for each category, its weight (PMC7946705, table 4), the category that takes its place
when both are there (a severer stage), and its ICD-10 codes by their beginnings (Quan et al. 2005, Med Care 43:1130).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import CodedLists
from dipsim.policy.tables import Column, TableSpec, read_table

I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

CHARLSON = Path(__file__).resolve().parent / "charlson.csv"
SPEC = TableSpec(
    (
        Column("category", "code", required=True),
        Column("weight", "integer", required=True, minimum=1),
        Column("less_than", "code"),
        Column("prefixes", "text", required=True),
    ),
    unique_key=("category",),
)


def charlson_index(other_diagnoses: CodedLists) -> I8:
    """The index of each case: the weights of its categories added up, each once; a lesser stage counts for nothing."""
    table = read_table(CHARLSON, SPEC)
    categories, weights = table.text("category"), table.integers("weight")
    lists = [tuple(cell.split("|")) for cell in table.text("prefixes")]
    rows = np.repeat(np.arange(other_diagnoses.offsets.size - 1), np.diff(other_diagnoses.offsets))
    has = np.stack([_cases_with(other_diagnoses, rows, prefixes) for prefixes in lists], axis=1)
    counted = has.copy()
    for number, severer in enumerate(table.text("less_than")):
        if severer:
            counted[:, number] &= ~has[:, categories.index(severer)]
    index: I8 = counted.astype(np.int64) @ weights
    return index


def _cases_with(other_diagnoses: CodedLists, rows: I8, prefixes: Sequence[str]) -> Flags:
    """The cases with a diagnosis that begins with one of the prefixes."""
    is_so = np.array([code.upper().startswith(tuple(prefixes)) for code in other_diagnoses.values], bool)
    found = np.zeros(other_diagnoses.offsets.size - 1, bool)
    found[rows[is_so[other_diagnoses.ids]]] = True
    return found
