"""CHS-DRG 1.1 in the rule language gives the DRG of every published case, however it is evaluated."""

from __future__ import annotations

import numpy as np
import pytest

from dipsim.grouping.drg.bind import bind
from dipsim.grouping.drg.group import compiled, group_drg, grouped
from dipsim.grouping.drg.rows import rule_tree
from dipsim.grouping.drg.trace import case_of as traced_case
from dipsim.grouping.drg.trace import columns_read, trace
from dipsim.grouping.result import Status
from tests.chs_drg import chs_drg, oracle, table_of
from tests.made_drg_cases import made_cases
from tests.naive import drg as naive


def case_of(row: dict[str, str]) -> naive.Case:
    numbers = {"NL": row["age"], "XB": row["sex"], "XSRTL": row["age_days"], "XSRTZ": row["weight"]}
    return naive.Case(
        principal=row["principal_dx"],
        others=tuple(filter(None, row["secondary_dx"].split("|"))),
        procedures=tuple(filter(None, row["procedures"].split("|"))),
        numbers={name: float(number) for name, number in numbers.items() if number},
    )


def test_every_case_has_its_group() -> None:
    rows, scheme = oracle(), chs_drg()
    found = group_drg(table_of(rows), scheme, 2)
    wrong = [
        (row["id"], row["expected_drg"], found.group_code_of(case))
        for case, row in enumerate(rows)
        if found.group_code_of(case) != row["expected_drg"]
    ]
    assert len(rows) == 10_000
    assert wrong == []
    assert int((found.status == Status.UNGROUPABLE).sum()) == sum(row["expected_drg"] == "0000" for row in rows)


def test_the_machine_and_the_naive_interpreter_find_the_same_rows_and_witnesses() -> None:
    rows, scheme = oracle()[::20], chs_drg()
    table = table_of(rows)
    found = group_drg(table, scheme, 1)
    by_machine = grouped(bind(compiled(scheme), table).group_by_machine, len(table), 1)
    assert (found.row == by_machine.row).all()
    assert (found.status == by_machine.status).all()
    assert (found.witness == by_machine.witness).all()
    naively = [naive.group(case_of(row), scheme) for row in rows]
    assert [(each.row, each.witness) for each in naively] == [
        (int(row), found.witness_of(case)) for case, row in enumerate(found.row)
    ]


def test_the_trace_finds_the_published_groups_and_what_decided() -> None:
    rows, scheme = oracle()[::10], chs_drg()
    for table, expected in (
        (table_of(rows), [row["expected_drg"] for row in rows]),
        (made_cases(scheme, 500, seed=3), None),
    ):
        found = group_drg(table, scheme, 1)
        tree = rule_tree(scheme)
        columns = columns_read(scheme, tree)
        traces = [trace(traced_case(table, case, columns), scheme, tree) for case in range(len(table))]
        groups = [found.group_code_of(case) for case in range(len(table))]
        assert [each.group_code for each in traces] == (groups if expected is None else expected)
        assert [each.status for each in traces] == found.status.tolist()
        assert [each.witness for each in traces] == [found.witness_of(case) for case in range(len(table))]


@pytest.mark.large
def test_tables_and_machine_agree_on_two_million_random_cases() -> None:
    scheme = chs_drg()
    table = made_cases(scheme, 2_000_000, seed=11)
    bound = bind(compiled(scheme), table)
    by_tables, by_machine = (grouped(way, len(table), 2) for way in (bound.group, bound.group_by_machine))
    assert np.array_equal(by_tables.row, by_machine.row)
    assert np.array_equal(by_tables.status, by_machine.status)
    assert np.array_equal(by_tables.witness, by_machine.witness)
    assert np.unique(by_tables.row).size > 500
