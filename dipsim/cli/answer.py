"""What a verb answers: tables and facts, on a terminal for a reader or as one JSON document for a program.

In JSON money is yuan as text with two decimals, points and prices are text with six, counts are numbers; a key says
the unit (`_yuan`). Nothing else is ever printed on the standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeAlias

import typer

from dipsim.errors import Problem

Lang: TypeAlias = Literal["zh", "en"]
Cell: TypeAlias = str | int | bool | Decimal | None
NO_VALUE = "-"
SHOWN_ONLY = ""
"""The key of what a reader is shown and a program finds elsewhere in the document."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where an answer goes: its language, JSON or text, and whether anything but errors is wanted at all."""

    lang: Lang = "zh"
    as_json: bool = False
    quiet: bool = False

    @property
    def is_talkative(self) -> bool:
        """Whether notes and progress are wanted on the error stream."""
        return not self.as_json and not self.quiet

    def words(self, english: str, chinese: str) -> str:
        """A phrase in the reader's language."""
        return chinese if self.lang == "zh" else english

    def note(self, text: str) -> None:
        """A remark beside the answer, on the error stream."""
        if self.is_talkative:
            typer.echo(text, err=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: its key in JSON, its heading, and the decimals that a reader is shown.

    A column is set to the right when it holds numbers, or says that its texts are numbers.
    """

    key: str
    heading: str
    places: int = 2
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of an answer under their columns."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def as_mappings(self) -> list[dict[str, Cell]]:
        """Every row by the keys of its columns."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of an answer, and the line that a reader is shown for it: the value itself, or nothing if empty."""

    key: str
    value: Cell | Sequence[Any] | Mapping[str, Any]
    line: str | None = None


def yuan(amount_fen: int | None) -> Decimal | None:
    """Fen as yuan, exactly."""
    return None if amount_fen is None else Decimal(amount_fen).scaleb(-2)


def millionths(micro: int | None) -> Decimal | None:
    """Millionths as units, exactly."""
    return None if micro is None else Decimal(micro).scaleb(-6)


def show(screen: Screen, parts: Sequence[Table | Fact]) -> None:
    """Print an answer: as JSON, as text, or not at all."""
    if screen.as_json:
        kept = [part for part in parts if part.key != SHOWN_ONLY]
        document = {part.key: part.as_mappings() if isinstance(part, Table) else part.value for part in kept}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        return
    if screen.quiet:
        return
    for part in parts:
        if isinstance(part, Table):
            _print_table(part)
        else:
            _print_fact(part)


def show_problems(problems: Sequence[Problem], exit_code: int, as_json: bool) -> None:
    """Every problem on the error stream: on a line of its own, or all of them as one JSON document."""
    if as_json:
        told = [
            {"where": problem.where, "what": problem.what, "why": problem.why, "next_step": problem.next_step}
            for problem in problems
        ]
        typer.echo(json.dumps({"exit_code": exit_code, "problems": told}, ensure_ascii=False, indent=2), err=True)
        return
    for problem in problems:
        typer.echo(f"error: {problem}", err=True)


def output_path(path: Path) -> Fact:
    """Where the result stands."""
    return Fact("output", str(path))


def _print_fact(fact: Fact) -> None:
    value = fact.value if fact.line is None else fact.line
    lines = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
    for line in lines:
        if line != "":
            typer.echo(str(line))


def _print_table(table: Table) -> None:
    """Aligned columns: numbers to the right and never broken, names folded where the terminal is too narrow."""
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(
        title=table.title, title_style="bold", title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    for number, column in enumerate(table.columns):
        is_number = column.is_number or any(_is_number(row[number]) for row in table.rows)
        justify: Literal["left", "right"] = "right" if is_number else "left"
        grid.add_column(column.heading, justify=justify, no_wrap=is_number, overflow="fold")
    for row in table.rows:
        grid.add_row(*(_text(cell, column.places) for cell, column in zip(row, table.columns, strict=True)))
    Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(grid)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | Decimal) and not isinstance(cell, bool)


def _text(cell: Cell, places: int) -> str:
    if cell is None:
        return NO_VALUE
    if isinstance(cell, Decimal):
        return f"{cell:,.{places}f}"
    return f"{cell:,}" if _is_number(cell) else str(cell)
