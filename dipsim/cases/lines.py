"""Where the records of a CSV text begin: byte offsets and physical line numbers, quoted line breaks counted.

A quote opens a quoted cell only at the beginning of a cell (RFC 4180); elsewhere it is a character like any other.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int64]

_NO_RETURN = "a carriage return alone stands within the line"
_LINE_FEED = 0x0A
_CARRIAGE_RETURN = 0x0D
_QUOTE = 0x22


class BrokenLine(Exception):  # noqa: N818 - a place, which the reader of a file turns into an error
    """A text that is no CSV: the number of the line, from 1, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a CSV text without its empty lines.

    starts, ends   byte offsets; the line break that ends a record lies outside it
    lines          number of the line on which each record begins, from 1
    unclosed_line  where a record begins whose last quote never closes, 0 for none
    """

    starts: I8
    ends: I8
    lines: I8
    unclosed_line: int

    def after_first(self) -> Records:
        """All records but the first."""
        return Records(self.starts[1:], self.ends[1:], self.lines[1:], self.unclosed_line)

    def without_last(self) -> Records:
        """All records but the last, which is the one that may be unclosed."""
        return Records(self.starts[:-1], self.ends[:-1], self.lines[:-1], 0)

    def moved(self, lines: int) -> Records:
        """The records of a text that stands so many lines further down."""
        unclosed_line = self.unclosed_line + lines if self.unclosed_line else 0
        return Records(self.starts, self.ends, self.lines + lines, unclosed_line)


def find_records(data: bytes, delimiter: str) -> Records:
    """Every record of a CSV text in UTF-8 with line ends "\\n" or "\\r\\n"; BrokenLine."""
    text = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(text == _LINE_FEED)
    quotes = np.flatnonzero(text == _QUOTE) if b'"' in data else np.zeros(0, np.int64)
    if not _all_quotes_open_or_close(text, quotes, delimiter):
        return _find_records_one_by_one(data, delimiter)
    if b"\r" in data:
        _require_line_feeds(text, breaks, quotes)
    is_end = np.searchsorted(quotes, breaks) % 2 == 0
    ends = np.append(breaks[is_end], text.size)
    starts = np.append(0, ends[:-1] + 1)
    lines = np.append(1, np.flatnonzero(is_end) + 2)
    return _without_empty_lines(text, starts, ends, lines, is_unclosed=quotes.size % 2 == 1)


def _all_quotes_open_or_close(text: NDArray[np.uint8], quotes: I8, delimiter: str) -> bool:
    """Whether counting quotes tells what is quoted: every other one begins a cell or doubles the quote before it."""
    opening = quotes[::2]
    before = text[opening[opening > 0] - 1]
    return bool(np.isin(before, [_LINE_FEED, _QUOTE, ord(delimiter)]).all())


def _require_line_feeds(text: NDArray[np.uint8], breaks: I8, quotes: I8) -> None:
    """BrokenLine for a carriage return within a line, outside quotes; a line may end in several, as csv has it."""
    returns = np.flatnonzero(text[:-1] == _CARRIAGE_RETURN)
    alone = returns[~np.isin(text[returns + 1], [_LINE_FEED, _CARRIAGE_RETURN])]
    outside = alone[np.searchsorted(quotes, alone) % 2 == 0]
    if outside.size:
        raise BrokenLine(int(np.searchsorted(breaks, outside[0])) + 1, _NO_RETURN)


def _find_records_one_by_one(data: bytes, delimiter: str) -> Records:
    """The slow way, for a text with quotes inside unquoted cells: the reader of the standard library counts the lines.

    A last line of its own is added: when it does not come back as a record, an open quote has swallowed it.
    """
    added = "#"
    reader = csv.reader(io.StringIO(f"{data.decode('utf-8')}\n{added}", newline="\n"), delimiter=delimiter)
    try:
        records = [(reader.line_num, len(row) == 1 and row[0] == added) for row in reader]
    except csv.Error as error:
        is_return = "new-line" in str(error)
        raise BrokenLine(reader.line_num, _NO_RETURN if is_return else str(error)) from error
    is_unclosed = not records[-1][1]
    last_lines = np.array([line for line, _ in (records if is_unclosed else records[:-1])], np.int64)
    text = np.frombuffer(data, np.uint8)
    breaks = np.append(np.flatnonzero(text == _LINE_FEED), text.size)
    ends = breaks[np.minimum(last_lines, breaks.size) - 1]
    starts = np.append(0, ends[:-1] + 1)
    lines = np.append(1, last_lines[:-1] + 1)
    return _without_empty_lines(text, starts, ends, lines, is_unclosed=is_unclosed)


def _without_empty_lines(text: NDArray[np.uint8], starts: I8, ends: I8, lines: I8, *, is_unclosed: bool) -> Records:
    last = text[np.maximum(ends - 1, 0)] if text.size else np.zeros(ends.size, np.uint8)
    ends = ends - ((ends > starts) & (last == _CARRIAGE_RETURN))
    is_record = ends > starts
    unclosed_line = int(lines[-1]) if is_unclosed else 0
    return Records(starts[is_record], ends[is_record], lines[is_record], unclosed_line)
