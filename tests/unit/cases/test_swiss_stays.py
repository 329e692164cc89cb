"""Real patients through a mapping file: the Swiss stays of 2000, which have neither keys nor hospitals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dipsim.cases.mapping import mapping_of
from dipsim.cases.read import CaseReading, RowCounts, read_cases
from tests.shared import shared_path

MAPPING = {
    "case_id": "row_number",
    "columns": {"length_of_stay_days": "LOS", "total_cost_yuan": "Cost", "group_code": "APDRG"},
    "constants": {"hospital_id": "ALL", "insurance": "employee"},
    "format": {"strip_trailing_zero": ["group_code"]},
}


@pytest.fixture(scope="module")
def stays() -> CaseReading:
    return read_cases([shared_path("data/swiss-apdrg/drg2000.csv")], mapping_of(MAPPING, "swiss.toml"))


def test_every_stay_is_accepted(stays: CaseReading) -> None:
    assert stays.counts == RowCounts(70_323, 70_323, 0)
    assert stays.cases.case_ids[70_322].as_py() == "70323"
    assert [column.column for column in stays.ignored_columns] == ["MDC"]


def test_groups_and_days_are_whole(stays: CaseReading) -> None:
    assert len(stays.cases.code("group_code").values) == 626
    assert stays.cases.code("group_code").text(0) == "217"
    assert int(stays.cases.integer("length_of_stay_days")[0]) == 129


def test_the_costs_add_up_to_the_file_to_the_fen(stays: CaseReading) -> None:
    text = shared_path("data/swiss-apdrg/drg2000.csv").read_text(encoding="utf-8")
    costs = [Decimal(line.split(",")[1]) for line in text.splitlines()[1:]]
    rounded = sum(int((cost * 100).to_integral_value()) for cost in costs)
    assert int(stays.cases.fen("total_cost_yuan").sum()) == rounded
