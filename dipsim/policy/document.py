"""Policy documents: a baseline, patched by documents that extend it, by overlays and by overrides.

Only a baseline states parameters. A document with `extends` takes its parent's values, then those of its `overlays`
from left to right, then its own `[override]`; each of these may only replace what the parent states. Under `[add]` it
may state whole tables that the parent does not have. A list is replaced whole, a table key by key, a `source` table
whole. Every value keeps the chain of places that stated it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dipsim.errors import PolicyError, Problem
from dipsim.paths import PolicyRoots, did_you_mean
from dipsim.policy.files import KeyPath, TomlFile, dotted, frozen, leaves_of, nested, read_toml, split_key, thawed
from dipsim.policy.layer import (
    HEAD_KEYS,
    Layer,
    Origin,
    baseline_layer,
    no_such_parameter,
    overlap_problems,
    overlay_layer,
    override_layer,
    replacement_problems,
    value_problems,
)

MAX_EXTENDS = 3
"""How many times `extends` may be followed from a document down to its baseline."""
LONGEST_VALUE_SHOWN = 60
_SHOULD_BE = "Input should be"
"""How pydantic begins to say what is allowed."""


@dataclass(frozen=True, slots=True)
class Document:
    """The values in force under a name; `provenance` maps each dotted key to its origins, the one in force last."""

    name: str
    file: str
    provenance: Mapping[str, tuple[Origin, ...]]

    @property
    def values(self) -> Mapping[str, object]:
        """All values as read-only nested tables, with tuples for lists."""
        return cast(Mapping[str, object], frozen(nested(self._in_force())))

    def table(self, key: str) -> dict[str, object]:
        """A plain copy of the table at a dotted key ('': all), ready for a model; raises PolicyError when absent."""
        inner: object = self.values
        for part in _path_of(key):
            inner = inner.get(part) if isinstance(inner, Mapping) else None
        if not isinstance(inner, Mapping):
            tables = {dotted(path[:depth]) for path in self._in_force() for depth in range(1, len(path))}
            hint = did_you_mean(key, tables) or f"state it as a table [{key}]"
            raise PolicyError(Problem(f"{self.file}: [{key}]", f"no such table in '{self.name}'", next_step=hint))
        return cast(dict[str, object], thawed(inner))

    def why(self, key: str) -> tuple[Origin, ...]:
        """The places that stated a value, the baseline first and the one in force last; raises PolicyError."""
        path = split_key(key)
        key = dotted(path)
        below = [known for known in self.provenance if known.startswith(f"{key}.")]
        if below:
            raise PolicyError(Problem(key, "is a table", "origins are kept by value", f"ask for {' or '.join(below)}"))
        if key not in self.provenance:
            raise PolicyError(no_such_parameter(key, path, self.name, self._in_force().keys()))
        return self.provenance[key]

    def place(self, key: str) -> str:
        """The file and line in force for a dotted key; for one that is not stated, those of what encloses it."""
        path = _path_of(key)
        for depth in range(len(path), 0, -1):
            if origins := self.provenance.get(dotted(path[:depth])):
                return str(origins[-1])
            for known in self._in_force():
                if known[:depth] == path[:depth]:
                    return self.provenance[dotted(known)][0].file
        return self.file

    def override(self, values: Mapping[str, object], name: str) -> Document:
        """The same document under a new name with some values replaced; keys are dotted, values may be nested tables.

        Raises PolicyError when a key is not in this document, is given twice, or a number is not finite.
        """
        shown = f"override '{name}'"
        leaves: dict[KeyPath, object] = {}
        problems = []
        for key, value in values.items():
            *above, last = split_key(key)
            for path, leaf in leaves_of({last: value}, tuple(above)):
                if path in leaves:
                    problems.append(Problem(f"{shown}: {dotted(path)}", "given twice", next_step="give it once"))
                leaves[path] = leaf
        layer = Layer("override", shown, leaves, lines={}, source=None)
        return Document(name, self.file, _patched(self, [layer], problems))

    def problems(self, error: ValidationError, key: str, known_keys: Collection[str]) -> tuple[Problem, ...]:
        """One problem for each key that a model of the table at a dotted key finds fault with.

        Each names the file and line that stated the value, the dotted key, the value and what is allowed; `known_keys`
        are offered for a key that does not exist.
        """
        table = self.table(key)
        findings: dict[str, list[ErrorDetails]] = {}
        for finding in error.errors(include_url=False):
            findings.setdefault(_key_of(key, _keys_in(table, finding)), []).append(finding)
        return tuple(
            _problem(of_key, full_key, self.place(full_key.partition("[")[0]), known_keys)
            for full_key, of_key in findings.items()
        )

    def _in_force(self) -> dict[KeyPath, object]:
        return {split_key(key): origins[-1].value for key, origins in self.provenance.items()}


def load_document(name: str, roots: PolicyRoots) -> Document:
    """The scenario of a name (or of a path to a `.toml` file) with its parents, overlays and overrides applied.

    Raises PolicyError with every problem found.
    """
    return _loaded(roots.scenario(name), roots, children=())


def read_document(path: Path, shown: str, name: str) -> Document:
    """One file that stands alone, such as `scheme.toml` or `weights.toml`; raises PolicyError."""
    return _baseline(read_toml(path, shown), name)


def _loaded(path: Path, roots: PolicyRoots, children: tuple[Path, ...]) -> Document:
    """The document in a file; `children` are the files that extend it, the one asked for first."""
    file = read_toml(path, roots.shown(path))
    name = roots.scenario_name(path)
    if not any(key[0] == "extends" for key in file.leaves):
        return _baseline(file, name)
    problems = [*_head_problems(file, (*HEAD_KEYS, "extends", "overlays"), ("override", "add"))]
    parent_name, overlay_names = file.leaves.get(("extends",)), file.leaves.get(("overlays",), ())
    if not isinstance(parent_name, str):
        step = 'write extends = "demo-city/baseline-2025"'
        problems.append(Problem(f"{file.place(('extends',))}: extends", "must name one scenario", next_step=step))
        raise PolicyError(problems)
    overlays = _overlays(overlay_names, file, roots, problems)
    parent = _parent(parent_name, file, roots, (*children, path), problems)
    return Document(name, file.shown, _patched(parent, [*overlays, override_layer(file)], problems))


def _baseline(file: TomlFile, name: str) -> Document:
    layer = baseline_layer(file)
    problems = [*value_problems(layer)]
    for path in file.leaves:
        if path[0] in ("extends", "overlays", "override", "add"):
            why = "this document extends no other"
            problems.append(Problem(layer.where(path), "not allowed", why, "state the values in place"))
    if problems:
        raise PolicyError(problems)
    provenance = {dotted(path): (layer.origin(path),) for path in layer.leaves}
    return Document(name, file.shown, MappingProxyType(provenance))


def _parent(
    name: str, file: TomlFile, roots: PolicyRoots, children: tuple[Path, ...], problems: Sequence[Problem]
) -> Document:
    """The document that `extends` names; what is wrong with it is raised together with the problems so far."""
    where = f"{file.place(('extends',))}: extends"
    try:
        path = _resolved(roots.scenario, name, where)
        trail = " -> ".join(roots.scenario_name(step) for step in (*children, path))
        if path.resolve() in {child.resolve() for child in children}:
            raise PolicyError(Problem(where, "goes in a circle", trail, "let one of them be a baseline"))
        if len(children) > MAX_EXTENDS:
            why = f"{trail} is more than {MAX_EXTENDS} steps"
            raise PolicyError(Problem(where, "too many parents", why, "extend an earlier document of the chain"))
        return _loaded(path, roots, children)
    except PolicyError as error:
        raise PolicyError([*problems, *error.problems]) from error


def _overlays(names: object, file: TomlFile, roots: PolicyRoots, problems: list[Problem]) -> list[Layer]:
    """The overlays that a document names, from left to right; what is wrong with them is added to the problems."""
    where = f"{file.place(('overlays',))}: overlays"
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        problems.append(Problem(where, "must be a list of names", next_step='write overlays = ["quality-2025"]'))
        return []
    layers = []
    for name in names:
        try:
            path = _resolved(roots.overlay, name, where)
            overlay = read_toml(path, roots.shown(path))
        except PolicyError as error:
            problems += error.problems
        else:
            problems += _head_problems(overlay, HEAD_KEYS)
            layers.append(overlay_layer(overlay))
    problems += overlap_problems(layers)
    return layers


def _head_problems(
    file: TomlFile, allowed: Sequence[str], sections: Sequence[str] = ("override",)
) -> Iterator[Problem]:
    """What stands at the top of a file of overrides and should not, or under `[override]` and should not."""
    for path in file.leaves:
        where = f"{file.place(path)}: {dotted(path)}"
        if path[0] == "override" and path[1:2] and path[1] in HEAD_KEYS:
            why = "it tells of the document itself"
            yield Problem(where, "not a parameter", why, "state it at the top of the file")
        elif path[0] not in sections and path not in {(key,) for key in allowed}:
            why = "only a baseline states parameters in place"
            yield Problem(where, "not allowed here", why, f"write it under [override], as override.{dotted(path)}")
        elif path in {(section,) for section in sections} and file.leaves[path] != {}:
            yield Problem(where, "must be a table", next_step=f"write [{path[0]}] and the parameters below it")


def _patched(
    parent: Document, layers: Sequence[Layer], problems: Sequence[Problem]
) -> Mapping[str, tuple[Origin, ...]]:
    """The parent's provenance with each layer put on top; raises PolicyError with these problems and all new ones."""
    known = {split_key(key): origins[-1].value for key, origins in parent.provenance.items()}
    found = [*problems]
    for layer in layers:
        found += [*value_problems(layer), *replacement_problems(layer, known, parent.name)]
    if found:
        raise PolicyError(found)
    provenance = dict(parent.provenance)
    for layer in layers:
        for path in layer.leaves:
            key = dotted(path)
            provenance[key] = (*provenance.get(key, ()), layer.origin(path))
    return MappingProxyType(provenance)


