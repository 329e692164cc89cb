"""One walk over the stays of each person: which stay the person came back for.

Slow twin: tests/naive/readmission.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels._jit import kernel

I8 = NDArray[np.int64]

NO_RETURN = -1


@kernel
def find_returns(key: I8, admitted: I8, discharged: I8, is_exempt: NDArray[np.bool_], window: int, back: I8) -> None:
    """Fill, for each stay, the position of the first return to it, or NO_RETURN.

    Rows stand in the order of key, admission, discharge and case id. A return is a later row of the same key that is
    not exempt and begins 0 to `window` days after the discharge of the stay.
    """
    for i in range(key.size):
        back[i] = NO_RETURN
        for j in range(i + 1, key.size):
            if key[j] != key[i] or admitted[j] - discharged[i] > window:
                break
            if admitted[j] >= discharged[i] and not is_exempt[j]:
                back[i] = j
                break
