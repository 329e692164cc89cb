"""Text cells into typed arrays: exact amounts in fen, whole numbers, numbers and days; a bad cell never stops the rest.

Plain cells are converted all at once, and only the odd ones one by one. Arrow sees no text that a pattern has not let
through: its decimal cast crashes on an exponent such as that of 59E-29550395 (seen with 26.0).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.mapping import CellFormat
from dipsim.money import MISSING, fen

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

_MONEY = pa.decimal128(18, 2)
_PLAIN_AMOUNT = r"^-?[0-9]{1,15}(\.[0-9]{0,2})?$"
_WHOLE = r"^-?[0-9]{1,18}(\.0*)?$"
_PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_AMOUNT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LARGEST_FEN = 10**18
"""An amount in fen is below this."""
_LONGEST_AMOUNT = 27
"""So many digits are exact in decimal arithmetic, which keeps 28."""
_LONGEST_PLAIN = 17
_PLAIN_BYTES = np.isin(np.arange(256), list(b"-.0123456789"))
_TIME_OF_DAY = r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?\+08:?00)?$"
"""A time of another zone than China's stays, and the cell is no date: its day may be another one in China."""
_DAYS = (
    re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
)
_LONGEST_DAY = 10
"""Characters of 2025-01-31; a longer cell may hold a time of day."""
_SPACE, _NOT_ASCII = 0x20, 0x80
_EPOCH = date(1970, 1, 1).toordinal()
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Integers:
    """An int64 column, `MISSING` for a blank or a bad cell; the rows of bad cells and of those rounded to the fen."""

    values: I8
    bad: I8
    rounded: I8


@dataclass(frozen=True, slots=True)
class Reals:
    """A float64 column, nan for a blank or a bad cell; the rows of bad cells."""

    values: F8
    bad: I8


def trimmed(column: Any, cells: CellFormat) -> Any:
    """The text of a column without outer blanks, null for a blank cell."""
    text = pc.utf8_trim_whitespace(column) if _may_need_trimming(column) else column
    is_blank = pc.is_in(text, pa.array(["", *cells.blanks])) if cells.blanks else pc.equal(text, "")
    return pc.if_else(is_blank, None, text)


def numerals(column: Any, cells: CellFormat) -> Any:
    """The trimmed text of a column of numbers with a point before the decimals and no separators of thousands."""
    text = trimmed(column, cells)
    if cells.thousands:
        text = pc.replace_substring(text, cells.thousands, "")
    if cells.decimal != ".":
        text = pc.replace_substring(pc.replace_substring(text, ".", "?"), cells.decimal, ".")
    return text


def parse_fen(text: Any) -> Integers:
    """Amounts in yuan as fen; more than two decimals are rounded half to even and the rows returned."""
    plain = _all_plain_amounts(text)
    if plain is not None:
        return Integers(plain, _NONE, _NONE)
    odd = _rows_unlike(text, _PLAIN_AMOUNT)
    values = fen_of_decimals(_without(text, odd).cast(_MONEY).combine_chunks())
    amounts = [_amount(cell) for cell in text.take(odd).to_pylist()]
    values[odd] = [MISSING if amount is None else amount for amount in amounts]
    is_bad = np.array([amount is None for amount in amounts], bool)
    is_exact = np.array([_is_exact(cell) for cell in text.take(odd[~is_bad]).to_pylist()], bool)
    return Integers(values, odd[is_bad], odd[~is_bad][~is_exact])


def _all_plain_amounts(text: Any) -> I8 | None:
    """The fen of a column in which every filled cell is a plain decimal, which saves a look at each; else None."""
    is_short = (pc.max(pc.binary_length(text)).as_py() or 0) <= _LONGEST_PLAIN
    if not is_short or not all(_PLAIN_BYTES[_bytes_of(chunk)].all() for chunk in text.chunks):
        return None
    try:
        return fen_of_decimals(text.cast(_MONEY).combine_chunks())
    except pa.ArrowInvalid:  # such as 1-2, or a third decimal
        return None


def fen_of_decimals(amounts: Any) -> I8:
    """The fen of a decimal128 array with two decimals, `MISSING` for null: the low words, exact below 10**18 fen."""
    words = np.frombuffer(amounts.buffers()[1] or b"", "<i8")[::2][amounts.offset : amounts.offset + len(amounts)]
    is_null = amounts.is_null().to_numpy(zero_copy_only=False)
    return np.where(is_null, MISSING, words).astype(np.int64)


