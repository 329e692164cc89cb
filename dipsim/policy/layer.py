"""Layers of a policy document: what one file states, and what keeps it from being put on top of its parent."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from dipsim.errors import Problem
from dipsim.paths import did_you_mean, nearest_name
from dipsim.policy.files import SOURCE, KeyPath, TomlFile, dotted

LayerKind: TypeAlias = Literal["baseline", "overlay", "override"]
Stated = TypeVar("Stated")

HEAD_KEYS = ("title", "title_zh", "valid_from", SOURCE)
"""What a document states of itself at its top; everything else in a document that extends another is an override."""
_HEAD_PATHS: frozenset[KeyPath] = frozenset((key,) for key in HEAD_KEYS)

TABLE_DEPTH = 2
"""How many keys name a table of parameters: settlement.prepayment."""
RENAMED: Mapping[str, str] = MappingProxyType({})
"""Old dotted key -> new dotted key, for parameters and tables that had another name in an earlier release."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One place that stated a value: its file relative to the policy folder, its line (0: unknown), its source."""

    file: str
    line: int
    layer: LayerKind
    value: object
    source: Mapping[str, object] | None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Layer:
    """The values that one file states; `source` is the one at the top of the file, for values without a nearer one.

    added   those of its leaves that stand under `[add]`: in tables that the parent does not have
    """

    kind: LayerKind
    file: str
    leaves: Mapping[KeyPath, object]
    lines: Mapping[KeyPath, int]
    source: object
    added: frozenset[KeyPath] = frozenset()

    def origin(self, path: KeyPath) -> Origin:
        """Where this layer states the value at a path."""
        return Origin(self.file, self.lines.get(path, 0), self.kind, self.leaves[path], self._nearest_source(path))

    def where(self, path: KeyPath) -> str:
        """The place of a path as an error names it."""
        section = "[add] " if path in self.added else "[override] "
        label = "" if self.kind == "baseline" or path[0] in HEAD_KEYS else section
        return f"{self.origin(path)}: {label}{dotted(path)}"

    def _nearest_source(self, path: KeyPath) -> Mapping[str, object] | None:
        """The `source` of the innermost table around the value that has one in this file."""
        enclosing = (self.leaves.get((*path[:depth], SOURCE)) for depth in range(len(path) - 1, 0, -1))
        source = next((found for found in enclosing if found is not None), self.source)
        return source if isinstance(source, Mapping) else None


def baseline_layer(file: TomlFile) -> Layer:
    """Everything a file states in place."""
    return Layer("baseline", file.shown, file.leaves, file.lines, file.leaves.get((SOURCE,)))


def overlay_layer(file: TomlFile) -> Layer:
    """What an overlay states under `[override]`; its title and source stay its own."""
    return Layer("overlay", file.shown, _overrides(file.leaves), _overrides(file.lines), file.leaves.get((SOURCE,)))


def override_layer(file: TomlFile) -> Layer:
    """What a document that extends another states under `[override]` and `[add]`, and of itself at its top."""
    added = _below(file.leaves, "add")
    leaves = {**added, **_overrides(file.leaves)}
    leaves.update({path: value for path, value in file.leaves.items() if path in _HEAD_PATHS})
    lines = dict(file.lines)
    lines.update(_below(file.lines, "add") | _overrides(file.lines))
    return Layer("override", file.shown, leaves, lines, file.leaves.get((SOURCE,)), frozenset(added))


def value_problems(layer: Layer) -> Iterator[Problem]:
    """Values that no policy may state: numbers without end, keys under an old name, a source that is no table."""
    for path, value in layer.leaves.items():
        if _has_endless_number(value):
            yield Problem(layer.where(path), "inf and nan are not allowed", next_step="state a finite number")
        if path[-1] == SOURCE and not isinstance(value, Mapping):
            step = 'write source = { doc = "...", article = "..." }'
            yield Problem(layer.where(path), "a source must be a table", next_step=step)
        for old in (dotted(path[:depth]) for depth in range(1, len(path) + 1)):
            if old in RENAMED:
                yield Problem(layer.where(path), f"'{old}' was renamed", next_step=f"write '{RENAMED[old]}'")


