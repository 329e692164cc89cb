"""The reference scheme on the published cases of one city and on the made-up ones: most find a group."""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files

import numpy as np
import pytest

from dipsim.cases.normalise import letter_case
from dipsim.grouping.drg.group import DrgGrouping, group_drg
from dipsim.grouping.drg_check import check_drg, read_sound_scheme
from dipsim.grouping.result import Status
from dipsim.paths import policy_roots
from dipsim.policy.drg_folder import read_drg_folder
from dipsim.policy.drg_scheme import DrgScheme
from tests.build import case_table
from tests.shared import shared_path

NAME = "drg-reference"
COMPOSITES = {"SS", "ZLXCZ", "ZDXCZ", "BSZL"}
"""What stands in place of a procedure in a composite row."""
SEXES = ("1", "2")


@pytest.fixture(scope="module")
def scheme() -> DrgScheme:
    roots = policy_roots(None)
    found = read_sound_scheme(roots.scheme(NAME), roots)
    assert isinstance(found, DrgScheme)
    return found


def test_every_mdc_is_there_and_every_row_can_be_reached(scheme: DrgScheme) -> None:
    order = ["MDCA", "MDCP", "MDCZ", *(f"MDC{letter}" for letter in "BCDEFGHIJKLMNOQRSTUVWXY"), "0000"]
    assert [row.code for row in scheme.mdc] == order
    roots = policy_roots(None)
    checked = check_drg(read_drg_folder(roots.scheme(NAME), roots))
    assert (checked.problems, checked.anomalies) == ((), ())


def grouped(cases: Sequence[Mapping[str, object]], scheme: DrgScheme) -> list[DrgGrouping]:
    """The cases as men and as women."""
    return [group_drg(case_table([{**case, "sex": sex} for case in cases]), scheme, 1) for sex in SEXES]


def core_cases() -> tuple[list[dict[str, object]], list[int]]:
    """A case of each core row of the catalogue, `diagnosis:main_other+other`, and how many it stands for."""
    codes = sorted(row["code"] for row in rows_of("data/codes/icd10_names.csv"))
    cases: list[dict[str, object]] = []
    counts = []
    for row in rows_of("data/dip-pingdingshan/scores_2024.csv"):
        key, _, treatment = row["DIP_CODE"].partition(":")
        if "." not in key or treatment in COMPOSITES:
            continue
        start = letter_case(key)
        diagnosis = codes[bisect_left(codes, start)]
        assert diagnosis.startswith(start), row["DIP_CODE"]
        procedures = letter_case(treatment).replace("_", "|").replace("+", "|")
        cases.append(
            {"principal_diagnosis": diagnosis, "other_diagnoses": "", "procedures": procedures, "age_years": 50}
        )
        counts.append(int(Decimal(row["BILL_COUNT"])))
    return cases, counts


def rows_of(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(shared_path(path).read_text(encoding="utf-8").splitlines()))


def test_most_cases_of_a_city_find_a_group_of_their_own(scheme: DrgScheme) -> None:
    cases, counts = core_cases()
    weight = np.array(counts)
    is_grouped = np.any([found.status == Status.GROUPED for found in grouped(cases, scheme)], axis=0)
    share = weight[is_grouped].sum() / weight.sum()
    assert (len(cases), weight.sum()) == (3_877, 1_740_378)
    assert share >= 0.6


def demo_cases() -> list[dict[str, object]]:
    """A case of each diagnosis of each condition of the demo, of its mean age; newborns are five days old."""
    text = files("dipsim.synth").joinpath("demo_conditions.csv").read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(text.splitlines()):
        age = round(float(row["mean_age_years"]))
        case = {
            "other_diagnoses": "",
            "procedures": row["procedures"],
            "age_years": age,
            "age_days": None if age else 5,
            "admission_weight_g": float(row["birth_weight_g"] or "nan"),
        }
        found += [case | {"principal_diagnosis": code} for code in row["diagnoses"].split("|")]
    return found


def test_every_condition_of_the_demo_finds_its_mdc(scheme: DrgScheme) -> None:
    cases = demo_cases()
    is_lost = np.all([found.status == Status.UNGROUPABLE for found in grouped(cases, scheme)], axis=0)
    assert [case["principal_diagnosis"] for case, lost in zip(cases, is_lost, strict=True) if lost] == []
    assert len(cases) > 60
