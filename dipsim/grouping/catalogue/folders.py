"""Policy folders made by a program: what stands in their files, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from dipsim.errors import OutputError, PolicyError, Problem
from dipsim.grouping.catalogue.mapping import SchemeHead, WeightsHead
from dipsim.paths import PolicyRoots
from dipsim.policy.any_scheme import read_any_scheme
from dipsim.policy.fingerprint import fingerprint
from dipsim.policy.params import Source
from dipsim.policy.scheme import JOIN, GroupRow, Semantics
from dipsim.policy.tables import write_table
from dipsim.policy.weights import read_weights

Columns: TypeAlias = Mapping[str, Sequence[str]]
Files: TypeAlias = Mapping[str, str | Columns]
"""The files of a folder by name: the text of a document, or the columns of a table."""

_READERS: Mapping[str, Callable[[Path], object]] = {
    "groupers": lambda folder: read_any_scheme(folder, PolicyRoots((folder.parent.parent,))),
    "weights": read_weights,
}


def require_plain_name(name: str) -> None:
    """Raise PolicyError for the name of a new folder that is a path, or empty."""
    if not name or Path(name).name != name:
        raise PolicyError(Problem(f"name {name!r}", "not a plain name", next_step="use letters, digits and hyphens"))


def refuse_existing(targets: Sequence[Path]) -> None:
    """Raise PolicyError for folders that would be overwritten."""
    problems = [
        Problem(str(target), "exists already", next_step="choose another name, or say that it is to be replaced")
        for target in targets
        if target.exists()
    ]
    if problems:
        raise PolicyError(problems)


def free_weights_folder(name: str, destination: Path, replace: bool) -> Path:
    """Where `weights/NAME` will stand; PolicyError for a name that is a path and, without `replace`, a folder there."""
    require_plain_name(name)
    target = destination / "weights" / name
    if not replace:
        refuse_existing([target])
    return target


def write_folders(destination: Path, folders: Mapping[str, Files]) -> None:
    """Write folders such as `groupers/my-city` beside their place, read them back as any reader would, put them there.

    Raises PolicyError when what was written breaks a rule of schemes or weights, OutputError when it cannot be written.
    """
    workshop = destination / f".made-{os.getpid()}"
    try:
        for name, files in folders.items():
            _write(workshop / name, files)
        for name in folders:
            _READERS[name.partition("/")[0]](workshop / name)
        for name in folders:
            _put(workshop / name, destination / name, workshop)
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            Problem(str(destination), "cannot be written", why, "check the folder and the space on the disk")
        ) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def scheme_files(head: SchemeHead, rows: Sequence[GroupRow]) -> dict[str, str | Columns]:
    """scheme.toml and groups.csv."""
    choices = [f"{key} = {quoted(getattr(head, key))}" for key in Semantics.model_fields]
    lines = [
        f"title = {quoted(head.title)}",
        f"title_zh = {quoted(head.title_zh)}",
        'kind = "dip"',
        f"version = {quoted(head.version)}",
        *choices,
        source_line(head.source),
    ]
    groups = {
        "group_code": [row.group_code for row in rows],
        "kind": [row.kind for row in rows],
        "diagnosis": [row.diagnosis for row in rows],
        "main_procedure": [row.main_procedure for row in rows],
        "other_procedures": [JOIN.join(row.other_procedures) for row in rows],
        "procedure_class": [row.procedure_class for row in rows],
        "name_zh": [row.name_zh for row in rows],
    }
    return {"scheme.toml": "\n".join(lines) + "\n", "groups.csv": groups}


def weights_document(head: WeightsHead, scheme: str, overall_mean_yuan: str) -> str:
    """weights.toml for points that stand in a table."""
    lines = [
        f"title = {quoted(head.title)}",
        f"title_zh = {quoted(head.title_zh)}",
        'kind = "table"',
        f"scheme = {quoted(scheme)}",
        f"scale = {head.scale}",
        f"mean_cost_yuan = {overall_mean_yuan}",
        source_line(head.source),
    ]
    return "\n".join(lines) + "\n"


def provenance(inputs: Sequence[Path]) -> str:
    """provenance.toml: the names and SHA-256 of the files that a folder was made from."""
    tables = [f"[[input]]\nfile = {quoted(path.name)}\nsha256 = {quoted(fingerprint(path))}\n" for path in inputs]
    return "\n".join(tables)


def source_line(source: Source) -> str:
    """The `source` of a document."""
    return f"source = {{ doc = {quoted(source.doc)}, article = {quoted(source.article)} }}"


def quoted(text: str) -> str:
    """A TOML string; JSON writes strings that TOML reads."""
    return json.dumps(text, ensure_ascii=False)


def _write(folder: Path, files: Files) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        if isinstance(content, str):
            (folder / name).write_text(content, encoding="utf-8", newline="\n")
        else:
            write_table(folder / name, content)


def _put(folder: Path, target: Path, workshop: Path) -> None:
    """Rename a finished folder to its place; what stood there goes to the workshop, or back if that fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    replaced = workshop / f"replaced-{target.parent.name}-{target.name}"
    if target.exists():
        target.rename(replaced)
    try:
        folder.rename(target)
    except OSError:
        if replaced.exists():
            replaced.rename(target)
        raise
