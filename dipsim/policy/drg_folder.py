"""DRG schemes from folders: `scheme.toml` and the six tables, or a variant that names its parent and says what differs.

A variant has `extends = "<scheme>"`, tables of changes (`drg_tables.py`), the choices in which it differs, and splits
(`drg_splits.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from pydantic import Field, ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.paths import PolicyRoots, did_you_mean
from dipsim.policy.document import Document
from dipsim.policy.drg_scheme import DOCUMENT, Complication, DrgChoices, DrgScheme, RuleRow
from dipsim.policy.drg_splits import Split, split_problems, split_tables
from dipsim.policy.drg_tables import ADRG, DRG, FILES, DrgTables, Placed, patched_tables, read_tables
from dipsim.policy.files import dotted, read_toml, thawed
from dipsim.policy.fingerprint import combine, fingerprint
from dipsim.policy.layer import baseline_layer, value_problems
from dipsim.policy.params import Source, Strict

ANOMALIES = "anomalies.csv"
"""What an import found odd; nothing is computed from it."""

Model = TypeVar("Model", bound=Strict)
Place: TypeAlias = Callable[[Placed, str], str]
"""Where a column of a row stands, for messages."""


class DrgHead(Strict):
    """What scheme.toml says of the scheme itself."""

    title: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    kind: Literal["drg"]
    version: str = Field(min_length=1)
    source: Source
    extends: str = ""
    split: tuple[Split, ...] = ()


@dataclass(frozen=True, slots=True)
class DrgFolder:
    """What a folder says together with its parents; nothing holds yet between one table and another.

    lineage    the schemes that it extends, the nearest first
    """

    name: str
    head: DrgHead
    choices: DrgChoices
    tables: DrgTables
    fingerprint: str
    lineage: tuple[str, ...]


def read_drg_scheme(folder: Path, roots: PolicyRoots) -> DrgScheme:
    """The DRG scheme of a folder, its parents sought in the roots; PolicyError with all problems found."""
    return drg_scheme(read_drg_folder(folder, roots))


def read_drg_folder(folder: Path, roots: PolicyRoots) -> DrgFolder:
    """A folder on its parents; PolicyError with the problems of scheme.toml, of the parents, or of all tables."""
    return _read(folder, roots, ())


def drg_scheme(folder: DrgFolder) -> DrgScheme:
    """The scheme with its rows in the order in which they are tried; PolicyError when the rows do not fit together."""
    if problems := tuple(structure_problems(folder, column_of)):
        raise PolicyError(problems)
    tables = folder.tables
    mdc = tuple(sorted(tables.mdc, key=lambda row: row.order))
    adrg = _in_order(tables.adrg, mdc, folder.choices.fallback)
    sets: dict[str, set[str]] = defaultdict(set)
    for member in tables.sets:
        sets[member.set_name].add(member.code)
    return DrgScheme(
        name=folder.name,
        title=folder.head.title,
        title_zh=folder.head.title_zh,
        version=folder.head.version,
        source=folder.head.source,
        choices=folder.choices,
        mdc=mdc,
        adrg=adrg,
        drg=_in_order(tables.drg, adrg, ()),
        sets=MappingProxyType({name: frozenset(codes) for name, codes in sets.items()}),
        complications=MappingProxyType({row.code: Complication(row.level, row.table) for row in tables.complications}),
        exclusions=MappingProxyType({row.code: row.table for row in tables.exclusions}),
        fingerprint=folder.fingerprint,
    )


def column_of(row: Placed, column: str) -> str:
    """The place of a column in a folder's table."""
    return f"{row.where}: {column}"


def structure_problems(folder: DrgFolder, place: Place) -> Iterator[Problem]:
    """Parents that do not exist, and choices that name no ADRG."""
    tables, choices = folder.tables, folder.choices
    mdcs, adrgs = {row.code for row in tables.mdc}, {row.code for row in tables.adrg}
    yield from _orphans(tables.adrg, mdcs, "MDC", lambda row: place(row, ADRG.columns[3].name))
    yield from _orphans(tables.drg, adrgs, "ADRG", lambda row: place(row, DRG.columns[3].name))
    for key, named in (("fallback", choices.fallback), ("surgery_unrelated", choices.surgery_unrelated)):
        for code in named:
            if code not in adrgs:
                hint = did_you_mean(code, adrgs) or "name ADRGs of the scheme"
                yield Problem(f"groupers/{folder.name}/{DOCUMENT}: {key}", f"no ADRG '{code}'", next_step=hint)


