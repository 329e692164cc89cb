from __future__ import annotations

import pytest

from dipsim.pipeline import Result, simulate
from dipsim.report.report_table import ReportTable
from dipsim.report.tables import (
    band_table,
    books,
    group_table,
    hospital_table,
    level_table,
    price_table,
    status_table,
    table,
    without_small_groups,
)
from tests.property.regions import random_region
from tests.unit.report import region

FEN, MICRO = 100, 1_000_000
ADDED = ("cases", "total_cost", "points", "patient_paid", "pay", "fund_pay")


def row(table: ReportTable, column: str, value: str) -> dict[str, object]:
    return next(row for row in table.rows() if row[column] == value)


def test_a_hospitals_row_holds_what_was_worked_by_hand() -> None:
    hospitals = hospital_table(region.result())
    assert row(hospitals, "hospital_id", "H1") == {
        "hospital_id": "H1",
        "level": "tertiary",
        "insurance": "all",
        "cases": 2,
        "total_cost": 20_000 * FEN,
        "points": 2_000 * MICRO,
        "patient_paid": 7_000 * FEN,
        "pay": 4_000 * FEN,
        "fund_pay": 4_000 * FEN,
        "pay_per_cost": 0.2,
        "cmi": 1.0,
        "low_share": 0.0,
        "high_share": 0.0,
        "extreme_share": 0.0,
    }
    other = row(hospitals, "hospital_id", "H2")
    assert (other["cases"], other["pay"], other["points"]) == (2, 4_800 * FEN, 2_400 * MICRO)
    assert (other["low_share"], other["high_share"]) == (0.5, 0.5)
    assert hospitals.total["pay"] == 8_800 * FEN


def test_in_gross_form_the_patients_part_is_taken_off_the_funds_pay() -> None:
    # The whole bill is 8,800 / 0.4 = 22,000 yuan, 5 yuan a point; patients paid 17,000 of it, the fund 5,000.
    gross = {"settlement": {"point_value": {"form": "gross", "reimbursement_ratio": {"employee": 0.4}}}}
    result = region.result(gross)
    hospitals = hospital_table(result)
    first = row(hospitals, "hospital_id", "H1")
    assert (first["pay"], first["fund_pay"]) == (10_000 * FEN, 3_000 * FEN)
    assert hospitals.total["fund_pay"] == 5_000 * FEN
    price = row(price_table(result), "insurance", "employee")
    assert (price["price"], price["patient_part"]) == (5 * MICRO, 17_000 * FEN)
    assert (price["fund_pay"], price["residual"]) == (5_000 * FEN, 3_800 * FEN)


def test_a_level_holds_its_hospitals_and_the_highest_stands_first() -> None:
    levels = level_table(region.result())
    assert levels.values("level") == ["tertiary", "primary"]
    assert levels.values("pay") == [4_000 * FEN, 4_800 * FEN]
    assert (levels.values("hospitals"), levels.total["hospitals"]) == ([1, 1], 2)


def test_a_group_is_paid_what_its_cells_earn() -> None:
    group = row(group_table(region.result()), "group_code", "G")
    assert (group["cases"], group["pay"], group["mean_cost"]) == (4, 8_800 * FEN, 13_500 * FEN)
    assert (group["group_points"], group["relative_weight"], group["pay_share"]) == (1_000 * MICRO, 1.0, 1.0)


def test_the_bands_hold_cases_charges_and_points() -> None:
    bands = band_table(region.result())
    assert dict(zip(bands.values("band"), bands.values("cases"), strict=True)) == {
        "normal": 2,
        "low_outlier": 1,
        "high_outlier": 1,
        "extreme": 0,
        "no_match": 0,
    }
    high = row(bands, "band", "high_outlier")
    assert (high["total_cost"], high["points"], high["total_cost_share"]) == (30_000 * FEN, 2_000 * MICRO, 30 / 54)


