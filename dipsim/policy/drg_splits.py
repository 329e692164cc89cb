"""Splits of a DRG by what the official rules do not look at, written out as rows and sets of the scheme.

    [[split]]
    drg = "FR11"
    by = "length_of_stay_days"
    parts = [{ code = "FR1A", name = "within a day", maximum = 1 }]

becomes the row FR1A with the rule `(rule of FR11) and length_of_stay_days<=1`, tried just before FR11. So a case goes
to the first part that it fits; one that fits none, or has no value in the column, stays in the DRG.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import Field

from dipsim.errors import Problem
from dipsim.paths import did_you_mean
from dipsim.policy.drg_scheme import RuleRow
from dipsim.policy.drg_tables import DrgTables, SetMember
from dipsim.policy.params import Strict

VARIABLE_OF_NUMBER: Mapping[str, str] = {
    "age_years": "NL",
    "age_days": "XSRTL",
    "length_of_stay_days": "length_of_stay_days",
    "icu_hours": "icu_hours",
    "ventilation_hours": "ventilation_hours",
}
"""Columns of numbers that a split may name, as rules name them."""
VARIABLE_OF_CODES: Mapping[str, str] = {
    "procedures": "{ZYSS, QTSS}",
    "other_diagnoses": "QTZD",
    "discharge_way": "discharge_way",
    "department": "department",
    "specialty": "specialty",
    "care_type": "care_type",
}
"""Columns of codes that a split may name, as rules name them; of a list, any code counts."""


class Part(Strict):
    """A part of a split: an own group, and the numbers in a range, both ends included, or the codes that lead to it."""

    code: str = Field(min_length=1)
    name: str
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()


class Split(Strict):
    """[[split]]: a DRG, the column by which it is split, and the parts in the order in which they are tried."""

    drg: str = Field(min_length=1)
    by: Literal[
        "age_years",
        "age_days",
        "length_of_stay_days",
        "icu_hours",
        "ventilation_hours",
        "procedures",
        "other_diagnoses",
        "discharge_way",
        "department",
        "specialty",
        "care_type",
    ]
    parts: tuple[Part, ...] = Field(min_length=1)


def split_problems(tables: DrgTables, splits: Sequence[Split], where: str) -> Iterator[Problem]:
    """DRGs that are not there or split twice, codes that are taken, parts that do not fit their column."""
    taken = {row.code: row.where for row in tables.drg}
    seen: set[str] = set()
    for split in splits:
        place = f"{where}: split of {split.drg}"
        if split.drg not in {row.code for row in tables.drg}:
            hint = did_you_mean(split.drg, taken) or "name a DRG of the scheme"
            yield Problem(place, "no such DRG", next_step=hint)
        if split.drg in seen:
            yield Problem(place, "split twice", "a case could go to two groups", "split one of the parts instead")
        seen.add(split.drg)
        for part in split.parts:
            if part.code in taken:
                step = "give each part a code of its own"
                yield Problem(place, f"code '{part.code}' is taken", f"by {taken[part.code]}", step)
            taken[part.code] = place
            yield from _part_problems(split, part, f"{place}: part {part.code}")


def split_tables(tables: DrgTables, splits: Sequence[Split], where: str) -> DrgTables:
    """The tables with the rows of the parts before those that are split, and the sets of codes that they name."""
    split_of = {split.drg: split for split in splits}
    rows: list[RuleRow] = []
    for row in tables.drg:
        if row.code in split_of:
            rows += _part_rows(row, split_of[row.code], where)
        rows.append(row)
    members = [
        SetMember(_set_name(part), value, "", "", f"{where}: split of {split.drg}")
        for split in splits
        for part in split.parts
        for value in part.values
    ]
    return replace(tables, drg=tuple(rows), sets=(*tables.sets, *members))


def _part_problems(split: Split, part: Part, where: str) -> Iterator[Problem]:
    has_bounds = part.minimum is not None or part.maximum is not None
    if split.by in VARIABLE_OF_NUMBER and (part.values or not has_bounds):
        yield Problem(where, f"{split.by} is a number", next_step="state minimum, maximum or both, and no values")
    if split.by in VARIABLE_OF_CODES and (has_bounds or not part.values):
        yield Problem(where, f"{split.by} holds codes", next_step="state values, and neither minimum nor maximum")
    if part.minimum is not None and part.maximum is not None and part.minimum > part.maximum:
        yield Problem(where, "minimum is above maximum", next_step="exchange them")
    if len(set(part.values)) < len(part.values):
        yield Problem(where, "a value stands there twice", next_step="keep one")


def _part_rows(row: RuleRow, split: Split, where: str) -> Iterator[RuleRow]:
    for part in split.parts:
        condition = _condition(split.by, part)
        rule = f"({row.rule}) and {condition}" if row.rule else condition
        yield RuleRow(part.code, part.name, rule, row.parent, row.order, f"{where}: split of {split.drg}")


def _condition(by: str, part: Part) -> str:
    """The condition of a part in the rule language."""
    if by in VARIABLE_OF_CODES:
        return f"{VARIABLE_OF_CODES[by]} in {_set_name(part)}"
    bounds = ((">=", part.minimum), ("<=", part.maximum))
    return " and ".join(f"{VARIABLE_OF_NUMBER[by]}{sign}{bound}" for sign, bound in bounds if bound is not None)


def _set_name(part: Part) -> str:
    return f"SPLIT_{part.code}"
