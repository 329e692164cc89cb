"""Cap on high cases 高倍率病例占比上限: beyond a share of a hospital's discharges, high cases are paid as normal ones.

    allowed = largest_share x discharges of the hospital, rounded

The high cases of a hospital (those paid above the points of their group for their cost) are ranked. As many as allowed,
from the first on, keep what they claimed; the others earn the points of their group as a normal case does: group points
x hospital factor. They never earn more than they claimed. Cases are ranked by their cost over its reference or by yuan
above the limit U x reference, the reference being the one that chose the band, both to the millionth; among equals the
dearer case comes first, then the smaller case id.

Discharges are all cases that the pool pays, by whatever rule, or only those that claim points of groups. A case that
awaits special review takes a place where it is paid as high until then (docs/sources.md, F3.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.ledger import INSURANCES
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, decimal_text, half_even_ratio, micro
from dipsim.policy.params import Params
from dipsim.rule import HighCases, Need, PassKind, Reviewed, ReviewView, Rule, Stage, Step

I8 = NDArray[np.int64]

TABLE = "supervision.high_cases"
FLAGS = (
    ("not_high", "非高倍率病例"),
    ("over_cap", "超出占比上限的高倍率病例"),
    ("within_cap", "占比上限以内的高倍率病例"),
)
NOT_HIGH, OVER_CAP, WITHIN_CAP = range(3)
NO_REASON = -1

Share = Annotated[float, Field(ge=0, le=1, multiple_of=0.001)]


class HighCasesParams(Params):
    """What `[supervision.high_cases]` may say."""

    largest_share: Share | Literal["none"] = Field(
        description="Share of a hospital's discharges that may be paid as high; 'none': no case is reviewed"
    )
    discharges: Literal["pool", "group_points"] = Field(
        description="What counts as a discharge: every case that the pool pays, or only those that claim group points"
    )
    by_insurance: bool = Field(description="Whether each insurance is ranked by itself, on its own discharges")
    rounding: Literal["down", "half_up"] = Field(description="How the number of allowed cases becomes whole")
    rank_by: Literal["ratio", "excess_yuan"] = Field(
        description="Cost over its reference, or yuan above the limit of the band; the highest are kept"
    )
    over_cap: Literal["group_points", "as_claimed"] = Field(
        description="What the others earn: the points of their group as a normal case, or as claimed (listed only)"
    )


def reads(params: HighCasesParams) -> frozenset[str]:
    """Columns that `run` needs: none where nothing is reviewed."""
    if params.largest_share == "none":
        return frozenset()
    return frozenset({"hospital_id", "total_cost_yuan"} | ({"insurance"} if params.by_insurance else set()))


def needs(_: HighCasesParams) -> frozenset[Need]:
    """What `run` takes from weighting."""
    return frozenset({Need.HIGH_CASES})


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Where each high case stands among those it is ranked with; int64, one entry a high case.

    measure      what it is ranked by, in millionths
    place        1 for the first
    of           high cases that are ranked together
    discharges   what they are a share of
    allowed      how many of them are paid as high
    """

    measure: I8
    place: I8
    of: I8
    discharges: I8
    allowed: I8


def run(view: ReviewView, params: HighCasesParams) -> Reviewed:
    """The points that each case keeps: a high case over the cap those of its group."""
    high, ranking = view.high, _ranking(view, params)
    is_over = ranking.place > ranking.allowed
    flag = np.full(view.rows.size, NOT_HIGH, np.int64)
    flag[high.at] = np.where(is_over, OVER_CAP, WITHIN_CAP)
    points = view.points_micro.copy()
    if params.over_cap == "group_points":
        over = high.at[is_over]
        points[over] = np.minimum(points[over], high.normal_points_micro[is_over])
    return Reviewed(points, flag, np.full(view.rows.size, NO_REASON, np.int64))


def _ranking(view: ReviewView, params: HighCasesParams) -> _Ranking:
    """The high cases of each hospital in order."""
    high = view.high
    rows = view.rows[high.at]
    unit = view.hospital * len(INSURANCES) + view.insurance if params.by_insurance else view.hospital
    counted = np.flatnonzero(view.is_paid) if params.discharges == "pool" else view.rows
    discharges = np.bincount(unit[counted])[unit[rows]]
    cost, measure = view.cases.fen("total_cost_yuan")[rows], _measure(view, params, high)
    case_ids = np.asarray(view.cases.case_ids.take(rows).to_pylist())
    order = np.lexsort((case_ids, -cost, -measure, unit[rows]))
    units = unit[rows][order]
    first, after = np.searchsorted(units, units), np.searchsorted(units, units, side="right")
    place, of = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64)
    place[order], of[order] = np.arange(rows.size) - first + 1, after - first
    return _Ranking(measure, place, of, discharges, _allowed(params, discharges))


def _measure(view: ReviewView, params: HighCasesParams, high: HighCases) -> I8:
    """What each high case is ranked by, in millionths of the reference or of a yuan."""
    cost_micro_yuan = view.cases.fen("total_cost_yuan")[view.rows[high.at]] * MICRO_YUAN_PER_FEN
    if params.rank_by == "ratio":
        return half_even_ratio(cost_micro_yuan, np.int64(MICRO), high.reference_micro_yuan)
    return cost_micro_yuan - high.limit_micro_yuan


def _allowed(params: HighCasesParams, discharges: I8) -> I8:
    """How many high cases so many discharges allow."""
    assert params.largest_share != "none"
    number_micro = micro(params.largest_share) * discharges
    return (number_micro + (MICRO // 2 if params.rounding == "half_up" else 0)) // MICRO


def explain(view: ReviewView, params: HighCasesParams, reviewed: Reviewed, at: int) -> Iterator[Step]:
    """Where a high case stands among the hospital's, and what it keeps; `at` counts through `view.rows`."""
    flag = int(reviewed.flag[at])
    yield Step("cap on high cases", "高倍率病例占比上限", " ".join(FLAGS[flag]), f"{TABLE}.largest_share")
    if flag == NOT_HIGH:
        return
    ranking, number = _ranking(view, params), int(np.flatnonzero(view.high.at == at)[0])
    place, of, allowed = (int(values[number]) for values in (ranking.place, ranking.of, ranking.allowed))
    measure = f"{params.rank_by} = {decimal_text(int(ranking.measure[number]), 6)}"
    yield Step("place among high cases", "高倍率病例中的排位", f"{place} / {of}, {measure}", f"{TABLE}.rank_by")
    exact = f"{params.largest_share} x {ranking.discharges[number]}, {params.rounding}"
    yield Step("high cases allowed", "可按高倍率支付例数", f"{allowed} = {exact}", f"{TABLE}.rounding")
    if flag == OVER_CAP and params.over_cap == "group_points":
        normal = decimal_text(int(view.high.normal_points_micro[number]), 6)
        yield Step("points as a normal case", "按正常病例计分", normal, f"{TABLE}.over_cap")


RULES = (
    Rule(
        key="high_cases",
        label="Cap on high cases",
        label_zh="高倍率病例占比上限",
        stage=Stage.REVIEW,
        pass_kind=PassKind.HOSPITAL,
        params=HighCasesParams,
        reads=reads,
        needs=needs,
        run=run,
        flags=FLAGS,
        explain=explain,
    ),
)
