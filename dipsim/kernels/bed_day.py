"""One walk over the stays of each person: which continue one another, and how many of their days caps leave.

Slow twin: tests/naive/bed_day.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I8 = NDArray[np.int64]

LINK_GAP, STAY_CAP, YEAR_CAP = range(3)
"""Positions of `limits`."""
NO_LIMIT = 2**62
"""A cap that binds nobody."""
NEVER = -NO_LIMIT
"""A gap that links no stays."""


@kernel
def walk_stays(
    person: I8, admitted: I8, discharged: I8, days: I8, limits: I8, first: I8, before: I8, payable: I8
) -> None:
    """Fill, for each stay, the position of the first of its linked stays, the days of these before it, the days to pay.

    Rows stand in the order of person, admission, discharge and case id. A stay continues those before it when it begins
    at most limits[LINK_GAP] days after the latest discharge among them; the count of their days goes on. A stay is paid
    from its first day on, as far as the caps on linked stays and on the person leave days.
    """
    used = 0
    position = 0
    latest = 0
    start = 0
    for i in range(person.size):
        is_new = i == 0 or person[i] != person[i - 1]
        if is_new:
            used = 0
        if is_new or admitted[i] - latest > limits[LINK_GAP]:
            start = i
            position = 0
            latest = discharged[i]
        left = min(max(limits[STAY_CAP] - position, 0), limits[YEAR_CAP] - used)
        first[i] = start
        before[i] = position
        payable[i] = min(days[i], left)
        used += payable[i]
        position += days[i]
        latest = max(latest, discharged[i])
