"""Cases as compact arrays, with the groups that they form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CompactCases:
    """One entry a case, 17 bytes, and what is known of each group.

    Groups stand from the most frequent to the rarest, so that those of most cases lie together, equally frequent ones
    in the order of their codes.

    key          int32 index of the group, -1 for a case without principal diagnosis
    hospital     int32 index into hospital_ids, which are sorted
    insurance    int8 index into ledger.INSURANCES
    cost_fen     int64
    parts        int32 (groups, 2): index into subcategories, index into procedures or -1 for none; both are sorted
    group_cases, group_cost_fen   int64 by group
    ungrouped_cost_fen, largest_cost_fen   sum of the costs of the cases without a group, and the largest cost of all
    """

    key: I4
    hospital: I4
    insurance: I1
    cost_fen: I8
    hospital_ids: tuple[str, ...]
    subcategories: tuple[str, ...]
    procedures: tuple[str, ...]
    parts: I4
    group_cases: I8
    group_cost_fen: I8
    ungrouped_cost_fen: int
    largest_cost_fen: int

    def __len__(self) -> int:
        return int(self.key.size)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group_cases.size)

    def group_code(self, group: int) -> str:
        """The code of a group as a learned catalogue writes it: `K35.9:47.0100`, `K35.9` without a procedure."""
        subcategory, procedure = self.parts[group].tolist()
        code = self.subcategories[subcategory]
        return code if procedure < 0 else f"{code}:{self.procedures[procedure]}"
