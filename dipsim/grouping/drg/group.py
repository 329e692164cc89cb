"""DRG grouping of a case table: the scheme is compiled once, then a kernel groups block by block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import CaseTable
from dipsim.grouping.drg.bind import absent_columns, bind
from dipsim.grouping.drg.compile import Compiled, compile_scheme
from dipsim.kernels import drg_state as kernel
from dipsim.policy.drg_scheme import DrgScheme

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]

BLOCK = 1 << 15
"""Cases that a thread takes at a time: what is worked out of their columns stays in its cache."""

_COMPILED: dict[str, Compiled] = {}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a scheme: its codes, sorted, and the index of each DRG row's code after those of the reasons."""

    codes: tuple[str, ...]
    of_row: I4

    def ids(self, rows: I4) -> I4:
        """The index of the code of each row, or of the reason that stands in its place."""
        return self.of_row[rows + kernel.REASONS]


@dataclass(frozen=True, slots=True)
class DrgGrouping:
    """The DRG row that took each case, and on what that hung.

    row        int32 number of the row in scheme.drg; negative where no row took the case
    status     int8, a Status
    witness    int32 id in `witnesses` of the other diagnosis that decided as MCC or CC, -1 for none
    groups, adrgs, mdcs   the levels; a case that no row takes has the code of ungroupable cases in each
    absent_columns        columns that rules compare and the cases do not have: those comparisons are all false
    """

    row: I4
    status: I1
    witness: I4
    groups: Level
    adrgs: Level
    mdcs: Level
    witnesses: tuple[str, ...]
    absent_columns: tuple[str, ...]

    @property
    def group(self) -> I4:
        """The DRG of each case, int32 index into groups.codes."""
        return self.groups.ids(self.row)

    @property
    def adrg(self) -> I4:
        """The ADRG of each case, int32 index into adrgs.codes."""
        return self.adrgs.ids(self.row)

    @property
    def mdc(self) -> I4:
        """The MDC of each case, int32 index into mdcs.codes."""
        return self.mdcs.ids(self.row)

    def group_code_of(self, case: int) -> str:
        """The DRG of one case."""
        return self.groups.codes[int(self.groups.of_row[self.row[case] + kernel.REASONS])]

    def witness_of(self, case: int) -> str:
        """The diagnosis that decided as MCC or CC, '' where none did."""
        witness = int(self.witness[case])
        return "" if witness == kernel.NONE else self.witnesses[witness]


def group_drg(cases: CaseTable, scheme: DrgScheme, threads: int) -> DrgGrouping:
    """Group every case; the result depends neither on the number of threads nor on the order of the cases.

    Raises CaseDataError when a column of codes is absent, PolicyError when a rule cannot be carried out.
    """
    bound = bind(compiled(scheme), cases)
    out = grouped(bound.group, len(cases), threads)
    groups, adrgs, mdcs = levels(scheme)
    witnesses = cases.code_list("other_diagnoses").values
    return DrgGrouping(*out, groups, adrgs, mdcs, witnesses, absent_columns(bound.compiled, cases))


def levels(scheme: DrgScheme) -> tuple[Level, Level, Level]:
    """The DRGs, ADRGs and MDCs of a scheme."""
    mdc_of = {row.code: row.parent for row in scheme.adrg}
    drgs = [row.code for row in scheme.drg]
    adrgs = [row.parent for row in scheme.drg]
    mdcs = [mdc_of[code] for code in adrgs]
    none = [scheme.choices.ungroupable] * kernel.REASONS
    return _level([*none, *drgs]), _level([*none, *adrgs]), _level([*none, *mdcs])


def _level(code_of_row: Sequence[str]) -> Level:
    codes = tuple(sorted(set(code_of_row)))
    index = {code: number for number, code in enumerate(codes)}
    return Level(codes, np.array([index[code] for code in code_of_row], np.int32))


def compiled(scheme: DrgScheme) -> Compiled:
    """The scheme compiled; one that was seen before in this process, by its fingerprint, is not compiled again."""
    if scheme.fingerprint not in _COMPILED:
        _COMPILED[scheme.fingerprint] = compile_scheme(scheme)
    return _COMPILED[scheme.fingerprint]


def grouped(group: Callable[[int, int, kernel.Grouped], None], count: int, threads: int) -> kernel.Grouped:
    """Every case grouped, block by block in threads."""
    out = kernel.Grouped(np.empty(count, np.int32), np.empty(count, np.int8), np.empty(count, np.int32))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda lo: group(lo, min(lo + BLOCK, count), out), range(0, count, BLOCK)))
    return out