def _orphans(
    rows: Sequence[RuleRow], parents: set[str], label: str, place: Callable[[RuleRow], str]
) -> Iterator[Problem]:
    for row in rows:
        if row.parent and row.parent not in parents:
            hint = did_you_mean(row.parent, parents) or f"name an {label} that is there, or leave the row out"
            yield Problem(place(row), f"no {label} '{row.parent}'", f"{row.code} belongs to it", hint)


def _in_order(rows: Sequence[RuleRow], parents: Sequence[RuleRow], fallback: Sequence[str]) -> tuple[RuleRow, ...]:
    """Rows in the order of their parents, then fallback rows last, then by order; ties as they stand."""
    rank = {row.code: number for number, row in enumerate(parents)}
    return tuple(sorted(rows, key=lambda row: (rank[row.parent], row.code in fallback, row.order)))


def _read(folder: Path, roots: PolicyRoots, children: tuple[str, ...]) -> DrgFolder:
    document = _document(folder)
    if folder.name in children:
        trail = " -> ".join((*children, folder.name))
        raise PolicyError(Problem(document.place("extends"), "schemes extend each other", trail, "break the circle"))
    values = {key: thawed(value) for key, value in document.values.items()}
    stated = {key: values.pop(key) for key in DrgChoices.model_fields if key in values}
    problems: list[Problem] = []
    head = _checked(DrgHead, values, document, problems)
    if head is None:
        raise PolicyError(problems)
    parent = _parent(head.extends, document, roots, (*children, folder.name)) if head.extends else None
    inherited = {} if parent is None else parent.choices.model_dump()
    choices = _checked(DrgChoices, {**inherited, **stated}, document, problems)
    tables = _gathered(folder, parent, problems)
    if choices is None or tables is None or problems:
        raise PolicyError(problems)
    where = document.place("split")
    if found := tuple(split_problems(tables, head.split, where)):
        raise PolicyError(found)
    tables = split_tables(tables, head.split, where)
    lineage = () if parent is None else (parent.name, *parent.lineage)
    return DrgFolder(folder.name, head, choices, tables, _fingerprint(folder, parent), lineage)


def _document(folder: Path) -> Document:
    """scheme.toml with the line of every key; unlike a document of policy it may say `extends`."""
    file = read_toml(folder / DOCUMENT, f"groupers/{folder.name}/{DOCUMENT}")
    layer = baseline_layer(file)
    if problems := tuple(value_problems(layer)):
        raise PolicyError(problems)
    origins = {dotted(path): (layer.origin(path),) for path in layer.leaves}
    return Document(folder.name, file.shown, MappingProxyType(origins))


def _checked(
    model: type[Model], stated: Mapping[str, object], document: Document, problems: list[Problem]
) -> Model | None:
    try:
        return model.model_validate(stated)
    except ValidationError as error:
        problems.extend(document.problems(error, "", (*DrgHead.model_fields, *DrgChoices.model_fields)))
        return None


def _parent(name: str, document: Document, roots: PolicyRoots, children: tuple[str, ...]) -> DrgFolder:
    try:
        folder = roots.scheme(name)
    except PolicyError as error:
        found = error.problems[0]
        where = f"{document.place('extends')}: extends"
        raise PolicyError(Problem(where, f"{found.where} {found.what}", found.why, found.next_step)) from error
    return _read(folder, roots, children)


def _gathered(folder: Path, parent: DrgFolder | None, problems: list[Problem]) -> DrgTables | None:
    """The tables, on the parent's where there is one; None when there are problems, which join the others."""
    strangers = sorted({path.name for path in folder.glob("*.csv")} - {*FILES, ANOMALIES})
    for name in strangers:
        hint = did_you_mean(name, FILES) or f"the tables are {', '.join(FILES)}"
        problems.append(Problem(f"{folder.name}/{name}", "no table of a DRG scheme", next_step=hint))
    try:
        return read_tables(folder) if parent is None else patched_tables(parent.tables, folder)
    except PolicyError as error:
        problems.extend(error.problems)
        return None


def _fingerprint(folder: Path, parent: DrgFolder | None) -> str:
    """Of the files that count, and of the parent."""
    counted = [folder / name for name in (DOCUMENT, *FILES)]
    parts = {path.name: fingerprint(path) for path in counted if path.exists()}
    return combine(parts if parent is None else {**parts, "extends": parent.fingerprint})
