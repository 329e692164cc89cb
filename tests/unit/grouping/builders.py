"""Case tables and schemes written in a line or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from dipsim.cases.table import BLANK_ID, CaseTable, Coded, CodedLists
from dipsim.policy.params import Source
from dipsim.policy.scheme import GroupRow, Scheme, Semantics

SEMANTICS = Semantics(main_procedure="first", empty_procedure="conservative_only", class_of="main", tie="smallest_code")


def case_table(cases: Sequence[tuple[str, Sequence[str]]], group_codes: Sequence[str] | None = None) -> CaseTable:
    """Cases of (principal diagnosis, procedures in order), and the groups they bring."""
    count = len(cases)
    coded = {"principal_diagnosis": coded_column([diagnosis for diagnosis, _ in cases])}
    if group_codes is not None:
        coded["group_code"] = coded_column(group_codes)
    flat = coded_column([code for _, codes in cases for code in codes])
    offsets = np.concatenate(([0], np.cumsum([len(codes) for _, codes in cases]))).astype(np.int64)
    return CaseTable(
        case_ids=pa.array([str(number) for number in range(count)], pa.string()),
        coded=coded,
        lists={"procedures": CodedLists(offsets, flat.ids, flat.values)},
        integers={},
        reals={},
        origin_file=np.zeros(count, np.int32),
        origin_line=np.arange(count, dtype=np.int64),
    )


def coded_column(texts: Sequence[str]) -> Coded:
    """A dictionary-encoded column; '' is a blank."""
    values = tuple(sorted({text for text in texts if text}))
    ids = {value: number for number, value in enumerate(values)}
    return Coded(np.array([ids.get(text, BLANK_ID) for text in texts], np.int32), values)


def core(group_code: str, diagnosis: str, *procedures: str) -> GroupRow:
    """A core row; the first procedure is the main one."""
    return GroupRow(group_code, "core", diagnosis, procedures[0] if procedures else "", procedures[1:], "", "", "")


def composite(group_code: str, category: str, procedure_class: str) -> GroupRow:
    """A composite row."""
    return GroupRow(group_code, "composite", category, "", (), procedure_class, "", "")


def scheme_of(
    *rows: GroupRow,
    semantics: Semantics | None = SEMANTICS,
    excluded_diagnoses: Sequence[str] = (),
    procedure_treatments: Mapping[str, str] | None = None,
    procedure_classes: Mapping[str, str] | None = None,
) -> Scheme:
    """A scheme of these rows; `semantics` None makes one whose cases bring their group."""
    return Scheme(
        name="test",
        title="Test",
        title_zh="测试",
        kind="dip" if semantics else "brought",
        version="1",
        source=Source(doc="test"),
        semantics=semantics,
        rows=rows,
        excluded_diagnoses=frozenset(excluded_diagnoses),
        procedure_treatments=procedure_treatments or {},
        procedure_classes=procedure_classes or {},
        fingerprint="",
    )
