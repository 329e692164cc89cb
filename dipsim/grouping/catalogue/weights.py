"""Import of published weights: a table of codes and weights becomes a weights folder, its numbers as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dipsim.grouping.catalogue.folders import (
    Columns,
    provenance,
    weights_document,
    write_folders,
)
from dipsim.grouping.catalogue.mapping import WeightsHead
from dipsim.money import decimal_text
from dipsim.policy.fingerprint import PROVENANCE_FILE
from dipsim.policy.tables import Column, Table, TableSpec, read_table

SIX = 6


@dataclass(frozen=True, slots=True)
class WeightColumns:
    """The headers of a published table of weights; '' for what it does not have.

    weight   relative weights, or points, of which `scale` are those of a group that costs the mean
    mean     mean cost of the group in yuan
    """

    code: str
    weight: str
    name: str = ""
    mean: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published: the head of weights.toml, the scheme whose groups are weighed, and M in yuan or 'none'."""

    head: WeightsHead
    scheme: str
    mean_cost_yuan: float | None


def import_weights(table: Path, columns: WeightColumns, publication: Publication, target: Path, dry_run: bool) -> int:
    """Write the folder `target`, such as `my-city/weights/my-drg-2025`, whole or not at all; returns the groups.

    Whatever stood there is replaced. Raises PolicyError with every problem of the table, OutputError when the folder
    cannot be written.
    """
    published = read_table(table, _spec(columns), table.name)
    mean = '"none"' if publication.mean_cost_yuan is None else str(publication.mean_cost_yuan)
    files: dict[str, str | Columns] = {
        "weights.toml": weights_document(publication.head, publication.scheme, mean),
        "group_points.csv": _group_points(published, columns),
        PROVENANCE_FILE: provenance([table]),
    }
    if not dry_run:
        write_folders(target.parent.parent, {f"weights/{target.name}": files})
    return len(published.lines)


def _spec(columns: WeightColumns) -> TableSpec:
    stated = [Column(columns.code, "code", required=True), Column(columns.weight, "points", required=True, minimum=0)]
    if columns.name:
        stated.append(Column(columns.name, "text", required=True))
    if columns.mean:
        stated.append(Column(columns.mean, "yuan_micro", required=True, minimum=0))
    return TableSpec(tuple(stated), unique_key=(columns.code,), allow_extra=True)


def _group_points(published: Table, columns: WeightColumns) -> Columns:
    def decimals(name: str) -> list[str]:
        return [decimal_text(value, SIX) for value in published.micro(name).tolist()]

    named = {"name_zh": published.text(columns.name)} if columns.name else {}
    means = {"mean_cost_yuan": decimals(columns.mean)} if columns.mean else {}
    points = {"group_code": published.text(columns.code), "group_points": decimals(columns.weight)}
    return {**points, **means, **named}
