"""The scheme folder and the weights folder of an import, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from dipsim.errors import OutputError, PolicyError, Problem
from dipsim.grouping.catalogue.costs import PublishedCosts
from dipsim.grouping.catalogue.groups import PublishedGroup
from dipsim.grouping.catalogue.mapping import CatalogueMapping
from dipsim.policy.fingerprint import PROVENANCE_FILE, fingerprint
from dipsim.policy.params import Source
from dipsim.policy.scheme import JOIN, Semantics, read_scheme
from dipsim.policy.tables import write_table
from dipsim.policy.weights import read_weights


def target_folders(destination: Path, name: str) -> tuple[Path, Path]:
    """The scheme folder and the weights folder of a name below a policy folder."""
    return destination / "groupers" / name, destination / "weights" / name


def refuse_existing(targets: Sequence[Path]) -> None:
    """Raise PolicyError for folders that an import would overwrite."""
    problems = [
        Problem(str(target), "exists already", next_step="choose another name, or say that it is to be replaced")
        for target in targets
        if target.exists()
    ]
    if problems:
        raise PolicyError(problems)


def write_folders(
    targets: tuple[Path, Path],
    mapping: CatalogueMapping,
    groups: Sequence[PublishedGroup],
    costs: PublishedCosts,
    inputs: Sequence[Path],
) -> None:
    """Write both folders beside their place, read them back as any reader would, then put them there.

    Raises PolicyError when what was written breaks a rule of schemes or weights, OutputError when it cannot be written.
    """
    scheme_folder, weights_folder = targets
    root = scheme_folder.parent.parent
    workshop = root / f".import-{os.getpid()}"
    made = (workshop / "groupers" / scheme_folder.name, workshop / "weights" / weights_folder.name)
    try:
        for folder in made:
            folder.mkdir(parents=True)
            (folder / PROVENANCE_FILE).write_text(_provenance(inputs), encoding="utf-8", newline="\n")
        _write_scheme(made[0], mapping, groups)
        _write_weights(made[1], mapping, groups, costs)
        read_scheme(made[0])
        read_weights(made[1])
        for folder, target in zip(made, targets, strict=True):
            _put(folder, target, workshop)
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            Problem(str(root), "cannot be written", why, "check the folder and the space on the disk")
        ) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _put(folder: Path, target: Path, workshop: Path) -> None:
    """Rename a finished folder to its place; what stood there goes to the workshop."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(workshop / f"replaced-{target.parent.name}")
    folder.rename(target)


def _write_scheme(folder: Path, mapping: CatalogueMapping, groups: Sequence[PublishedGroup]) -> None:
    head = mapping.scheme
    choices = [f"{key} = {_quoted(getattr(head, key))}" for key in Semantics.model_fields]
    lines = [
        f"title = {_quoted(head.title)}",
        f"title_zh = {_quoted(head.title_zh)}",
        'kind = "dip"',
        f"version = {_quoted(head.version)}",
        *choices,
        _source(head.source),
    ]
    (folder / "scheme.toml").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    rows = [group.row for group in groups]
    columns = {
        "group_code": [row.group_code for row in rows],
        "kind": [row.kind for row in rows],
        "diagnosis": [row.diagnosis for row in rows],
        "main_procedure": [row.main_procedure for row in rows],
        "other_procedures": [JOIN.join(row.other_procedures) for row in rows],
        "procedure_class": [row.procedure_class for row in rows],
        "name_zh": [row.name_zh for row in rows],
    }
    write_table(folder / "groups.csv", columns)


def _write_weights(
    folder: Path, mapping: CatalogueMapping, groups: Sequence[PublishedGroup], costs: PublishedCosts
) -> None:
    head = mapping.weights
    lines = [
        f"title = {_quoted(head.title)}",
        f"title_zh = {_quoted(head.title_zh)}",
        'kind = "table"',
        f"scheme = {_quoted(folder.name)}",
        f"scale = {head.scale}",
        f"mean_cost_yuan = {costs.overall_mean_cost_yuan}",
        _source(head.source),
    ]
    (folder / "weights.toml").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    codes = [group.row.group_code for group in groups]
    found = [costs.of(code) for code in codes]
    columns = {
        "group_code": codes,
        "group_points": [str(group.group_points) for group in groups],
        "mean_cost_yuan": [_cell(cost.mean_cost_yuan) for cost in found],
        "cv": [_cell(cost.cv) for cost in found],
        "cases": [_cell(cost.cases) for cost in found],
        "mean_length_of_stay_days": [_cell(cost.mean_length_of_stay_days) for cost in found],
    }
    write_table(folder / "group_points.csv", columns)


def _cell(value: Decimal | int | None) -> str:
    return "" if value is None else str(value)


def _source(source: Source) -> str:
    return f"source = {{ doc = {_quoted(source.doc)}, article = {_quoted(source.article)} }}"


def _provenance(inputs: Sequence[Path]) -> str:
    """The names and SHA-256 of the files that the folder was made from."""
    tables = [f"[[input]]\nfile = {_quoted(path.name)}\nsha256 = {_quoted(fingerprint(path))}\n" for path in inputs]
    return "\n".join(tables)


def _quoted(text: str) -> str:
    """A TOML string; JSON writes strings that TOML reads."""
    return json.dumps(text, ensure_ascii=False)
