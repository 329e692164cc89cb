"""Day surgery 日间手术: a case done within a day is paid like inpatients of its group, by own points or by its bill.

    same              the points of the inpatient group (同病同付)
    factor            factor x the points of the inpatient group
    own_group         the points of the group in `day_surgery_points.csv` of the weights
    fee_for_service   ratio x basis, in yuan, before the points of the others are priced

With `bands` a case far from the mean cost is corrected as an inpatient case is (`weighting/outlier.py`; a group with
points of its own compares with its own mean); with `hospital_factor` the factor of the hospital applies. Points are
rounded once, half to even, after all factors; yuan half to even to the fen. A case that no group takes earns
no_match_ratio x scale x its cost / mean cost of all cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.errors import PolicyError, Problem
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, decimal_text, half_even_ratio
from dipsim.policy.params import Params
from dipsim.rule import Claims, Need, PassKind, Rule, Stage, Step, View
from dipsim.weighting.outlier import BANDS, NORMAL, WHOLE, ratio_parts
from dipsim.weighting.weighting import Weighting

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Part = tuple[Mask, Weighting, tuple[int, int]]
"""Cases that are paid alike: which they are, the points they are paid by, and their share of these."""

TABLE = "payment.day_surgery"
FLAGS = (*BANDS, ("no_match", "未入组病例"), ("by_bill", "按项目付费病例"))
NO_MATCH, BY_BILL = len(BANDS), len(BANDS) + 1


class DaySurgeryParams(Params):
    """What `[payment.day_surgery]` may say."""

    points: Literal["same", "factor", "own_group", "fee_for_service"] = Field(
        description="The points of the inpatient group, a factor of them, those of the group's own, or yuan by the bill"
    )
    factor: float = Field(
        ge=0, multiple_of=0.001, description="Share of the inpatient group's points (points = factor, and the fallback)"
    )
    without_own_group: Literal["error", "factor"] = Field(
        description="What a group without a row in day_surgery_points.csv gets (points = own_group)"
    )
    bands: bool = Field(description="Whether cost deviation corrects the points")
    hospital_factor: bool = Field(description="Whether the hospital factor applies")
    no_match_ratio: float = Field(
        ge=0, multiple_of=0.001, description="Points of a case without a group, relative to its cost over the mean cost"
    )
    basis: Literal["total_cost_yuan", "eligible_cost_yuan", "fund_paid_yuan"] = Field(
        description="The bill that is paid (points = fee_for_service)"
    )
    ratio: float = Field(
        ge=0, multiple_of=0.001, description="Share of the basis that is paid (points = fee_for_service)"
    )


def reads(params: DaySurgeryParams) -> frozenset[str]:
    """Columns that `run` needs."""
    cost = params.basis if params.points == "fee_for_service" else "total_cost_yuan"
    return frozenset({"hospital_id", "insurance", cost})


def needs(params: DaySurgeryParams) -> frozenset[Need]:
    """What `run` takes from weighting."""
    if params.points == "fee_for_service":
        return frozenset()
    return frozenset({Need.GROUP_POINTS, Need.HOSPITAL_FACTOR} if params.hospital_factor else {Need.GROUP_POINTS})


def run(view: View, params: DaySurgeryParams) -> Claims:
    """Points or yuan of each case, and its band; PolicyError when a group has no points or no mean cost."""
    none = np.zeros(view.rows.size, np.int64)
    if params.points == "fee_for_service":
        numerator, denominator = ratio_parts(params.ratio)
        basis_fen = view.cases.fen(params.basis)[view.rows]
        amount = half_even_ratio(basis_fen, np.int64(numerator), np.int64(denominator))
        return Claims(none, amount, none + BY_BILL)
    weighting = _weighting(view, params)
    group = view.grouping.group[view.rows].astype(np.int64)
    cost_fen = view.cases.fen("total_cost_yuan")[view.rows]
    points, flag = none.copy(), none + NO_MATCH
    parts = _parts(params, weighting, group, view.insurance[view.rows], view.grouping.group_codes)
    for chosen, weights, share in parts:
        columns = (values[chosen] for values in (group, view.hospital[view.rows], view.insurance[view.rows], cost_fen))
        points[chosen], flag[chosen] = _points(params, weights, share, *columns)
    unmatched = group < 0
    points[unmatched] = weighting.no_match_points(params.no_match_ratio, cost_fen[unmatched])
    return Claims(points, none, flag)


def explain(view: View, params: DaySurgeryParams, row: int) -> Iterator[Step]:
    """Whose points a case earns and what they are multiplied by."""
    yield Step("day surgery is paid by", "日间手术支付口径", params.points, f"{TABLE}.points")
    if params.points == "fee_for_service":
        yield Step("share of the bill", "支付比例", f"{params.ratio} x {params.basis}", f"{TABLE}.ratio")
        return
    group = view.grouping.group[row : row + 1].astype(np.int64)
    hospital, insurance = view.hospital[row : row + 1], view.insurance[row : row + 1]
    cost_fen = view.cases.fen("total_cost_yuan")[row : row + 1]
    if group[0] < 0:
        yield Step("points without a group", "未入组分值比例", str(params.no_match_ratio), f"{TABLE}.no_match_ratio")
    for chosen, weights, share in _parts(params, _weighting(view, params), group, insurance, view.grouping.group_codes):
        if not chosen[0]:
            continue
        yield Step("group points", "病种分值", decimal_text(int(weights.groups.points_micro[group[0]]), 6))
        yield Step("share of them", "计付比例", decimal_text(MICRO * share[0] // share[1], 6), f"{TABLE}.factor")
        factor = decimal_text(int(weights.factor(group, hospital)[0]), 6)
        yield Step("hospital factor", "机构系数", factor, f"{TABLE}.hospital_factor")
        _, band = _points(params, weights, share, group, hospital, insurance, cost_fen)
        if params.bands and weights.outlier.references:
            reference = int(weights.reference(weights.outlier.compute_by, group, hospital, insurance)[0])
            ratio = f"{cost_fen[0] * MICRO_YUAN_PER_FEN / reference:.6f}" if reference else "-"
            value = f"{decimal_text(reference, 6)}, cost / reference = {ratio}"
            yield Step("reference cost", "比较基准", value, "weighting.outlier.compute_by")
        yield Step("deviation", "费用偏差", " ".join(FLAGS[int(band[0])]), f"{TABLE}.bands")


def _weighting(view: View, params: DaySurgeryParams) -> Weighting:
    """The weights of the run; where the hospital factor does not apply it is one, for grassroots groups too."""
    weighting = view.weights
    if params.hospital_factor:
        return weighting
    return replace(weighting, factor_micro=np.full_like(weighting.factor_micro, MICRO), grassroots_micro=-1)


def _parts(
    params: DaySurgeryParams, weighting: Weighting, group: I8, insurance: I8, codes: tuple[str, ...]
) -> list[Part]:
    """The cases with a group by how they are paid; PolicyError naming the groups that cannot be."""
    has_group = group >= 0
    has_own = np.zeros(group.size, bool)
    parts: list[Part] = []
    if params.points == "own_group":
        has_own[has_group] = weighting.day_surgery.is_priced[group[has_group]]
        parts.append((has_own, replace(weighting, groups=weighting.day_surgery), WHOLE))
        without = [codes[number] for number in np.unique(group[has_group & ~has_own])]
        if without and params.without_own_group == "error":
            what = f"groups with day surgery but without points of their own: {', '.join(without[:8])}"
            step = "add them to day_surgery_points.csv of the weights, or state without_own_group = 'factor'"
            raise PolicyError(Problem(f"[{TABLE}] points", what, f"{len(without)} in all", step))
    share = WHOLE if params.points == "same" else ratio_parts(params.factor)
    parts.append((has_group & ~has_own, weighting, share))
    for chosen, weights, _ in parts:
        weights.require_points(group[chosen], codes)
        if params.bands:
            weights.require_references(group[chosen], insurance[chosen], codes)
    return parts


def _points(
    params: DaySurgeryParams,
    weights: Weighting,
    share: tuple[int, int],
    group: I8,
    hospital: I8,
    insurance: I8,
    cost_fen: I8,
) -> tuple[I8, I8]:
    """Points in millionths and band of cases with a group."""
    if not params.bands:
        return weights.points_without_bands(group, hospital, share), np.full(group.size, NORMAL)
    return weights.points(group, hospital, insurance, cost_fen, share)


def weights_of(view: View, params: DaySurgeryParams) -> list[tuple[Mask, Weighting]]:
    """The cases paid by points of their own for day surgery, and those paid by the points of inpatients."""
    group = view.grouping.group[view.rows].astype(np.int64)
    parts = _parts(params, _weighting(view, params), group, view.insurance[view.rows], view.grouping.group_codes)
    return [(chosen, weights) for chosen, weights, _ in parts]


RULES = (
    Rule(
        key="day_surgery",
        label="Day surgery",
        label_zh="日间手术",
        stage=Stage.CLAIM,
        pass_kind=PassKind.CELL,
        params=DaySurgeryParams,
        reads=reads,
        run=run,
        flags=FLAGS,
        is_weighted=True,
        of_sums=True,
        needs=needs,
        weights_of=weights_of,
        explain=explain,
    ),
)
