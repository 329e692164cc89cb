"""DRG 按病组付费: a case earns the base points of its group, corrected by its cost deviation and the hospital's factor.

    points = B x A                  B: base points of the group (weight x scale), A: factor of the hospital (F3.3)
    low case                        points = B x c / m                  c: cost of the case, m: mean cost of its group
    high case                       points = B x A + B x (c / m - U)    U by weight and hospital level (F3.5)

The bands are those of `weighting/outlier.py`, form drg; `high_cases` caps how many cases are paid as high. A case of a
group without a weight is refused, unless the policy says what it gets: points by its cost, cost_ratio x scale x c /
mean cost of all cases, or a share of its bill in yuan. Cases that no finer group takes (00), whose operation is
unrelated (QY) or that no rule takes (0000), and stays that are too short or too long, go other ways by routes.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.errors import PolicyError, Problem
from dipsim.money import half_even_ratio
from dipsim.policy.params import Params
from dipsim.rule import Claims, Need, PassKind, Rule, Stage, View
from dipsim.weighting.outlier import BANDS, ratio_parts

I8 = NDArray[np.int64]

NO_MATCH = len(BANDS)
WITHOUT_WEIGHT = NO_MATCH + 1
_SHOWN = 8


class DrgParams(Params):
    """What `[payment.drg]` may say."""

    without_weight: Literal["refuse", "by_cost", "fee_for_service"] = Field(
        description="What a case gets whose group has no weight: no run, points by its cost, or a share of its bill"
    )
    cost_ratio: float = Field(
        ge=0, multiple_of=0.001, description="Points relative to cost over the mean cost of all cases (by_cost)"
    )
    basis: Literal["total_cost_yuan", "eligible_cost_yuan", "fund_paid_yuan"] = Field(
        description="The bill of which a share is paid (fee_for_service)"
    )
    ratio: float = Field(ge=0, multiple_of=0.001, description="Share of the bill that is paid (fee_for_service)")


def reads(params: DrgParams) -> frozenset[str]:
    """Columns that `run` needs."""
    of_bill = {params.basis} if params.without_weight == "fee_for_service" else set()
    return frozenset({"hospital_id", "insurance", "total_cost_yuan", *of_bill})


def needs(_: DrgParams) -> frozenset[Need]:
    """What `run` takes from weighting."""
    return frozenset({Need.GROUP_POINTS, Need.HOSPITAL_FACTOR})


def run(view: View, params: DrgParams) -> Claims:
    """Points of each case in millionths and its band; PolicyError when a group cannot be priced or compared."""
    weighting = view.weights
    group = view.grouping.group[view.rows].astype(np.int64)
    has_weight = (group >= 0) & np.append(weighting.groups.is_priced, False)[group]  # NO_GROUP, -1, is the last
    if params.without_weight == "refuse" and not has_weight.all():
        raise PolicyError(_without_weight(view, group[~has_weight]))
    rows = view.rows[has_weight]
    weighting.require_references(group[has_weight], view.insurance[rows], view.grouping.group_codes)

    cost_fen = view.cases.fen("total_cost_yuan")[view.rows]
    points, amount = np.zeros(group.size, np.int64), np.zeros(group.size, np.int64)
    flag = np.where(group >= 0, WITHOUT_WEIGHT, NO_MATCH)
    points[has_weight], flag[has_weight] = weighting.points(
        group[has_weight], view.hospital[rows], view.insurance[rows], cost_fen[has_weight]
    )
    if params.without_weight == "by_cost":
        points[~has_weight] = weighting.no_match_points(params.cost_ratio, cost_fen[~has_weight])
    elif params.without_weight == "fee_for_service":
        part, whole = ratio_parts(params.ratio)
        bill_fen = view.cases.fen(params.basis)[view.rows[~has_weight]]
        amount[~has_weight] = half_even_ratio(bill_fen, np.int64(part), np.int64(whole))
    return Claims(points, amount, flag)


def _without_weight(view: View, group: I8) -> Problem:
    """The groups among these that have no weight, and how many cases they have."""
    codes = [view.grouping.group_codes[number] if number >= 0 else "no group" for number in np.unique(group)]
    shown = ", ".join(codes[:_SHOWN]) + (f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else "")
    return Problem(
        "[payment.drg] without_weight",
        f"{group.size:,} cases of groups without a weight: {shown}",
        "it says 'refuse'",
        "add their weights to group_points.csv, route these cases elsewhere, or state by_cost or fee_for_service",
    )


RULES = (
    Rule(
        key="drg",
        label="Payment by diagnosis-related groups (DRG)",
        label_zh="按病组付费",
        stage=Stage.CLAIM,
        pass_kind=PassKind.CELL,
        params=DrgParams,
        reads=reads,
        run=run,
        flags=(*BANDS, ("no_match", "未入组病例"), ("without_weight", "无权重病组病例")),
        is_weighted=True,
        of_sums=True,
        needs=needs,
    ),
)
