"""The cases of a history as the arrays that weights are learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.companions import Hospitals
from dipsim.cases.table import CaseTable
from dipsim.learn.history import History
from dipsim.learn.weights import Observed
from dipsim.policy.weights import LEVELS

I8 = NDArray[np.int64]


def observed(
    history: History, group: I8, group_codes: tuple[str, ...], hospitals: Hospitals | None
) -> tuple[Observed, I8]:
    """The cases, and the level of each of their hospitals: an index into LEVELS, -1 when it is unknown."""
    hospital, hospital_ids = _hospital(history.cases)
    level_of_hospital = _levels(hospital_ids, hospitals)
    seen = Observed(
        group=group,
        year=history.year,
        cost_fen=history.cost_fen,
        hospital=hospital,
        level=np.append(level_of_hospital, -1)[hospital],
        group_codes=group_codes,
        hospital_ids=hospital_ids,
    )
    return seen, level_of_hospital


def _hospital(cases: CaseTable) -> tuple[I8, tuple[str, ...]]:
    """The hospital of each case as an index into the ids, -1 when it is blank or the column absent."""
    if not cases.has("hospital_id"):
        return np.full(len(cases), -1, np.int64), ()
    column = cases.code("hospital_id")
    return column.ids.astype(np.int64), column.values


def _levels(hospital_ids: tuple[str, ...], hospitals: Hospitals | None) -> I8:
    """The level of each hospital as an index into LEVELS, -1 when it is unknown."""
    levels = hospitals.level_of(hospital_ids) if hospitals is not None else ("",) * len(hospital_ids)
    return np.array([LEVELS.index(level) if level else -1 for level in levels], np.int64)
