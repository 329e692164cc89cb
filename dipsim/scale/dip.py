"""The DIP job on compact cases: group means, points by deviation band, sums by hospital, point value, payments.

Groups are the pairs of subcategory and main procedure that occur; their points follow from the cases' own means, with
or without trimming. What comes out is what the pipeline finds, to the bit and the fen.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from dipsim.cells import Cells
from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.kernels.bands import BANDS, HIGH_FROM, INSURANCES, LOW_BELOW, NORMAL, Cases, Terms, add_far, add_points
from dipsim.kernels.trim import gather_costs, sums_within
from dipsim.learn.rules import TrimmingRules
from dipsim.ledger import Accounts
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, micro, quotient_remainder
from dipsim.payment.dip import DipParams
from dipsim.policy.weights import LEVELS, Weights
from dipsim.registry import RULES
from dipsim.reviewing import active_reviews
from dipsim.routing import price_reads
from dipsim.rule import FundTables
from dipsim.scale.compact import I8, CompactCases
from dipsim.scenario import Scenario
from dipsim.settling import Settled, settle
from dipsim.weighting.outlier import ratio_parts
from dipsim.weighting.relative_weight import GroupWeights, from_sums

BLOCK = 1 << 18
"""Cases in a block."""
_NEVER = 2**62
_QUOTIENT_LIMIT, _DIVISOR_LIMIT, _SAFE = float(2**48), float(2**60), float(2**62)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What cases claim with the points of these groups, and what they would if every cost were normal.

    cells   by hospital, insurance and band
    plain   int64 (hospitals x INSURANCES, 4), the same for all limits: cases, fen, fen of cases with points, points in
            millionths
    """

    cases: CompactCases
    groups: GroupWeights
    cells: Cells
    plain: I8


@dataclass(frozen=True, slots=True)
class Paid:
    """What the cases claim by hospital, insurance and band, and what they are paid."""

    claimed: Claimed
    accounts: Accounts
    settled: Settled

    @property
    def cells(self) -> Cells:
        """What the cases claim."""
        return self.claimed.cells


def pay(
    cases: CompactCases,
    groups: GroupWeights,
    scenario: Scenario,
    tables: FundTables | None = None,
    threads: int = 1,
    former: Paid | None = None,
) -> Paid:
    """Pay the cases; `groups` come from `group_weights`. To change the price only, `settle` the cells again.

    With what the same cases and groups were paid in a former scenario, only the limits are looked at again. Raises
    PolicyError when the scenario asks for more than this job does.
    """
    claimed = claim(cases, groups, scenario, threads, None if former is None else former.claimed)
    accounts = Accounts(cases.hospital_ids)
    return Paid(claimed, accounts, settle(claimed.cells, accounts, tables or FundTables(), scenario))


def group_weights(
    cases: CompactCases, weights: Weights, trimming: TrimmingRules | None = None, threads: int = 1
) -> GroupWeights:
    """Points and means of the groups from their own cases; trimmed cases count in no mean, and are paid as any other.

    PolicyError when the weights are not those of kind own_means.
    """
    if weights.kind != "own_means":
        what, step = f"weights of kind {weights.kind!r}", "name weights of kind 'own_means'"
        raise PolicyError(Problem("weights", what, "the streamed job takes points from the cases themselves", step))
    count, cost = cases.group_cases, cases.group_cost_fen
    others = (0, 0)
    if weights.mean_over == "all_cases":
        others = (len(cases) - int(count.sum()), cases.ungrouped_cost_fen)
    if trimming is not None and trimming.method not in ("none", "percentile"):
        what, step = f"method = {trimming.method!r}", "state 'percentile' or 'none'"
        raise PolicyError(Problem("[trimming] method", what, "the streamed job trims by percentiles only", step))
    if trimming is not None and trimming.method == "percentile":
        count, cost = _trimmed_sums(cases, trimming, threads)
    overall = (int(count.sum()) + others[0], int(cost.sum()) + others[1])
    no_means = np.zeros((len(LEVELS), cases.groups), np.int64)
    grassroots = np.zeros(cases.groups, bool)  # one factor for all: nothing sets these groups apart
    return from_sums(weights.scale_micro, count, cost, overall, no_means, grassroots)