def overlap_problems(layers: Sequence[Layer]) -> Iterator[Problem]:
    """Keys that two overlays state, naming both."""
    for number, layer in enumerate(layers):
        for other in layers[:number]:
            for path in layer.leaves:
                if path in other.leaves:
                    step = "state a source at the top of its file" if path[-1] == SOURCE else "keep it in one of them"
                    why = f"{other.origin(path)} states it too"
                    yield Problem(layer.where(path), "the same key in two overlays", why, step)


def replacement_problems(layer: Layer, known: Mapping[KeyPath, object], parent: str) -> Iterator[Problem]:
    """Keys of a layer that replace nothing in the parent, or a table where the parent has a value and the reverse.

    Keys under `[add]` are the other way round: their table must be new. A `source` may be new in any table of the
    parent, and so may the head of the document.
    """
    tables = {path[:depth] for path in known for depth in range(len(path))}
    values = {path for path, value in known.items() if not _is_table(path, value)}
    for path, value in layer.leaves.items():
        if path in layer.added:
            yield from _addition_problems(layer, path, tables, parent)
        elif path in tables:
            why = f"it is a table in '{parent}'"
            yield Problem(layer.where(path), "cannot be replaced whole", why, "override its keys one by one")
        elif any(path[:depth] in values for depth in range(1, len(path) + _is_table(path, value))):
            why = f"it is a single value in '{parent}'"
            yield Problem(layer.where(path), "cannot be replaced by a table", why, "give one value")
        elif path not in known and not _may_be_new(path, tables):
            yield no_such_parameter(layer.where(path), path, parent, known.keys())


def _addition_problems(layer: Layer, path: KeyPath, tables: Collection[KeyPath], parent: str) -> Iterator[Problem]:
    """What keeps a key from being new: `[add]` holds whole tables, [settlement.prepayment], that the parent lacks."""
    if len(path) <= TABLE_DEPTH:
        step = "write a table of parameters, as [add.settlement.prepayment]"
        yield Problem(layer.where(path), "only whole tables can be added", next_step=step)
    elif path[:TABLE_DEPTH] in tables:
        why, step = f"'{parent}' has [{dotted(path[:TABLE_DEPTH])}] already", "write it under [override]"
        yield Problem(layer.where(path), "cannot be added", why, step)


def no_such_parameter(where: str, path: KeyPath, document: str, known: Collection[KeyPath]) -> Problem:
    """The fault of a path that a document does not state: offers a name of the same table, else any of the known."""
    what = f"no such parameter in '{document}'"
    depth = len(path) - 1
    table = path[:depth]
    names = {key[depth]: None for key in known if key[:depth] == table and len(key) > depth}
    if nearest := nearest_name(path[depth], names):
        return Problem(where, what, next_step=f"did you mean '{dotted((*table, nearest))}'?")
    if table and names:
        return Problem(where, what, next_step=f"known in [{dotted(table)}]: {', '.join(names)}")
    hint = did_you_mean(dotted(path), [dotted(key) for key in known])
    return Problem(where, what, next_step=hint or f"`dipsim show {document}` lists its parameters")


def _overrides(by_path: Mapping[KeyPath, Stated]) -> dict[KeyPath, Stated]:
    return _below(by_path, "override")


def _below(by_path: Mapping[KeyPath, Stated], section: str) -> dict[KeyPath, Stated]:
    return {path[1:]: value for path, value in by_path.items() if path[0] == section and len(path) > 1}


def _may_be_new(path: KeyPath, tables: Collection[KeyPath]) -> bool:
    return (path[-1] == SOURCE and path[:-1] in tables) or path in _HEAD_PATHS


def _is_table(path: KeyPath, value: object) -> bool:
    return isinstance(value, Mapping) and path[-1] != SOURCE


def _has_endless_number(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_endless_number(inner) for inner in value.values())
    if isinstance(value, tuple):
        return any(_has_endless_number(inner) for inner in value)
    return isinstance(value, float) and not math.isfinite(value)
