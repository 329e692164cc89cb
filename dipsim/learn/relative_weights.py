"""Relative weights (权重 RW) of a scheme from a history, with adjustments that leave the total weight as it was.

    RW_g = m_g / M            points = scale x RW
    adj_g = m'_g / m_g x a_g
    RW'_g = RW_g adj_g x (sum n RW) / (sum n RW adj)

m_g is the mean cost of a group and M that of all cases. m'_g is the mean of the bills with each fee category times its
factor (费用结构调整), a_g the factor of the group in the table of difficulty and policy, n_g the cases of the group in
all years. Everything is a ratio of integers until a weight is rounded, once, to the millionth of a point: before that
sum n RW' = sum n RW exactly, and rounding moves the sum by no more than half a millionth for each case (METHODS: F3.1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.companions import Hospitals
from dipsim.cases.table import CaseTable
from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.grouping.group import group_cases
from dipsim.grouping.result import Grouping, Status
from dipsim.learn.group_costs import NO_ADRG, Basis, Fee, Sample, Weighed, weighed_groups
from dipsim.learn.history import History, LeftOut, history_of
from dipsim.learn.hospital_factor import LearnedFactor, learned_factors
from dipsim.learn.means import micro_yuan, rounded
from dipsim.learn.observing import observed
from dipsim.learn.relative_weight_rules import RelativeWeightRules
from dipsim.learn.trimming import trimmed_cases
from dipsim.learn.weights import LearnedPoints, Observed, learned_points, overall_mean, overall_sums
from dipsim.money import MICRO, MISSING
from dipsim.policy.any_scheme import AnyScheme
from dipsim.weighting.weighable import weighable_groups

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GroupWeight:
    """The weight of a group, points before and after the adjustments in millionths.

    basis        whose mean cost it is
    cases, trimmed   of the group itself, over all years
    cv_micro     None where the group has no mean of its own, or costs nothing
    adjustment_micro   RW' / RW
    """

    group_code: str
    basis: Basis
    cases: int
    trimmed: int
    mean_micro_yuan: int
    cv_micro: int | None
    plain_points_micro: int
    adjustment_micro: int
    points_micro: int


@dataclass(frozen=True, slots=True)
class RelativeWeights:
    """What was learned of the scheme of that name.

    grouping     of the cases learned from
    own          the groups with a mean of their own, before any adjustment
    unweighted   groups that have cases and get no weight, with the number of the cases
    """

    rules: RelativeWeightRules
    scheme: str
    grouping: Grouping
    groups: tuple[GroupWeight, ...]
    own: LearnedPoints
    factors: tuple[LearnedFactor, ...]
    unweighted: tuple[tuple[str, int], ...]
    left_out: LeftOut


def learn_relative_weights(
    cases: CaseTable,
    rules: RelativeWeightRules,
    scheme: AnyScheme,
    adjustments: Mapping[str, int],
    hospitals: Hospitals | None = None,
    threads: int = 1,
) -> RelativeWeights:
    """Learn the weights of a scheme from the years that the rules name; `adjustments` are factors in millionths.

    Raises CaseDataError when a column is absent or blank where it counts, PolicyError when the rules do not fit.
    """
    history = history_of(cases, rules.history)
    grouping = group_cases(history.cases, scheme, threads)
    seen, levels = observed(history, _group_that_counts(grouping, rules), grouping.group_codes, hospitals)
    is_kept = ~trimmed_cases(rules.trimming, seen.group, seen.cost_fen, len(seen.group_codes))
    kept = seen.where(is_kept)
    own = learned_points(seen, kept, rules)
    adrg, adrgs = _adrgs(scheme, seen.group_codes, rules)
    weighed, unweighted = weighed_groups(Sample(seen, kept, _fees(history, is_kept, rules), adrg, adrgs), rules)
    _require_weighed(adjustments, [group.group_code for group in weighed])
    return RelativeWeights(
        rules=rules,
        scheme=scheme.name,
        grouping=grouping,
        groups=_weights(weighed, _mean_of_all(kept, rules), adjustments, own, rules.weights.scale),
        own=own,
        factors=learned_factors(kept, levels.tolist(), rules),
        unweighted=unweighted,
        left_out=history.left_out,
    )


def renormalised(
    weights: Sequence[Fraction], adjustments: Sequence[Fraction], cases: Sequence[int]
) -> tuple[Fraction, ...]:
    """Weights times their adjustments, brought back to the same sum of cases x weight, exactly; factors above 0."""
    adjusted = [weight * factor for weight, factor in zip(weights, adjustments, strict=True)]
    before, after = (_total(part, cases) for part in (weights, adjusted))
    return tuple(weight * before / after for weight in adjusted) if after else tuple(adjusted)


def _total(weights: Sequence[Fraction], cases: Sequence[int]) -> Fraction:
    return sum((n * weight for n, weight in zip(cases, weights, strict=True)), Fraction(0))


def _weights(
    weighed: Sequence[Weighed], overall: Fraction, adjustments: Mapping[str, int], own: LearnedPoints, scale: int
) -> tuple[GroupWeight, ...]:
    plain = [group.costs.mean / overall for group in weighed]
    factors = [_adjustment(group, adjustments.get(group.group_code, MICRO)) for group in weighed]
    after = renormalised(plain, factors, [group.cases for group in weighed])
    cv_of = dict(zip(own.group_codes, own.cv_micro, strict=True))
    return tuple(
        GroupWeight(
            group_code=group.group_code,
            basis=group.basis,
            cases=group.cases,
            trimmed=group.trimmed,
            mean_micro_yuan=micro_yuan(group.costs.mean),
            cv_micro=cv_of.get(group.group_code),
            plain_points_micro=rounded(scale * MICRO * before),
            adjustment_micro=rounded(MICRO * weight / before) if before else MICRO,
            points_micro=rounded(scale * MICRO * weight),
        )
        for group, before, weight in zip(weighed, plain, after, strict=True)
    )


def _adjustment(group: Weighed, factor_micro: int) -> Fraction:
    """adj_g; CaseDataError when the factors of the fees leave nothing of a bill."""
    costs = group.costs
    if not costs.mean:
        return Fraction(factor_micro, MICRO)
    if costs.restructured <= 0:
        what = f"the fees of group {group.group_code} add up to more than its cases cost"
        why = "times the factors of [cost_structure] nothing is left of its mean cost"
        raise CaseDataError(Problem("fees by category", what, why, "compare the fees with total_cost_yuan"))
    return costs.restructured / costs.mean * Fraction(factor_micro, MICRO)


def _mean_of_all(kept: Observed, rules: RelativeWeightRules) -> Fraction:
    weights = rules.history.weights
    return overall_mean(overall_sums(kept, rules.means, len(weights)), weights, rules.means)


def _group_that_counts(grouping: Grouping, rules: RelativeWeightRules) -> I8:
    """The group of each case whose status makes means, -1 for the others; int64."""
    counts = [status for status in Status if status.key in rules.groups.weighed]
    return np.where(np.isin(grouping.status, counts), grouping.group, -1).astype(np.int64)


def _adrgs(scheme: AnyScheme, codes: Sequence[str], rules: RelativeWeightRules) -> tuple[I8, int]:
    """The ADRG of each group as an index where its mean stands in for a group of few cases, and how many there are."""
    if rules.groups.below_minimum == "none":
        return np.full(len(codes), NO_ADRG, np.int64), 0
    adrg_of = weighable_groups(scheme)
    names = {name: number for number, name in enumerate(sorted(set(adrg_of.values()) - {""}))}
    return np.array([names.get(adrg_of.get(code, ""), NO_ADRG) for code in codes], np.int64), len(names)


def _fees(history: History, is_kept: Mask, rules: RelativeWeightRules) -> tuple[Fee, ...]:
    """The fees whose factor is not 1; CaseDataError naming every column that is absent or blank in a case."""
    problems, fees = [], []
    for column, factor in rules.cost_structure.in_force.items():
        where = f"{', '.join(history.cases.files) or 'cases'}: {column}"
        if not history.cases.has(column):
            problems.append(Problem(where, "no such column", "[cost_structure] has a factor for it", "add or map it"))
            continue
        fen = history.cases.fen(column)
        if blank := int((fen == MISSING).sum()):
            step = "write 0 where nothing was charged"
            problems.append(Problem(where, f"blank in {blank} cases", "[cost_structure] has a factor for it", step))
        fees.append(Fee(factor, fen[is_kept]))
    if problems:
        raise CaseDataError(problems)
    return tuple(fees)


def _require_weighed(adjustments: Mapping[str, int], weighed: Collection[str]) -> None:
    """PolicyError for factors of groups that get no weight."""
    if strangers := sorted(adjustments.keys() - set(weighed)):
        shown = ", ".join(strangers[:10])
        what = f"{len(strangers)} groups without a weight: {shown}"
        raise PolicyError(Problem("[adjustment] table", what, "nothing to adjust", "correct or drop these rows"))
