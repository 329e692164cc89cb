"""DIP 按病种分值付费: a case earns the points of its group, corrected by its cost deviation and the hospital's factor.

points = group points x hospital factor, or the formula of its deviation band (`weighting/outlier.py`). A case that no
group takes earns no_match_ratio x scale x case cost / mean cost of all cases.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.policy.params import Params
from dipsim.rule import Claims, Need, PassKind, Rule, Stage, View
from dipsim.weighting.outlier import BANDS

I8 = NDArray[np.int64]

NO_MATCH = len(BANDS)


class DipParams(Params):
    """What `[payment.dip]` may say."""

    no_match_ratio: float = Field(
        ge=0, multiple_of=0.001, description="Points of a case without a group, relative to its cost over the mean cost"
    )


def reads(_: DipParams) -> frozenset[str]:
    """Columns that `run` needs."""
    return frozenset({"hospital_id", "insurance", "total_cost_yuan"})


def needs(_: DipParams) -> frozenset[Need]:
    """What `run` takes from weighting."""
    return frozenset({Need.GROUP_POINTS, Need.HOSPITAL_FACTOR})


def run(view: View, params: DipParams) -> Claims:
    """Points of each case in millionths and its band; PolicyError when a group cannot be priced or compared."""
    weighting = view.weights
    group = view.grouping.group[view.rows].astype(np.int64)
    cost_fen = view.cases.fen("total_cost_yuan")[view.rows]
    has_group = group >= 0
    weighting.require_points(group[has_group], view.grouping.group_codes)
    rows = view.rows[has_group]
    weighting.require_references(group[has_group], view.insurance[rows], view.grouping.group_codes)

    points = np.zeros(group.size, np.int64)
    flag = np.full(group.size, NO_MATCH, np.int64)
    points[has_group], flag[has_group] = weighting.points(
        group[has_group], view.hospital[rows], view.insurance[rows], cost_fen[has_group]
    )
    points[~has_group] = weighting.no_match_points(params.no_match_ratio, cost_fen[~has_group])
    return Claims(points, np.zeros(group.size, np.int64), flag)


RULES = (
    Rule(
        key="dip",
        label="Payment by disease points (DIP)",
        label_zh="按病种分值付费",
        stage=Stage.CLAIM,
        pass_kind=PassKind.CELL,
        params=DipParams,
        reads=reads,
        run=run,
        flags=(*BANDS, ("no_match", "未入组病例")),
        is_weighted=True,
        of_sums=True,
        needs=needs,
    ),
)