def _trimmed_sums(cases: CompactCases, rules: TrimmingRules, threads: int) -> tuple[I8, I8]:
    """Number and costs of the cases of each group that lie within its percentiles, by nearest rank."""
    ends = np.cumsum(cases.group_cases)
    first = np.append(0, ends)
    costs = np.empty(first[-1], np.int64)
    gather_costs(cases.key, cases.cost_fen, first[:-1].copy(), costs)
    is_trimmed = cases.group_cases >= rules.minimum_cases
    lower, upper = (
        np.where(is_trimmed, np.maximum(-(-micro(percent) * cases.group_cases // (100 * MICRO)), 1), 0)
        for percent in (rules.lower_percent, rules.upper_percent)
    )
    count, cost = np.zeros((2, cases.groups), np.int64)

    def work(lo: int, hi: int) -> None:
        sums_within(costs, first[lo : hi + 1], lower[lo:hi], upper[lo:hi], count[lo:hi], cost[lo:hi])

    cuts = np.searchsorted(ends, np.arange(1, threads) * (costs.size // threads)).tolist()
    bounds = [0, *cuts, cases.groups]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))
    return count, cost


def claim(
    cases: CompactCases, groups: GroupWeights, scenario: Scenario, threads: int = 1, former: Claimed | None = None
) -> Claimed:
    """The points of all cases by hospital, insurance and band; PolicyError when the scenario asks for more.

    What a former claim of the same cases and groups knows of normal costs is not worked out again.
    """
    _require_supported(scenario)
    terms = _terms(groups, scenario)
    _require_narrow(cases, groups, terms)
    is_known = former is not None and former.cases is cases and former.groups is groups
    shape = (2, len(cases.hospital_ids) * INSURANCES * BANDS, 4)

    def work(start: int) -> I8:
        block = slice(start, start + BLOCK)
        part = Cases(cases.key[block], cases.hospital[block], cases.insurance[block], cases.cost_fen[block])
        both = np.zeros(shape, np.int64)
        with np.errstate(over="ignore"):  # without the compiler numpy tells where the kernel wraps, as it means to
            (add_far if is_known else add_points)(part, terms, *both)
        return both

    with ThreadPoolExecutor(threads) as pool:
        sums, before = sum(pool.map(work, range(0, len(cases), BLOCK)), np.zeros(shape, np.int64))
    if former is not None and is_known:
        plain = former.plain
        sums[NORMAL::BANDS] = plain - before[NORMAL::BANDS]
    else:
        plain = sums[NORMAL::BANDS] + before[NORMAL::BANDS]
    return Claimed(cases, groups, _cells(sums, scenario.head.year), plain)


def _cells(sums: I8, year: int) -> Cells:
    """The rows that hold a case, as cells without month and group."""
    row = np.flatnonzero(sums[:, 0])
    place, band = np.divmod(row, BANDS)
    hospital, insurance = np.divmod(place, INSURANCES)
    cases, cost_fen, points_cost_fen, points_micro = (np.ascontiguousarray(part) for part in sums[row].T)
    none = np.zeros(row.size, np.int64)
    return Cells(
        hospital=hospital,
        insurance=insurance,
        year=none + year,
        month=none,
        rule=none + next(number for number, rule in enumerate(RULES) if rule.key == "dip"),
        group=none - 1,
        flag=band,
        cases=cases,
        cost_fen=cost_fen,
        points_cost_fen=points_cost_fen,
        patient_fen=none,
        fund_paid_fen=none,
        length_of_stay_days=none,
        points_micro=points_micro,
        amount_fen=none,
    )


def _terms(groups: GroupWeights, scenario: Scenario) -> Terms:
    """Points, limits in whole fen and ratios, so that a case is compared with integers alone."""
    outlier = scenario.outlier
    reference = groups.mean_micro_yuan
    low_below, high_from, extreme_from = (
        _first_fen(reference, ratio, is_limit_in)
        for ratio, is_limit_in in (
            (outlier.low_ratio, not outlier.low_includes_limit),
            (outlier.high_ratio, outlier.high_includes_limit),
            (outlier.extreme_ratio, False),
        )
    )
    if outlier.form == "none":
        low_below, high_from = np.zeros_like(reference), np.full_like(reference, _NEVER)
    is_nothing = reference == 0
    low_below, high_from = np.where(is_nothing, 0, low_below), np.where(is_nothing, _NEVER, high_from)
    limits = np.zeros((reference.size + 1, 4), np.int64)
    for column, values in enumerate((groups.points_micro, low_below, high_from, reference)):
        limits[:-1, column] = values
    part, whole = ratio_parts(_dip(scenario).no_match_ratio)
    return Terms(
        limits=limits,
        edges=np.ascontiguousarray(limits[:, LOW_BELOW : HIGH_FROM + 1]),
        extreme_from=extreme_from,
        high_ratio=np.array(ratio_parts(outlier.high_ratio), np.int64),
        no_group=np.array([groups.scale_micro * part, groups.overall_mean_micro_yuan * whole], np.int64),
        settings=np.array([outlier.form == "jining"], np.int64),
    )


def _first_fen(reference: I8, ratio: float, is_limit_in: bool) -> I8:
    """The smallest cost in fen that is above ratio x reference, or equal to it if the limit is in."""
    part, whole = ratio_parts(ratio)
    below, rest = quotient_remainder(reference, np.int64(part), np.int64(whole * MICRO_YUAN_PER_FEN))
    return below + (rest > 0) if is_limit_in else below + 1


def _dip(scenario: Scenario) -> DipParams:
    params = scenario.params["payment.dip"]
    assert isinstance(params, DipParams)
    return params


def _require_supported(scenario: Scenario) -> None:
    """PolicyError with all that a scenario asks for and the streamed job does not do."""
    faults = [
        Problem(f"scenario {scenario.name}", what, "", "pay it with `dipsim run`") for what in _unsupported(scenario)
    ]
    if faults:
        raise PolicyError(faults)


def _unsupported(scenario: Scenario) -> Iterator[str]:
    head, outlier = scenario.head, scenario.outlier
    if [(route.when, route.pay) for route in head.route] != [({}, "dip")]:
        yield "the streamed job pays every case by dip"
    if head.year_basis != "none":
        yield f"the streamed job reads no date, not even year_basis = {head.year_basis!r}"
    if scenario.hospital_factor.by != "none" or scenario.hospital_factor.grassroots_factor != "none":
        yield "the streamed job knows no hospital factor"
    if not {*outlier.references.values()} <= {"city_mean"}:
        yield "the streamed job compares costs with city_mean alone"
    if active_reviews(scenario):
        yield "the streamed job carries out no review"
    missing = price_reads(scenario) - {"hospital_id", "insurance", "total_cost_yuan"}
    if missing:
        yield f"the streamed job does not read {', '.join(sorted(missing))}"


def _require_narrow(cases: CompactCases, groups: GroupWeights, terms: Terms) -> None:
    """CaseDataError where a product or a sum could leave 64 bits: `dipsim run` is exact there too."""
    points, mean = groups.points_micro.astype(np.float64), groups.mean_micro_yuan.astype(np.float64)
    per_micro_yuan = np.divide(points, mean, out=np.zeros_like(points), where=mean > 0)
    dearest = float(cases.largest_cost_fen) * MICRO_YUAN_PER_FEN
    scale, divisor = terms.no_group.astype(np.float64)
    without = scale / divisor if divisor else 0.0
    largest = max(float(points.max(initial=0)), dearest * max(float(per_micro_yuan.max(initial=0)), without))
    ratios = float(terms.high_ratio.max())
    cost = cases.group_cost_fen.astype(np.float64) * MICRO_YUAN_PER_FEN
    all_points = float((points * cases.group_cases + per_micro_yuan * cost).sum()) + without * float(cost.sum())
    is_narrow = (
        largest < _QUOTIENT_LIMIT
        and max(ratios * float(mean.max(initial=0)), divisor, ratios * dearest) < _DIVISOR_LIMIT
        and all_points < _SAFE
    )
    if not is_narrow:
        what = "costs or points too large for the streamed job"
        raise CaseDataError(Problem("total_cost_yuan", what, "their sums could leave 64 bits", "use `dipsim run`"))
