"""What makes a command start sooner: a library that nobody uses is not imported, few cases are worked out without the
compiler, memory is swept less often, and no threads are started that have nothing to do.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import MappingProxyType, ModuleType

UNUSED = frozenset({"coverage", "pandas", "scipy"})
"""pyarrow and numba import these where they are installed, half a second, in case they meet them; no verb uses any."""
SWEEP_AFTER = 100_000
"""New containers between two searches for cycles; Python's own 700 costs a sixth of a short run."""
READERS_OF_CASES = frozenset({"run", "compare", "hospital", "explain", "group"})
"""The verbs that do little with a case once it is read; learning sorts them all, and the demo makes its own."""
SMALL: Mapping[str, int] = MappingProxyType({".csv": 5_000_000, ".parquet": 1_200_000, ".xlsx": 4_000_000})
"""Bytes of a kind of file, about 20,000 cases: plain loops over so many DRG cases or stays paid by bed-day take as long
as it does to load the compiler, over DIP cases those over 80,000."""
COMPILER_OFF = "NUMBA_DISABLE_JIT"
"""The switch of numba itself; who sets it to 0 or 1 decides."""
MATRIX_THREADS = "OPENBLAS_NUM_THREADS"
"""How many threads numpy starts for products of matrices of floats, of which no verb takes any."""


class _Unused(MetaPathFinder):
    """Says that the unused libraries are not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in UNUSED:
            raise ModuleNotFoundError(f"{fullname} is left out of the command line", name=fullname)
        return None


def start_sooner(words: Sequence[str]) -> None:
    """Prepare this process for the command of these words; a program that uses dipsim as a library is left alone."""
    sys.meta_path.insert(0, _Unused())
    gc.set_threshold(SWEEP_AFTER)
    os.environ.setdefault(MATRIX_THREADS, "1")
    if words and words[0] in READERS_OF_CASES and has_few_cases(words[1:]):
        os.environ.setdefault(COMPILER_OFF, "1")


def has_few_cases(words: Sequence[str]) -> bool:
    """Whether the words name files, and these together are small; what an earlier command wrote does not count."""
    try:
        size = sum(path.stat().st_size / SMALL[path.suffix] for path in _files(words))
    except OSError:  # whoever reads it says what is wrong with it
        return False
    return 0 < size <= 1


def _files(words: Sequence[str]) -> Iterator[Path]:
    """The files of tables among the words and directly below the folders among them, but for the output."""
    for before, word in zip(("", *words), words, strict=False):
        if before in ("-o", "--output"):
            continue
        place = Path(word)
        for path in place.iterdir() if place.is_dir() else (place,):
            if path.suffix in SMALL and path.is_file():
                yield path
