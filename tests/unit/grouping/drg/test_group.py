"""Tables, machine and the naive interpreter agree on every case, whatever the rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases.table import CaseTable
from dipsim.errors import PolicyError
from dipsim.grouping.drg import group as grouping
from dipsim.grouping.drg import tables
from dipsim.grouping.drg.bind import bind
from dipsim.grouping.drg.compile import compile_scheme
from dipsim.grouping.drg.group import compiled, group_drg, grouped
from dipsim.grouping.result import Status
from dipsim.policy.drg_scheme import DrgScheme
from tests.naive import drg as naive
from tests.naive.drg import Case
from tests.shared import examples
from tests.unit.grouping.drg.random_rules import random_cases, scheme_of, schemes, table_of


def by_machine(table: CaseTable, scheme: DrgScheme) -> tuple[list[int], list[int], list[int]]:
    out = grouped(bind(compile_scheme(scheme), table).group_by_machine, len(table), 1)
    return out.row.tolist(), out.status.tolist(), out.witness.tolist()


def by_tables(table: CaseTable, scheme: DrgScheme, threads: int = 1) -> tuple[list[int], list[int], list[int]]:
    out = group_drg(table, scheme, threads)
    return out.row.tolist(), out.status.tolist(), out.witness.tolist()


def found_naively(cases: Sequence[Case], scheme: DrgScheme) -> list[tuple[int, str]]:
    """Row and witness; a case without a principal diagnosis is not tried."""
    found = [naive.group(case, scheme) if case.principal else naive.Found(-2, "") for case in cases]
    return [(each.row, each.witness) for each in found]


@given(scheme=schemes(), seed=st.integers(0, 10**6))
@examples(150)
def test_tables_machine_and_naive_interpreter_agree(scheme: DrgScheme, seed: int) -> None:
    cases = random_cases(60, seed)
    table = table_of(cases)
    found = group_drg(table, scheme, 1)
    assert compiled(scheme).tables is not None
    assert [(int(row), found.witness_of(case)) for case, row in enumerate(found.row)] == found_naively(cases, scheme)
    assert by_machine(table, scheme) == by_tables(table, scheme)


def test_threads_and_order_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "BLOCK", 7)
    scheme = scheme_of(["1", ""], ["{ZYZD, QTZD} in DI_A", "NL>=6", ""], ["QTZD in MCC", "QTZD in CC", "", "", "XB=1"])
    table = table_of(random_cases(200, 1))
    order = np.random.default_rng(5).permutation(200)
    once = np.array(by_tables(table, scheme))
    assert (np.array(by_tables(table, scheme, threads=4)) == once).all()
    assert (np.array(by_tables(table.take(order), scheme)) == once[:, order]).all()


def test_rules_too_large_for_tables_are_evaluated_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = scheme_of(["ZYZD in DI_A or ZYSS in OP_A"], ["NL>=6 or QTZD in DI_B"], ["QTZD in {MCC, CC}", ""])
    table = table_of(random_cases(200, 2))
    expected = by_tables(table, scheme)
    monkeypatch.setattr(tables, "TERMS_OF_A_PATH", 3)
    larger = compile_scheme(scheme)
    assert larger.tables is None
    out = grouped(bind(larger, table).group, len(table), 1)
    assert (out.row.tolist(), out.status.tolist(), out.witness.tolist()) == expected


ROWS = scheme_of(["NL>=0", ""], ["ZYZD in DI_A", "ZYSS in OP_A"], ["QTZD in MCC", "NL>=70", "QTZD in CC"])


@pytest.mark.parametrize(
    ("case", "group", "status", "witness"),
    [
        (Case("D1", ("D5", "D4"), (), {"NL": 50}), "G0", Status.GROUPED, "D4"),
        (Case("D0", ("D3", "D11"), (), {"NL": 50}), "G0", Status.GROUPED, "D11"),
        (Case("D0", ("D3", "D5"), (), {"NL": 50}), "0000", Status.UNGROUPABLE, ""),
        (Case("D1", ("D5",), (), {"NL": 50}), "G2", Status.GROUPED, "D5"),
        (Case("D1", (), ("P0",), {}), "0000", Status.UNGROUPABLE, ""),
        (Case("D7", (), ("P0",), {"NL": 70}), "G1", Status.GROUPED, ""),
        (Case("", ("D4",), ("P0",), {"NL": 70}), "0000", Status.NO_PRINCIPAL_DIAGNOSIS, ""),
        (Case("unknown", (), ("P0",), {"NL": 70}), "G1", Status.GROUPED, ""),
    ],
)
def test_a_case_has_its_group_its_status_and_what_decided(case: Case, group: str, status: Status, witness: str) -> None:
    found = group_drg(table_of([case]), ROWS, 1)
    assert (found.group_code_of(0), Status(found.status[0]), found.witness_of(0)) == (group, status, witness)


def test_every_fault_of_the_rules_is_named_with_its_row() -> None:
    broken = scheme_of(["ZYZD im DI_A", "ZYZD in DI_NONE"], ["NL>"], [""])
    with pytest.raises(PolicyError) as caught:
        compile_scheme(broken)
    places = [problem.where for problem in caught.value.problems]
    assert places == ["M 0: M0: line 1, column 6", "M 1: M1", "A 0: A0: line 1, column 4"]
