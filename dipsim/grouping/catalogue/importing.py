"""Import of a published DIP catalogue: a list of groups and a table of costs become a scheme and a weights folder.

Points are exact decimals. What is odd in the tables is reported; what cannot be read is refused, every place at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.catalogue.anomalies import Anomaly, AnomalyKind, AnomalyLog
from dipsim.grouping.catalogue.costs import PublishedCosts, compare, outside_catalogue, read_costs
from dipsim.grouping.catalogue.folders import (
    Columns,
    provenance,
    refuse_existing,
    require_plain_name,
    scheme_files,
    weights_document,
    write_folders,
)
from dipsim.grouping.catalogue.groups import PublishedGroup, read_groups
from dipsim.grouping.catalogue.mapping import CatalogueMapping, read_mapping
from dipsim.grouping.catalogue.published import is_workbook, read_published
from dipsim.policy.fingerprint import PROVENANCE_FILE


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import made, and what was odd.

    core_groups, composite_groups   groups made; the composites by procedure class
    cases, cases_in_groups          cases that the table of costs counts, and those in groups of the catalogue
    points_checked                  groups whose points were recomputed as scale x mean cost / mean cost of all cases
    maximum_error                   the largest difference found, in points
    """

    scheme_folder: Path
    weights_folder: Path
    core_groups: int
    composite_groups: Mapping[str, int]
    cases: int
    cases_in_groups: int
    points_checked: int
    maximum_error: Decimal
    anomalies: tuple[Anomaly, ...]


def import_catalogue(
    table: Path,
    mapping: Path,
    name: str,
    destination: Path,
    costs: Path | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Make `groupers/<name>` and `weights/<name>` below a policy folder from a published catalogue.

    The table of costs is a file of its own, or a sheet of the same workbook when `costs` is None. Raises PolicyError
    for tables that cannot be read and, without `replace`, for folders that are there already. A dry run writes nothing.
    """
    require_plain_name(name)
    plan = read_mapping(mapping)
    folders = (f"groupers/{name}", f"weights/{name}")
    if not replace:
        refuse_existing([destination / folder for folder in folders])
    log = AnomalyLog()
    groups, published_costs = _read(table, _costs_file(table, costs), plan, log)
    check = compare(groups, published_costs, plan.weights.scale, log)
    rows = [group.row for group in groups]
    made_from = {PROVENANCE_FILE: provenance([table, *([costs] if costs else []), mapping])}
    scheme = {**scheme_files(plan.scheme, rows), **made_from}
    document = weights_document(plan.weights, name, str(published_costs.overall_mean_cost_yuan))
    weights = {**_weights_tables(groups, published_costs), "weights.toml": document, **made_from}
    if not dry_run:
        write_folders(destination, dict(zip(folders, (scheme, weights), strict=True)))
    return ImportReport(
        scheme_folder=destination / folders[0],
        weights_folder=destination / folders[1],
        core_groups=sum(row.kind == "core" for row in rows),
        composite_groups=dict(Counter(row.procedure_class for row in rows if row.kind == "composite")),
        cases=published_costs.cases,
        cases_in_groups=sum(published_costs.of(row.group_code).cases or 0 for row in rows),
        points_checked=check.groups,
        maximum_error=check.maximum_error,
        anomalies=log.anomalies(),
    )


def _costs_file(table: Path, costs: Path | None) -> Path:
    if costs is None and not is_workbook(table):
        why = "a CSV file holds one table, and the mean cost of all cases stands in the table of costs"
        raise PolicyError(Problem(table.name, "no table of costs", why, "give its file too"))
    return costs or table


def _read(
    table: Path, costs: Path, plan: CatalogueMapping, log: AnomalyLog
) -> tuple[tuple[PublishedGroup, ...], PublishedCosts]:
    """Both tables; PolicyError with the problems of both."""
    problems: list[Problem] = []
    groups: tuple[PublishedGroup, ...] = ()
    published_costs: PublishedCosts | None = None
    try:
        listed = read_published(table, plan.catalogue.sheet, plan.catalogue.names())
        _note_hidden(listed.is_hidden, listed.shown, log)
        groups = read_groups(listed, plan.catalogue, log)
    except PolicyError as error:
        problems += error.problems
    try:
        costed = read_published(costs, plan.costs.sheet, plan.costs.names())
        _note_hidden(costed.is_hidden, costed.shown, log)
        published_costs = read_costs(costed, plan.costs, log)
    except PolicyError as error:
        problems += error.problems
    if published_costs is None or problems:
        raise PolicyError(problems)
    return groups, published_costs


def _weights_tables(groups: Sequence[PublishedGroup], costs: PublishedCosts) -> dict[str, str | Columns]:
    """group_points.csv, and outside_catalogue.csv where the costs count cases that no group of the catalogue takes."""
    found = [costs.of(group.row.group_code) for group in groups]
    points = {
        "group_code": [group.row.group_code for group in groups],
        "group_points": [str(group.group_points) for group in groups],
        "mean_cost_yuan": [_cell(cost.mean_cost_yuan) for cost in found],
        "cv": [_cell(cost.cv) for cost in found],
        "cases": [_cell(cost.cases) for cost in found],
        "mean_length_of_stay_days": [_cell(cost.mean_length_of_stay_days) for cost in found],
    }
    outside = outside_catalogue(groups, costs)
    if not outside:
        return {"group_points.csv": points}
    rest = {
        "group_code": list(outside),
        "cases": [_cell(cost.cases) for cost in outside.values()],
        "mean_cost_yuan": [_cell(cost.mean_cost_yuan) for cost in outside.values()],
        "cv": [_cell(cost.cv) for cost in outside.values()],
    }
    return {"group_points.csv": points, "outside_catalogue.csv": rest}


def _cell(value: Decimal | int | None) -> str:
    return "" if value is None else str(value)


def _note_hidden(is_hidden: bool, shown: str, log: AnomalyLog) -> None:
    if is_hidden:
        log.note(AnomalyKind.HIDDEN_SHEET, shown)
