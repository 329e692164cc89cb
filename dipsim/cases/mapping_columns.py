"""Where a canonical column stands in a file: `[columns]` of a mapping file.

```toml
[columns]                                            # canonical name = where it stands
age_years = "age"                                    # a header of the file
discharged_on = ["dscg_time", "setl_time"]           # the first of these that is filled
case_id = { joined = ["A48", "A49"] }                # these with "-" between; blank where one is
fee_drug_yuan = { sum = ["D23", "D24", "D25"] }      # these added up; blank where all are
other_diagnoses = { numbered = "C06x##C" }           # headers of this form, ## a number, in its order
procedures = { main = "C14x01C", numbered = "C35x##C", without_main = "reject" }
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dipsim.cases.columns import COLUMNS, Kind
from dipsim.cases.mapping_problems import Problems
from dipsim.cases.mapping_tables import BLANK, REJECT

NUMBER_SIGN = "##"


class How(StrEnum):
    """How the cells of several headers become one."""

    FIRST_FILLED = "first_filled"
    JOINED = "joined"
    SUM = "sum"
    NUMBERED = "numbered"


@dataclass(frozen=True, slots=True)
class Origin:
    """The headers behind one canonical column; of a numbered one the pattern, and `main` for what goes before it."""

    headers: tuple[str, ...]
    how: How = How.FIRST_FILLED
    main: str = ""
    without_main: str = ""


def origins(problems: Problems, section: Any) -> dict[str, Origin]:
    """What `[columns]` states, by canonical column."""
    table = problems.table("columns", section)
    problems.unknown("columns", table, COLUMNS)
    return {name: _origin(problems, name, table[name]) for name in table if name in COLUMNS}


def _origin(problems: Problems, name: str, stated: Any) -> Origin:
    where = f"[columns] {name}"
    if not isinstance(stated, Mapping):
        return Origin(problems.text_list(where, stated))
    how = next((how for how in (How.JOINED, How.SUM, How.NUMBERED) if how in stated), None)
    if how is None:
        problems.require(False, where, f"{dict(stated)!r}", "say joined, sum or numbered in it")
        return Origin(())
    if how is How.NUMBERED:
        return _numbered(problems, name, stated)
    problems.unknown(f"columns.{name}", stated, (how,))
    is_fit = COLUMNS[name].kind is Kind.YUAN if how is How.SUM else COLUMNS[name].kind is Kind.KEY
    problems.require(is_fit, where, f"is no column to be {how}", "sum amounts, join keys")
    return Origin(problems.text_list(where, stated[how]), how)


def _numbered(problems: Problems, name: str, stated: Mapping[str, Any]) -> Origin:
    where = f"[columns] {name}"
    problems.unknown(f"columns.{name}", stated, (How.NUMBERED, "main", "without_main"))
    problems.require(COLUMNS[name].kind is Kind.CODE_LIST, where, "holds no list", "name one header")
    pattern = problems.text(where, stated[How.NUMBERED])
    problems.require(
        pattern.count(NUMBER_SIGN) == 1, where, f"{pattern!r} has no place for the number", "write it like C06x##C"
    )
    if "main" not in stated:
        return Origin((pattern,), How.NUMBERED)
    main = problems.text(f"{where} main", stated["main"])
    without_main = problems.choice(f"{where} without_main", stated.get("without_main"), (BLANK, REJECT))
    return Origin((pattern,), How.NUMBERED, main, without_main)
