"""A compiled scheme over one case table: what the kernels read of its codes and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, Kind
from dipsim.cases.table import CaseTable
from dipsim.grouping.drg.classes import ColumnClasses
from dipsim.grouping.drg.compile import Compiled
from dipsim.kernels import drg as kernel
from dipsim.kernels import drg_machine as machine
from dipsim.kernels.drg_state import Cases, Codes, Grouped
from dipsim.money import MISSING

I4 = NDArray[np.int32]
Numbers = NDArray[np.int64] | NDArray[np.float64]
AddClasses = Callable[[int, int, I4], None]
"""Adds what one column gives to the classes of the cases lo .. hi."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A compiled scheme over one case table."""

    compiled: Compiled
    cases: Cases
    codes: Codes
    columns: tuple[AddClasses, ...]

    def group(self, lo: int, hi: int, out: Grouped) -> None:
        """Group the cases lo .. hi by the tables, by the machine where there are none."""
        if self.compiled.tables is None:
            self.group_by_machine(lo, hi, out)
        else:
            kernel.group_block(lo, hi, self.cases, self._classes(lo, hi), self.codes, self.compiled.tables, out)

    def group_by_machine(self, lo: int, hi: int, out: Grouped) -> None:
        """Group the cases lo .. hi by the rules as they stand."""
        machine.group_block(lo, hi, self.cases, self._classes(lo, hi), self.codes, self.compiled.machine, out)

    def _classes(self, lo: int, hi: int) -> NDArray[np.uint32]:
        case_class = np.zeros(hi - lo, np.int32)
        for add in self.columns:
            add(lo, hi, case_class)
        return case_class.view(np.uint32)


def bind(compiled: Compiled, cases: CaseTable) -> Bound:
    """Look up each distinct code once; CaseDataError when a column of codes is absent."""
    principal = cases.code("principal_diagnosis")
    others, procedures = cases.code_list("other_diagnoses"), cases.code_list("procedures")
    classes = zip(compiled.cases.columns, compiled.cases.strides, strict=True)
    return Bound(
        compiled=compiled,
        cases=Cases(
            principal=principal.ids,
            other_start=others.offsets,
            others=others.ids.view(np.uint32),
            procedure_start=procedures.offsets,
            procedures=_not_empty(procedures.ids).view(np.uint32),
        ),
        codes=compiled.codes.of(principal.values, others.values, procedures.values),
        columns=tuple(_adder(each, stride, cases) for each, stride in classes if cases.has(each.column)),
    )


def _not_empty(ids: I4) -> I4:
    """The kernel reads an entry even for a case without a procedure, and drops it."""
    return ids if ids.size else np.zeros(1, np.int32)


def absent_columns(compiled: Compiled, cases: CaseTable) -> tuple[str, ...]:
    """The columns that rules compare and the cases do not have: every comparison with them is false."""
    return tuple(each.column for each in compiled.cases.columns if not cases.has(each.column))


def _adder(classes: ColumnClasses, stride: int, cases: CaseTable) -> AddClasses:
    name = classes.column
    kind = COLUMNS[name].kind
    if kind in TEXT_KINDS:
        column = cases.code(name)
        of_value = [*(classes.class_of_text(value) for value in column.values), 0]
        return partial(_add_text, column.ids, np.array(of_value, np.int32) * np.int32(stride))
    if kind is Kind.INTEGER:
        whole = np.array([MISSING + 1, *chain.from_iterable((cut, cut + 1) for cut in classes.cuts)], np.int64)
        return _number_adder(cases.integer(name), whole, classes, stride)
    real = np.array([-np.inf, *chain.from_iterable((cut, np.nextafter(cut, np.inf)) for cut in classes.cuts)])
    return _number_adder(cases.real(name), real, classes, stride)


def _number_adder(values: Numbers, starts: Numbers, classes: ColumnClasses, stride: int) -> AddClasses:
    """Of the least values of the segments, those where the class changes; from the first on a value is not missing."""
    rises = np.diff(np.array([0, *classes.segments], np.int32)) * np.int32(stride)
    return partial(_add_number, values, starts[rises != 0], rises[rises != 0])


def _add_text(ids: I4, steps: I4, lo: int, hi: int, case_class: I4) -> None:
    kernel.add_text(lo, hi, ids, steps, case_class)


def _add_number(values: Numbers, limits: Numbers, rises: I4, lo: int, hi: int, case_class: I4) -> None:
    kernel.add_number(lo, hi, values, limits, rises, case_class)
