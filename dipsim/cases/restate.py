"""Text columns of a file into the text that the data dictionary means; a cell that cannot be read stays as it is.

So a bad cell is found, with its own text, where columns are typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dipsim.cases.mapping import UNITS, CellFormat
from dipsim.cases.parse import numerals, parse_fen, trimmed
from dipsim.money import MISSING

I8 = NDArray[np.int64]

_BETWEEN = "\x1f"
"""The unit separator of ASCII, which no cell holds."""
_CENT = Decimal("0.01")


def first_filled(columns: Sequence[Any], cells: CellFormat) -> Any:
    """Each row's first cell that is not blank."""
    return pa.chunked_array([pc.coalesce(*(_combined(trimmed(column, cells)) for column in columns))])


def joined(columns: Sequence[Any], cells: CellFormat) -> Any:
    """The cells of each row with `-` between them, null where one is blank."""
    texts = [_combined(trimmed(column, cells)) for column in columns]
    return pa.chunked_array([pc.binary_join_element_wise(*texts, "-")])


def summed(columns: Sequence[Any], cells: CellFormat) -> Any:
    """The amounts of each row added up exactly, null where all are blank."""
    texts = [numerals(column, cells) for column in columns]
    parsed = [parse_fen(text) for text in texts]
    total = np.sum([np.where(part.values == MISSING, 0, part.values) for part in parsed], axis=0)
    is_blank = np.all([part.values == MISSING for part in parsed], axis=0)
    amounts = pc.multiply(pa.array(total, mask=is_blank).cast(pa.decimal128(19, 0)), pa.scalar(_CENT)).cast(pa.string())
    odd = np.unique(np.concatenate([np.append(part.bad, part.rounded) for part in parsed]))
    if odd.size:
        rows = zip(*(text.take(odd).to_pylist() for text in texts), strict=True)
        is_odd = np.zeros(total.size, bool)
        is_odd[odd] = True
        amounts = pc.replace_with_mask(amounts, pa.array(is_odd), pa.array([_sum_text(row) for row in rows]))
    return pa.chunked_array([_written(amounts, cells)])


def numbered(main: Any | None, others: Sequence[Any], cells: CellFormat) -> tuple[Any, I8]:
    """The codes of each row as a list, the main one first, and the rows that have others without a main one.

    Those rows have an empty list: which of the others is the main one is not known.
    """
    texts = [_combined(trimmed(column, cells)) for column in others]
    codes = _joined_codes(texts)
    rows = np.zeros(0, np.int64)
    if main is not None:
        first = _combined(trimmed(main, cells))
        has_other = np.any([text.is_valid().to_numpy(zero_copy_only=False) for text in texts], axis=0)
        rows = np.flatnonzero(first.is_null().to_numpy(zero_copy_only=False) & has_other)
        codes = pc.if_else(first.is_null(), "", _joined_codes([first, *texts]))
    return pa.chunked_array([pc.split_pattern(codes, _BETWEEN)]), rows


def hours(column: Any, units: Sequence[str], separator: str, cells: CellFormat) -> Any:
    """Durations such as 1/13/24 as hours, to six decimals; each distinct cell is read once."""
    encoded = _combined(pc.dictionary_encode(trimmed(column, cells)))
    read = pa.array([_hours(cell, units, separator) for cell in encoded.dictionary.to_pylist()], pa.string())
    return _written(pa.chunked_array([read.take(encoded.indices)]), cells)


def _hours(cell: str, units: Sequence[str], separator: str) -> str | None:
    parts = [part.strip() for part in (cell.split(separator) if separator else [cell])]
    if not any(parts):
        return None
    if len(parts) != len(units) or not all(part.isascii() and part.isdecimal() for part in parts if part):
        return cell
    minutes = sum(int(part or 0) * UNITS[unit] for part, unit in zip(parts, units, strict=True))
    return f"{Decimal(minutes) / 60:.6f}"


def _joined_codes(texts: Sequence[Any]) -> Any:
    """The codes of each row with a sign between them, a blank for a null."""
    return pc.binary_join_element_wise(*(pc.fill_null(text, "") for text in texts), _BETWEEN)


def _sum_text(cells: Sequence[str | None]) -> str:
    """The exact sum of a row, or its first cell that is no amount."""
    total = Decimal(0)
    for cell in cells:
        try:
            total += Decimal(cell or 0)
        except InvalidOperation:
            return str(cell)
    return format(total, "f")


def _written(text: Any, cells: CellFormat) -> Any:
    """Numbers as the mapping says that the file writes them, for they are read so."""
    return text if cells.decimal == "." else pc.replace_substring(text, ".", cells.decimal)


def _combined(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
