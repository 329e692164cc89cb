"""The published maps from clinical to insurance codes: how many codes mean one thing here and another there."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.code_map import MEANS_TWO, read_code_map, translated
from dipsim.cases.table import Coded
from tests.shared import shared_path

MAPS = {"icd10": (35_591, 4_388), "icd9cm3": (13_654, 560)}
"""Rows, and rows that change a code; one more changes nothing but the spelling."""
IN_BOTH = {"icd10": 245, "icd9cm3": 4}
"""Codes that the map changes and that are insurance codes: 249 together, as another implementation counts."""


def names(kind: str) -> list[str]:
    with shared_path(f"data/codes/{kind}_names.csv").open(encoding="utf-8", newline="") as text:
        return [row["code"] for row in csv.DictReader(text)]


def code_map_path(kind: str) -> Path:
    return shared_path(f"data/codes/{kind}_code_map.csv")


@pytest.mark.parametrize("kind", MAPS)
def test_every_code_of_the_map_is_translated_or_stays_and_is_counted(kind: str) -> None:
    code_map = read_code_map(code_map_path(kind), names(kind))
    rows, changed = MAPS[kind]
    assert len(code_map.target) == rows
    column = Coded(np.arange(rows, dtype=np.int32), tuple(sorted(code_map.target)))
    translation = translated("principal_diagnosis", column, code_map)
    assert translation.changes[0].cells == changed
    assert {warning.kind: warning.codes for warning in translation.warnings} == {MEANS_TWO: IN_BOTH[kind]}
