"""Policy files as text and as TOML keys, each key with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, cast

from dipsim.errors import PolicyError, Problem

KeyPath: TypeAlias = tuple[str, ...]

SOURCE = "source"
_BARE_PART = re.compile(r"[A-Za-z0-9_-]+")
_PART = re.compile(r'"([^"]+)"|([^".\s]+)')
_DOTTED = re.compile(rf"(?:{_PART.pattern})(?:\.(?:{_PART.pattern}))*")
_SYNTAX_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """One TOML file: every value by its path, and the line on which each path is first stated."""

    shown: str
    leaves: Mapping[KeyPath, object]
    lines: Mapping[KeyPath, int]

    def place(self, path: KeyPath) -> str:
        """The file, and the line of the path when it is known."""
        line = self.lines.get(path, 0)
        return f"{self.shown}:{line}" if line else self.shown


def read_text(path: Path, shown: str, gb18030: bool = False) -> str:
    """The text of a UTF-8 file, or with `gb18030` of a file all in that encoding; a byte order mark is dropped.

    Raises PolicyError when the file cannot be read or is in another encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicyError(Problem(shown, "cannot be read", reason, "check the path and its permissions")) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if gb18030:
            with suppress(UnicodeDecodeError):
                return content.decode("gb18030")
        line = content[: error.start].count(b"\n") + 1
        why = f"byte 0x{content[error.start]:02x} is no part of a UTF-8 character"
        step = "save the file as UTF-8 (in Excel: 'CSV UTF-8')"
        raise PolicyError(Problem(f"{shown}:{line}", "not UTF-8", why, step)) from error


def read_toml(path: Path, shown: str) -> TomlFile:
    """The values of a TOML file with their lines; raises PolicyError when it is not UTF-8 or not TOML.

    A number of thousands of digits and brackets nested as deeply are no TOML either.
    """
    text = read_text(path, shown)
    try:
        leaves = dict(leaves_of(tomllib.loads(text)))
        lines = _key_lines(text)
    except (ValueError, RecursionError) as error:
        at = _SYNTAX_ERROR_LINE.search(str(error))
        where = f"{shown}:{at[1]}" if at else shown
        step = "correct this line or the one before"
        raise PolicyError(Problem(where, "not valid TOML", str(error), step)) from error
    return TomlFile(shown, MappingProxyType(leaves), MappingProxyType(lines))


def leaves_of(table: Mapping[str, object], prefix: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Every value below a table with its path; lists, empty tables and `source` tables count as one value."""
    for key, value in table.items():
        path = (*prefix, key)
        if isinstance(value, Mapping) and value and key != SOURCE:
            yield from leaves_of(value, path)
        else:
            yield path, frozen(value)


def nested(leaves: Mapping[KeyPath, object]) -> dict[str, object]:
    """The plain nested tables in which every value stands at its path; the inverse of `leaves_of`."""
    top: dict[str, object] = {}
    for path, value in leaves.items():
        table = top
        for key in path[:-1]:
            table = cast(dict[str, object], table.setdefault(key, {}))
        table[path[-1]] = value
    return top


def frozen(value: object) -> object:
    """The same value with read-only tables, and tuples for lists."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(inner) for inner in value)
    return value


def thawed(value: object) -> object:
    """The same value with plain dict tables; lists stay tuples."""
    if isinstance(value, Mapping):
        return {key: thawed(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(thawed(inner) for inner in value)
    return value


def dotted(path: KeyPath) -> str:
    """The path as written in TOML: parts joined by dots, quoted where they hold other than A-Z a-z 0-9 _ -."""
    return ".".join(part if _BARE_PART.fullmatch(part) else f'"{part}"' for part in path)


def split_key(key: str) -> KeyPath:
    """The path of a dotted key, such as `payment.bed_day.tiers` or `factors."I63.9"`; raises PolicyError."""
    if not _DOTTED.fullmatch(key):
        raise PolicyError(Problem(f"key '{key}'", "not a dotted key", next_step="write it as in payment.bed_day.tiers"))
    return tuple(quoted or bare for quoted, bare in _PART.findall(key))


def _key_lines(text: str) -> dict[KeyPath, int]:
    """The line of each key, found by parsing one statement at a time: the text must be valid TOML.

    Lines are gathered until they parse on their own, which is where the statement ends.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    start, statement = 1, ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        statement = f"{statement}\n{line}" if statement else line
        try:
            content = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            table = _header_path(content)
            lines.setdefault(table, start)
        else:
            for path, _ in leaves_of(content, table):
                lines.setdefault(path, start)
        start, statement = number + 1, ""
    return lines


def _header_path(header: Mapping[str, object]) -> KeyPath:
    """The path that a parsed `[table]` or `[[table]]` line opens."""
    path: KeyPath = ()
    inner: object = header
    while isinstance(inner, Mapping) and inner:
        ((key, inner),) = inner.items()
        path = (*path, key)
    return path
