"""A year of a million cases drawn from a published catalogue, paid to 20 hospitals from two funds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.commands import dipsim
from tests.shared import shared_path

CASES = 1_000_000
HOSPITALS = 20
CLASSES = "code,class\n01.0100,surgery\n87.0300,diagnostic\n93.9000,therapeutic\n"
"""A class table of the test's own: three procedures that no row of the catalogue names."""
SCENARIO = """
extends = "demo-city/baseline-2025"
title = "A year of a published catalogue"
title_zh = "已公布目录库的一年"
[override]
grouper = "pingdingshan"
weights = "pingdingshan"
year_basis = "none"
route = [{ pay = "dip" }]
weighting.outlier.classify_by = "city_mean"
weighting.outlier.compute_by = "city_mean"
weighting.hospital_factor.grassroots_factor = "none"
settlement.point_value.budget_yuan = { employee = 1_200_000_000, resident = 2_000_000_000 }
"""


@pytest.mark.large
def test_a_million_cases_are_drawn_and_paid_to_the_fen(tmp_path: Path) -> None:
    workbook = shared_path("data/dip-pingdingshan/catalogue_2025.xlsx")
    city = tmp_path / "city"
    dipsim("scheme", "import", workbook, "--mapping", "pingdingshan", "--name", "pingdingshan", "--into", city)
    scenario = city / "scenarios" / "year.toml"
    scenario.parent.mkdir()
    scenario.write_text(SCENARIO, encoding="utf-8")
    classes = tmp_path / "classes.csv"
    classes.write_text(CLASSES, encoding="utf-8")
    year = tmp_path / "year"
    drawn = ("--cases", str(CASES), "--hospitals", str(HOSPITALS), "--procedure-classes", classes)
    dipsim("synth", "--weights", "pingdingshan", "--policy", city, *drawn, "-o", year)
    words = ("-s", "year", "--policy", city, "--procedure-classes", classes, "--threads", "2")
    dipsim("run", year, *words, "-o", tmp_path / "out")

    with (tmp_path / "out" / "hospitals_by_insurance.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["hospital_id"] for row in rows}) == HOSPITALS
    assert {row["insurance"] for row in rows} == {"employee", "resident"}
    assert sum(int(row["cases"]) for row in rows) == CASES
    paid = {name: sum(_fen(row["fund_pay_yuan"]) for row in rows if row["insurance"] == name) for name in BUDGET_FEN}
    assert paid == BUDGET_FEN


BUDGET_FEN = {"employee": 120_000_000_000, "resident": 200_000_000_000}


def _fen(yuan: str) -> int:
    return int(yuan.replace(".", ""))
