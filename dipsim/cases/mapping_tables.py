"""Further tables of a mapping file: diagnoses and procedures with several rows a case, and tables with one row a case.

```toml
[tables.diagnoses]                          # or [tables.procedures]
file = "diseinfo*.csv"                      # beside the cases; * stands for any text
key = "setl_id"                             # holds the case_id
code = "diag_code"
order = "diag_srt_no"                       # rows in the order of these numbers; without it in the order of the codes
main = { column = "maindiag_flag", is = "1" }   # without it the row with the smallest order is the main one
without_main = "blank"                      # a case with rows and no main one: "blank" or "reject"
only = { column = "diag_type", is = ["1"] } # other rows are left out and counted
[tables.settlement]                         # any other name: one row a case
file = "settlement.csv"
key = "setl_id"
columns = { sex = "gend", total_cost_yuan = "medfee_sumamt" }
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping_problems import Problems

DIAGNOSES, PROCEDURES = "diagnoses", "procedures"
CODE_TABLES: Mapping[str, tuple[str, ...]] = {
    DIAGNOSES: ("principal_diagnosis", "other_diagnoses"),
    PROCEDURES: ("procedures",),
}
"""The tables with several rows a case, and the columns that each makes."""
BLANK, REJECT = "blank", "reject"
_CODE_KEYS = ("file", "key", "code", "order", "main", "without_main", "only")
_ROW_KEYS = ("file", "key", "columns")


@dataclass(frozen=True, slots=True)
class Flag:
    """A column, and the cells of it that are meant."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A table with one code a row; `order` is '' and `main` or `only` None where the mapping says nothing."""

    name: str
    file: str
    key: str
    code: str
    order: str
    main: Flag | None
    without_main: str
    only: Flag | None

    @property
    def makes(self) -> tuple[str, ...]:
        """The canonical columns that it fills."""
        return CODE_TABLES[self.name]

    @property
    def reads(self) -> tuple[str, ...]:
        """The headers that it reads, each once."""
        flags = [flag.column for flag in (self.main, self.only) if flag is not None]
        return tuple(dict.fromkeys([self.key, self.code, *filter(None, [self.order]), *flags]))


@dataclass(frozen=True, slots=True)
class RowTable:
    """A table with one row a case; `columns` leads from canonical name to header."""

    name: str
    file: str
    key: str
    columns: Mapping[str, str]

    @property
    def makes(self) -> tuple[str, ...]:
        """The canonical columns that it fills."""
        return tuple(self.columns)

    @property
    def reads(self) -> tuple[str, ...]:
        """The headers that it reads, each once."""
        return tuple(dict.fromkeys([self.key, *self.columns.values()]))


FurtherTable = CodeTable | RowTable


def further_tables(problems: Problems, section: Any) -> tuple[FurtherTable, ...]:
    """The tables that `[tables]` names, in the order of their names."""
    tables = problems.table("tables", section)
    return tuple(
        _code_table(problems, name, tables[name]) if name in CODE_TABLES else _row_table(problems, name, tables[name])
        for name in sorted(tables)
    )


def _code_table(problems: Problems, name: str, section: Any) -> CodeTable:
    where = f"tables.{name}"
    table = problems.table(where, section)
    problems.unknown(where, table, _CODE_KEYS)
    main, only = (_flag(problems, f"[{where}] {key}", table.get(key)) for key in ("main", "only"))
    order = problems.text(f"[{where}] order", table["order"]) if "order" in table else ""
    problems.require(
        main is not None or bool(order), f"[{where}]", "nothing says which row is the main one", "state main or order"
    )
    return CodeTable(
        name=name,
        file=_file(problems, where, table),
        key=problems.text(f"[{where}] key", table.get("key")),
        code=problems.text(f"[{where}] code", table.get("code")),
        order=order,
        main=main,
        without_main=problems.choice(f"[{where}] without_main", table.get("without_main"), (BLANK, REJECT)),
        only=only,
    )


def _row_table(problems: Problems, name: str, section: Any) -> RowTable:
    where = f"tables.{name}"
    table = problems.table(where, section)
    problems.unknown(where, table, _ROW_KEYS)
    columns = problems.texts(f"{where}.columns", table.get("columns", {}))
    problems.unknown(f"{where}.columns", columns, COLUMNS)
    problems.require(bool(columns), f"[{where}]", "no columns", f"write [{where}.columns] and keys below it")
    problems.require("case_id" not in columns, f"[{where}.columns] case_id", "is the key", f"state key in [{where}]")
    return RowTable(
        name=name,
        file=_file(problems, where, table),
        key=problems.text(f"[{where}] key", table.get("key")),
        columns=columns,
    )


def _file(problems: Problems, where: str, table: Mapping[str, Any]) -> str:
    """The name of a file beside the cases, `*` for any text."""
    name = problems.text(f"[{where}] file", table.get("file"))
    is_name = not set("/\\") & set(name) and "**" not in name and name not in (".", "..")
    problems.require(is_name, f"[{where}] file", f"{name!r} is no file name", "name a file beside the cases")
    return name


def _flag(problems: Problems, where: str, section: Any) -> Flag | None:
    if section is None:
        return None
    is_flag = isinstance(section, Mapping) and set(section) == {"column", "is"}
    problems.require(is_flag, where, f"{section!r}", 'write { column = "...", is = ["..."] }')
    if not is_flag:
        return None
    return Flag(problems.text(f"{where} column", section["column"]), problems.text_list(f"{where} is", section["is"]))
