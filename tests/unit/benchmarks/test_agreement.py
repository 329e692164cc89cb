from __future__ import annotations

import pytest

from benchmarks.agreement import disagreements
from benchmarks.registry import Figure, Target, Tolerance, subjects
from benchmarks.tables import targets_table

TOLERANCES = {"points": Tolerance(1e-9)}


def test_answers_within_the_tolerance_agree() -> None:
    answers = {"a": {"points": {"H1": 1e9, "H2": 0.0}}, "b": {"points": {"H1": 1e9 + 1, "H2": 0.0}}}
    assert disagreements(answers, TOLERANCES) == []


@pytest.mark.parametrize(
    "other",
    [
        {"points": {"H1": 1e9 + 1.1}},
        {"points": {"H1": float("nan")}},
        {"points": {"H2": 1e9}},
        {"points": {"H1": 1e9, "H2": 1.0}},
        {"points": {}},
        {},
    ],
    ids=str,
)
def test_answers_beyond_the_tolerance_are_told(other: dict[str, dict[str, float]]) -> None:
    (line,) = disagreements({"a": {"points": {"H1": 1e9}}, "b": other}, TOLERANCES)
    assert line.startswith("points: b differs from a")


def test_a_target_that_is_missed_or_not_measured_is_not_met() -> None:
    figures = {("dipsim", 1, "job"): Figure(1.0, 1.0, 0.0, 1e9, 1.0)}
    fast = Target("fast", lambda f: f["dipsim", 1, "job"].cpu, 2.0, is_at_least=False)
    faster = Target("faster", lambda f: f["dipsim", 1, "job"].cpu, 2.0, is_at_least=True)
    absent = Target("absent", lambda f: f["peer", 1, "job"].cpu, 2.0, is_at_least=False)
    assert targets_table([fast], figures)[1]
    assert not targets_table([fast, faster], figures)[1]
    assert not targets_table([fast, absent], figures)[1]


def test_every_subject_has_a_key_of_its_own() -> None:
    keys = [subject.key for subject in subjects()]
    assert len(keys) == len(set(keys))
