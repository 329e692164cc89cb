"""The six tables of a DRG scheme as rows: read from a folder, patched by those of a variant, written.

| file | official sheet | columns, with the official header text |
|---|---|---|
| `mdc.csv` | MDC | code 编码, name 名称, rule 规则, order 排序 |
| `adrg.csv` | ADRG | code 编码, name 名称, rule 规则, mdc 所属MDC, order MDC内排序 |
| `drg.csv` | DRG | code 编码, name 名称, rule 规则, adrg 所属ADRG, order 排序 |
| `sets.csv` | 集合 | set 集合编号, code ICD编码, name ICD名称, type 类型编号 |
| `cc.csv` | CC | code 编码, name 名称, table 排除表, level 类型 |
| `exclusions.csv` | 排除表 | table 集合编号, code ICD编码, name 名称 |

The tables of a variant have a column `change` in front and hold the rows that it adds, replaces or drops; it needs only
those tables in which it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeAlias, TypeVar

from dipsim.errors import PolicyError, Problem
from dipsim.money import MISSING
from dipsim.policy.drg_scheme import LEVELS, RuleRow
from dipsim.policy.tables import Column, Table, TableSpec, read_table

CHANGES = ("add", "replace", "drop")
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class SetMember:
    """One row of the sheet 集合: a code of a set."""

    set_name: str
    code: str
    name: str
    type_code: str
    where: str


@dataclass(frozen=True, slots=True)
class ComplicationRow:
    """One row of the sheet CC: the degree of a code, and the exclusion table that it refers to."""

    code: str
    name: str
    table: str
    level: str
    where: str


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """One row of the sheet 排除表: the exclusion table of a principal diagnosis."""

    table: str
    code: str
    name: str
    where: str


class Placed(Protocol):
    """A row that knows its place."""

    @property
    def where(self) -> str:
        """File and line, for messages."""


Row = TypeVar("Row", bound=Placed)
Stated: TypeAlias = tuple[str, Row]
"""What a variant does with a row: one of CHANGES, and the row; of a row to drop only the key counts."""


@dataclass(frozen=True, slots=True)
class DrgTables:
    """The rows of the six tables, in the order of the files."""

    mdc: tuple[RuleRow, ...]
    adrg: tuple[RuleRow, ...]
    drg: tuple[RuleRow, ...]
    sets: tuple[SetMember, ...]
    complications: tuple[ComplicationRow, ...]
    exclusions: tuple[ExclusionRow, ...]


@dataclass(frozen=True, slots=True)
class TableKind(Generic[Row]):
    """One of the six tables: its file, the field of DrgTables, its columns, what a row is and what tells rows apart.

    needed    columns that no row leaves blank
    """

    file: str
    columns: tuple[Column, ...]
    needed: tuple[str, ...]
    unique_key: tuple[str, ...]
    rows_of: Callable[[Table], list[Row]]
    cells_of: Callable[[Row], tuple[str, ...]]
    key_of: Callable[[Row], Hashable]

    def spec(self, is_patch: bool) -> TableSpec:
        """How the file is read; in a variant only the key is needed to drop a row."""
        needed = self.unique_key if is_patch else self.needed
        columns = [Column(c.name, c.kind, c.name in needed, c.choices) for c in self.columns]
        if is_patch:
            columns.insert(0, Column(CHANGE, "choice", required=True, choices=CHANGES))
        return TableSpec(tuple(columns), self.unique_key)


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text") for name in names)


def _rule_kind(level: str, parent: str) -> TableKind[RuleRow]:
    """The kind of the table of MDCs, ADRGs or DRGs; `parent` is the column that names the row above, '' for MDCs."""
    above = _text(parent) if parent else ()

    def rows_of(table: Table) -> list[RuleRow]:
        parents = table.text(parent) if parent else ("",) * len(table.lines)
        orders = table.integers("order").tolist()
        columns = (table.text("code"), table.text("name"), table.text("rule"), parents, orders, table.lines)
        return [
            RuleRow(code, name, rule, above, order, f"{table.file}:{line}")
            for code, name, rule, above, order, line in zip(*columns, strict=True)
        ]

    def cells_of(row: RuleRow) -> tuple[str, ...]:
        return (row.code, row.name, row.rule, *([row.parent] if parent else []), str(row.order))

    columns = (*_text("code", "name", "rule"), *above, Column("order", "integer"))
    needed = ("code", *([parent] if parent else []), "order")
    return TableKind(f"{level}.csv", columns, needed, ("code",), rows_of, cells_of, lambda row: row.code)


def _set_rows(table: Table) -> list[SetMember]:
    columns = [table.text(name) for name in ("set", "code", "name", "type")]
    return [
        SetMember(set_name, code, name, type_code, f"{table.file}:{line}")
        for set_name, code, name, type_code, line in zip(*columns, table.lines, strict=True)
    ]


def _complication_rows(table: Table) -> list[ComplicationRow]:
    columns = [table.text(name) for name in ("code", "name", "table", "level")]
    return [
        ComplicationRow(code, name, exclusion_table, level, f"{table.file}:{line}")
        for code, name, exclusion_table, level, line in zip(*columns, table.lines, strict=True)
    ]


def _exclusion_rows(table: Table) -> list[ExclusionRow]:
    columns = [table.text(name) for name in ("table", "code", "name")]
    return [
        ExclusionRow(exclusion_table, code, name, f"{table.file}:{line}")
        for exclusion_table, code, name, line in zip(*columns, table.lines, strict=True)
    ]


MDC = _rule_kind("mdc", "")
ADRG = _rule_kind("adrg", "mdc")
DRG = _rule_kind("drg", "adrg")
SETS = TableKind(
    "sets.csv",
    _text("set", "code", "name", "type"),
    ("set", "code"),
    ("set", "code"),
    _set_rows,
    lambda row: (row.set_name, row.code, row.name, row.type_code),
    lambda row: (row.set_name, row.code),
)
COMPLICATIONS = TableKind(
    "cc.csv",
    (*_text("code", "name", "table"), Column("level", "choice", choices=LEVELS)),
    ("code", "level"),
    ("code",),
    _complication_rows,
    lambda row: (row.code, row.name, row.table, row.level),
    lambda row: row.code,
)
EXCLUSIONS = TableKind(
    "exclusions.csv",
    _text("table", "code", "name"),
    ("table", "code"),
    ("code",),
    _exclusion_rows,
    lambda row: (row.table, row.code, row.name),
    lambda row: row.code,
)
FILES = tuple(kind.file for kind in (MDC, ADRG, DRG, SETS, COMPLICATIONS, EXCLUSIONS))


def read_tables(folder: Path) -> DrgTables:
    """The six tables of a scheme that extends no other; PolicyError with the problems of all of them."""
    problems: list[Problem] = []

    def read(kind: TableKind[Row]) -> tuple[Row, ...]:
        try:
            return tuple(kind.rows_of(read_table(folder / kind.file, kind.spec(is_patch=False))))
        except PolicyError as error:
            problems.extend(error.problems)
            return ()

    tables = DrgTables(read(MDC), read(ADRG), read(DRG), read(SETS), read(COMPLICATIONS), read(EXCLUSIONS))
    if problems:
        raise PolicyError(problems)
    return tables


def patched_tables(parent: DrgTables, folder: Path) -> DrgTables:
    """The tables of a parent with the changes in a variant's folder; PolicyError with the problems of all its tables.

    Rows that the variant adds or replaces stand first: of rows with the same order they are tried first.
    """
    problems: list[Problem] = []

    def patched(kind: TableKind[Row], rows: tuple[Row, ...]) -> tuple[Row, ...]:
        path = folder / kind.file
        if not path.exists():
            return rows
        try:
            changes = _changes(path, kind, problems)
        except PolicyError as error:
            problems.extend(error.problems)
            return rows
        problems.extend(_change_problems(kind, rows, changes))
        touched = {kind.key_of(row) for _, row in changes}
        stated = tuple(row for change, row in changes if change != "drop")
        return stated + tuple(row for row in rows if kind.key_of(row) not in touched)

    tables = DrgTables(
        patched(MDC, parent.mdc),
        patched(ADRG, parent.adrg),
        patched(DRG, parent.drg),
        patched(SETS, parent.sets),
        patched(COMPLICATIONS, parent.complications),
        patched(EXCLUSIONS, parent.exclusions),
    )
    if problems:
        raise PolicyError(problems)
    return tables


def table_files(tables: DrgTables) -> dict[str, Mapping[str, Sequence[str]]]:
    """The six tables as columns to write, by file name; rows in the order of DrgTables."""

    def columns(kind: TableKind[Row], rows: Sequence[Row]) -> dict[str, Sequence[str]]:
        cells = [kind.cells_of(row) for row in rows]
        return {column.name: [row[place] for row in cells] for place, column in enumerate(kind.columns)}

    return {
        MDC.file: columns(MDC, tables.mdc),
        ADRG.file: columns(ADRG, tables.adrg),
        DRG.file: columns(DRG, tables.drg),
        SETS.file: columns(SETS, tables.sets),
        COMPLICATIONS.file: columns(COMPLICATIONS, tables.complications),
        EXCLUSIONS.file: columns(EXCLUSIONS, tables.exclusions),
    }


def _changes(path: Path, kind: TableKind[Row], problems: list[Problem]) -> list[Stated[Row]]:
    """The changes of a variant's table; what a row to add or replace leaves blank joins the problems."""
    table = read_table(path, kind.spec(is_patch=True))
    changes = table.text(CHANGE)
    for name in kind.needed:
        if name in kind.unique_key:
            continue
        is_blank = table.integers(name) == MISSING if name == "order" else [not cell for cell in table.text(name)]
        for change, line, blank in zip(changes, table.lines, is_blank, strict=True):
            if blank and change != "drop":
                problems.append(Problem(f"{table.file}:{line}: {name}", "is blank", next_step="state the whole row"))
    return list(zip(changes, kind.rows_of(table), strict=True))


def _change_problems(kind: TableKind[Row], rows: Sequence[Row], changes: Sequence[Stated[Row]]) -> Iterator[Problem]:
    """Rows that are added to a table that has them, replaced or dropped where there are none."""
    known = {kind.key_of(row): row.where for row in rows}
    for change, row in changes:
        key = kind.key_of(row)
        shown = " ".join(key) if isinstance(key, tuple) else key
        if change == "add" and key in known:
            yield Problem(row.where, f"cannot add '{shown}'", f"it stands in {known[key]} already", "write replace")
        elif change != "add" and key not in known:
            step = "correct the code, or write add"
            yield Problem(row.where, f"cannot {change} '{shown}'", "the parent has no such row", step)
