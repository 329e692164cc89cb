"""Raw columns of numbers, amounts and days, however they are stored, into numpy arrays.

Typed cells are converted at once where that is exact; the rest goes through its text, so that the same cell gives the
same value and the same fault from CSV and from Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.celltext import as_text, as_words, is_text
from dipsim.cases.columns import ColumnSpec, Kind
from dipsim.cases.mapping import CellFormat
from dipsim.cases.parse import (
    LARGEST_FEN,
    Integers,
    Reals,
    fen_of_decimals,
    numerals,
    parse_days,
    parse_fen,
    parse_integers,
    parse_reals,
    trimmed,
)
from dipsim.cases.table import I8
from dipsim.money import FEN, MISSING

_EXACT_FEN = 10**15
"""Below this an amount in float64 is the decimal of two places that it is nearest to, and no other."""
CHINA = ("Asia/Shanghai", "PRC", "+08:00")
"""The names of China's time zone in a Parquet file; of times in another zone the day in China is not clear."""
_YUAN_DIGITS = 16
"""An amount of so many digits before the point is below the largest."""
_LARGEST_WHOLE = 10**18
"""A whole number of more digits than 18 is refused, as in text."""
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The numbers of one block: int64 with `MISSING` or float64 with nan; the rows that are bad or rounded.

    cells   the Arrow array that they were read from, text as it was parsed
    """

    values: Any
    bad: I8
    rounded: I8
    cells: Any

    def texts(self, rows: I8) -> list[str]:
        """The text of some cells."""
        if not rows.size:
            return []
        texts: list[str] = as_text("", self.cells.take(pa.array(rows))).to_pylist()
        return texts


def parsed(spec: ColumnSpec, chunk: Any, cells: CellFormat) -> Parsed:
    """The numbers of one Arrow array of single values; CaseDataError for cells that have no text."""
    if pa.types.is_dictionary(chunk.type):
        distinct = chunk.dictionary
        is_words = is_text(distinct.type)
        found = _of_text(spec, as_text(spec.name, distinct), cells) if is_words else parsed(spec, distinct, cells)
        return _of_distinct(chunk, found)
    if is_text(chunk.type) and spec.kind is Kind.INTEGER:
        return parsed(spec, as_words(spec.name, chunk), cells)  # ages and days repeat
    if is_text(chunk.type):
        return _of_text(spec, as_text(spec.name, chunk), cells)
    values = None if cells.blanks else _converted(spec.kind, chunk)
    if values is None:
        return _of_text(spec, as_text(spec.name, chunk), CellFormat(blanks=cells.blanks))
    return values


def _of_distinct(chunk: Any, distinct: Parsed) -> Parsed:
    """The numbers of a dictionary array from those of its dictionary."""
    ids = chunk.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    blank = np.nan if distinct.values.dtype == np.float64 else MISSING
    bad, rounded = (np.flatnonzero(np.isin(ids, rows)) for rows in (distinct.bad, distinct.rounded))
    cells = pa.DictionaryArray.from_arrays(chunk.indices, distinct.cells)
    return Parsed(np.append(distinct.values, blank)[ids], bad, rounded, cells)


def _of_text(spec: ColumnSpec, text: Any, cells: CellFormat) -> Parsed:
    column = pa.chunked_array([text])
    clean = trimmed(column, cells) if spec.kind is Kind.DATE else numerals(column, cells)
    found: Integers | Reals
    if spec.kind is Kind.DATE:
        found = parse_days(clean, cells.date_format, cells.two_digit_years_from)
    elif spec.kind is Kind.NUMBER:
        found = parse_reals(clean)
    else:
        found = parse_fen(clean) if spec.kind is Kind.YUAN else parse_integers(clean)
    rounded = found.rounded if isinstance(found, Integers) else _NONE
    return Parsed(found.values, found.bad, rounded, clean.combine_chunks())


def _converted(kind: Kind, chunk: Any) -> Parsed | None:
    """The numbers of a typed array; None when its text must be read, because not all of its cells are plain."""
    values: I8 | NDArray[np.float64] | None
    if kind is Kind.DATE:
        values = _days(chunk)
    elif kind is Kind.YUAN:
        values = _fen(chunk)
    elif kind is Kind.INTEGER:
        values = _whole(chunk)
    else:
        values = _reals(chunk)
    return None if values is None else Parsed(values, _NONE, _NONE, chunk)


def _days(chunk: Any) -> I8 | None:
    is_day = pa.types.is_date32(chunk.type) or pa.types.is_date64(chunk.type)
    if pa.types.is_timestamp(chunk.type):
        if chunk.type.tz is not None and chunk.type.tz not in CHINA:
            return None
        naive = chunk.cast(pa.timestamp(chunk.type.unit)) if chunk.type.tz is None else _in_china(chunk)
        return _integers(naive.cast(pa.date32(), safe=False).cast(pa.int32()))
    return _integers(chunk.cast(pa.date32()).cast(pa.int32())) if is_day else None


def _in_china(chunk: Any) -> Any:
    """Moments, stored in UTC, as the clocks of China show them: eight hours on, in every year since 1991."""
    moments = chunk.cast(pa.timestamp("ms"), safe=False)
    return pc.add(moments, pa.scalar(8 * 3_600_000, pa.duration("ms")))


def _fen(chunk: Any) -> I8 | None:
    if pa.types.is_decimal(chunk.type):
        return _fen_of_decimal(chunk)
    if pa.types.is_integer(chunk.type):
        yuan = _integers_below(LARGEST_FEN // FEN, chunk)
        return None if yuan is None else np.where(yuan == MISSING, MISSING, yuan * FEN)
    if pa.types.is_float64(chunk.type):
        return _fen_of_floats(_floats(chunk))
    return None


def _fen_of_floats(yuan: NDArray[np.float64]) -> I8 | None:
    """Amounts whose shortest decimal has at most two places; None when some have more or are too large."""
    is_known = ~np.isnan(yuan)
    known = np.where(is_known, yuan, 0.0)
    if not (np.abs(known) < _EXACT_FEN // FEN).all():
        return None
    fens = np.rint(known * FEN)
    if not (fens / FEN == known).all():
        return None
    return np.where(is_known, fens.astype(np.int64), MISSING)


def _fen_of_decimal(chunk: Any) -> I8 | None:
    if chunk.type.scale > 2 or chunk.type.precision - chunk.type.scale > _YUAN_DIGITS:
        return None
    return fen_of_decimals(chunk.cast(pa.decimal128(_YUAN_DIGITS + 2, 2)))


def _whole(chunk: Any) -> I8 | None:
    if pa.types.is_integer(chunk.type):
        return _integers_below(_LARGEST_WHOLE, chunk)
    if not pa.types.is_float64(chunk.type):
        return None
    numbers = _floats(chunk)
    is_known = ~np.isnan(numbers)
    known = np.where(is_known, numbers, 0.0)
    if not (np.abs(known) < _EXACT_FEN).all() or not (np.rint(known) == known).all():
        return None
    return np.where(is_known, known.astype(np.int64), MISSING)


def _reals(chunk: Any) -> NDArray[np.float64] | None:
    if pa.types.is_float64(chunk.type):
        numbers = _floats(chunk)
        return None if np.isinf(numbers).any() else numbers
    is_small = pa.types.is_integer(chunk.type) and chunk.type.bit_width <= 32
    return _floats(chunk.cast(pa.float64())) if is_small else None


def _integers_below(limit: int, chunk: Any) -> I8 | None:
    """Whole numbers, `MISSING` for null; None when one is as large as the limit, in either direction."""
    least_and_most = pc.min_max(chunk).as_py()
    if any(abs(bound) >= limit for bound in least_and_most.values() if bound is not None):
        return None
    return _integers(chunk)


def _integers(chunk: Any) -> I8:
    return np.array(chunk.cast(pa.int64()).fill_null(MISSING).to_numpy(zero_copy_only=False), np.int64)


def _floats(chunk: Any) -> NDArray[np.float64]:
    """The numbers with nan for null."""
    return np.array(pc.fill_null(chunk, np.nan).to_numpy(zero_copy_only=False), np.float64)
