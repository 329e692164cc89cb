"""Learning as slowly and plainly as it can be said: cases as rows, means as fractions, every group on its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil

from dipsim.learn.rules import LearningRules
from dipsim.policy.scheme import GroupRow, Scheme, Semantics
from tests.naive.dip_grouping import naive_group

CLASSES = {"conservative": 0, "diagnostic": 1, "therapeutic": 2, "surgery": 3}
LEVELS = ("primary", "secondary", "tertiary")


@dataclass
class Case:
    """One case; `year` None for one without a date, `cost` in fen."""

    year: int | None
    diagnosis: str
    procedures: list[str]
    cost: int
    hospital: str
    group: str = ""


@dataclass(frozen=True)
class NaiveResult:
    """The codes of the groups, what was learned of each group and each hospital; amounts in millionths."""

    threshold: int
    codes: list[str]
    groups: Mapping[str, Mapping[str, object]]
    hospitals: Mapping[str, Mapping[str, object]]
    trimmed: int


def naive_learn(
    cases: Sequence[Case], rules: LearningRules, classes: Mapping[str, str], levels: Mapping[str, str]
) -> NaiveResult:
    """Learn catalogue, points and factors from the cases of the stated years."""
    cases = [case for case in cases if case.year in rules.history.years]
    threshold, core = core_combinations(cases, rules)
    scheme = scheme_of([*core, *all_composites(cases, rules)], rules, classes)
    put_into_groups(cases, scheme)
    count = Counter(case.group for case in cases)
    rows = [row for row in scheme.rows if count[row.group_code] >= rules.catalogue.minimum_cases]
    put_into_groups(cases, scheme_of(rows, rules, classes))
    kept = untrimmed(cases, rules)
    over = [case for case in kept if case.group or rules.means.overall_mean != "grouped_cases"]
    fixed = rules.means.overall_mean_yuan
    overall = mean(over, rules) if fixed == "none" else Fraction(str(fixed)) * 100
    assert overall
    groups = {}
    for code in sorted({case.group for case in cases if case.group}):
        own = [case for case in kept if case.group == code]
        own_mean = mean(own, rules)
        if own_mean is not None and sum(case.group == code for case in cases) >= rules.catalogue.minimum_cases:
            groups[code] = {
                "points": millionths(rules.weights.scale * own_mean / overall),
                "mean": millionths(own_mean / 100),
                "cv": cv([case.cost for case in own]),
                "cases": sum(case.group == code for case in cases),
                "level_means": tuple(
                    in_yuan(mean([case for case in own if levels[case.hospital] == level], rules)) for level in LEVELS
                ),
            }
    hospitals = {name: factors(name, kept, rules, levels) for name in sorted({case.hospital for case in kept})}
    return NaiveResult(threshold, sorted(row.group_code for row in rows), groups, hospitals, len(cases) - len(kept))


def core_combinations(cases: Sequence[Case], rules: LearningRules) -> tuple[int, list[GroupRow]]:
    """The threshold and the core groups: every threshold is tried from the largest on."""
    keys = []
    for case in cases:
        if case.diagnosis:
            main, others = case.procedures[:1], sorted(set(case.procedures[1:]) - set(case.procedures[:1]))
            keys.append((case.diagnosis[:5], *main, *(others if rules.catalogue.procedures == "all" else [])))
    count = Counter(keys)
    stated = rules.catalogue.core_threshold
    if stated == "none":
        wanted = Fraction(str(rules.catalogue.core_coverage)) * len(cases)
        threshold = max(n for n in range(1, len(cases) + 1) if sum(k for k in count.values() if k >= n) >= wanted)
    else:
        threshold = stated
    rows = []
    for diagnosis, *procedures in sorted(key for key, n in count.items() if n >= threshold):
        code = diagnosis
        if procedures:
            code += ":" + procedures[0]
        if procedures[1:]:
            code += "_" + "+".join(procedures[1:])
        first = procedures[0] if procedures else ""
        rows.append(GroupRow(code, "core", diagnosis, first, tuple(procedures[1:]), "", "", ""))
    return threshold, rows


def all_composites(cases: Sequence[Case], rules: LearningRules) -> list[GroupRow]:
    """Every class of every category that occurs."""
    suffixes = rules.catalogue.composite_suffixes.model_dump()
    return [
        GroupRow(f"{category}:{suffixes[name]}", "composite", category, "", (), name, "", "")
        for category in sorted({case.diagnosis[:3] for case in cases} - {""})
        for name in CLASSES
    ]


def scheme_of(rows: Sequence[GroupRow], rules: LearningRules, classes: Mapping[str, str]) -> Scheme:
    """A scheme of these rows."""
    head = rules.scheme
    semantics = Semantics(**{name: getattr(head, name) for name in Semantics.model_fields})
    none: frozenset[str] = frozenset()
    return Scheme("naive", "", "", "dip", "1", head.source, semantics, tuple(rows), none, {}, classes, "")


def put_into_groups(cases: Sequence[Case], scheme: Scheme) -> None:
    """Note the group of every case."""
    for case in cases:
        case.group = naive_group(case.diagnosis, case.procedures, scheme)[0]


def untrimmed(cases: Sequence[Case], rules: LearningRules) -> list[Case]:
    """The cases within the percentiles of their group."""
    kept = []
    for case in cases:
        costs = sorted(other.cost for other in cases if other.group == case.group)
        is_trimmable = rules.trimming.method == "percentile" and case.group
        if is_trimmable and len(costs) >= rules.trimming.minimum_cases:
            low = nearest_rank(costs, rules.trimming.lower_percent)
            high = nearest_rank(costs, rules.trimming.upper_percent)
            if not low <= case.cost <= high:
                continue
        kept.append(case)
    return kept


def nearest_rank(costs: Sequence[int], percent: float) -> int:
    """The cost at rank ceil(p n / 100), at least the first."""
    return costs[max(ceil(Fraction(str(percent)) / 100 * len(costs)), 1) - 1]


def by_year(cases: Sequence[Case], rules: LearningRules) -> list[tuple[int, list[Case]]]:
    """The weight and the cases of each year that counts and has any."""
    years = [
        (weight, [case for case in cases if case.year == year])
        for year, weight in zip(rules.history.years, rules.history.year_weights, strict=True)
    ]
    return [(weight, own) for weight, own in years if weight and own]


def mean(cases: Sequence[Case], rules: LearningRules) -> Fraction | None:
    """The mean cost in fen by the reading of the rules."""
    years = by_year(cases, rules)
    if not years:
        return None
    if rules.means.mean_reading == "pooled":
        cost = sum(weight * case.cost for weight, own in years for case in own)
        return Fraction(cost, sum(weight * len(own) for weight, own in years))
    annual = [weight * Fraction(sum(case.cost for case in own), len(own)) for weight, own in years]
    return sum(annual, Fraction(0)) / sum(weight for weight, _ in years)


def cv(costs: Sequence[int]) -> int | None:
    """The standard deviation by the mean, to the millionth."""
    if not sum(costs):
        return None
    average = Fraction(sum(costs), len(costs))
    variance = sum(((cost / average - 1) ** 2 for cost in costs), Fraction(0)) / len(costs)
    with localcontext() as context:
        context.prec = 60
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        return round(root * 1_000_000)


def factors(
    hospital: str, kept: Sequence[Case], rules: LearningRules, levels: Mapping[str, str]
) -> Mapping[str, object]:
    """The four factors of a hospital."""

    def crude(is_in: Callable[[Case], bool]) -> int | None:
        own, city = mean([case for case in kept if is_in(case)], rules), mean(kept, rules)
        return millionths(own / city) if own is not None and city else None

    def standardised(is_in: Callable[[Case], bool]) -> int | None:
        cost, expected = Fraction(0), Fraction(0)
        for weight, cases in by_year([case for case in kept if case.group], rules):
            for case in cases:
                if is_in(case):
                    same = [other.cost for other in cases if other.group == case.group]
                    cost += weight * case.cost
                    # The city's mean to the millionth of a yuan, as it is published.
                    expected += weight * Fraction(millionths(Fraction(sum(same), len(same)) / 100), 10_000)
        return millionths(cost / expected) if expected else None

    level = levels[hospital]
    return {
        "crude_by_level": crude(lambda case: levels[case.hospital] == level) if level else None,
        "crude_by_hospital": crude(lambda case: case.hospital == hospital),
        "standardised_by_level": standardised(lambda case: levels[case.hospital] == level) if level else None,
        "standardised_by_hospital": standardised(lambda case: case.hospital == hospital),
    }


def millionths(value: Fraction) -> int:
    """The nearest millionth, half to even."""
    return round(value * 1_000_000)


def in_yuan(mean_fen: Fraction | None) -> int | None:
    """A mean in fen as millionths of a yuan."""
    return None if mean_fen is None else millionths(mean_fen / 100)
