"""Combinations of diagnosis and procedures (诊断与治疗方式的组合): what a catalogue is counted from.

A combination is the subcategory of the principal diagnosis, the main procedure and the set of all others. It is
encoded step by step, as (combination so far, next procedure) -> number, so that only integers are sorted and no two
combinations share a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import BLANK_ID, CaseTable, Coded, CodedLists
from dipsim.policy.scheme import diagnosis_key

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Combinations:
    """The distinct combinations of a case table, numbered; the first `len(diagnoses)` numbers are without procedure.

    cases    int64, how many cases have each combination, 0 for the start of a longer one
    steps    int64, of each further number: number of the combination without its last procedure x `len(codes)` + the
             position of that procedure in `codes`
    """

    diagnoses: tuple[str, ...]
    codes: tuple[str, ...]
    cases: I8
    steps: I8

    def parts(self, number: int) -> tuple[str, tuple[str, ...]]:
        """The subcategory of a combination and its procedures, the main one first, the others sorted."""
        procedures: list[str] = []
        while number >= len(self.diagnoses):
            number, code = divmod(int(self.steps[number - len(self.diagnoses)]), len(self.codes))
            procedures.append(self.codes[code])
        return self.diagnoses[number], tuple(reversed(procedures))


def combinations(cases: CaseTable, procedures: Literal["all", "main"]) -> Combinations:
    """The combinations of all cases with a principal diagnosis, from all their procedures or the main one only."""
    diagnosis = cases.code("principal_diagnosis")
    has_diagnosis = diagnosis.ids != BLANK_ID
    diagnoses, number = _subcategories(diagnosis)
    listed = _in_order(cases.code_list("procedures"), procedures == "main")
    lengths = np.where(has_diagnosis, np.diff(listed.offsets), 0)
    steps, size = [np.zeros(0, np.int64)], len(diagnoses)
    for depth in range(int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > depth)
        step = number[longer] * len(listed.values) + listed.ids[listed.offsets[longer] + depth]
        distinct, place = np.unique(step, return_inverse=True)
        number[longer] = size + place
        steps.append(distinct)
        size += distinct.size
    counts = np.bincount(number[has_diagnosis], minlength=size).astype(np.int64)
    return Combinations(diagnoses, listed.values, counts, np.concatenate(steps))


def _subcategories(diagnosis: Coded) -> tuple[tuple[str, ...], I8]:
    """The sorted subcategories of the diagnoses, and the position of each case's; that of a blank means nothing."""
    keys = [diagnosis_key(code) for code in diagnosis.values]
    distinct = tuple(sorted(set(keys)))
    position = {key: i for i, key in enumerate(distinct)}
    return distinct, np.array([*(position[key] for key in keys), BLANK_ID], np.int64)[diagnosis.ids]


def _in_order(procedures: CodedLists, only_main: bool) -> CodedLists:
    """The procedures of each case with the first left in its place and the others sorted, each code once."""
    ids, lengths = procedures.ids.astype(np.int64), np.diff(procedures.offsets)
    row = np.repeat(np.arange(lengths.size), lengths)
    is_other = np.ones(ids.size, bool)
    is_other[procedures.offsets[:-1][lengths > 0]] = False
    order = np.lexsort((ids, is_other, row))
    ids, is_other, row = ids[order], is_other[order], row[order]
    main = ids[procedures.offsets[row]]
    is_again = is_other & (ids == main)
    is_again[1:] |= is_other[1:] & is_other[:-1] & (ids[1:] == ids[:-1]) & (row[1:] == row[:-1])
    keep = ~is_other if only_main else ~is_again
    counts = np.bincount(row[keep], minlength=lengths.size)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return CodedLists(offsets, ids[keep].astype(np.int32), procedures.values)
