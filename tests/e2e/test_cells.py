"""`dipsim run --cells`: sums in place of cases, what is absent then, and what refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.commands import contents, dipsim

SCENARIO = "demo-city/aggregates"
HOSPITALS = "hospital_id,level\nA,tertiary\nB,primary\n"
CELLS = """hospital_id,insurance,group_code,cases,total_cost_yuan
A,employee,A09.9,40,80000.00
A,resident,B08.4,25,50000.00
B,resident,B08.4,60,70000.00
B,employee,NO-SUCH,3,9000.00
B,other,A09.9,2,5000.00
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cells")
    (folder / "cells.csv").write_text(CELLS, encoding="utf-8")
    (folder / "hospitals.csv").write_text(HOSPITALS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    words = ("--cells", folder / "cells.csv", "--hospitals", folder / "hospitals.csv")
    printed = dipsim("run", *words, "-s", SCENARIO, "-o", folder / "out", "--lang", "en")
    assert "130 rows in = 125 paid for + 3 rejected + 2 outside the pool" in printed
    return folder / "out"


def rows(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_cells_are_paid_by_points_times_cases(out: Path) -> None:
    points = {(row["hospital_id"], row["insurance"]): row["points"] for row in rows(out / "hospitals_by_insurance.csv")}
    assert points["A", "employee"] == "12665.832280"  # a grassroots group: 40 x 316.645807 x 1
    assert points["A", "resident"] == "8473.637100"  # 25 x 338.945484, which is 308.132258 x 1.1 rounded
    assert points["B", "resident"] == "17193.780000"  # 60 x 286.563, which is 308.132258 x 0.93 rounded


def test_what_needs_cases_is_absent_and_not_blank(out: Path) -> None:
    names = set(contents(out))
    assert {"hospitals.csv", "groups.csv", "ledger.csv", "cells.csv", "report.html", "report.xlsx"} <= names
    assert not {"cases.csv", "bands.csv", "bands.parquet"} & names
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "cases.csv, bands.csv, checks of cases, explanations" in page
    assert "Cost-deviation cases" not in page


def test_a_rejected_cell_stands_in_the_reject_file(out: Path) -> None:
    (row,) = rows(out / "rejected.csv")
    assert (row["line"], row["field"], row["value"], row["reason"]) == ("5", "group_code", "NO-SUCH", "unknown_group")
    counts = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]
    assert counts["rows_in"] == 130
    assert counts["rejected_reading"] == 3


def test_a_scenario_that_reads_cases_refuses_by_name_and_leaves_nothing(folder: Path) -> None:
    words = ("--cells", folder / "cells.csv", "-s", "demo-city/baseline-2025", "-o", folder / "none")
    printed = dipsim("run", *words, exit_code=2)
    for name in ("insured_region", "weighting.outlier.form", "year_basis"):
        assert name in printed
    assert not (folder / "none").exists()


def test_options_of_cases_are_refused_beside_cells(folder: Path) -> None:
    words = ("--cells", folder / "cells.csv", folder, "--cases", "--through", "2025-09", "-s", SCENARIO)
    printed = dipsim("run", *words, "-o", folder / "none", exit_code=2)
    for name in ("case files", "--cases", "--through"):
        assert f"{name}: not with --cells" in printed
