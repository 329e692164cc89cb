"""Numbers for the distinct texts of a column, given out as they are met, and in the order of the texts at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

I4 = NDArray[np.int32]

NONE = -1
"""The number of a blank."""


class Words:
    """A growing dictionary that threads share; `clean` makes one spelling of a text and '' of a blank."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean
        self._number: dict[str, int] = {"": NONE}
        self._seen: dict[str | None, int] = {None: NONE}
        self._lock = Lock()

    def numbers(self, texts: Sequence[str | None]) -> I4:
        """The number of each text, with `NONE` as a last entry for an id of -1."""
        with self._lock:
            for text in {*texts}.difference(self._seen):
                word = self._clean(text or "")
                self._seen[text] = self._number.setdefault(word, len(self._number) - 1)
            return np.array([*map(self._seen.__getitem__, texts), NONE], np.int32)

    def in_order(self) -> tuple[tuple[str, ...], I4]:
        """The sorted words, and the place of each number among them, with `NONE` as a last entry."""
        words = [word for word, number in self._number.items() if number != NONE]
        order = sorted(range(len(words)), key=words.__getitem__)
        place = np.full(len(words) + 1, NONE, np.int32)
        place[order] = np.arange(len(words))
        return tuple(words[number] for number in order), place


class Translation:
    """One thread's use of the words of a column: a list of texts is looked up once, as long as it comes again."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._texts: Sequence[str | None] | None = None
        self._numbers = np.zeros(0, np.int32)

    def numbers(self, texts: Sequence[str | None]) -> I4:
        """As `Words.numbers`."""
        if texts is not self._texts:
            self._texts, self._numbers = texts, self._words.numbers(texts)
        return self._numbers
