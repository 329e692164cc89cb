"""Every published sample rule: read, printed back, and true of the same cases however it is evaluated."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dipsim.cases.table import CaseTable
from dipsim.grouping.drg.bind import bind
from dipsim.grouping.drg.compile import compile_scheme
from dipsim.grouping.drg.expression import sets_of
from dipsim.grouping.drg.group import grouped
from dipsim.grouping.drg.language import parse, to_text
from dipsim.policy.drg_scheme import DrgScheme
from tests.naive import drg as naive
from tests.naive.drg import Case
from tests.shared import shared_path
from tests.unit.grouping.drg.random_rules import DIAGNOSES, PROCEDURES, random_cases, scheme_of, table_of

CASES = 10_000
"""100,000 were run once: they take minutes in the naive interpreter."""


def sample_rules() -> list[str]:
    """The distinct texts of the samples."""
    text = shared_path("methods/drg3_rule_samples.csv").read_text(encoding="utf-8")
    return sorted({row["rule"] for row in csv.DictReader(text.splitlines(keepends=True))})


def scheme_of_rule(rule: str) -> DrgScheme:
    """A scheme with the rule as its only gate; its sets get members by the kind and the length of their names."""
    names = sorted(sets_of(parse(rule)) - {"MCC", "CC"})
    draw = random.Random(rule)
    sets = {name: frozenset(draw.sample(DIAGNOSES if name.startswith("DI") else PROCEDURES, 3)) for name in names}
    return replace(scheme_of([rule], [""], [""], rule), sets=sets)


def disagreements(rule: str, cases: Sequence[Case], table: CaseTable) -> int:
    """On how many cases tables, machine and naive interpreter do not agree about a rule."""
    scheme = scheme_of_rule(rule)
    bound = bind(compile_scheme(scheme), table)
    assert bound.compiled.tables is not None
    by_tables, by_machine = (grouped(way, len(cases), 1).row for way in (bound.group, bound.group_by_machine))
    expression = parse(rule)
    truths = [naive.truth(expression, case, scheme) != naive.FALSE if case.principal else None for case in cases]
    expected = np.array([-2 if holds is None else holds - 1 for holds in truths])
    return int(((by_tables != expected) | (by_machine != expected)).sum())


def test_every_sample_prints_back_to_the_same_rule() -> None:
    rules = sample_rules()
    assert len(rules) > 100
    assert [rule for rule in rules if parse(to_text(parse(rule))) != parse(rule)] == []


@pytest.mark.large
def test_every_sample_is_true_of_the_same_cases() -> None:
    cases = random_cases(CASES, seed=3)
    table = table_of(cases)
    assert {rule: wrong for rule in sample_rules() if (wrong := disagreements(rule, cases, table))} == {}
