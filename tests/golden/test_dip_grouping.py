"""Grouping cases worked by hand: one file a point of the rule."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dipsim.cases.normalise import normalise_code
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Status
from dipsim.grouping.trace import trace_case
from dipsim.policy.scheme import Scheme, Semantics, check_scheme
from tests.unit.grouping.builders import case_table, composite, core, scheme_of

FILES = sorted((Path(__file__).parent / "dip_grouping").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_cases_are_grouped_as_worked_by_hand(path: Path) -> None:
    golden = tomllib.loads(path.read_text(encoding="utf-8"))
    scheme = scheme_from(golden)
    assert check_scheme(scheme) == ()
    cases = case_table(
        [
            (normalise_code(case["principal_diagnosis"]), [normalise_code(code) for code in case["procedures"]])
            for case in golden["case"]
        ]
    )
    grouping = group_cases(cases, scheme)
    for row, case in enumerate(golden["case"]):
        expected = (case["expect_group"], case["expect_status"], case.get("expect_tied", False))
        status = Status(grouping.status[row]).key
        assert (grouping.group_code_of(row), status, bool(grouping.tied[row])) == expected, case
        trace = trace_case(cases, row, scheme)
        assert (trace.group_code, trace.status.key, trace.is_tied) == expected, case


def test_the_golden_files_are_found() -> None:
    assert len(FILES) >= 10


def scheme_from(golden: dict[str, Any]) -> Scheme:
    """The scheme that a golden file states."""
    cores = [core(row["group_code"], row["diagnosis"], *row["procedures"]) for row in golden.get("core", [])]
    composites = [
        composite(row["group_code"], row["category"], row["procedure_class"]) for row in golden.get("composite", [])
    ]
    return scheme_of(
        *cores,
        *composites,
        semantics=Semantics.model_validate(golden["semantics"]),
        excluded_diagnoses=golden.get("excluded_diagnoses", []),
        procedure_treatments=golden.get("procedure_treatments", {}),
        procedure_classes=golden.get("procedure_classes", {}),
    )
