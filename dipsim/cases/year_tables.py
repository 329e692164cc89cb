"""Companion tables of a year: prepaid money, assessment scores, deductions, and what an earlier year left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dipsim.cases.columns import COLUMNS
from dipsim.cases.companions import YEAR, Sheet, is_amount, read_sheet
from dipsim.money import fen, micro

MONTHS = tuple(str(month) for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What a hospital was paid in advance for a month, and what was withheld of it as its quality deposit."""

    year: int
    month: int
    insurance: str
    hospital_id: str
    prepaid_fen: int
    deposit_fen: int


@dataclass(frozen=True, slots=True)
class Deduction:
    """Money or points that a hospital loses, and why; `case_id` is '' where it is not about one case."""

    year: int
    insurance: str
    hospital_id: str
    case_id: str
    amount_fen: int
    points_micro: int
    reason: str


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What an earlier year left over for a hospital: above 0 the fund owes it, below 0 the hospital does."""

    year: int
    insurance: str
    hospital_id: str
    amount_fen: int


Scores = Mapping[tuple[int, str], int]
"""The assessment score of a year and hospital, in millionths."""


def read_prepaid(path: Path) -> tuple[Prepayment, ...]:
    """Read the table `prepaid`; a blank deposit is none. CaseDataError with every problem and its line."""
    names = ("year", "month", "insurance", "hospital_id", "prepaid_yuan", "deposit_yuan")
    sheet = read_sheet(path, names, set(names) - {"deposit_yuan"})
    _require_keys(sheet)
    sheet.require_one_of("month", MONTHS)
    sheet.require("prepaid_yuan", is_amount, "no amount in whole fen", "write plain digits, as 400000.00")
    sheet.require(
        "deposit_yuan", _is_amount_or_blank, "no amount in whole fen", "write plain digits, or leave it blank"
    )
    sheet.require_unique("year", "month", "insurance", "hospital_id")
    sheet.raise_any()
    rows = zip(*(sheet.columns[name] for name in names), strict=True)
    return tuple(
        sorted(
            (
                Prepayment(int(year), int(month), payer, hospital, fen(prepaid), fen(deposit or 0))
                for year, month, payer, hospital, prepaid, deposit in rows
            ),
            key=lambda row: (row.year, row.month, row.insurance, row.hospital_id),
        )
    )


def read_assessment(path: Path) -> Scores:
    """Read the table `assessment`: a score by year and hospital. CaseDataError with every problem and its line."""
    names = ("year", "hospital_id", "score")
    sheet = read_sheet(path, names, set(names))
    _require_year_and_hospital(sheet)
    sheet.require("score", _is_score, "no score", "write a number of 0 or more with at most 6 decimals, as 92.5")
    sheet.require_unique("year", "hospital_id")
    sheet.raise_any()
    rows = zip(*(sheet.columns[name] for name in names), strict=True)
    return {(int(year), hospital): micro(score) for year, hospital, score in rows}


def read_deductions(path: Path) -> tuple[Deduction, ...]:
    """Read the table `deductions`; a row states yuan or points. CaseDataError with every problem and its line."""
    names = ("year", "insurance", "hospital_id", "case_id", "amount_yuan", "points", "reason")
    sheet = read_sheet(path, names, {"year", "insurance", "hospital_id", "reason"})
    _require_keys(sheet)
    sheet.require("reason", bool, "", "say why it is deducted")
    sheet.require("amount_yuan", _is_loss_or_blank, "no amount of 0 or more in whole fen", "write plain digits")
    sheet.require(
        "points", _is_points_or_blank, "no points of 0 or more", "write at most 6 decimals, or leave it blank"
    )
    sheet.require_one_each("amount_yuan", "points")
    sheet.raise_any()
    rows = zip(*(sheet.columns[name] for name in names), strict=True)
    return tuple(
        Deduction(int(year), payer, hospital, case_id, fen(amount or 0), micro(points or 0), reason)
        for year, payer, hospital, case_id, amount, points, reason in rows
    )


def read_carry(path: Path) -> tuple[CarryOver, ...]:
    """Read the table `carry` that a run of the year before wrote. CaseDataError with every problem and its line."""
    names = ("year", "insurance", "hospital_id", "amount_yuan")
    sheet = read_sheet(path, names, set(names))
    _require_keys(sheet)
    sheet.require("amount_yuan", is_amount, "no amount in whole fen", "write plain digits, with - where it owes")
    sheet.require_unique("year", "insurance", "hospital_id")
    sheet.raise_any()
    rows = zip(*(sheet.columns[name] for name in names), strict=True)
    return tuple(CarryOver(int(year), payer, hospital, fen(amount)) for year, payer, hospital, amount in rows)


def _require_year_and_hospital(sheet: Sheet) -> None:
    sheet.require("year", lambda cell: bool(YEAR.fullmatch(cell)), "no year", "write four digits, as 2025")
    sheet.require("hospital_id", bool, "", "name the hospital")


def _require_keys(sheet: Sheet) -> None:
    _require_year_and_hospital(sheet)
    sheet.require_one_of("insurance", COLUMNS["insurance"].values)


def _is_amount_or_blank(cell: str) -> bool:
    return not cell or is_amount(cell)


def _is_loss_or_blank(cell: str) -> bool:
    return not cell or (is_amount(cell) and not cell.startswith("-"))


def _is_score(cell: str) -> bool:
    digits, _, decimals = cell.partition(".")
    return digits.isascii() and digits.isdigit() and len(digits) <= 9 and len(decimals) <= 6 and _are_digits(decimals)


def _are_digits(decimals: str) -> bool:
    return not decimals or (decimals.isascii() and decimals.isdigit())


def _is_points_or_blank(cell: str) -> bool:
    return not cell or _is_score(cell)
