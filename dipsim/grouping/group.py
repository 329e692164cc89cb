"""A group for every case by a scheme of any kind: the one place that asks which kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dipsim.cases.table import CaseTable
from dipsim.grouping import dip
from dipsim.grouping.result import Grouping
from dipsim.policy.any_scheme import AnyScheme
from dipsim.policy.drg_scheme import DrgScheme

if TYPE_CHECKING:
    from dipsim.grouping.drg.group import DrgGrouping


def group_cases(cases: CaseTable, scheme: AnyScheme, threads: int = 1) -> Grouping:
    """Group every case; the result depends neither on the number of threads nor on the order of the cases.

    Raises CaseDataError when a column of codes is absent, PolicyError when the scheme cannot be carried out.
    """
    if not isinstance(scheme, DrgScheme):
        return dip.group_cases(cases, scheme, threads)
    from dipsim.grouping.drg.group import group_drg  # a run by DIP need not wait for it

    return as_grouping(group_drg(cases, scheme, threads))


def as_grouping(found: DrgGrouping) -> Grouping:
    """What DRG grouping says of every case, without what it hung on; a case that no row takes is in the last resort."""
    codes = found.groups.codes
    mdc = np.empty(len(codes), np.int64)
    mdc[found.groups.of_row] = found.mdcs.of_row
    return Grouping(
        group=found.group,
        status=found.status,
        tied=np.zeros(found.row.size, np.bool_),
        group_codes=codes,
        mdc_codes=tuple(found.mdcs.codes[number] for number in mdc),
    )
