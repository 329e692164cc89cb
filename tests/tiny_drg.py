"""A DRG scheme small enough to work by hand: two ADRGs, of which one has two DRGs, and a group for all the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dipsim.cases.table import CaseTable
from dipsim.policy.drg_scheme import DrgChoices, DrgScheme, RuleRow
from dipsim.policy.params import Source
from tests import build

DIAGNOSIS_OF: Mapping[str, str] = {"AA11": "A01.000", "AA15": "A01.100", "AB19": "A02.000", "A009": "A09.900", "": ""}
"""A principal diagnosis that leads to each DRG; A009 is the fallback, '' no group at all."""


def tiny_scheme() -> DrgScheme:
    """AA1 with AA11 and AA15, AB1 with AB19, and A00, which takes what they leave."""
    rows = {"AA1": "ZYZD in DI_AA1", "AB1": "ZYZD in DI_AB1", "A00": ""}
    drgs = {"AA11": ("AA1", "ZYZD in DI_AA11"), "AA15": ("AA1", ""), "AB19": ("AB1", ""), "A009": ("A00", "")}
    return DrgScheme(
        name="tiny",
        title="Tiny",
        title_zh="示例",
        version="1",
        source=Source(doc="test"),
        choices=DrgChoices(
            weight="admission_weight_g",
            unknown_codes="ignored",
            fallback=("A00",),
            surgery_unrelated=(),
            ungroupable="0000",
        ),
        mdc=(RuleRow("MDCA", "", "", "", 1, "mdc"),),
        adrg=tuple(RuleRow(code, "", rule, "MDCA", n, code) for n, (code, rule) in enumerate(rows.items())),
        drg=tuple(RuleRow(code, "", rule, adrg, n, code) for n, (code, (adrg, rule)) in enumerate(drgs.items())),
        sets={
            "DI_AA1": frozenset({"A01.000", "A01.100"}),
            "DI_AA11": frozenset({"A01.000"}),
            "DI_AB1": frozenset({"A02.000"}),
        },
        complications={},
        exclusions={},
        fingerprint="tiny",
    )


def tiny_cases(rows: Sequence[Mapping[str, Any]]) -> CaseTable:
    """Cases from rows of canonical columns with `group`, the DRG that takes them, and `times`, how many there are."""
    spelled = [
        {
            "principal_diagnosis": DIAGNOSIS_OF[row["group"]],
            "other_diagnoses": "",
            "procedures": "",
            **{key: value for key, value in row.items() if key not in ("group", "times")},
        }
        for row in rows
        for _ in range(row.get("times", 1))
    ]
    return build.case_table(spelled)
