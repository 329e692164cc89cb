"""Learning as a whole: equal to its slow twin on random histories, and the same bits in whatever order cases come."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.errors import CaseDataError, PolicyError
from dipsim.learn import Learned, LearningRules, learn, learn_weights, write_learned
from dipsim.policy.files import frozen, thawed
from dipsim.policy.fingerprint import PROVENANCE_FILE
from dipsim.policy.scheme import read_scheme
from dipsim.policy.weights import read_weights
from tests import build
from tests.naive.learn import Case, NaiveResult, naive_learn
from tests.shared import REPOSITORY, examples

BASE = REPOSITORY / "tests" / "golden" / "learn" / "base.toml"
CLASSES = {"10.0001": "surgery", "10.0002": "intervention", "10.0003": "therapeutic", "10.0004": "diagnostic"}
LEVEL_OF = {"H1": "primary", "H2": "tertiary", "H3": "tertiary", "H4": ""}
PROCEDURES = [*CLASSES, "99.9999"]

cases_of_a_year = st.builds(
    Case,
    year=st.sampled_from([2021, 2022, 2023, 2023, 2024, 2025, None]),
    diagnosis=st.sampled_from(["A01.000", "A01.001", "A01.100", "B02.x00", ""]),
    procedures=st.lists(st.sampled_from(PROCEDURES), max_size=3),
    cost=st.integers(0, 300) | st.integers(0, 10**9),
    hospital=st.sampled_from(sorted(LEVEL_OF)),
)
changes = st.fixed_dictionaries(
    {
        "catalogue": st.sampled_from(
            [
                {"core_threshold": 2},
                {"core_threshold": 1, "minimum_cases": 2},
                {"core_threshold": 3, "procedures": "main"},
                {"core_threshold": "none", "core_coverage": 0.5},
            ]
        ),
        "trimming": st.sampled_from(
            [{}, {"method": "percentile", "minimum_cases": 4, "lower_percent": 20, "upper_percent": 75}]
        ),
        "means": st.fixed_dictionaries(
            {
                "mean_reading": st.sampled_from(["weighted_mean_of_annual_means", "pooled"]),
                "overall_mean": st.sampled_from(["all_cases", "grouped_cases"]),
            }
        ),
        "scheme": st.fixed_dictionaries(
            {
                "main_procedure": st.sampled_from(["first", "any"]),
                "class_of": st.sampled_from(["main", "highest"]),
                "tie": st.sampled_from(["smallest_code", "no_match"]),
            }
        ),
    }
)


def rules_with(changed: Mapping[str, Any]) -> LearningRules:
    """The rules of the golden base with some values changed."""
    base = tomllib.loads(BASE.read_text(encoding="utf-8"))["rules"]
    return LearningRules.model_validate(thawed(frozen(build.changed(base, changed))))


def table_of(cases: Sequence[Case]) -> Any:
    """The same cases as a table."""
    return build.case_table(
        [
            {
                "discharged_on": "" if case.year is None else f"{case.year}-06-15",
                "principal_diagnosis": case.diagnosis,
                "procedures": "|".join(case.procedures),
                "total_cost_yuan": f"{case.cost // 100}.{case.cost % 100:02d}",
                "hospital_id": case.hospital,
            }
            for case in cases
        ]
    )


def answer(learned: Learned) -> NaiveResult:
    """What was learned, as the twin tells it."""
    points, factors = learned.weights[""].points, learned.weights[""].factors
    assert learned.catalogue is not None
    return NaiveResult(
        threshold=learned.catalogue.threshold,
        codes=sorted(row.group_code for row in learned.scheme.rows),
        groups={
            code: {
                "points": points.points_micro[i],
                "mean": points.mean_micro_yuan[i],
                "cv": points.cv_micro[i],
                "cases": points.cases[i],
                "level_means": tuple(points.level_means[level][i] for level in ("primary", "secondary", "tertiary")),
            }
            for i, code in enumerate(points.group_codes)
        },
        hospitals={
            factor.hospital_id: {
                "crude_by_level": factor.crude_by_level,
                "crude_by_hospital": factor.crude_by_hospital,
                "standardised_by_level": factor.standardised_by_level,
                "standardised_by_hospital": factor.standardised_by_hospital,
            }
            for factor in factors
        },
        trimmed=points.all_trimmed,
    )


@given(cases=st.lists(cases_of_a_year, min_size=1, max_size=60), changed=changes)
@examples(150)
def test_learning_equals_its_slow_twin(cases: list[Case], changed: Mapping[str, Any]) -> None:
    rules = rules_with(changed)
    try:
        learned = learn(table_of(cases), rules, "twin", CLASSES, build.hospitals(LEVEL_OF))
    except CaseDataError as error:
        told = str(error)
        assert any(reason in told for reason in ("no case to learn from", "cannot hold", "no mean cost above 0"))
        return
    assert answer(learned) == naive_learn(cases, rules, CLASSES, LEVEL_OF)


def history(count: int = 4000) -> list[Case]:
    """A history with every feature, from a seed."""
    random = np.random.default_rng(7)
    return [
        Case(
            year=int(random.choice([2022, 2023, 2024])),
            diagnosis=str(random.choice(["A01.000", "A01.100", "B02.000", "C03.900"])),
            procedures=[str(code) for code in random.choice(PROCEDURES, random.integers(0, 4), replace=False)],
            cost=int(random.lognormal(13, 1)),
            hospital=str(random.choice(sorted(LEVEL_OF))),
        )
        for _ in range(count)
    ]


FULL = {
    "catalogue": {"core_threshold": "none", "core_coverage": 0.85},
    "trimming": {"method": "percentile"},
    "hospital_factor": {"column": "standardised_by_hospital"},
}


def written(cases: Sequence[Case], folder: Path, threads: int = 1) -> Mapping[str, bytes]:
    """Every file that learning writes, save the one that tells what it was made from."""
    learned = learn(table_of(cases), rules_with(FULL), "local", CLASSES, build.hospitals(LEVEL_OF), threads)
    write_learned(learned, "local", folder, [BASE])
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != PROVENANCE_FILE)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_order_threads_and_other_years_do_not_change_a_byte(tmp_path: Path) -> None:
    cases = history()
    once = written(cases, tmp_path / "once")
    assert {
        "groupers/local/groups.csv",
        "groupers/local/procedure_classes.csv",
        "groupers/local/scheme.toml",
        "weights/local/group_points.csv",
        "weights/local/hospital_factors.csv",
        "weights/local/level_means.csv",
        "weights/local/stability.csv",
        "weights/local/weights.toml",
    } == once.keys()
    shuffled = [cases[i] for i in np.random.default_rng(1).permutation(len(cases))]
    assert written(shuffled, tmp_path / "shuffled") == once
    assert written(cases, tmp_path / "threads", threads=2) == once
    settlement = [Case(2025, "A00.000", ["00.0000"], 10**10, "H0") for _ in range(500)]
    assert written([*settlement, *cases], tmp_path / "settlement") == once
    assert written(cases[1:], tmp_path / "fewer") != once


def test_what_is_written_reads_back_and_groups_its_history_alike(tmp_path: Path) -> None:
    cases = history()
    table, rules = table_of(cases), rules_with(FULL)
    learned = learn(table, rules, "local", CLASSES, build.hospitals(LEVEL_OF))
    folders = write_learned(learned, "local", tmp_path, [BASE])
    assert folders == (tmp_path / "groupers/local", tmp_path / "weights/local")
    scheme, weights = read_scheme(folders[0]), read_weights(folders[1])
    assert weights.scheme == scheme.name == "local"
    points = learned.weights[""].points
    assert weights.group_codes == points.group_codes
    assert weights.points_micro.tolist() == list(points.points_micro)
    assert weights.hospital_factors.keys() == set(LEVEL_OF)
    again = learn_weights(table, rules, scheme, build.hospitals(LEVEL_OF))
    assert np.array_equal(again.grouping.group, learned.grouping.group)
    assert again.weights == learned.weights
    with pytest.raises(PolicyError, match="exists already"):
        write_learned(learned, "local", tmp_path, [BASE])
    write_learned(learned, "local", tmp_path, [BASE], replace=True)


def test_points_weighted_by_cases_have_the_mean_of_the_scale(tmp_path: Path) -> None:
    rules = rules_with(
        {"means": {"overall_mean": "grouped_cases", "mean_reading": "pooled"}, "history": {"year_weights": (1, 1, 1)}}
    )
    points = learn(table_of(history()), rules, "local", CLASSES).weights[""].points
    total = sum(count * value for count, value in zip(points.cases, points.points_micro, strict=True))
    assert abs(total / sum(points.cases) / 1e9 - 1) < 1e-9


def test_a_catalogue_that_is_kept_is_not_written_again(tmp_path: Path) -> None:
    table, rules = table_of(history()), rules_with({})
    scheme = learn(table, rules, "first", CLASSES).scheme
    folders = write_learned(learn_weights(table, rules, scheme), "second", tmp_path, [BASE])
    assert folders == (tmp_path / "weights/second",)
    assert read_weights(folders[0]).scheme == "first"


def test_the_year_is_left_out_of_a_history_without_years(tmp_path: Path) -> None:
    rules = rules_with({"history": {"year_basis": "none", "years": (), "year_weights": ()}})
    learned = learn(table_of(history()), rules, "local", CLASSES)
    folders = write_learned(learned, "local", tmp_path, [BASE])
    assert learned.cases == 4000
    assert not (folders[1] / "stability.csv").exists()
