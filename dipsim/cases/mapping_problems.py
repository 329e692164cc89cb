"""The problems of one mapping file, gathered before any is raised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dipsim.cases.columns import COLUMNS
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean


class Problems:
    """What is wrong with the mapping file `name`; every reader below gives what it could read and notes the rest."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Problem] = []

    def require(self, is_met: bool, where: str, what: str, next_step: str) -> None:
        """Note a problem unless the condition holds."""
        if not is_met:
            self.found.append(Problem(f"{self.name}: {where}", what, next_step=next_step))

    def unknown(self, section: str, names: Collection[str], known: Collection[str]) -> None:
        """Note every name that is not among the known ones."""
        for name in sorted(set(names) - set(known)):
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            where = f"[{section}] {name}" if section else name
            self.require(False, where, "no such column" if known is COLUMNS else "no such key", hint)

    def table(self, section: str, value: Any) -> Mapping[str, Any]:
        """A TOML table, empty when it is none."""
        is_table = isinstance(value, Mapping)
        self.require(is_table, f"[{section}]", "is not a table", f"write [{section}] and keys below it")
        return value if is_table else {}

    def text(self, where: str, value: Any) -> str:
        """A text, '' when it is none."""
        is_text = isinstance(value, str) and value != ""
        self.require(is_text, where, "is missing" if value is None else f"{value!r} is no text", "give it in quotes")
        return value if is_text else ""

    def texts(self, section: str, value: Any) -> dict[str, str]:
        """A TOML table of texts, a blank text allowed."""
        table = self.table(section, value)
        for key, text in table.items():
            self.require(isinstance(text, str), f"[{section}] {key}", f"{text!r} is not text", "put it in quotes")
        return {key: text for key, text in table.items() if isinstance(text, str)}

    def text_list(self, where: str, value: Any) -> tuple[str, ...]:
        """A text or a list of texts, as a list; () when it is neither."""
        cells = [value] if isinstance(value, str) else value
        is_list = isinstance(cells, list) and bool(cells) and all(isinstance(cell, str) for cell in cells)
        self.require(is_list, where, f"{value!r}", "give a text or a list of texts")
        return tuple(cells) if is_list else ()

    def choice(self, where: str, value: Any, known: Collection[str]) -> str:
        """One of the known words, '' when it is none of them."""
        is_known = isinstance(value, str) and value in known
        what = "is missing" if value is None else f"{value!r}"
        self.require(is_known, where, what, f"say one of: {', '.join(known)}")
        return value if is_known else ""

    def category(self, where: str, column: str, text: str) -> None:
        """Note a text that the data dictionary does not allow in a column."""
        spec = COLUMNS.get(column)
        if spec is not None and spec.values and text not in (*spec.values, ""):
            hint = did_you_mean(text, spec.values) or f"known: {', '.join(spec.values)}"
            self.require(False, where, f"{text!r} is no {column}", hint)

    def raise_any(self) -> None:
        """Raise CaseDataError with all that was noted."""
        if self.found:
            raise CaseDataError(self.found)
