"""DIP 按病种分值付费: a case earns the points of its group, corrected by its cost deviation and the hospital's factor.

points = group points x hospital factor, or the formula of its deviation band (`weighting/outlier.py`). A case that no
group takes earns no_match_ratio x scale x case cost / mean cost of all cases.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.errors import PolicyError, Problem
from dipsim.money import MICRO_YUAN_PER_FEN, half_even_ratio
from dipsim.policy.params import Params
from dipsim.rule import Claims, PassKind, Rule, Stage, View
from dipsim.weighting.outlier import BANDS, ratio_parts
from dipsim.weighting.relative_weight import GroupWeights
from dipsim.weighting.weighting import Weighting

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


def run(view: View, params: DipParams) -> Claims:
    """Points of each case in millionths and its band; PolicyError when a group has no points or no mean cost."""
    weighting = _weighting(view)
    group = view.grouping.group[view.rows].astype(np.int64)
    cost_fen = view.cases.fen("total_cost_yuan")[view.rows]
    has_group = group >= 0
    _require_weights(view, weighting, np.unique(group[has_group]))

    points = np.zeros(group.size, np.int64)
    flag = np.full(group.size, NO_MATCH, np.int64)
    rows = view.rows[has_group]
    points[has_group], flag[has_group] = weighting.points(
        group[has_group], view.hospital[rows], view.insurance[rows], cost_fen[has_group]
    )
    points[~has_group] = _no_match_points(params, weighting.groups, cost_fen[~has_group])
    return Claims(points, np.zeros(group.size, np.int64), flag)


def _no_match_points(params: DipParams, groups: GroupWeights, cost_fen: I8) -> I8:
    numerator, denominator = ratio_parts(params.no_match_ratio)
    return half_even_ratio(
        cost_fen * MICRO_YUAN_PER_FEN,
        np.int64(groups.scale_micro * numerator),
        np.int64(groups.overall_mean_micro_yuan * denominator),
    )


def _weighting(view: View) -> Weighting:
    if view.weighting is None:
        raise PolicyError(
            Problem(
                "[payment.dip]", "no weights", "a point has no size without them", "state `weights` in the scenario"
            )
        )
    return view.weighting


def _require_weights(view: View, weighting: Weighting, groups: I8) -> None:
    known = weighting.groups
    codes = view.grouping.group_codes
    unpriced = [codes[group] for group in groups if not known.is_priced[group]]
    references = {weighting.outlier.classify_by, weighting.outlier.compute_by}
    without_mean = [codes[group] for group in groups if known.is_priced[group] and known.mean_micro_yuan[group] == 0]
    if unpriced:
        raise PolicyError(_lacking("points", unpriced, "add them to group_points.csv, or route these cases elsewhere"))
    if without_mean and references != {"pay_standard"}:
        raise PolicyError(_lacking("mean cost", without_mean, "add mean_cost_yuan, or compare with pay_standard"))


def _lacking(what: str, codes: list[str], next_step: str) -> Problem:
    shown = ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
    return Problem("weights", f"groups with cases but without {what}: {shown}", "they cannot be paid", next_step)


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
    ),
)
