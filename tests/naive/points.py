"""Points of a case by the text of METHODS 2.2, 2.4 and 2.5, in fractions: slow, obvious, apart from the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MILLION = 10**6


def to_millionth(value: Fraction) -> int:
    """A number in millionths, half to even: what `round` does for a Fraction."""
    return round(value * MILLION)


@dataclass(frozen=True)
class Bands:
    """The numbers of METHODS 2.5; references are names of what r compares with."""

    form: str
    low: Fraction
    high: Fraction
    extreme: Fraction
    low_includes_limit: bool
    high_includes_limit: bool
    classify_by: str
    compute_by: str

    def band(self, cost: Fraction, reference: Fraction) -> str:
        """Which band a cost falls into."""
        is_low = cost <= self.low * reference if self.low_includes_limit else cost < self.low * reference
        is_high = cost >= self.high * reference if self.high_includes_limit else cost > self.high * reference
        if is_high:
            return "extreme" if cost > self.extreme * reference else "high_outlier"
        return "low_outlier" if is_low else "normal"

    def points(self, band: str, s: Fraction, k: Fraction, r: Fraction) -> Fraction:
        """The unrounded points of a case, r being its cost over the reference that points are computed by."""
        if self.form == "jining":
            formula = {
                "low_outlier": s * r,
                "normal": s * k,
                "high_outlier": s * (r - self.high + k),
                "extreme": s * k,
            }
        elif self.form == "drg":
            high = s * r - s * self.high + s * k
            formula = {"low_outlier": s * r, "normal": s * k, "high_outlier": high, "extreme": high}
        else:
            high = s * k * (r - self.high + 1)
            formula = {"low_outlier": s * k * r, "normal": s * k, "high_outlier": high, "extreme": high}
        return max(formula[band], Fraction(0))


@dataclass(frozen=True)
class Group:
    """What weights say of a group; a mean of 0 is unknown."""

    points: Fraction
    mean: Fraction
    level_means: Mapping[str, Fraction]
    parent: str = ""


def mean_of(code: str, groups: Mapping[str, Group]) -> Fraction:
    """The city's mean of a group, else that of its composite parent."""
    group = groups[code]
    return group.mean or (groups[group.parent].mean if group.parent else Fraction(0))


def reference(kind: str, code: str, groups: Mapping[str, Group], level: str, standard: Fraction) -> Fraction:
    """What r compares with; `standard` is the payment standard of the case."""
    if kind == "pay_standard":
        return standard
    city = mean_of(code, groups)
    return groups[code].level_means.get(level, Fraction(0)) or city if kind == "level_mean" else city


def own_means(
    cases: Sequence[tuple[str, Fraction, str]], scale: Fraction, mean_over: str
) -> tuple[dict[str, Group], Fraction]:
    """Groups from cases of (group or '', cost, level), and the mean of all; to the millionth, as weights keep them."""
    counted = [cost for code, cost, _ in cases if code or mean_over == "all_cases"]
    overall = sum(counted, Fraction(0)) / len(counted) if counted else Fraction(0)
    groups = {}
    for code in {code for code, _, _ in cases if code}:
        own = [(cost, level) for other, cost, level in cases if other == code]
        mean = mean_cost([cost for cost, _ in own])
        by_level = {level: rounded(mean_cost([c for c, at in own if at == level])) for _, level in own}
        points = rounded(scale * mean / overall) if overall else Fraction(0)
        groups[code] = Group(points, rounded(mean), by_level)
    return groups, rounded(overall)


def mean_cost(costs: Sequence[Fraction]) -> Fraction:
    return sum(costs, Fraction(0)) / len(costs)


def rounded(value: Fraction) -> Fraction:
    """To the millionth, half to even."""
    return Fraction(to_millionth(value), MILLION)
