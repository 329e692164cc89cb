"""The one place with numba options: a kernel is lazily compiled, cached on disk and releases the GIL.

No `fastmath`, no `parallel`: sums are integer sums and threads run over blocks of cases, so that every thread count
gives the same bits. With `NUMBA_DISABLE_JIT=1` a kernel is the plain Python function, and numba is not even imported.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

F = TypeVar("F")

SWITCH = "NUMBA_DISABLE_JIT"
"""The environment variable of numba that leaves every kernel as it is written."""

if TYPE_CHECKING or os.environ.get(SWITCH, "0") not in ("", "0"):

    def kernel(function: F) -> F:
        """Compile a loop over numpy arrays."""
        return function

else:
    import numba

    kernel = numba.njit(cache=True, nogil=True, error_model="numpy")
