"""A scheme folder of whatever kind: DIP, DRG, or one whose cases bring their group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from dipsim.errors import PolicyError, Problem
from dipsim.paths import PolicyRoots
from dipsim.policy.drg_scheme import DOCUMENT, DrgScheme
from dipsim.policy.files import read_toml
from dipsim.policy.scheme import GroupRow, Scheme, read_scheme

AnyScheme: TypeAlias = Scheme | DrgScheme


@dataclass(frozen=True, slots=True)
class GroupName:
    """What a scheme calls a group, '' for nothing; a DRG has one name, whatever language it is in."""

    name: str
    name_zh: str


def group_names(scheme: AnyScheme) -> Mapping[str, GroupName]:
    """The groups of a scheme by code; none for one whose cases bring theirs."""
    if isinstance(scheme, DrgScheme):
        return {row.code: GroupName(row.name, row.name) for row in scheme.drg}
    return {row.group_code: GroupName(row.name, row.name_zh) for row in scheme.rows}


def brought_scheme(scheme: AnyScheme) -> Scheme:
    """The groups of a scheme, by code and name, for cases that bring theirs."""
    if isinstance(scheme, Scheme):
        return replace(scheme, kind="brought", semantics=None)
    return Scheme(
        name=scheme.name,
        title=scheme.title,
        title_zh=scheme.title_zh,
        kind="brought",
        version=scheme.version,
        source=scheme.source,
        semantics=None,
        rows=tuple(GroupRow(row.code, "core", "", "", (), "", row.name, row.name) for row in scheme.drg),
        excluded_diagnoses=frozenset(),
        procedure_treatments={},
        procedure_classes={},
        fingerprint=scheme.fingerprint,
    )


def procedure_classes(scheme: AnyScheme) -> Mapping[str, str]:
    """The class of each procedure that the scheme lists; DRG knows no classes."""
    return scheme.procedure_classes if isinstance(scheme, Scheme) else {}


def with_procedure_classes(scheme: AnyScheme, classes: Mapping[str, str]) -> AnyScheme:
    """The scheme with a user's classes on top of its own; PolicyError for a DRG scheme, which reads none."""
    if isinstance(scheme, Scheme):
        return scheme.with_procedure_classes(classes)
    what, why = "procedure classes are given", "a DRG scheme names its procedures in sets"
    raise PolicyError(Problem(f"groupers/{scheme.name}", what, why, "leave out --procedure-classes"))


def is_drg(folder: Path) -> bool:
    """Whether scheme.toml says kind = "drg"; PolicyError when it cannot be read."""
    file = read_toml(folder / DOCUMENT, f"groupers/{folder.name}/{DOCUMENT}")
    return file.leaves.get(("kind",)) == "drg"


def read_any_scheme(folder: Path, roots: PolicyRoots) -> AnyScheme:
    """The scheme of a folder, the parents of a DRG variant sought in the roots; PolicyError with all problems found."""
    if not is_drg(folder):
        return read_scheme(folder)
    from dipsim.policy.drg_folder import read_drg_scheme  # a run by DIP need not wait for it

    return read_drg_scheme(folder, roots)
