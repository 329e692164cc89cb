"""The groups of a scheme that can have a weight: those that grouped cases land in."""

from __future__ import annotations

from collections.abc import Mapping

from dipsim.policy.any_scheme import AnyScheme
from dipsim.policy.drg_scheme import DrgScheme


def weighable_groups(scheme: AnyScheme) -> Mapping[str, str]:
    """Every group by code, with its ADRG ('' where a scheme has none).

    Of a DRG scheme those are left out that stand for a failure to group: fallback (X00), QY and ungroupable (0000).
    """
    if not isinstance(scheme, DrgScheme):
        return {row.group_code: "" for row in scheme.rows}
    choices = scheme.choices
    failures = {*choices.fallback, *choices.surgery_unrelated}
    rows = (row for row in scheme.drg if row.parent not in failures and row.code != choices.ungroupable)
    return {row.code: row.parent for row in rows}