def parse_integers(text: Any) -> Integers:
    """Whole numbers; `129.0` is one, `129.5` is not."""
    odd = _rows_unlike(text, _WHOLE)
    whole = pc.replace_substring_regex(_without(text, odd), r"\.0*$", "")
    return Integers(_filled(whole.cast(pa.int64())), odd, _NONE)


def parse_reals(text: Any) -> Reals:
    """Finite numbers."""
    odd = _rows_unlike(text, _PLAIN_NUMBER)
    values = _without(text, odd).cast(pa.float64()).combine_chunks().to_numpy(zero_copy_only=False).copy()
    endless = np.flatnonzero(np.isinf(values))
    values[endless] = np.nan
    return Reals(values, np.union1d(odd, endless))


def parse_days(text: Any, date_format: str, two_digit_years_from: int = 0) -> Integers:
    """Days since 1970-01-01 from ISO dates and usual variants, or from `date_format`; a time of day is dropped.

    A year of two digits (`%y`) is one of the hundred from `two_digit_years_from` on.
    """
    if not date_format and (pc.max(pc.utf8_length(text)).as_py() or 0) > _LONGEST_DAY:
        text = pc.replace_substring_regex(text, _TIME_OF_DAY, "")
    coded = text.dictionary_encode().combine_chunks()
    century = two_digit_years_from if "%y" in date_format else 0

    def formatted(cell: str) -> int:
        return _formatted_day(cell, date_format, century)

    read: Callable[[str], int] = formatted if date_format else _usual_day
    days = np.array([*(read(cell) for cell in coded.dictionary.to_pylist()), MISSING], np.int64)
    values = days[coded.indices.fill_null(-1).to_numpy()]
    is_blank = coded.indices.is_null().to_numpy(zero_copy_only=False)
    return Integers(values, np.flatnonzero((values == MISSING) & ~is_blank), _NONE)


def _usual_day(cell: str) -> int:
    for pattern in _DAYS:
        if match := pattern.fullmatch(cell):
            return _day(*map(int, match.groups()))
    return MISSING


def _formatted_day(cell: str, date_format: str, century: int) -> int:
    try:
        year, month, day = time.strptime(cell, date_format)[:3]
    except ValueError:
        return MISSING
    return _day(century + (year - century) % 100 if century else year, month, day)


def _day(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return MISSING


def _amount(cell: str) -> int | None:
    """An amount in fen, rounded half to even; None for a cell that holds none."""
    if len(cell) > _LONGEST_AMOUNT or not _AMOUNT.fullmatch(cell):
        return None
    amount = fen(cell)
    return amount if abs(amount) < LARGEST_FEN else None


def _is_exact(cell: str) -> bool:
    return Decimal(cell) * 100 == Decimal(cell) * 100 // 1


def _may_need_trimming(column: Any) -> bool:
    """Whether the text holds any byte that may be part of a blank; looking at bytes costs little, trimming much."""
    return any(((text <= _SPACE) | (text >= _NOT_ASCII)).any() for text in map(_bytes_of, column.chunks))


def _bytes_of(text: Any) -> NDArray[np.uint8]:
    """The bytes of all cells of a text array."""
    if not len(text):
        return np.zeros(0, np.uint8)
    _, offsets, data = text.buffers()
    ends = np.frombuffer(offsets, np.int32)
    return np.frombuffer(data or b"", np.uint8)[ends[text.offset] : ends[text.offset + len(text)]]


def _rows_unlike(text: Any, pattern: str) -> I8:
    """The rows whose cell is filled and does not match."""
    is_like = pc.match_substring_regex(text, pattern).fill_null(True)
    return np.flatnonzero(~is_like.combine_chunks().to_numpy(zero_copy_only=False))


def _without(text: Any, rows: I8) -> Any:
    """The column with nulls in the given rows."""
    if not rows.size:
        return text
    is_out = np.zeros(len(text), bool)
    is_out[rows] = True
    return pc.if_else(pa.array(is_out), None, text)


def _filled(numbers: Any) -> I8:
    """An Arrow integer column as int64 with `MISSING` for null."""
    whole = numbers.cast(pa.int64()).fill_null(MISSING).combine_chunks()
    return np.array(whole.to_numpy(zero_copy_only=False), np.int64)
