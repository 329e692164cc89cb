"""Texts of a chart and of a workbook, sized by counting columns: a Chinese character is two.

No font is measured: which fonts a machine has then changes nothing, and the reader's own font fits.
"""

from __future__ import annotations

import re
import unicodedata

SIZE, TITLE_SIZE, SMALL_SIZE = 9.0, 12.0, 7.5
_EM_PER_COLUMN = 0.55


def columns(text: str) -> int:
    """Display width in columns: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def text_width(text: str, size: float = SIZE) -> float:
    """About how many points a text takes."""
    return columns(text) * size * _EM_PER_COLUMN


def columns_in(width: float, size: float) -> int:
    """The columns that so many points have room for."""
    return int(width / (size * _EM_PER_COLUMN))


def shortened(text: str, most: int) -> str:
    """The text in at most so many columns."""
    if columns(text) <= most:
        return text
    kept = text
    while columns(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


_WIDE, _AFTER = r"\u2e80-\uffef", "，。；：、）！？"
_UNBREAKABLE = rf"（[^）]{{0,24}}）[{_AFTER}]*|[{_WIDE}][{_AFTER}]*|[^\s{_WIDE}]+[{_AFTER}]*|\s+"
"""What a line is never broken inside: a short bracket, a wide character or a word with the punctuation after it."""


def wrapped(text: str, most: int) -> list[str]:
    """Lines of at most so many columns, broken at blanks and between wide characters, brackets kept with their text."""
    lines = [""]
    for part in re.findall(_UNBREAKABLE, text):
        if columns(lines[-1] + part) > most and lines[-1]:
            lines.append("")
        lines[-1] += part if lines[-1] else part.lstrip()
    return [line.rstrip() for line in lines if line.strip()]
