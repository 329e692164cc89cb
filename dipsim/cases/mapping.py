"""Mapping files: how a table of another make leads to the canonical columns, as data (TOML).

```toml
case_id = "row_number"                      # number the rows instead of reading a key
[columns]                                   # canonical name = header in the file
total_cost_yuan = "Cost"
[constants]                                 # the same text in every row
hospital_id = "ALL"
[values.insurance]                          # text in the file = canonical text; "" for a blank
"310" = "employee"
[format]
delimiter = ";"
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, Kind
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean

ROW_NUMBER = "row_number"
_SECTIONS = ("case_id", "columns", "constants", "format", "values")
_WORDED = frozenset({*TEXT_KINDS, Kind.CODE_LIST})


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How cells are written: `[format]` of a mapping file; left out, as in the canonical table."""

    delimiter: str = ","
    list_separator: str = "|"
    decimal: str = "."
    thousands: str = ""
    date_format: str = ""
    blanks: tuple[str, ...] = ()
    strip_trailing_zero: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseMapping:
    """What a mapping file says; `name` is the file for messages."""

    name: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_row_number: bool = False
    cells: CellFormat = CellFormat()


CANONICAL = CaseMapping()
"""The mapping of a table that is canonical already."""


def read_mapping(path: Path) -> CaseMapping:
    """Read a mapping file; CaseDataError with all its problems."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CaseDataError(Problem(str(path), f"cannot be read: {error}", next_step="check the path")) from error
    except tomllib.TOMLDecodeError as error:
        raise CaseDataError(Problem(str(path), f"not valid TOML: {error}", next_step="correct this line")) from error
    return mapping_of(document, path.name)


def mapping_of(document: Mapping[str, Any], name: str) -> CaseMapping:
    """The mapping that a TOML document states; CaseDataError with all its problems."""
    problems = _Problems(name)
    problems.unknown("", document, _SECTIONS)
    columns = problems.texts("columns", document.get("columns", {}))
    constants = problems.texts("constants", document.get("constants", {}))
    given = [key for key in (document.get("case_id"), constants.pop("case_id", None)) if key is not None]
    for key in given:
        problems.require(key == ROW_NUMBER, "case_id", f"{key!r} is no key", f'say case_id = "{ROW_NUMBER}"')
    problems.unknown("columns", columns, COLUMNS)
    problems.unknown("constants", constants, COLUMNS)
    for column in sorted(set(columns) & {*constants, *(["case_id"] if given else [])}):
        problems.require(False, f"[columns] {column}", "stated twice", "keep the column or the constant")
    values = _values(problems, document.get("values", {}))
    for column, text in constants.items():
        problems.category(f"[constants] {column}", column, text)
    cells = _cell_format(problems, document.get("format", {}))
    problems.raise_any()
    return CaseMapping(name, columns, constants, values, bool(given), cells)


def _values(problems: _Problems, section: Any) -> dict[str, Mapping[str, str]]:
    if not problems.is_table("values", section):
        return {}
    problems.unknown("values", section, COLUMNS)
    found: dict[str, Mapping[str, str]] = {
        column: problems.texts(f"values.{column}", table) for column, table in section.items()
    }
    for column in [column for column in found if column in COLUMNS]:
        is_worded = COLUMNS[column].kind in _WORDED and column != "case_id"
        problems.require(is_worded, f"[values.{column}]", "is no column of words", "use [format] blanks for blanks")
        for theirs, ours in found[column].items():
            problems.category(f"[values.{column}] {theirs!r}", column, ours)
    return found


def _cell_format(problems: _Problems, section: Any) -> CellFormat:
    if not problems.is_table("format", section):
        return CellFormat()
    defaults = {entry.name: entry.default for entry in fields(CellFormat)}
    problems.unknown("format", section, defaults)
    stated: dict[str, Any] = {}
    for key in [key for key in section if key in defaults]:
        value = section[key]
        is_list = isinstance(defaults[key], tuple)
        cells = value if is_list and isinstance(value, list) else [value]
        is_text = all(isinstance(cell, str) for cell in cells) and is_list == isinstance(value, list)
        problems.require(is_text, f"[format] {key}", f"{value!r}", "give a list of texts" if is_list else "give a text")
        if is_text:
            stated[key] = tuple(value) if is_list else value
    for key in ("delimiter", "decimal"):
        text = stated.get(key, defaults[key])
        problems.require(len(text) == 1 and text.isascii(), f"[format] {key}", f"{text!r}", "give one character")
    problems.unknown("format strip_trailing_zero", stated.get("strip_trailing_zero", ()), COLUMNS)
    return CellFormat(**stated)


class _Problems:
    """The problems of one mapping file, gathered before any is raised."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Problem] = []

    def require(self, is_met: bool, where: str, what: str, next_step: str) -> None:
        if not is_met:
            self.found.append(Problem(f"{self.name}: {where}", what, next_step=next_step))

    def unknown(self, section: str, names: Collection[str], known: Collection[str]) -> None:
        for name in sorted(set(names) - set(known)):
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            where = f"[{section}] {name}" if section else name
            self.require(False, where, "no such column" if known is COLUMNS else "no such key", hint)

    def is_table(self, section: str, value: Any) -> bool:
        self.require(
            isinstance(value, Mapping), f"[{section}]", "is not a table", f"write [{section}] and keys below it"
        )
        return isinstance(value, Mapping)

    def texts(self, section: str, value: Any) -> dict[str, str]:
        if not self.is_table(section, value):
            return {}
        for key, text in value.items():
            self.require(isinstance(text, str), f"[{section}] {key}", f"{text!r} is not text", "put it in quotes")
        return {key: text for key, text in value.items() if isinstance(text, str)}

    def category(self, where: str, column: str, text: str) -> None:
        spec = COLUMNS.get(column)
        if spec is not None and spec.values and text not in (*spec.values, ""):
            hint = did_you_mean(text, spec.values) or f"known: {', '.join(spec.values)}"
            self.require(False, where, f"{text!r} is no {column}", hint)

    def raise_any(self) -> None:
        if self.found:
            raise CaseDataError(self.found)
