from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.errors import CaseDataError, PolicyError
from dipsim.grouping.dip import compile_scheme, group_cases
from dipsim.grouping.result import Grouping, Status
from dipsim.grouping.trace import trace_case
from dipsim.policy.scheme import GroupRow, Scheme, Semantics
from tests.naive.dip_grouping import naive_group
from tests.shared import examples
from tests.unit.grouping.builders import SEMANTICS, case_table, composite, core, scheme_of

DIAGNOSES = ("", "K35.900x001", "K35.900", "K35.800", "I64.x00+G99.2*")
PROCEDURES = ("11.1100", "22.2200", "33.3300x001", "44.4400")
CLASSES = ("conservative", "diagnostic", "therapeutic", "surgery")

Case = tuple[str, list[str]]


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Small schemes in which rows overlap, tie and compete with composites under every setting."""
    keys = st.sampled_from(("K35.9", "I64.x"))
    needs = st.lists(st.sampled_from(PROCEDURES), max_size=3, unique=True)
    wanted = {
        (key, *ops[:1], *sorted(ops[1:]))
        for key, ops in draw(st.lists(st.tuples(keys, needs), min_size=4, max_size=16))
    }
    cores = [core(f"C{number}", *parts) for number, parts in enumerate(draw(st.permutations(sorted(wanted))))]
    pairs = draw(st.sets(st.tuples(st.sampled_from(("K35", "I64")), st.sampled_from(CLASSES)), max_size=8))
    composites = [composite(f"Z{category}:{name}", category, name) for category, name in sorted(pairs)]
    semantics = Semantics(
        main_procedure=draw(st.sampled_from(("first", "any"))),
        empty_procedure=draw(st.sampled_from(("conservative_only", "any"))),
        class_of=draw(st.sampled_from(("main", "highest"))),
        tie=draw(st.sampled_from(("smallest_code", "no_match"))),
    )
    procedures = st.sampled_from(PROCEDURES)
    classes = st.sampled_from(("surgery", "intervention", "therapeutic", "diagnostic"))
    return scheme_of(
        *cores,
        *composites,
        semantics=semantics,
        excluded_diagnoses=draw(st.lists(st.sampled_from(DIAGNOSES[1:]), max_size=1)),
        procedure_treatments=draw(
            st.dictionaries(procedures, st.sampled_from(("conservative", "not_main")), max_size=2)
        ),
        procedure_classes=draw(st.dictionaries(procedures, classes, max_size=4)),
    )


LISTS = [list(order) for length in range(4) for order in itertools.permutations(PROCEDURES, length)]
EVERY_CASE: list[Case] = [
    (diagnosis, procedures)
    for diagnosis in DIAGNOSES
    for procedures in [*LISTS, ["11.1100", "11.1100", "22.2200"], ["99.9999", "11.1100"]]
]
"""Every diagnosis with every order of up to three procedures, one given twice and one that no row names."""


@examples(150)
@given(schemes())
def test_the_kernel_agrees_with_its_naive_twin(scheme: Scheme) -> None:
    grouping = group_cases(case_table(EVERY_CASE), scheme)
    for row, (diagnosis, procedures) in enumerate(EVERY_CASE):
        assert answer(grouping, row) == naive_group(diagnosis, procedures, scheme)


@examples(30)
@given(schemes())
def test_the_trace_agrees_with_the_naive_twin(scheme: Scheme) -> None:
    table = case_table(EVERY_CASE)
    for row, (diagnosis, procedures) in enumerate(EVERY_CASE):
        trace = trace_case(table, row, scheme)
        expected = naive_group(diagnosis, procedures, scheme)
        assert (trace.group_code, trace.status.key, trace.is_tied) == expected


@examples(20)
@given(schemes(), st.integers(2, 5))
def test_threads_do_not_change_the_grouping(scheme: Scheme, threads: int) -> None:
    table = case_table(EVERY_CASE)
    one, many = group_cases(table, scheme), group_cases(table, scheme, threads=threads)
    for part in ("group", "status", "tied"):
        np.testing.assert_array_equal(getattr(one, part), getattr(many, part))


@examples(20)
@given(schemes())
def test_the_order_of_the_rows_of_a_scheme_is_irrelevant(scheme: Scheme) -> None:
    turned = scheme_like(scheme, scheme.rows[::-1])
    table = case_table(EVERY_CASE)
    one, other = group_cases(table, scheme), group_cases(table, turned)
    assert [answer(one, row) for row in range(len(table))] == [answer(other, row) for row in range(len(table))]


def test_group_codes_are_sorted_and_typed() -> None:
    grouping = group_cases(case_table([("K35.900", []), ("", [])]), scheme_of(core("B", "K35.8"), core("A", "K35.9")))
    assert grouping.group_codes == ("A", "B")
    assert grouping.group.tolist() == [0, -1]
    types = [part.dtype.name for part in (grouping.group, grouping.status, grouping.tied)]
    assert types == ["int32", "int8", "bool"]


def test_cases_that_bring_their_group_keep_it() -> None:
    table = case_table([("", [])] * 4, group_codes=["391", "", "12", "391"])
    grouping = group_cases(table, scheme_of(semantics=None))
    assert grouping.group_codes == ("12", "391")
    assert [answer(grouping, row) for row in range(4)] == [
        ("391", "brought", False),
        ("", "no_match", False),
        ("12", "brought", False),
        ("391", "brought", False),
    ]
    assert trace_case(table, 0, scheme_of(semantics=None)).group_code == "391"


def test_only_brought_groups_that_occur_are_groups() -> None:
    table = case_table([("", [])] * 3, group_codes=["A", "B", "C"]).take(np.array([2, 0]))
    grouping = group_cases(table, scheme_of(semantics=None))
    assert grouping.group_codes == ("A", "C")
    assert grouping.group.tolist() == [1, 0]


def test_a_missing_column_is_named_with_the_grouper_that_reads_it() -> None:
    with pytest.raises(CaseDataError, match="no column 'group_code'; read by grouper "):
        group_cases(case_table([("K35.900", [])]), scheme_of(semantics=None))


def test_a_scheme_code_that_no_case_can_carry_is_refused() -> None:
    scheme = scheme_of(core("A", "K35.9", "44.1300X001"), procedure_classes={"45.2302X": "surgery"})
    with pytest.raises(PolicyError) as refused:
        group_cases(case_table([("K35.900", [])]), scheme)
    text = str(refused.value)
    assert "groups.csv" in text
    assert "44.1300x001" in text
    assert "procedure classes" in text


def test_a_scheme_without_rows_has_nothing_to_compile() -> None:
    with pytest.raises(ValueError, match="brought"):
        compile_scheme(scheme_of(semantics=None), (), ())


def test_no_cases_are_grouped_into_nothing() -> None:
    grouping = group_cases(case_table([]), scheme_of(core("A", "K35.9"), semantics=SEMANTICS), threads=3)
    assert grouping.group.size == 0


def answer(grouping: Grouping, row: int) -> tuple[str, str, bool]:
    return grouping.group_code_of(row), Status(grouping.status[row]).key, bool(grouping.tied[row])


def scheme_like(scheme: Scheme, rows: tuple[GroupRow, ...]) -> Scheme:
    return scheme_of(
        *rows,
        semantics=scheme.semantics,
        excluded_diagnoses=tuple(scheme.excluded_diagnoses),
        procedure_treatments=scheme.procedure_treatments,
        procedure_classes=scheme.procedure_classes,
    )
