"""A year from the command line: month by month and at once, from sums, and under ceilings by county."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.commands import contents, dipsim

YEAR = "demo-city/year-2025"
CELLS = """hospital_id,insurance,group_code,cases,total_cost_yuan,out_of_pocket_yuan,fund_paid_yuan
A,employee,A09.9,40,80000.00,20000.00,60000.00
B,resident,B08.4,60,70000.00,20000.00,50000.00
"""
FROM_SUMS = """extends = "demo-city/year-2025"
title = "The year from sums"
title_zh = "年度清算，按汇总数据"

[override]
year_basis = "none"
route = [{ when = { insurance = "other" }, pay = "outside_pool" }, { pay = "dip" }]
weighting.outlier.form = "none"
settlement.prepayment.base = "actual"
"""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    dipsim("synth", "--cases", "1500", "--seed", "5", "-o", folder)
    return folder


@pytest.fixture(scope="module")
def whole(region: Path) -> Path:
    dipsim("run", region, "-s", YEAR, "-o", region / "whole")
    return region / "whole"


def rows(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def through(region: Path) -> Iterator[tuple[int, Path]]:
    for month in range(1, 13):
        out = region / f"through-{month}"
        dipsim("run", region, "-s", YEAR, "--through", f"2025-{month:02d}", "-o", out)
        yield month, out


def test_twelve_monthly_runs_and_the_clearing_are_the_yearly_run(region: Path, whole: Path) -> None:
    yearly, values = rows(whole / "months.csv"), rows(whole / "month_values.csv")
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for month, out in through(region):
        assert [row for row in rows(out / "months.csv") if row["month"] == str(month)] == [
            row for row in yearly if row["month"] == str(month)
        ]
        assert rows(out / "month_values.csv") == [row for row in values if int(row["month"]) <= month]
        assert "clearing.csv" not in contents(out)
        for row in rows(out / "months.csv"):
            if row["month"] == str(month):
                paid[row["hospital_id"], row["insurance"]] += Decimal(row["prepaid_yuan"]) - Decimal(
                    row["deposit_yuan"]
                )
    assert len({row["month"] for row in yearly}) == 12
    for row in rows(whole / "clearing.csv"):
        steps = ("priced", "shared", "assessed", "deducted", "carried_in", "carried_out")
        earned = sum(Decimal(row[f"{step}_yuan"]) for step in steps)
        assert paid[row["hospital_id"], row["insurance"]] + Decimal(row["due_yuan"]) == earned


def test_the_months_hold_claims_that_are_taken_back(region: Path) -> None:
    cases = rows(region / "cases.csv")
    dated = [row for row in cases if row["claim_status"] == "reversed" and row["replaces_case_id"]]
    assert dated
    settled = {row["case_id"]: row["settled_on"] for row in cases}
    assert all(settled[row["replaces_case_id"]] <= row["settled_on"] for row in dated)


def test_sums_are_cleared_with_actual_prepayments(region: Path, tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text(CELLS, encoding="utf-8")
    (tmp_path / "hospitals.csv").write_text("hospital_id,level\nA,tertiary\nB,primary\n", encoding="utf-8")
    (tmp_path / "year.toml").write_text(FROM_SUMS, encoding="utf-8")
    (tmp_path / "deductions.csv").write_text("year,insurance,hospital_id,amount_yuan,reason\n", encoding="utf-8")
    prepaid = "year,month,insurance,hospital_id,prepaid_yuan,deposit_yuan\n2025,3,employee,A,1000.00,50.00\n"
    (tmp_path / "prepaid.csv").write_text(prepaid, encoding="utf-8")
    (tmp_path / "assessment.csv").write_text("year,hospital_id,score\n2025,A,85\n2025,B,60\n", encoding="utf-8")
    words = ("--cells", tmp_path / "cells.csv", "--hospitals", tmp_path / "hospitals.csv")
    dipsim("run", *words, "-s", tmp_path / "year.toml", "-o", tmp_path / "out")
    first, _ = rows(tmp_path / "out" / "clearing.csv")
    assert (first["hospital_id"], first["paid_yuan"], first["assessed_yuan"]) == ("A", "1000.00", "-5.00")


def test_a_hospital_alone_is_paid_at_the_value_of_its_county(region: Path, tmp_path: Path) -> None:
    scenario = "demo-city/county-ceilings"
    dipsim("run", region, "-s", scenario, "-o", tmp_path / "whole")
    areas = rows(tmp_path / "whole" / "point_values.csv")
    assert {row["area"] for row in areas} == {row["county"] for row in rows(region / "hospitals.csv")}
    (tmp_path / "alone.toml").write_text(
        f'extends = "{scenario}"\ntitle = "Alone"\ntitle_zh = "单院"\n'
        '[override.settlement.point_value]\nmode = "given"\n'
        'budget_yuan = { employee = "none", resident = "none" }\n',
        encoding="utf-8",
    )
    own = [row for row in rows(region / "cases.csv") if row["hospital_id"] == "H05"]
    with (tmp_path / "cases.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(own[0]))
        writer.writeheader()
        writer.writerows(own)
    tables = ("--hospitals", region / "hospitals.csv", "--point-values", tmp_path / "whole" / "point_values.csv")
    dipsim("run", tmp_path / "cases.csv", *tables, "-s", tmp_path / "alone.toml", "-o", tmp_path / "alone")
    in_region = [row for row in rows(tmp_path / "whole" / "hospitals_by_insurance.csv") if row["hospital_id"] == "H05"]
    alone = rows(tmp_path / "alone" / "hospitals_by_insurance.csv")
    assert {row["insurance"]: row["pay_yuan"] for row in alone} == {
        row["insurance"]: row["pay_yuan"] for row in in_region
    }
