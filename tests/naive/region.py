"""A whole region paid in plain Python from plain values: points, claims in yuan, price, hospitals, cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.naive.point_value import Claimant, Solved, solved, split
from tests.naive.points import Bands, Group, own_means, reference, rounded, to_millionth

Tables = Mapping[str, Any]


@dataclass(frozen=True)
class Paid:
    """Millionths of a point by case; per insurance the solved fund, its residual; fen by case."""

    points_micro: dict[str, int]
    bands: dict[str, str]
    funds: dict[str, Solved]
    residual_fen: dict[str, int]
    case_fen: dict[str, int]


def number(value: object) -> Fraction:
    """A setting as its decimal says; 'none' and nothing count as 0."""
    return Fraction(0) if value in (None, "none") else Fraction(str(value))


def paid(cases: Sequence[Tables], levels: Mapping[str, str], weights: Tables, scenario: Tables) -> Paid:
    """Everything a region's hospitals get; cases are routed by care_type: 'fee' by fee for service, else dip."""
    by_points = [case for case in cases if case["care_type"] != "fee"]
    groups, overall = known_groups(by_points, levels, weights)
    points, bands = {}, {}
    for case in by_points:
        points[case["case_id"]], bands[case["case_id"]] = case_points(case, levels, weights, scenario, groups, overall)
    fee = scenario["payment"]["fee_for_service"]
    case_fen = {
        c["case_id"]: round(number(c[fee["basis"]]) * 100 * number(fee["ratio"]))
        for c in cases
        if c["care_type"] == "fee"
    }
    funds, residual = {}, {}
    for insurance in ("employee", "resident"):
        own = [case for case in cases if case["insurance"] == insurance]
        funds[insurance], residual[insurance] = priced(
            own, insurance, points, case_fen, scenario["settlement"]["point_value"]
        )
        for hospital, amount in funds[insurance].pay_fen.items():
            ids = [c["case_id"] for c in own if c["hospital_id"] == hospital and points.get(c["case_id"])]
            case_fen |= split(amount, {name: Fraction(points[name]) for name in ids})
    for case in by_points:
        case_fen.setdefault(case["case_id"], 0)
    return Paid(points, bands, funds, residual, case_fen)


def known_groups(
    cases: Sequence[Tables], levels: Mapping[str, str], weights: Tables
) -> tuple[dict[str, Group], Fraction]:
    """Groups as the weights state them, or from the cases' own means."""
    scale = number(weights["scale"])
    if weights["kind"] == "own_means":
        rows = [(c["group_code"], number(c["total_cost_yuan"]), levels[c["hospital_id"]]) for c in cases]
        return own_means(rows, scale, weights["mean_over"])
    groups = {
        g["group_code"]: Group(
            number(g["group_points"]),
            number(g.get("mean_cost_yuan")),
            {level: number(mean) for level, mean in g.get("level_mean", {}).items()},
            g.get("parent", ""),
        )
        for g in weights["group"]
    }
    return groups, number(weights["mean_cost_yuan"])


def case_points(
    case: Tables,
    levels: Mapping[str, str],
    weights: Tables,
    scenario: Tables,
    groups: Mapping[str, Group],
    overall: Fraction,
) -> tuple[int, str]:
    """Points in millionths and band of one case."""
    code, cost = case["group_code"], number(case["total_cost_yuan"])
    if not code:
        ratio = number(scenario["payment"]["dip"]["no_match_ratio"])
        return to_millionth(ratio * number(weights["scale"]) * cost / overall), "no_match"
    outlier = scenario["weighting"]["outlier"]
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
    level, s = levels[case["hospital_id"]], groups[code].points
    k = factor(case, level, weights, scenario["weighting"]["hospital_factor"])
    budget_value = number(outlier["budget_point_value_yuan"][case["insurance"]])
    standard = rounded(rounded(s * k) * budget_value)
    classify, compute = (
        reference(kind, code, groups, level, standard) for kind in (bands.classify_by, bands.compute_by)
    )
    band = bands.band(cost, classify)
    return to_millionth(bands.points(band, s, k, cost / compute)), band


def factor(case: Tables, level: str, weights: Tables, params: Tables) -> Fraction:
    """The factor of a case: grassroots groups first, then hospital or level, else one."""
    if params["grassroots_factor"] != "none" and case["group_code"] in weights.get("grassroots", ()):
        return number(params["grassroots_factor"])
    if params["by"] == "level":
        return number(params["level_factor"][level])
    return number(weights["hospital_factor"][case["hospital_id"]]) if params["by"] == "hospital" else Fraction(1)


def priced(
    cases: Sequence[Tables], insurance: str, points: Mapping[str, int], claims: Mapping[str, int], params: Tables
) -> tuple[Solved, int]:
    """One fund by brute force, and what its reserve gets."""
    budget = round(number(params["budget_yuan"][insurance]) * 100)
    yuan_claims = sum(claims.get(case["case_id"], 0) for case in cases)
    whole = budget
    patients = 0
    if params["form"] == "gross":
        whole = round(Fraction(budget) / number(params["reimbursement_ratio"][insurance]))
        patients = sum(round(number(case["out_of_pocket_yuan"]) * 100) for case in cases)
    micro: dict[str, int] = defaultdict(int)
    cost: dict[str, Fraction] = defaultdict(Fraction)
    for case in cases:
        micro[case["hospital_id"]] += points.get(case["case_id"], 0)
        if points.get(case["case_id"]):
            cost[case["hospital_id"]] += number(case["total_cost_yuan"])
    ratio = params["hospital_cap_ratio"]
    claimants = {
        name: Claimant(Fraction(sum_micro, 10**6), None if ratio == "none" else round(cost[name] * 100 * number(ratio)))
        for name, sum_micro in micro.items()
    }
    highest = params["maximum_yuan"][insurance]
    fund = solved(
        whole - yuan_claims,
        claimants,
        number(params["minimum_yuan"][insurance]) * 100,
        None if highest == "none" else number(highest) * 100,
    )
    return fund, budget - (sum(fund.pay_fen.values()) + yuan_claims - patients)
