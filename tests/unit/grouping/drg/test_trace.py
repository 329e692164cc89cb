"""The trace of a case agrees with the kernel and says what its group hangs on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.grouping.drg.group import group_drg
from dipsim.grouping.drg.judge import DrgCase, Truth
from dipsim.grouping.drg.rows import rule_tree
from dipsim.grouping.drg.trace import DrgTrace, case_of, columns_read, trace
from dipsim.grouping.result import Status
from dipsim.policy.drg_scheme import DrgChoices, DrgScheme
from tests.shared import examples
from tests.unit.grouping.drg.random_rules import random_cases, scheme_of, schemes, table_of


def traced(case: DrgCase, scheme: DrgScheme) -> DrgTrace:
    return trace(case, scheme, rule_tree(scheme))


def choosing(scheme: DrgScheme, **choices: object) -> DrgScheme:
    changed = DrgChoices.model_validate(scheme.choices.model_dump() | choices)
    return replace(scheme, choices=changed, fingerprint=f"{scheme.fingerprint}{choices}")


def require_agreement(scheme: DrgScheme, seed: int) -> None:
    table = table_of(random_cases(60, seed))
    found = group_drg(table, scheme, 1)
    tree = rule_tree(scheme)
    columns = columns_read(scheme, tree)
    traces = [trace(case_of(table, row, columns), scheme, tree) for row in range(len(table))]
    assert [each.group_code for each in traces] == [found.group_code_of(row) for row in range(len(table))]
    assert [each.status for each in traces] == found.status.tolist()
    assert [each.witness for each in traces] == [found.witness_of(row) for row in range(len(table))]
    assert [each.row for each in traces] == [max(row, -1) for row in found.row.tolist()]


@given(scheme=schemes(), seed=st.integers(0, 10**6))
@examples(150)
def test_the_trace_agrees_with_the_kernel_whatever_the_rules(scheme: DrgScheme, seed: int) -> None:
    require_agreement(scheme, seed)


def test_it_agrees_where_unknown_diagnoses_are_not_tried_and_where_rows_are_fallback_or_unrelated() -> None:
    scheme = scheme_of(["", ""], ["ZYZD in DI_A", "ZYSS in OP_A", "", "ZYZD in DI_B"], ["QTZD in MCC", "", "", ""])
    named = {"unknown_codes": "ungroupable", "fallback": ("A0",), "surgery_unrelated": ("A1",), "ungroupable": "G2"}
    for seed in range(20):
        require_agreement(choosing(scheme, **named), seed)


CASE = DrgCase("D0", ("D5", "D4", "unknown"), ("P0", "P9"), {"age_years": 71})


def test_each_other_diagnosis_says_whether_it_counts_and_what_bars_it() -> None:
    found = traced(CASE, scheme_of([""], [""], [""]))
    assert [(each.code, each.level, each.barred_by, each.counts) for each in found.other_diagnoses] == [
        ("D5", "CC", "EX_1", False),
        ("D4", "MCC", "", True),
        ("unknown", "", "", False),
    ]


def test_each_condition_names_the_codes_and_their_sets() -> None:
    rule = "({ZYZD, QTZD} in {DI_A, DI_C} and NL>=70) or length(OP_C ∩ {ZYSS, QTSS})>=2 or QTSS not in OP_A"
    found = traced(CASE, scheme_of(["XB=1", rule], ["", ""], ["QTZD in CC", "", "QTZD in {MCC, CC}", ""]))
    assert [(tried.row.code, tried.truth, tried.lacks) for tried in found.mdcs] == [
        ("M0", Truth.FALSE, ("sex",)),
        ("M1", Truth.FIRM, ()),
    ]
    mdc = found.way[0]
    assert (mdc.row.code, mdc.tried_before) == ("M1", 1)
    assert [(judged.holds, judged.found, judged.value) for judged in mdc.conditions] == [
        (True, (("D0", "DI_A"), ("D0", "DI_C")), ""),
        (True, (), "71"),
        (False, (("P0", "OP_C"),), ""),
        (True, (), ""),
    ]
    assert (found.group_code, found.witness) == ("G1", "")


def test_the_deciding_code_is_the_one_that_counts() -> None:
    scheme = scheme_of([""], [""], ["QTZD in CC", "QTZD in {MCC, CC}", ""])
    assert (traced(CASE, scheme).group_code, traced(CASE, scheme).witness) == ("G1", "D4")


def test_sets_are_named_by_code() -> None:
    found = traced(CASE, scheme_of([""], [""], [""]))
    assert {code: " ".join(names) for code, names in found.sets.items()} == {
        "D0": "DI_A DI_C",
        "D5": "DI_B",
        "D4": "DI_B",
        "unknown": "",
        "P0": "OP_A OP_C",
        "P9": "",
    }


@pytest.mark.parametrize(
    ("case", "status", "is_known"),
    [
        (replace(CASE, principal_diagnosis=""), Status.NO_PRINCIPAL_DIAGNOSIS, False),
        (replace(CASE, principal_diagnosis="D99"), Status.UNKNOWN_DIAGNOSIS, False),
        (replace(CASE, principal_diagnosis="D5"), Status.UNGROUPABLE, True),
    ],
)
def test_a_case_that_no_row_takes_has_a_reason(case: DrgCase, status: Status, is_known: bool) -> None:
    scheme = choosing(scheme_of(["ZYZD in DI_A"], [""], [""]), unknown_codes="ungroupable")
    found = traced(case, scheme)
    assert (found.group_code, found.status, found.is_known, found.way, found.row) == ("0000", status, is_known, (), -1)


def test_a_rule_that_fails_only_for_want_of_a_value_says_so() -> None:
    scheme = scheme_of(
        ["XB=2 and ZYZD in DI_A", "not XB=2 and ZYZD in DI_B", "XB=2 and ZYZD in DI_B"], ["", "", ""], [""]
    )
    assert [(tried.row.code, tried.lacks) for tried in traced(CASE, scheme).lacking] == [("M0", ("sex",))]
