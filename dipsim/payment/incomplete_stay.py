"""Incomplete stays 住院过程不完整病例: a stay that was broken off earns by its cost, at most the points of its group.

    jinhua     points = min(B x c / m, B)
    zhejiang   points = min(B x A x c / m, B)

B are the group points, A the factor of the hospital, c the cost of the case and m the mean cost of its group in the
city. The limit is B in both readings: no factor raises it. Points are rounded once, half to even, after all factors. A
group of points without a mean is refused, one of no points earns none. A case that no group takes earns
no_match_ratio x scale x its cost / mean cost of all cases. Which stays are incomplete is said by a route, as by
`discharge_way` and `length_of_stay_days` (docs/sources.md, F3.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.errors import PolicyError, Problem
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, decimal_text, half_even, yuan_text
from dipsim.policy.params import Params
from dipsim.rule import Claims, Need, PassKind, Rule, Stage, Step, View
from dipsim.weighting.weighting import Weighting

I8 = NDArray[np.int64]

TABLE = "payment.incomplete_stay"
FLAGS = (("by_cost", "按费用折算"), ("whole_points", "按病种分值封顶"), ("no_match", "未入组病例"))
BY_COST, WHOLE_POINTS, NO_MATCH = range(3)


class IncompleteStayParams(Params):
    """What `[payment.incomplete_stay]` may say."""

    form: Literal["jinhua", "zhejiang"] = Field(
        description="Whether the hospital factor raises what a stay earns by its cost (zhejiang) or not (jinhua)"
    )
    no_match_ratio: float = Field(
        ge=0, multiple_of=0.001, description="Points of a case without a group, relative to its cost over the mean cost"
    )


def reads(_: IncompleteStayParams) -> frozenset[str]:
    """Columns that `run` needs."""
    return frozenset({"hospital_id", "insurance", "total_cost_yuan"})


def needs(params: IncompleteStayParams) -> frozenset[Need]:
    """What `run` takes from weighting."""
    return frozenset({Need.GROUP_POINTS, Need.HOSPITAL_FACTOR} if params.form == "zhejiang" else {Need.GROUP_POINTS})


def run(view: View, params: IncompleteStayParams) -> Claims:
    """Points of each stay and what set them; PolicyError when a group has no points or no mean cost."""
    weighting, codes = view.weights, view.grouping.group_codes
    group = view.grouping.group[view.rows].astype(np.int64)
    hospital = view.hospital[view.rows]
    cost_fen = view.cases.fen("total_cost_yuan")[view.rows]
    has_group = group >= 0
    weighting.require_points(group[has_group], codes)
    _require_means(weighting, group[has_group], codes)

    points = np.zeros(group.size, np.int64)
    flag = np.full(group.size, NO_MATCH, np.int64)
    whole, by_cost = _terms(params, weighting, group[has_group], hospital[has_group], cost_fen[has_group])
    points[has_group] = np.minimum(whole, by_cost)
    flag[has_group] = np.where(by_cost < whole, BY_COST, WHOLE_POINTS)
    points[~has_group] = weighting.no_match_points(params.no_match_ratio, cost_fen[~has_group])
    return Claims(points, np.zeros(group.size, np.int64), flag)


def explain(view: View, params: IncompleteStayParams, row: int) -> Iterator[Step]:
    """The points of the group, what the stay earns by its cost, and which of the two is less."""
    weighting = view.weights
    group, hospital = view.grouping.group[row : row + 1].astype(np.int64), view.hospital[row : row + 1]
    cost_fen = view.cases.fen("total_cost_yuan")[row : row + 1]
    if group[0] < 0:
        yield Step("points without a group", "未入组分值比例", str(params.no_match_ratio), f"{TABLE}.no_match_ratio")
        return
    whole, by_cost = _terms(params, weighting, group, hospital, cost_fen)
    mean = decimal_text(int(weighting.groups.mean_micro_yuan[group[0]]), 6)
    yield Step("group points, the most it earns", "病种分值（上限）", decimal_text(int(whole[0]), 6))
    yield Step("cost / mean cost of the group", "费用/病种均费", f"{yuan_text(int(cost_fen[0]))} / {mean}")
    if params.form == "zhejiang":
        factor = decimal_text(int(weighting.factor(group, hospital)[0]), 6)
        yield Step("hospital factor", "机构系数", factor, f"{TABLE}.form")
    yield Step("points by cost", "按费用折算分值", decimal_text(int(by_cost[0]), 6), f"{TABLE}.form")


def _terms(params: IncompleteStayParams, weighting: Weighting, group: I8, hospital: I8, cost_fen: I8) -> tuple[I8, I8]:
    """The points of each stay's group and those by its cost, in millionths, the latter rounded half to even.

    Python integers, for incomplete stays are few and the product of points, factor and cost exceeds 64 bits.
    """
    whole = weighting.groups.points_micro[group]
    mean = weighting.groups.mean_micro_yuan[group]
    factor = weighting.factor(group, hospital) if params.form == "zhejiang" else np.full(group.size, MICRO)
    by_cost = np.zeros(group.size, np.int64)
    for row in np.flatnonzero(mean).tolist():
        numerator = int(whole[row]) * int(factor[row]) * int(cost_fen[row]) * MICRO_YUAN_PER_FEN
        by_cost[row] = half_even(numerator, int(mean[row]) * MICRO)
    return whole, by_cost


def _require_means(weighting: Weighting, group: I8, codes: tuple[str, ...]) -> None:
    """PolicyError naming the groups with points and cases whose mean cost is not known."""
    groups = weighting.groups
    lacking = [codes[g] for g in np.unique(group).tolist() if groups.points_micro[g] and not groups.mean_micro_yuan[g]]
    if lacking:
        shown = ", ".join(lacking[:8]) + (f" and {len(lacking) - 8} more" if len(lacking) > 8 else "")
        what, why = f"no mean cost of {shown}", f"[{TABLE}] measures a stay by it"
        raise PolicyError(Problem("weights", what, why, "add mean_cost_yuan to group_points.csv"))


RULES = (
    Rule(
        key="incomplete_stay",
        label="Incomplete stays",
        label_zh="住院过程不完整病例",
        stage=Stage.CLAIM,
        pass_kind=PassKind.CELL,
        params=IncompleteStayParams,
        reads=reads,
        run=run,
        flags=FLAGS,
        needs=needs,
        explain=explain,
    ),
)
