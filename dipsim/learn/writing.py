"""What was learned, as policy folders in the format in which published catalogues are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dipsim.grouping.catalogue.folders import (
    Columns,
    free_weights_folder,
    provenance,
    refuse_existing,
    require_plain_name,
    scheme_files,
    weights_document,
    write_folders,
)
from dipsim.learn.hospital_factor import LearnedFactor
from dipsim.learn.learning import Learned, LearnedWeights
from dipsim.learn.relative_weights import RelativeWeights
from dipsim.learn.rules import CommonRules, LearningRules
from dipsim.learn.weights import LearnedPoints
from dipsim.money import MICRO, decimal_text, half_even
from dipsim.policy.fingerprint import PROVENANCE_FILE
from dipsim.policy.weights import LEVELS

SIX = 6


def folder_names(learned: Learned, name: str) -> tuple[str, ...]:
    """The folders that `write_learned` makes: the catalogue, if it was learned, and each set of weights."""
    scheme = () if learned.catalogue is None else (f"groupers/{name}",)
    return (*scheme, *(f"weights/{_suffixed(name, insurance)}" for insurance in learned.weights))


def free_folders(learned: Learned, name: str, destination: Path, replace: bool) -> tuple[Path, ...]:
    """Where `write_learned` will write; PolicyError for a name that is a path and, without `replace`, folders there."""
    require_plain_name(name)
    targets = tuple(destination / folder for folder in folder_names(learned, name))
    if not replace:
        refuse_existing(targets)
    return targets


def write_learned(
    learned: Learned, name: str, destination: Path, inputs: Sequence[Path], replace: bool = False
) -> tuple[Path, ...]:
    """Write `groupers/NAME` and `weights/NAME` below a policy folder, whole or not at all; returns the folders.

    `inputs` are the files learned from and the rules, for provenance.toml. Raises PolicyError, without `replace`, for
    folders that are there already, OutputError when they cannot be written.
    """
    targets = free_folders(learned, name, destination, replace)
    made_from: dict[str, str | Columns] = {PROVENANCE_FILE: provenance(inputs)}
    folders = {}
    if learned.catalogue is not None:
        classes = learned.scheme.procedure_classes
        table = {"code": sorted(classes), "class": [classes[code] for code in sorted(classes)]}
        files = scheme_files(learned.rules.scheme, learned.scheme.rows)
        folders[f"groupers/{name}"] = {**files, "procedure_classes.csv": table, **made_from}
    for insurance, weights in learned.weights.items():
        files = _weights_files(weights, learned.rules, learned.scheme.name)
        folders[f"weights/{_suffixed(name, insurance)}"] = {**files, **made_from}
    write_folders(destination, folders)
    return targets


def write_relative_weights(
    learned: RelativeWeights, name: str, destination: Path, inputs: Sequence[Path], replace: bool = False
) -> Path:
    """Write `weights/NAME` below a policy folder, whole or not at all, and return it; raises as `write_learned`."""
    target = free_weights_folder(name, destination, replace)
    files = _relative_weights_files(learned)
    write_folders(destination, {f"weights/{name}": {**files, PROVENANCE_FILE: provenance(inputs)}})
    return target


def _suffixed(name: str, insurance: str) -> str:
    return f"{name}-{insurance}" if insurance else name


def _weights_files(weights: LearnedWeights, rules: LearningRules, scheme: str) -> dict[str, str | Columns]:
    points = weights.points
    document = weights_document(rules.weights, scheme, _decimal(points.overall_mean_micro_yuan))
    files: dict[str, str | Columns] = {"weights.toml": document, "group_points.csv": _group_points(points)}
    return {**files, **_tables_beside(points, weights.factors, rules)}


def _relative_weights_files(learned: RelativeWeights) -> dict[str, str | Columns]:
    mean = _decimal(learned.own.overall_mean_micro_yuan)
    files: dict[str, str | Columns] = {
        "weights.toml": weights_document(learned.rules.weights, learned.scheme, mean),
        "group_points.csv": {
            "group_code": [group.group_code for group in learned.groups],
            "group_points": [_decimal(group.points_micro) for group in learned.groups],
            "mean_cost_yuan": [_decimal(group.mean_micro_yuan) for group in learned.groups],
            "basis": [group.basis for group in learned.groups],
            "cv": [_decimal(group.cv_micro) for group in learned.groups],
            "cases": [str(group.cases) for group in learned.groups],
            "trimmed_cases": [str(group.trimmed) for group in learned.groups],
            "unadjusted_points": [_decimal(group.plain_points_micro) for group in learned.groups],
            "adjustment_ratio": [_decimal(group.adjustment_micro) for group in learned.groups],
        },
    }
    return {**files, **_tables_beside(learned.own, learned.factors, learned.rules)}


def _tables_beside(points: LearnedPoints, factors: Sequence[LearnedFactor], rules: CommonRules) -> dict[str, Columns]:
    """The tables that are written where there is something to say."""
    files: dict[str, Columns] = {}
    if any(mean is not None for means in points.level_means.values() for mean in means):
        files["level_means.csv"] = _level_means(points)
    if rules.hospital_factor.column != "none":
        files["hospital_factors.csv"] = _hospital_factors(factors, rules.hospital_factor.column)
    if len(rules.history.years) > 1:
        files["stability.csv"] = _stability(points, rules)
    return files


def _group_points(points: LearnedPoints) -> Columns:
    return {
        "group_code": points.group_codes,
        "group_points": [_decimal(value) for value in points.points_micro],
        "mean_cost_yuan": [_decimal(value) for value in points.mean_micro_yuan],
        "cv": [_decimal(value) for value in points.cv_micro],
        "cases": [str(value) for value in points.cases],
        "trimmed_cases": [str(value) for value in points.trimmed],
    }


def _level_means(points: LearnedPoints) -> Columns:
    rows = [
        (code, level, _decimal(mean))
        for i, code in enumerate(points.group_codes)
        for level in LEVELS
        if (mean := points.level_means[level][i]) is not None
    ]
    return dict(zip(("group_code", "level", "mean_cost_yuan"), map(list, zip(*rows, strict=True)), strict=True))


def _hospital_factors(factors: Sequence[LearnedFactor], column: str) -> Columns:
    """The hospitals that have the factor that counts."""
    having = [factor for factor in factors if getattr(factor, column) is not None]
    kinds = ("crude_by_level", "crude_by_hospital", "standardised_by_level", "standardised_by_hospital")
    return {
        "hospital_id": [factor.hospital_id for factor in having],
        "hospital_factor": [_decimal(getattr(factor, column)) for factor in having],
        "level": [factor.level for factor in having],
        "cases": [str(factor.cases) for factor in having],
        **{kind: [_decimal(getattr(factor, kind)) for factor in having] for kind in kinds},
    }


def _stability(points: LearnedPoints, rules: CommonRules) -> Columns:
    """Cases and points of each single year, the change against the year before, and a flag for the last year."""
    years = rules.history.years
    columns: dict[str, Sequence[str]] = {"group_code": points.group_codes}
    for i, year in enumerate(years):
        columns[f"cases_{year}"] = [str(cases[i]) for cases in points.annual_cases]
    for i, year in enumerate(years):
        columns[f"points_{year}"] = [_decimal(annual[i]) for annual in points.annual_points]
    for i, year in enumerate(years[1:], start=1):
        changes = (change_micro(annual[i - 1], annual[i]) for annual in points.annual_points)
        columns[f"change_{year}_ratio"] = [_decimal(change) for change in changes]
    columns["flag"] = list(flags(points, rules))
    return columns


def flags(points: LearnedPoints, rules: CommonRules) -> Iterator[str]:
    """How each group stands in the last year against the year before: new, absent, changed, or '' for steady.

    `changed` when the points moved by more than flag_above_ratio; a group without cases in either year is absent.
    """
    limit = rules.stability.flag_above_ratio
    for annual in points.annual_points:
        before, last = annual[-2:]
        change = change_micro(before, last)
        if last is None:
            yield "absent"
        elif before is None:
            yield "new"
        else:
            yield "changed" if change is None or abs(change) > limit * MICRO else ""


def change_micro(before: int | None, after: int | None) -> int | None:
    """The change of points as a ratio in millionths, half to even; None without points above 0 in the year before."""
    if not before or after is None:
        return None
    return half_even((after - before) * MICRO, before)


def _decimal(micro_units: int | None) -> str:
    return "" if micro_units is None else decimal_text(micro_units, SIX)
