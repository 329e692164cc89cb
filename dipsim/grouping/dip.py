"""DIP grouping: a scheme is compiled for the distinct codes of a case table, then a kernel groups block by block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.checks import require_columns
from dipsim.cases.normalise import normalise_code
from dipsim.cases.table import BLANK_ID, CaseTable
from dipsim.errors import PolicyError, Problem
from dipsim.grouping.result import NO_GROUP, Grouping, Status
from dipsim.kernels import dip as kernel
from dipsim.policy.scheme import (
    GROUP_CLASS_OF,
    GroupRow,
    Scheme,
    Semantics,
    diagnosis_category,
    diagnosis_key,
)

I4 = NDArray[np.int32]

_GROUP_CLASS_RANK = {
    "conservative": kernel.CONSERVATIVE,
    "diagnostic": kernel.DIAGNOSTIC,
    "therapeutic": kernel.THERAPEUTIC,
    "surgery": kernel.SURGERY,
}
_CLASS_RANK = {"": kernel.UNKNOWN, **{name: _GROUP_CLASS_RANK[leads_to] for name, leads_to in GROUP_CLASS_OF.items()}}
_TREATMENT_NUMBER = {
    "": kernel.ORDINARY,
    "not_main": kernel.NOT_MAIN,
    "conservative": kernel.TREATED_AS_CONSERVATIVE,
}


def group_cases(cases: CaseTable, scheme: Scheme, threads: int = 1) -> Grouping:
    """Group every case by the scheme; the result does not depend on the number of threads.

    Raises CaseDataError when a column that the scheme reads is absent, PolicyError when a code of the scheme is not in
    normal form.
    """
    reads = ("group_code",) if scheme.semantics is None else ("principal_diagnosis", "procedures")
    require_columns(cases, {f"grouper {scheme.name}": reads})
    if scheme.semantics is None:
        return _brought(cases)
    diagnosis, procedures = cases.code("principal_diagnosis"), cases.code_list("procedures")
    arrays = compile_scheme(scheme, diagnosis.values, procedures.values)
    count = len(cases)
    out = kernel.GroupedArrays(np.empty(count, np.int32), np.empty(count, np.int8), np.empty(count, np.bool_))

    def group_between(bounds: tuple[int, int]) -> None:
        kernel.group_block(*bounds, diagnosis.ids, procedures.offsets, procedures.ids, arrays, out)

    edges = [count * block // threads for block in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(group_between, pairwise(edges)))
    return Grouping(out.group, out.status, out.tied, group_codes(scheme))


def group_codes(scheme: Scheme) -> tuple[str, ...]:
    """The group codes of a scheme in sorted order; Grouping.group counts through them."""
    return tuple(sorted(row.group_code for row in scheme.rows))


def compile_scheme(
    scheme: Scheme, diagnosis_values: Sequence[str], procedure_values: Sequence[str]
) -> kernel.SchemeArrays:
    """The scheme as arrays over the distinct codes of the cases, each code looked up once.

    Raises PolicyError when a code of the scheme is not in normal form, for it would match no case; ValueError for a
    scheme of kind "brought", which has nothing to compile.
    """
    if scheme.semantics is None:
        raise ValueError(f"scheme {scheme.name!r} is of kind 'brought'")
    if problems := abnormal_codes(scheme):
        raise PolicyError(problems)
    group = {code: index for index, code in enumerate(group_codes(scheme))}
    core = sorted(
        (row for row in scheme.rows if row.kind == "core"),
        key=lambda row: (row.diagnosis, -len(row.procedures), row.group_code),
    )
    keys = _numbered(row.diagnosis for row in core)
    categories = _numbered(row.diagnosis for row in scheme.rows if row.kind == "composite")
    codes = _numbered(code for row in core for code in row.procedures)
    rows_of_key = np.bincount(np.array([keys[row.diagnosis] for row in core], np.int64), minlength=len(keys))
    return kernel.SchemeArrays(
        diagnosis=_diagnosis_array(scheme, diagnosis_values, keys, categories),
        procedure=_procedure_array(scheme, procedure_values, codes),
        key_start=_starts(rows_of_key),
        core=_core_array(core, group, codes),
        other_start=_starts(np.array([len(row.other_procedures) for row in core], np.int64)),
        others=np.array([codes[code] for row in core for code in row.other_procedures], np.int32),
        composite=_composite_array(scheme.rows, group, categories),
        settings=_settings_array(scheme.semantics),
    )


def abnormal_codes(scheme: Scheme) -> tuple[Problem, ...]:
    """The codes of a scheme that are not spelled as codes of cases are after reading, one problem a table."""
    row_codes = {code for row in scheme.rows for code in (row.diagnosis, *row.procedures)}
    tables = {
        "groups.csv": row_codes,
        "excluded_diagnoses.csv": scheme.excluded_diagnoses,
        "excluded_procedures.csv": scheme.procedure_treatments,
        "the procedure classes": scheme.procedure_classes,
    }
    problems = []
    for table, codes in tables.items():
        abnormal = sorted(code for code in codes if normalise_code(code) != code)
        if abnormal:
            what = f"{len(abnormal)} codes not in normal form, the first {abnormal[0]!r}"
            step = f"write it as {normalise_code(abnormal[0])!r}, and the others likewise"
            where = f"groupers/{scheme.name}: {table}"
            problems.append(Problem(where, what, "they would match no case", step))
    return tuple(problems)


def _brought(cases: CaseTable) -> Grouping:
    """The groups that the cases bring: every code that occurs is a group, a blank is no match."""
    column = cases.code("group_code")
    has_group = column.ids != BLANK_ID
    occurring = np.unique(column.ids[has_group])
    group = np.where(has_group, np.searchsorted(occurring, column.ids), NO_GROUP).astype(np.int32)
    status = np.where(has_group, Status.BROUGHT, Status.NO_MATCH).astype(np.int8)
    codes = tuple(column.values[value] for value in occurring)
    return Grouping(group, status, np.zeros(len(cases), np.bool_), codes)


def _numbered(values: Iterable[str]) -> Mapping[str, int]:
    return {value: number for number, value in enumerate(sorted(set(values)))}


def _starts(lengths: NDArray[np.int64]) -> I4:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)


def _diagnosis_array(
    scheme: Scheme, values: Sequence[str], keys: Mapping[str, int], categories: Mapping[str, int]
) -> I4:
    array = np.full((len(values), 3), kernel.NONE, np.int32)
    for number, code in enumerate(values):
        array[number, kernel.KEY] = keys.get(diagnosis_key(code), kernel.NONE)
        array[number, kernel.CATEGORY] = categories.get(diagnosis_category(code), kernel.NONE)
        array[number, kernel.IS_EXCLUDED] = code in scheme.excluded_diagnoses
    return array


def _procedure_array(scheme: Scheme, values: Sequence[str], codes: Mapping[str, int]) -> I4:
    array = np.full((len(values), 3), kernel.NONE, np.int32)
    for number, code in enumerate(values):
        array[number, kernel.CODE] = codes.get(code, kernel.NONE)
        array[number, kernel.CLASS] = _CLASS_RANK[scheme.procedure_classes.get(code, "")]
        array[number, kernel.TREATMENT] = _TREATMENT_NUMBER[scheme.procedure_treatments.get(code, "")]
    return array


def _core_array(rows: Sequence[GroupRow], group: Mapping[str, int], codes: Mapping[str, int]) -> I4:
    array = np.empty((len(rows), 3), np.int32)
    for number, row in enumerate(rows):
        array[number, kernel.GROUP] = group[row.group_code]
        array[number, kernel.MAIN] = codes[row.main_procedure] if row.main_procedure else kernel.NONE
        array[number, kernel.ASKED] = len(row.procedures)
    return array


def _composite_array(rows: Sequence[GroupRow], group: Mapping[str, int], categories: Mapping[str, int]) -> I4:
    array = np.full((len(categories), len(_GROUP_CLASS_RANK)), kernel.NONE, np.int32)
    for row in rows:
        if row.kind == "composite":
            array[categories[row.diagnosis], _GROUP_CLASS_RANK[row.procedure_class]] = group[row.group_code]
    return array


def _settings_array(semantics: Semantics) -> I4:
    settings = np.zeros(4, np.int32)
    settings[kernel.ANY_IS_MAIN] = semantics.main_procedure == "any"
    settings[kernel.EMPTY_TAKES_ANY] = semantics.empty_procedure == "any"
    settings[kernel.HIGHEST_CLASS] = semantics.class_of == "highest"
    settings[kernel.TIE_IS_NO_MATCH] = semantics.tie == "no_match"
    return settings
