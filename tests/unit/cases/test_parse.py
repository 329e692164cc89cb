from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipsim.cases.mapping import CellFormat
from dipsim.cases.parse import numerals, parse_days, parse_fen, parse_integers, parse_reals, trimmed
from dipsim.money import MISSING


def text(*cells: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([cells], pa.string())


def day(value: str) -> int:
    return date.fromisoformat(value).toordinal() - date(1970, 1, 1).toordinal()


@pytest.mark.parametrize(
    ("cell", "fen"),
    [("0", 0), ("12", 1200), ("12.3", 1230), ("12.34", 1234), ("-0.05", -5), (".5", 50), ("5.", 500), ("1e3", 100000)],
)
def test_amounts_are_exact_fen(cell: str, fen: int) -> None:
    assert parse_fen(text(cell)).values.tolist() == [fen]
    assert parse_fen(text(cell, "bad")).values.tolist() == [fen, MISSING]


def test_a_blank_amount_is_missing_and_never_zero() -> None:
    assert parse_fen(text(None, "0.00")).values.tolist() == [MISSING, 0]


def test_more_than_two_decimals_round_half_to_even_and_are_counted() -> None:
    parsed = parse_fen(text("0.125", "0.135", "0.1251", "0.1200", "1.10"))
    assert parsed.values.tolist() == [12, 14, 13, 12, 110]
    assert parsed.rounded.tolist() == [0, 1, 2]
    assert parsed.bad.tolist() == []


@pytest.mark.parametrize(
    "cell", ["1,234.50", "1 234", "¥12", "12元", "nan", "inf", "１２", "1e99", "--1", "1.2.3", "."]
)
def test_what_is_no_plain_amount_is_bad_and_spoils_no_other_cell(cell: str) -> None:
    parsed = parse_fen(text("1.00", cell, None, "2.005"))
    assert parsed.bad.tolist() == [1]
    assert parsed.values.tolist() == [100, MISSING, MISSING, 200]


@given(st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=4), min_size=1, max_size=5))
def test_any_amount_is_its_decimal_rounded_once(amounts: list[Decimal]) -> None:
    parsed = parse_fen(text(*(f"{amount:f}" for amount in amounts)))
    expected = [int((amount * 100).to_integral_value(ROUND_HALF_EVEN)) for amount in amounts]
    assert parsed.values.tolist() == expected


def test_a_separator_of_thousands_and_a_decimal_comma_are_read_where_the_mapping_states_them() -> None:
    cells = CellFormat(decimal=",", thousands=".")
    assert numerals(text("1.234,50", "12", "1,5,0"), cells).to_pylist() == ["1234.50", "12", "1.5.0"]
    assert numerals(text("1.5"), CellFormat(decimal=",")).to_pylist() == ["1?5"]


def test_outer_blanks_and_stated_words_are_blanks() -> None:
    assert trimmed(text(" 1\u3000", "", "-", " - ", None), CellFormat(blanks=("-",))).to_pylist() == ["1", *[None] * 4]


def test_whole_numbers_may_be_written_with_zero_decimals() -> None:
    parsed = parse_integers(text("129.0", "7", "0", None, "-3"))
    assert parsed.values.tolist() == [129, 7, 0, MISSING, -3]
    assert parsed.bad.tolist() == []


def test_what_is_no_whole_number_is_bad() -> None:
    parsed = parse_integers(text("129.5", "3 d", "1e2", "4"))
    assert parsed.bad.tolist() == [0, 1, 2]
    assert parsed.values.tolist() == [MISSING, MISSING, MISSING, 4]


def test_numbers_are_finite() -> None:
    parsed = parse_reals(text("1.5", "inf", "nan", "1e400", "x", None, "+2e2"))
    assert parsed.bad.tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(parsed.values, [1.5, *[np.nan] * 5, 200.0])


def test_dates_are_read_in_their_usual_forms() -> None:
    forms = [
        "2025-01-31",
        "2025/1/31",
        "2025.01.31",
        "20250131",
        "2025年1月31日",
        "2025-01-31 08:05:00",
        "2025-01-31T08:05",
    ]
    assert parse_days(text(*forms), "").values.tolist() == [day("2025-01-31")] * len(forms)


def test_a_date_that_no_calendar_has_is_bad() -> None:
    parsed = parse_days(text("2025-02-29", "2024-02-29", "31.01.2025", "0000-00-00", None), "")
    assert parsed.bad.tolist() == [0, 2, 3]
    assert parsed.values[1] == day("2024-02-29")


def test_a_stated_date_format_is_the_only_one_read() -> None:
    parsed = parse_days(text("03/04/25", "2025-04-03"), "%d/%m/%y")
    assert parsed.values.tolist() == [day("2025-04-03"), MISSING]
    assert parsed.bad.tolist() == [1]


def test_days_before_1970_are_negative() -> None:
    assert parse_days(text("1969-12-31"), "").values.tolist() == [-1]


@settings(max_examples=300)
@given(st.text(alphabet="0159.eE+-", min_size=1, max_size=20))
def test_a_number_means_the_same_whatever_stands_beside_it(cell: str) -> None:
    assert parse_fen(text(cell)).values[0] == parse_fen(text(cell, "bad")).values[0]
    assert parse_integers(text(cell)).values[0] == parse_integers(text(cell, "bad")).values[0]


@given(st.text(alphabet="0129-/. T:", min_size=8, max_size=10))
def test_a_date_means_the_same_whatever_stands_beside_it(cell: str) -> None:
    assert parse_days(text(cell), "").values[0] == parse_days(text(cell, "bad"), "").values[0]
