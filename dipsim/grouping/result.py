"""What grouping says of every case, by a scheme of any kind: a group, and a status that tells how it came to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dipsim.kernels import dip as kernel

I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
NO_GROUP = kernel.NONE


class Status(IntEnum):
    """What became of a case in grouping; every case has exactly one.

    The first seven are those of DIP and of groups that cases bring, the others those of DRG; both know cases without a
    principal diagnosis.
    """

    CORE = kernel.CORE
    COMPOSITE = kernel.COMPOSITE
    BROUGHT = kernel.BROUGHT
    NO_MATCH = kernel.NO_MATCH
    NO_PROCEDURE_CLASS = kernel.NO_PROCEDURE_CLASS
    NO_PRINCIPAL_DIAGNOSIS = kernel.NO_PRINCIPAL_DIAGNOSIS
    EXCLUDED_DIAGNOSIS = kernel.EXCLUDED_DIAGNOSIS
    GROUPED = 7
    FALLBACK = 8
    SURGERY_UNRELATED = 9
    UNGROUPABLE = 10
    UNKNOWN_DIAGNOSIS = 11

    @property
    def key(self) -> str:
        """The name in tables and on the command line, such as `no_procedure_class`."""
        return self.name.lower()

    @property
    def label_zh(self) -> str:
        """The Chinese label."""
        return _LABELS_ZH[self]


_LABELS_ZH: Mapping[Status, str] = {
    Status.CORE: "核心病种",
    Status.COMPOSITE: "综合病种",
    Status.BROUGHT: "病例自带病种",
    Status.NO_MATCH: "未匹配到病种",
    Status.NO_PROCEDURE_CLASS: "手术操作类别未知",
    Status.NO_PRINCIPAL_DIAGNOSIS: "缺主要诊断",
    Status.EXCLUDED_DIAGNOSIS: "主要诊断不纳入分组",
    Status.GROUPED: "已入组",
    Status.FALLBACK: "仅归入主要诊断大类（00 组）",
    Status.SURGERY_UNRELATED: "手术与主要诊断无关（QY 组）",
    Status.UNGROUPABLE: "没有规则匹配（歧义病例）",
    Status.UNKNOWN_DIAGNOSIS: "主要诊断不在分组方案内",
}


@dataclass(frozen=True, slots=True)
class Grouping:
    """The group and the status of each case.

    group         int32 index into group_codes, NO_GROUP for a case without a group
    status        int8, a Status
    tied          whether several rows matched with equally many procedures, whatever the scheme then did
    group_codes   every group of the scheme (of the cases, where they bring their own), sorted
    mdc_codes     the major diagnostic category of each of these groups; empty where a scheme has none
    """

    group: I4
    status: I1
    tied: NDArray[np.bool_]
    group_codes: tuple[str, ...]
    mdc_codes: tuple[str, ...] = ()

    def group_code_of(self, row: int) -> str:
        """The group code of one case, '' for a case without a group."""
        group = int(self.group[row])
        return "" if group == NO_GROUP else self.group_codes[group]

    def take(self, rows: I8) -> Grouping:
        """The cases of some rows."""
        return replace(self, group=self.group[rows], status=self.status[rows], tied=self.tied[rows])