def test_the_price_table_says_what_a_point_is_worth_and_where_the_budget_went() -> None:
    price = row(price_table(region.result()), "insurance", "employee")
    assert (price["price"], price["budget"], price["fund_pay"], price["residual"]) == (2 * MICRO, 880_000, 880_000, 0)
    assert (price["guard"], price["capped"]) == ("none", "")


def test_a_capped_hospital_and_the_reserve_show_in_the_price_table() -> None:
    # A cap of 0.13 x charges: H1 2,600, H2 0.13 x 34,000 = 4,420; both bind, 1,780 of 8,800 are left for the reserve.
    price = row(
        price_table(region.result({"settlement": {"point_value": {"hospital_cap_ratio": 0.13}}})),
        "insurance",
        "employee",
    )
    assert (price["capped"], price["residual"], price["price"]) == ("H1|H2", 1_780 * FEN, None)


def test_every_row_read_is_accounted_for() -> None:
    result = region.result()
    reading = result.inputs.reading
    assert reading is not None
    status = status_table(result, reading)
    counts = {(row["place"], row["status"]): row["rows"] for row in status.rows()}
    assert counts == {
        ("rejected_reading", ""): 1,
        ("rejected_rule", ""): 1,
        ("outside_year", ""): 0,
        ("outside_route", ""): 1,
        ("rule.dip", "status.brought"): 4,
    }
    assert status.total["rows"] == 7
    assert books(result, reading) == "7 rows in = 4 paid for + 2 rejected + 1 outside the pool"


def sums_to_its_total(table: ReportTable) -> bool:
    names = [column.name for column in table.columns if column.name in ADDED]
    return all(sum(table.values(name)) == table.total[name] for name in names if name in table.total)


def random_result(seed: int) -> Result:
    drawn = random_region(seed)
    return simulate(drawn.inputs, drawn.scenario)


@pytest.mark.parametrize("seed", range(25))
def test_rows_add_up_to_the_ledger_in_every_region(seed: int) -> None:
    result = random_result(seed)
    tables = [hospital_table(result), level_table(result), group_table(result), band_table(result)]
    assert all(sums_to_its_total(table) for table in tables)
    assert sums_to_its_total(without_small_groups(group_table(result), 3))
    assert sum(hospital_table(result).values("pay")) == sum(group_table(result).values("pay"))
    status = status_table(result, None)
    assert sum(status.values("rows")) == status.total["rows"] == len(result.inputs.cases)
    for price in price_table(result).rows():
        assert price["budget"] is None or price["budget"] == price["fund_pay"] + price["residual"]
    halves = [hospital_table(result, insurance) for insurance in ("employee", "resident", "other")]
    assert sum(sum(half.values("fund_pay")) for half in halves) == hospital_table(result).total["fund_pay"]


def test_a_planted_wrong_total_is_seen() -> None:
    hospitals = hospital_table(region.result())
    wrong = dict(hospitals.total, pay=1)
    assert not sums_to_its_total(ReportTable("", "", "", hospitals.columns, hospitals.data, wrong))


def test_small_groups_become_one_row_at_the_end() -> None:
    groups = group_table(random_result(3))
    merged = without_small_groups(groups, 10**6)
    assert merged.values("name_zh")[-1] == "小病组（种）合并"
    assert merged.values("group_points")[-1] is None
    small = [row for row in groups.rows() if row["group_code"]]
    assert merged.values("cases")[-1] == sum(row["cases"] for row in small)
    assert without_small_groups(groups, 1).values("group_code") == groups.values("group_code")


@pytest.mark.parametrize("by", ["hospital", "level", "group", "band", "insurance"])
def test_a_frame_gives_yuan_and_points_as_an_analyst_expects_them(by: str) -> None:
    frame = table(region.result(), by)  # type: ignore[arg-type]
    money = {"insurance": "fund_pay"}.get(by, "pay")
    assert frame[money].sum() == 8_800.0
    assert str(frame[money].dtype) == "float64"
    assert frame["points"].sum() == 4_400.0
