"""What was in force at the end of each month of a year: claims come late, are taken back and are corrected.

What hospitals claim at the end of a month is a function of the claims then in force and of nothing else, so a claim
that comes late, goes or is replaced needs no rule of its own. Where each case claims by itself, only what changes in a
month is added up; where a rule sees whole persons, or means are those of the run, every month claims anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from dipsim import cells as cell_sums
from dipsim.cases.arrival import NEVER, Superseded, arrived_on, compacted, joined
from dipsim.cases.companions import Hospitals
from dipsim.cases.table import CaseTable
from dipsim.cells import Cells
from dipsim.claiming import Claimed, cells_by, claim
from dipsim.clearing import MONTHS, Months
from dipsim.grouping.result import Grouping
from dipsim.ledger import WHOLE_YEAR, Accounts
from dipsim.money import MISSING
from dipsim.registry import RULES
from dipsim.reviewing import active_reviews
from dipsim.routing import OUTSIDE_POOL, REJECTED
from dipsim.rule import PassKind
from dipsim.scenario import Scenario

I8 = NDArray[np.int64]

AFTER = MONTHS + 1
"""The month of what comes after the year, with the clearing."""


@dataclass(frozen=True, slots=True)
class Claiming:
    """How claims are made of cases: the scenario, the table hospitals, and a function that groups cases."""

    hospitals: Hospitals | None
    scenario: Scenario
    group: Callable[[CaseTable], Grouping]
    threads: int

    def claim(self, cases: CaseTable, grouping: Grouping) -> Claimed:
        """What these cases claim."""
        return claim(cases, self.hospitals, self.scenario, grouping, self.threads)


def months_of(
    cases: CaseTable, claimed: Claimed, gone: Superseded | None, claiming: Claiming, through: int | None
) -> Months:
    """What was in force at the end of January, February and so on, up to `through` or December.

    cases, claimed   what is in force at the end of the run
    gone             what was in force before
    """
    last = MONTHS if through is None else through
    year = claiming.scenario.head.year
    if _is_casewise(claimed, claiming.scenario):
        accounts, changes = _changes(cases, claimed, gone, claiming)
        months = tuple(_until(changes, month) for month in range(1, last + 1))
    else:
        accounts, months = _anew(_every(cases, gone, year), claiming, last)
    return Months(accounts, tuple(_in_pool(cells) for cells in months), through is None)


def arrived_through(
    cases: CaseTable, gone: Superseded | None, year: int, month: int
) -> tuple[CaseTable, Superseded | None]:
    """What was in force at the end of a month of the year, and what had gone by then."""
    every = _every(cases, gone, year)
    in_force = compacted(every.cases.take(np.flatnonzero(every.is_in_force(month))))
    if gone is None:
        return in_force, None
    went = month_of(gone.gone_on, year) <= month
    rows = np.flatnonzero(went & (_arrivals(gone.cases, year) <= month))
    return in_force, Superseded(compacted(gone.cases.take(rows)), gone.gone_on[rows])


def month_of(days: I8, year: int) -> I8:
    """The month of the year in which each day lies: 1 before it too, AFTER behind it and for an unknown day."""
    is_known = (days != MISSING) & (days != NEVER)
    months = np.where(is_known, days, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    of_year = months - 12 * (year - 1970) + 1
    return np.where(is_known, of_year.clip(1, AFTER), AFTER)


def _arrivals(cases: CaseTable, year: int) -> I8:
    return month_of(arrived_on(cases.integers, len(cases)), year)


@dataclass(frozen=True, slots=True)
class _Every:
    """Every claim that was ever in force, the month in which it arrived and the one in which it went."""

    cases: CaseTable
    arrived: I8
    went: I8

    def is_in_force(self, month: int) -> NDArray[np.bool_]:
        """Which claims were in force at the end of a month."""
        return np.asarray((self.arrived <= month) & (self.went > month))


def _every(cases: CaseTable, gone: Superseded | None, year: int) -> _Every:
    stay = np.full(len(cases), AFTER + 1)
    if gone is None:
        return _Every(cases, _arrivals(cases, year), stay)
    every = joined(cases, gone.cases)
    return _Every(every, _arrivals(every, year), np.append(stay, month_of(gone.gone_on, year)))


def _is_casewise(claimed: Claimed, scenario: Scenario) -> bool:
    """Whether what a case claims depends on no other case."""
    rules = {RULES[number] for number in np.unique(claimed.routing.rule).tolist() if number != REJECTED}
    are_alone = all(rule.pass_kind is PassKind.CELL for rule in (*rules, *active_reviews(scenario)))
    return scenario.weights.kind != "own_means" and are_alone


def _changes(cases: CaseTable, claimed: Claimed, gone: Superseded | None, claiming: Claiming) -> tuple[Accounts, Cells]:
    """What came and went by month: a claim that went is there twice, the second time with its sums negated."""
    year = claiming.scenario.head.year
    came = cells_by(claimed, year, _arrivals(cases, year))
    if gone is None or not len(gone.cases):
        return claimed.accounts, came
    before = claiming.claim(gone.cases, claiming.group(gone.cases))
    accounts = _together([claimed.accounts, before.accounts])
    parts = [_placed(came, claimed.accounts, accounts)]
    for month, sign in ((_arrivals(gone.cases, year), 1), (month_of(gone.gone_on, year), -1)):
        parts.append(_placed(_times(cells_by(before, year, month), sign), before.accounts, accounts))
    return accounts, cell_sums.merge(parts)


def _until(changes: Cells, month: int) -> Cells:
    """What the changes up to the end of a month add up to."""
    until = changes.where(changes.month <= month)
    return cell_sums.merge([replace(until, month=np.full(len(until), WHOLE_YEAR))])


def _anew(every: _Every, claiming: Claiming, last: int) -> tuple[Accounts, tuple[Cells, ...]]:
    """What the claims in force at the end of each month claim together; a month without a change is not run again."""
    grouping = claiming.group(every.cases)
    found = list(_claimed_anew(every, grouping, claiming, last))
    accounts = _together([one.accounts for one in found])
    cells = [
        _placed(cells_by(one, claiming.scenario.head.year, _no_month(one)), one.accounts, accounts) for one in found
    ]
    return accounts, tuple(cells)


def _claimed_anew(every: _Every, grouping: Grouping, claiming: Claiming, last: int) -> Iterator[Claimed]:
    found: Claimed | None = None
    before = np.zeros(0, np.int64)
    for month in range(1, last + 1):
        rows = np.flatnonzero(every.is_in_force(month))
        if found is None or not np.array_equal(rows, before):
            found = claiming.claim(compacted(every.cases.take(rows)), grouping.take(rows))
            before = rows
        yield found


def _no_month(claimed: Claimed) -> I8:
    return np.full(claimed.routing.rule.size, WHOLE_YEAR)


def _together(parts: list[Accounts]) -> Accounts:
    return Accounts(tuple(sorted({hospital_id for part in parts for hospital_id in part.hospital_ids})))


def _placed(cells: Cells, old: Accounts, new: Accounts) -> Cells:
    """The cells under accounts that hold at least the same hospitals."""
    return replace(cells, hospital=old.places_in(new)[cells.hospital])


def _times(cells: Cells, sign: int) -> Cells:
    keep = frozenset(cell_sums.KEYS)
    return replace(cells, **{f.name: sign * getattr(cells, f.name) for f in fields(Cells) if f.name not in keep})


def _in_pool(cells: Cells) -> Cells:
    """The cells of the cases that the pool pays for, as far as anything is left of them."""
    return cells.where(cells.rule != OUTSIDE_POOL)
