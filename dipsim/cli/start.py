"""What makes a command start sooner: a library that nobody uses is not imported, and memory is swept less often."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

UNUSED = frozenset({"coverage", "pandas", "scipy"})
"""pyarrow and numba import these where they are installed, half a second, in case they meet them; no verb uses any."""
SWEEP_AFTER = 100_000
"""New containers between two searches for cycles; Python's own 700 costs a sixth of a short run."""


class _Unused(MetaPathFinder):
    """Says that the unused libraries are not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in UNUSED:
            raise ModuleNotFoundError(f"{fullname} is left out of the command line", name=fullname)
        return None


def start_sooner() -> None:
    """Prepare this process for one command; a program that uses dipsim as a library is left alone."""
    sys.meta_path.insert(0, _Unused())
    gc.set_threshold(SWEEP_AFTER)
