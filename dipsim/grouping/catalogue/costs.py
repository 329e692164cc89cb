"""The table of mean costs behind the points of a published catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.catalogue.anomalies import AnomalyKind, AnomalyLog
from dipsim.grouping.catalogue.decimals import decimal_of, six_places
from dipsim.grouping.catalogue.groups import PublishedGroup
from dipsim.grouping.catalogue.mapping import CostColumns
from dipsim.grouping.catalogue.published import PublishedTable


@dataclass(frozen=True, slots=True)
class PublishedCost:
    """One row of the table of costs; None for a blank. Means and ratios have six decimals."""

    group_points: Decimal | None
    mean_cost_yuan: Decimal | None
    cv: Decimal | None
    cases: int | None
    mean_length_of_stay_days: Decimal | None


NOT_LISTED = PublishedCost(None, None, None, None, None)
"""Stands for a group that the table of costs does not have."""


@dataclass(frozen=True, slots=True)
class PublishedCosts:
    """The costs by group code, and the mean cost of all cases that the points are relative to."""

    overall_mean_cost_yuan: Decimal
    by_group: Mapping[str, PublishedCost]

    def of(self, group_code: str) -> PublishedCost:
        """The costs of a group, all blank when the table does not have it."""
        return self.by_group.get(group_code, NOT_LISTED)

    @property
    def cases(self) -> int:
        """All cases that the table counts."""
        return sum(cost.cases or 0 for cost in self.by_group.values())


@dataclass(frozen=True, slots=True)
class PointsCheck:
    """Points recomputed as scale x mean cost / mean cost of all cases: in how many groups, the largest error."""

    groups: int
    maximum_error: Decimal


def read_costs(table: PublishedTable, columns: CostColumns, log: AnomalyLog) -> PublishedCosts:
    """The costs of a published table; PolicyError with every cell that cannot be read."""
    codes = table.column(columns.group_code)
    problems = [*_code_problems(table, columns, codes)]
    read = {name: _numbers(table, name, problems) for name in columns.names() if name != columns.group_code}
    overall = sorted({value for value in read[columns.overall_mean_cost_yuan] if value is not None})
    if len(overall) != 1 or overall[0] <= 0:
        what = f"{len(overall)} values in column '{columns.overall_mean_cost_yuan}'"
        why = "the mean cost of all cases must be one number above 0"
        problems.append(Problem(table.shown, what, why, "correct the column or the mapping"))
    for number, count in enumerate(read[columns.cases]):
        if count is not None and count % 1:
            problems.append(Problem(table.place(number, columns.cases), f"{count} is no whole number of cases"))
    if problems:
        raise PolicyError(problems)
    _note_rounded(codes, [read[columns.mean_cost_yuan], read[columns.group_points]], log)
    by_group = {
        code: PublishedCost(
            group_points=_rounded(read[columns.group_points][number]),
            mean_cost_yuan=_rounded(read[columns.mean_cost_yuan][number]),
            cv=_rounded(read[columns.cv][number]),
            cases=_whole(read[columns.cases][number]),
            mean_length_of_stay_days=_rounded(read[columns.mean_length_of_stay_days][number]),
        )
        for number, code in enumerate(codes)
    }
    return PublishedCosts(six_places(overall[0]), by_group)


def compare(groups: Sequence[PublishedGroup], costs: PublishedCosts, scale: int, log: AnomalyLog) -> PointsCheck:
    """Hold the catalogue against the costs; what is in one of them only, or differs, is noted."""
    errors = []
    for group in groups:
        code, cost = group.row.group_code, costs.of(group.row.group_code)
        if cost.mean_cost_yuan is None:
            log.note(AnomalyKind.NO_COST, code)
            continue
        if cost.group_points not in (None, group.group_points):
            log.note(AnomalyKind.POINTS_DIFFER, f"{code}: {group.group_points} and {cost.group_points}")
        errors.append(abs(group.group_points - scale * cost.mean_cost_yuan / costs.overall_mean_cost_yuan))
    _note_mean(costs, log)
    counted = outside_catalogue(groups, costs)
    known = {group.row.group_code for group in groups} | counted.keys()
    for code, cost in counted.items():
        log.note(AnomalyKind.NOT_IN_CATALOGUE, f"{code}: {cost.cases} cases")
    for code in costs.by_group:
        if code not in known:
            log.note(AnomalyKind.UNGROUPED_ROW, code)
    return PointsCheck(len(errors), max(errors, default=Decimal(0)))


def outside_catalogue(groups: Sequence[PublishedGroup], costs: PublishedCosts) -> Mapping[str, PublishedCost]:
    """The rows of the table of costs that count cases and are not in the catalogue, in the order of their codes."""
    known = {group.row.group_code for group in groups}
    return {code: cost for code, cost in sorted(costs.by_group.items()) if code not in known and cost.cases is not None}


def _note_mean(costs: PublishedCosts, log: AnomalyLog) -> None:
    """Hold the stated mean cost of all cases against the mean over the rows."""
    weighed = [
        (cost.mean_cost_yuan, cost.cases)
        for cost in costs.by_group.values()
        if cost.mean_cost_yuan is not None and cost.cases
    ]
    if weighed:
        mean = six_places(sum(mean * cases for mean, cases in weighed) / Decimal(sum(cases for _, cases in weighed)))
        if mean != costs.overall_mean_cost_yuan:
            log.note(AnomalyKind.MEAN_DIFFERS, f"{costs.overall_mean_cost_yuan} and {mean}")


def _code_problems(table: PublishedTable, columns: CostColumns, codes: Sequence[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, code in enumerate(codes):
        place = table.place(number, columns.group_code)
        if not code:
            yield Problem(place, "is blank", next_step="fill it in or delete the row")
        elif code in seen:
            yield Problem(place, f"group {code!r} stands there twice", next_step="keep one of the two rows")
        seen.add(code)


def _numbers(table: PublishedTable, column: str, problems: list[Problem]) -> list[Decimal | None]:
    """The numbers of a column, None for a blank; what is no number, or negative, joins the problems."""
    numbers = []
    for row, cell in enumerate(table.column(column)):
        number = decimal_of(cell) if cell else None
        if cell and (number is None or number < 0):
            step = "write a number of 0 or more, or leave it blank"
            problems.append(Problem(table.place(row, column), f"{cell!r} is no such number", next_step=step))
        numbers.append(number)
    return numbers


def _note_rounded(codes: Sequence[str], columns: Sequence[Sequence[Decimal | None]], log: AnomalyLog) -> None:
    for code, *values in zip(codes, *columns, strict=True):
        if any(value is not None and six_places(value) != value for value in values):
            log.note(AnomalyKind.ROUNDED, code)


def _rounded(number: Decimal | None) -> Decimal | None:
    return None if number is None else six_places(number)


def _whole(number: Decimal | None) -> int | None:
    return None if number is None else int(number)
