"""DRG grouping: by tables, by the stack machine, from Parquet to Parquet, and a reading of every input as yardstick.

The cases lie in memory, the scheme is compiled and the codes are looked up before any clock runs, save for PARQUET.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.registry import Answer, Step, Task, Work
from dipsim.cases.table import F8, I8, CaseTable
from dipsim.grouping.drg.bind import Bound, bind
from dipsim.grouping.drg.group import compiled, grouped
from dipsim.kernels._jit import kernel
from dipsim.kernels.drg_state import Cases, Grouped
from dipsim.policy.drg_scheme import DrgScheme
from dipsim.scale.drg import group_parquet
from tests.chs_drg import oracle, table_of
from tests.made_drg_cases import made_cases

GROUP, PARQUET = "group", "Parquet to Parquet"
SEED = 20251122
FILE = "cases.parquet"
MakeScheme = Callable[[], DrgScheme]
MakeCases = Callable[[DrgScheme, int, int], CaseTable]
"""Of a scheme, so many cases, drawn by a seed."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a step is given: the scheme over the cases in memory, and the same cases as a file."""

    task: Task
    scheme: DrgScheme
    table: CaseTable
    bound: Bound


def work(make: MakeScheme, by_machine: bool, make_cases: MakeCases = made_cases) -> Work:
    """Row, status and deciding complication of every case."""

    def group(ready: Ready) -> Grouped:
        way = ready.bound.group_by_machine if by_machine else ready.bound.group
        return grouped(way, ready.task.cases, ready.task.threads)

    return Work((Step(GROUP, group),), answer, lambda task: ready_for(task, make, make_cases))


def parquet(make: MakeScheme) -> Work:
    """The same from file to file."""

    def group(ready: Ready) -> int:
        with TemporaryDirectory(dir=ready.task.folder) as place:
            source = ready.task.folder / FILE
            return group_parquet([source], ready.scheme, Path(place) / "groups.parquet", ready.task.threads)

    return Work((Step(PARQUET, group),), None, lambda task: ready_for(task, make))


def reading(make: MakeScheme) -> Work:
    """Every id that grouping may look at, added up: less cannot be done."""

    def read(ready: Ready) -> int:
        table = ready.table
        columns = table.integer("age_years"), table.integer("age_days"), table.real("admission_weight_g")
        return int(_read(ready.bound.cases, *columns))

    return Work((Step(GROUP, read),), None, lambda task: ready_for(task, make))


def ready_for(task: Task, make: MakeScheme, make_cases: MakeCases = made_cases) -> Ready:
    """The cases in memory and the scheme compiled for their codes."""
    scheme = make()
    table = make_cases(scheme, task.cases, SEED)
    return Ready(task, scheme, table, bind(compiled(scheme), table))


def published_cases(_: DrgScheme, count: int, seed: int) -> CaseTable:
    """Cases drawn again and again from the published ones of CHS-DRG 1.1, whose codes go together better."""
    rows = oracle()
    return table_of(rows).take(np.random.default_rng(seed).integers(0, len(rows), count))


def answer(found: Grouped) -> Answer:
    """How many cases each row, each status and each deciding diagnosis has."""

    def counts(ids: NDArray[np.integer[Any]]) -> dict[str, float]:
        values, cases = np.unique(ids, return_counts=True)
        return dict(zip(map(str, values.tolist()), cases.tolist(), strict=True))

    return {"row": counts(found.row), "status": counts(found.status), "witness": counts(found.witness)}


@kernel
def _read(cases: Cases, age: I8, days: I8, weight: F8) -> int:
    total = 0
    for case in range(cases.principal.size):
        total += cases.principal[case] + age[case] + days[case] + int(weight[case] > 0)
        for position in range(cases.other_start[case], cases.other_start[case + 1]):
            total += cases.others[position]
        for position in range(cases.procedure_start[case], cases.procedure_start[case + 1]):
            total += cases.procedures[position]
    return total