def _resolved(find: Callable[[str], Path], name: str, where: str) -> Path:
    """The path of a name that a file refers to; a PolicyError then names that place too."""
    try:
        return find(name)
    except PolicyError as error:
        placed = [replace(problem, where=f"{where}: {problem.where}") for problem in error.problems]
        raise PolicyError(placed) from error


def _problem(findings: Sequence[ErrorDetails], key: str, place: str, known_keys: Collection[str]) -> Problem:
    """What pydantic found about one key, in the words of a policy file; each form of a value has its own finding."""
    where, finding = f"{place}: {key}" if key else place, findings[0]
    if finding["type"] == "extra_forbidden":
        others = f"known: {', '.join(known_keys)}" if len(finding["loc"]) == 1 else "correct or remove it"
        hint = did_you_mean(str(finding["loc"][-1]), known_keys) or others
        return Problem(where, "no such parameter", next_step=hint)
    if finding["type"] == "missing":
        return Problem(where, "missing", "a baseline states every parameter", "state it there")
    told = [each["msg"].removeprefix("Value error, ") for each in findings]
    allowed = " or ".join([told[0], *(text.removeprefix(f"{_SHOULD_BE} ") for text in told[1:])])
    allowed = allowed.replace(_SHOULD_BE, "it must be", 1).replace("a valid tuple", "a list")
    if isinstance(finding["input"], Mapping):
        return Problem(where, "does not fit together", next_step=allowed)
    return Problem(where, f"{_shortened(finding['input'])} is not allowed", next_step=allowed)


def _keys_in(table: Mapping[str, object], finding: ErrorDetails) -> tuple[int | str, ...]:
    """The keys and items of a finding's location, without pydantic's names for the forms that a value may have."""
    location = finding["loc"]
    missing = location[-1:] if finding["type"] == "missing" else ()
    inner: object = table
    found: list[int | str] = []
    for part in location[: len(location) - len(missing)]:
        below = dict(enumerate(inner)) if isinstance(inner, tuple) else inner
        if isinstance(below, Mapping) and part in below:
            inner = below[part]
            found.append(part)
    return (*found, *missing)


def _path_of(key: str) -> KeyPath:
    return split_key(key) if key else ()


def _key_of(prefix: str, location: tuple[int | str, ...]) -> str:
    """The dotted key of a finding, as in `tiers[item 2].day_rate`: items count from one, as a reader counts them."""
    parts = (f"[item {part + 1}]" if isinstance(part, int) else f".{dotted((part,))}" for part in location)
    return f"{prefix}{''.join(parts)}".removeprefix(".")


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE_SHOWN else f"{text[:LONGEST_VALUE_SHOWN]}..."
