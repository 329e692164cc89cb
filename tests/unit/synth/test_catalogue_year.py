"""A year drawn from a catalogue: groups in proportion to their counts, and cases that no group takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dipsim.errors import PolicyError
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Status
from dipsim.policy.tables import write_table
from dipsim.synth.catalogue_year import draw_year
from tests.unit.grouping.builders import case_table, composite, core, scheme_of

SCHEME = scheme_of(
    core("A01.0", "A01.0"), core("B02.0:10.0001", "B02.0", "10.0001"), composite("C03:BSZL", "C03", "conservative")
)


def weights_folder(folder: Path, outside: dict[str, str] | None = None) -> Path:
    """group_points.csv of three groups, and what is counted outside the catalogue."""
    counts = {"A01.0": "60", "B02.0:10.0001": "30", "C03:BSZL": "10"}
    write_statistics(folder / "group_points.csv", counts)
    if outside is not None:
        write_statistics(folder / "outside_catalogue.csv", outside)
    return folder


def write_statistics(path: Path, counts: dict[str, str]) -> None:
    size = len(counts)
    columns = {"group_code": list(counts), "cases": list(counts.values())}
    write_table(path, {**columns, "mean_cost_yuan": ["1000"] * size, "cv": ["0.5"] * size})


def test_cases_outside_the_catalogue_are_drawn_and_no_group_takes_them(tmp_path: Path) -> None:
    folder = weights_folder(tmp_path, {"U07:SS": "60", "NONE": "40"})
    year = draw_year(SCHEME, folder, cases=20_000, hospitals=3, seed=1)
    shares = np.bincount(year.stratum) / 20_000
    assert [stratum.group_code for stratum in year.strata] == ["A01.0", "B02.0:10.0001", "C03:BSZL", "U07:SS", "NONE"]
    assert np.allclose(shares, [0.3, 0.15, 0.05, 0.3, 0.2], atol=0.015)
    cases = case_table([(stratum.diagnosis, stratum.procedures.split()) for stratum in year.strata])
    grouping = group_cases(cases, SCHEME)
    assert [grouping.group_code_of(i) for i in range(3)] == ["A01.0", "B02.0:10.0001", "C03:BSZL"]
    assert grouping.status[3:].tolist() == [Status.NO_MATCH, Status.NO_MATCH]


def test_without_such_a_table_every_case_has_a_group(tmp_path: Path) -> None:
    year = draw_year(SCHEME, weights_folder(tmp_path), cases=100, hospitals=3, seed=1)
    assert [stratum.group_code for stratum in year.strata] == ["A01.0", "B02.0:10.0001", "C03:BSZL"]


@pytest.mark.parametrize("code", ["A01.0:y", "C03:SS"])
def test_a_case_outside_that_a_group_could_take_is_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(PolicyError, match="its cases would not be outside"):
        draw_year(SCHEME, weights_folder(tmp_path, {code: "5"}), cases=10, hospitals=1, seed=1)
