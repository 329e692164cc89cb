from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dipsim.cases.year_tables import (
    CarryOver,
    Deduction,
    Prepayment,
    read_assessment,
    read_carry,
    read_deductions,
    read_prepaid,
)
from dipsim.errors import CaseDataError

PREPAID = "year,month,insurance,hospital_id,prepaid_yuan\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_prepaid_money_is_read_in_order_and_a_blank_deposit_is_none(tmp_path: Path) -> None:
    header = "year,month,insurance,hospital_id,prepaid_yuan,deposit_yuan\n"
    text = f"{header}2025,2,employee,B,10.50,\n2025,1,resident,A,7,0.5\n"
    assert read_prepaid(written(tmp_path, text)) == (
        Prepayment(2025, 1, "resident", "A", 700, 50),
        Prepayment(2025, 2, "employee", "B", 1050, 0),
    )


def test_scores_are_read_by_year_and_hospital(tmp_path: Path) -> None:
    text = "year,hospital_id,score\n2025,A,92.5\n2024,A,80\n"
    assert read_assessment(written(tmp_path, text)) == {(2025, "A"): 92_500_000, (2024, "A"): 80_000_000}


def test_deductions_state_yuan_or_points(tmp_path: Path) -> None:
    text = "year,insurance,hospital_id,amount_yuan,points,reason\n2025,employee,A,5,,x\n2025,employee,A,,1.5,y\n"
    assert read_deductions(written(tmp_path, text)) == (
        Deduction(2025, "employee", "A", "", 500, 0, "x"),
        Deduction(2025, "employee", "A", "", 0, 1_500_000, "y"),
    )


def test_debts_stand_below_nothing(tmp_path: Path) -> None:
    text = "year,insurance,hospital_id,amount_yuan\n2026,resident,A,-17.66\n"
    assert read_carry(written(tmp_path, text)) == (CarryOver(2026, "resident", "A", -1766),)


@pytest.mark.parametrize(
    ("reader", "text", "said"),
    [
        (read_prepaid, "year,month,insurance,hospital_id,prepaid_yuan\n2025,13,employee,A,1\n", "'13' is no month"),
        (
            read_prepaid,
            "year,month,insurance,hospital_id,prepaid_yuan\n2025,1,rural,A,1.005\n",
            "no amount in whole fen",
        ),
        (read_assessment, "year,hospital_id,score\n2025,A,-1\n", "'-1' is no score"),
        (read_assessment, "year,hospital_id,score\n2025,A,1\n2025,A,2\n", "stands in line 2 already"),
        (
            read_deductions,
            "year,insurance,hospital_id,amount_yuan,points,reason\n2025,employee,A,1,1,x\n",
            "more than one of amount_yuan, points is filled",
        ),
        (
            read_deductions,
            "year,insurance,hospital_id,amount_yuan,points,reason\n2025,employee,A,,,x\n",
            "none of amount_yuan, points is filled",
        ),
        (read_deductions, "year,insurance,hospital_id,amount_yuan,reason\n2025,employee,A,-5,x\n", "of 0 or more"),
        (read_carry, "year,insurance,hospital_id,amount_yuan\n25,employee,A,5\n", "'25' is no year"),
    ],
)
def test_a_bad_row_is_told_with_its_line(reader: Callable[[Path], Any], text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match=said):
        reader(written(tmp_path, text))
