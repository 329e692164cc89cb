"""Points and yuan of day surgery by the text of METHODS 3 (a) to (d), in fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tests.naive.points import Bands, Group, reference, rounded, to_millionth
from tests.naive.region import factor, number

Tables = Mapping[str, Any]


def claim(
    case: Tables,
    level: str,
    weights: Tables,
    scenario: Tables,
    groups: Mapping[str, Group],
    overall: Fraction,
) -> tuple[int, int]:
    """Millionths of a point and fen that a case claims."""
    rule = scenario["payment"]["day_surgery"]
    if rule["points"] == "fee_for_service":
        return 0, round(number(case[rule["basis"]]) * 100 * number(rule["ratio"]))
    code, cost = case["group_code"], number(case["total_cost_yuan"])
    if not code:
        return to_millionth(number(rule["no_match_ratio"]) * number(weights["scale"]) * cost / overall), 0
    share = Fraction(1) if rule["points"] == "same" else number(rule["factor"])
    own = weights.get("day_surgery", {}).get(code)
    if rule["points"] == "own_group" and own is not None:
        groups = {code: Group(number(own["group_points"]), number(own["mean_cost_yuan"]), {})}
        share = Fraction(1)
    k = Fraction(1)
    if rule["hospital_factor"]:
        k = factor(case, level, weights, scenario["weighting"]["hospital_factor"])
    if not rule["bands"]:
        return to_millionth(groups[code].points * k * share), 0
    return to_millionth(corrected(case, level, k, groups, scenario["weighting"]["outlier"]) * share), 0


def corrected(case: Tables, level: str, k: Fraction, groups: Mapping[str, Group], outlier: Tables) -> Fraction:
    """The points of a case corrected by its cost, unrounded."""
    code, cost = case["group_code"], number(case["total_cost_yuan"])
    bands = Bands(
        outlier["form"],
        number(outlier["low_ratio"]),
        number(outlier["high_ratio"]),
        number(outlier["extreme_ratio"]),
        outlier["low_includes_limit"],
        outlier["high_includes_limit"],
        outlier["classify_by"],
        outlier["compute_by"],
    )
    s = groups[code].points
    standard = rounded(rounded(s * k) * number(outlier["budget_point_value_yuan"][case["insurance"]]))
    classify, compute = (
        reference(kind, code, groups, level, standard) for kind in (bands.classify_by, bands.compute_by)
    )
    return bands.points(bands.band(cost, classify), s, k, cost / compute)
