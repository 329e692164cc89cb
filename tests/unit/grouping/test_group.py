"""Grouping by a scheme of any kind says the same things of a case."""

from __future__ import annotations

import numpy as np

from dipsim.grouping.drg.group import group_drg
from dipsim.grouping.group import group_cases
from dipsim.grouping.result import Grouping, Status
from dipsim.paths import policy_roots
from dipsim.policy.any_scheme import AnyScheme, brought_scheme, group_names, read_any_scheme
from dipsim.policy.drg_scheme import DrgScheme
from tests.build import case_table

CASES = [
    {"principal_diagnosis": "J18.900", "other_diagnoses": "I50.000", "age_years": "60", "sex": "1"},
    {"principal_diagnosis": "", "other_diagnoses": "", "age_years": "60", "sex": "1"},
    {"principal_diagnosis": "Q99.999", "other_diagnoses": "", "age_years": "60", "sex": "1"},
    {"principal_diagnosis": "G00.000", "procedures": "81.5100", "age_years": "40", "sex": "1"},
]


def scheme() -> DrgScheme:
    read = shipped("drg-reference")
    assert isinstance(read, DrgScheme)
    return read


def shipped(name: str) -> AnyScheme:
    roots = policy_roots(None)
    return read_any_scheme(roots.scheme(name), roots)


def answers(grouping: Grouping) -> list[tuple[str, str]]:
    statuses = [Status(number).key for number in grouping.status.tolist()]
    return [(grouping.group_code_of(row), status) for row, status in enumerate(statuses)]


def test_a_drg_case_has_a_group_and_a_status() -> None:
    grouping = group_cases(case_table(CASES), scheme())
    assert answers(grouping)[0][0].startswith("E")
    assert [status for _, status in answers(grouping)] == [
        "grouped",
        "no_principal_diagnosis",
        "ungroupable",
        "surgery_unrelated",
    ]
    assert [code for code, _ in answers(grouping)[1:3]] == ["0000", "0000"]
    types = [part.dtype.name for part in (grouping.group, grouping.status, grouping.tied)]
    assert types == ["int32", "int8", "bool"]
    assert not grouping.tied.any()


def test_every_drg_knows_its_mdc() -> None:
    one = scheme()
    grouping = group_cases(case_table(CASES), one)
    parent = {row.code: row.parent for row in one.adrg}
    mdc_of = {row.code: parent[row.parent] for row in one.drg}
    assert grouping.group_codes == tuple(sorted({*mdc_of, "0000"}))
    assert dict(zip(grouping.group_codes, grouping.mdc_codes, strict=True)) == {"0000": "0000"} | mdc_of


def test_statuses_of_drg_are_those_of_its_grouper() -> None:
    table = case_table(CASES)
    found = group_drg(table, scheme(), 1)
    names = [Status(number).key for number in found.status.tolist()]
    assert [status for _, status in answers(group_cases(table, scheme()))] == names


def test_threads_and_order_change_no_group() -> None:
    table = case_table(CASES * 30)
    order = np.random.default_rng(1).permutation(len(table))
    one, two = group_cases(table, scheme()), group_cases(table.take(order), scheme(), threads=2)
    assert answers(one.take(order)) == answers(two)


def test_every_status_has_a_name_and_a_chinese_label() -> None:
    assert [status.key for status in Status] == [
        "core",
        "composite",
        "brought",
        "no_match",
        "no_procedure_class",
        "no_principal_diagnosis",
        "excluded_diagnosis",
        "grouped",
        "fallback",
        "surgery_unrelated",
        "ungroupable",
        "unknown_diagnosis",
    ]
    assert len({status.label_zh for status in Status}) == len(Status)


def test_cells_name_the_groups_of_a_drg_scheme_as_it_does() -> None:
    for name in ("drg-reference", "dip-demo"):
        assert group_names(brought_scheme(shipped(name))) == group_names(shipped(name))
