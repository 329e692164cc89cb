"""What if one case had been coded otherwise: its group, points and pay then, at the prices of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dipsim.cases.changing import with_cells
from dipsim.cases.columns import COLUMNS, ColumnSpec
from dipsim.claiming import Claimed, claim
from dipsim.errors import CaseDataError, Problem
from dipsim.explain import row_of_case
from dipsim.grouping.group import group_cases
from dipsim.grouping.result import Grouping, Status
from dipsim.money import half_even
from dipsim.paths import did_you_mean
from dipsim.pipeline import Result
from dipsim.rule import FundPrice

FIXED = ("case_id", "claim_status", "replaces_case_id")
"""Columns that say whether a case counts at all, which is settled on reading."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of the case: its group ('' for none), points, and their worth with its yuan claim.

    pay_fen   points x point value + yuan claim, before any cap; None where its fund has no point value
    """

    group_code: str
    status: Status
    points_micro: int
    pay_fen: int | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A case as it is and as it would be with some cells otherwise; `cells` by canonical column."""

    cells: Mapping[str, str]
    before: Outcome
    after: Outcome

    @property
    def difference_fen(self) -> int | None:
        """What the case would be worth more, None where either worth is not known."""
        before, after = self.before.pay_fen, self.after.pay_fen
        return None if before is None or after is None else after - before


def what_if(result: Result, case_id: str, cells: Mapping[str, str]) -> WhatIf:
    """Group and claim again with some cells of one case otherwise; the point value stays that of the run.

    A column may be named by a beginning that no other column has, as `principal`. Lists are joined by `|`.
    Raises CaseDataError for an unknown case or column, for a cell that cannot be read, and as `claim` does.
    """
    row = row_of_case(result, case_id)
    named = _by_column(cells)
    inputs, scenario = result.inputs, result.scenario
    cases = with_cells(inputs.cases, row, named)
    grouping = group_cases(cases, scenario.scheme)
    claimed = claim(cases, inputs.hospitals, scenario, grouping, threads=1)
    before = _outcome(result.grouping, result.claimed, result.prices, row)
    return WhatIf(named, before, _outcome(grouping, claimed, result.prices, row))


def _by_column(cells: Mapping[str, str]) -> dict[str, str]:
    problems: list[Problem] = []
    named: dict[str, str] = {}
    for name, text in cells.items():
        columns = _columns_named(name)
        if len(columns) == 1 and columns[0].name not in named:
            named[columns[0].name] = text
            continue
        problems.append(_unclear(name, columns))
    if problems:
        raise CaseDataError(problems)
    return named


def _columns_named(name: str) -> list[ColumnSpec]:
    """The column of this name, else those that begin with it."""
    free = [spec for spec in COLUMNS.values() if spec.name not in FIXED and not spec.identifier]
    return [spec for spec in free if spec.name == name] or [spec for spec in free if spec.name.startswith(name)]


def _unclear(name: str, columns: list[ColumnSpec]) -> Problem:
    where = f"--what-if {name}"
    if len(columns) > 1:
        return Problem(where, f"may be {' or '.join(spec.name for spec in columns)}", next_step="write it in full")
    if columns:
        return Problem(where, f"'{columns[0].name}' is named twice", next_step="say one of them")
    if name in COLUMNS:
        return Problem(where, "this column cannot be otherwise", "it says which case this is or whether it counts")
    hint = did_you_mean(name, COLUMNS)
    return Problem(where, "no such column in the data dictionary", next_step=hint or "name one, as principal_diagnosis")


def _outcome(grouping: Grouping, claimed: Claimed, prices: tuple[FundPrice, ...], row: int) -> Outcome:
    points, amount = int(claimed.claims.points_micro[row]), int(claimed.claims.amount_fen[row])
    price = next((each for each in prices if each.insurance == int(claimed.insurance[row])), None)
    worth = None
    if price is not None and price.points_micro:
        worth = amount + half_even(points * price.pool_fen, price.points_micro)
    elif not points:
        worth = amount
    return Outcome(grouping.group_code_of(row), Status(int(grouping.status[row])), points, worth)
