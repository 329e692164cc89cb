"""Numbers for the distinct texts of a column, given out as they are met, and in the order of the texts at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

I4 = NDArray[np.int32]

NONE = -1
"""The number of a blank."""


class Words:
    """A growing dictionary that threads share; `clean` makes one spelling of each text and '' of a blank."""

    def __init__(self, clean: Callable[[Sequence[str]], Sequence[str]]) -> None:
        self._clean = clean
        self._number: dict[str, int] = {"": NONE}
        self._seen = pa.array([], pa.large_string())
        self._number_of_seen = np.array([NONE], np.int32)
        self._lock = Lock()

    def numbers(self, texts: Any) -> I4:
        """The number of each text of an Arrow array, with `NONE` as a last entry for an id of -1.

        Texts are looked up by Arrow, and cleaned when they are seen for the first time.
        """
        wide = texts.cast(pa.large_string())
        with self._lock:
            places = pc.index_in(wide, self._seen)
            if places.null_count > wide.null_count:
                self._add(wide.filter(places.is_null()).drop_null().unique())
                places = pc.index_in(wide, self._seen)
            return np.append(self._number_of_seen[pc.fill_null(places, NONE).to_numpy()], np.int32(NONE))

    def _add(self, unseen: Any) -> None:
        new = [self._number.setdefault(word, len(self._number) - 1) for word in self._clean(unseen.to_pylist())]
        self._seen = pa.concat_arrays([self._seen, unseen])
        self._number_of_seen = np.array([*self._number_of_seen[:-1], *new, NONE], np.int32)

    def in_order(self) -> tuple[tuple[str, ...], I4]:
        """The sorted words, and the place of each number among them, with `NONE` as a last entry."""
        words = [word for word, number in self._number.items() if number != NONE]
        order = sorted(range(len(words)), key=words.__getitem__)
        place = np.full(len(words) + 1, NONE, np.int32)
        place[order] = np.arange(len(words))
        return tuple(words[number] for number in order), place


class Translation:
    """One thread's use of the words of a column: texts are looked up once, as long as the same array comes again."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._texts: Any = None
        self._numbers = np.zeros(0, np.int32)

    def numbers(self, texts: Any) -> I4:
        """As `Words.numbers`."""
        if texts is not self._texts:
            self._texts, self._numbers = texts, self._words.numbers(texts)
        return self._numbers
