"""What day surgery takes the place of: bed-days, points and the patients' share, against inpatients of the same groups.

For each group with n cases of day surgery, and N inpatients (its cases that other rules pay in the same run):

    bed-days freed    n x (bed-days of the inpatients / N) - bed-days of the day surgery
    points moved      points after - points before, of the same n cases
    patients' share   what patients bore / total cost: of the day surgery, and of the inpatients of each group, these
                      weighed by the cost of its day surgery

Groups without inpatients have nothing to compare with; they count in the points only. A case that leaves its length of
stay, its cost or its patient's part blank is left out and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.checks import blank_rows, require_columns
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.result import NO_GROUP
from dipsim.pipeline import Result
from dipsim.registry import CLAIM_RULES, RULES
from dipsim.routing import OUTSIDE_POOL, REJECTED

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

READS = ("length_of_stay_days", "total_cost_yuan", "out_of_pocket_yuan")
DAY_SURGERY = RULES.index(CLAIM_RULES["day_surgery"])


@dataclass(frozen=True, slots=True)
class Care:
    """The cases of a group under one form of care, added up."""

    cases: int
    bed_days: int
    cost_fen: int
    patient_fen: int


@dataclass(frozen=True, slots=True)
class GroupSubstitution:
    """Day surgery and inpatients of one group ('' for none), and what the day surgery claims in both runs."""

    group_code: str
    day: Care
    inpatient: Care
    points_before_micro: int
    points_after_micro: int
    claims_before_fen: int
    claims_after_fen: int

    @property
    def is_comparable(self) -> bool:
        """Whether the group has inpatients to compare with, whose cost is known."""
        return self.group_code != "" and self.inpatient.cases > 0 and self.inpatient.cost_fen > 0

    @property
    def bed_days_freed(self) -> Fraction:
        """Bed-days of the day surgery at the inpatients' mean stay, less its own; 0 where nothing can be compared."""
        if not self.is_comparable:
            return Fraction(0)
        return Fraction(self.day.cases * self.inpatient.bed_days, self.inpatient.cases) - self.day.bed_days


@dataclass(frozen=True, slots=True)
class Substitution:
    """The groups with day surgery in the order of their codes, and the cases left out for a blank."""

    groups: tuple[GroupSubstitution, ...]
    incomplete_cases: int

    @property
    def day_cases(self) -> int:
        """Cases of day surgery."""
        return sum(group.day.cases for group in self.groups)

    @property
    def uncompared_cases(self) -> int:
        """Cases of day surgery in groups without inpatients."""
        return sum(group.day.cases for group in self.groups if not group.is_comparable)

    @property
    def bed_days_freed(self) -> Fraction:
        """Bed-days freed in all groups, exactly."""
        return sum((group.bed_days_freed for group in self.groups), Fraction(0))

    @property
    def points_moved_micro(self) -> int:
        """Points of day surgery after, less those before, in millionths."""
        return sum(group.points_after_micro - group.points_before_micro for group in self.groups)

    @property
    def patient_share_as_inpatient(self) -> float:
        """The part of the cost that patients would bear as inpatients of the same groups; nan without any."""
        compared = [group for group in self.groups if group.is_comparable]
        borne = sum(
            Fraction(group.day.cost_fen * group.inpatient.patient_fen, group.inpatient.cost_fen) for group in compared
        )
        cost = sum(group.day.cost_fen for group in compared)
        return float(borne / cost) if cost else float("nan")

    @property
    def patient_share(self) -> float:
        """The part of the cost of day surgery that patients bore, over the same groups; nan without any."""
        compared = [group.day for group in self.groups if group.is_comparable]
        cost = sum(day.cost_fen for day in compared)
        return sum(day.patient_fen for day in compared) / cost if cost else float("nan")


def substitution(before: Result, after: Result) -> Substitution:
    """What moves to `day_surgery` in `after`, a run on the cases of `before`; CaseDataError when a column is absent."""
    cases = after.inputs.cases
    if before.inputs.cases is not cases:
        raise CaseDataError(Problem("substitution", "two runs on different cases", "", "run both on the same cases"))
    require_columns(cases, {"substitution": READS})
    rule = after.claimed.routing.rule
    is_day = rule == DAY_SURGERY
    is_blank = np.logical_or.reduce([blank_rows(cases, column) for column in READS])
    group = after.grouping.group.astype(np.int64)
    is_inpatient = ~is_day & (rule != REJECTED) & (rule != OUTSIDE_POOL) & (group != NO_GROUP) & ~is_blank
    day_rows = is_day & ~is_blank
    size = len(after.grouping.group_codes) + 1  # NO_GROUP, -1, is the last
    day, inpatient = (_care(after, np.flatnonzero(rows), group, size) for rows in (day_rows, is_inpatient))
    claims = [
        _added(values[day_rows], group[day_rows], size)
        for result in (before, after)
        for values in (result.claimed.claims.points_micro, result.claimed.claims.amount_fen)
    ]
    points_before, claims_before, points_after, claims_after = claims
    codes = (*after.grouping.group_codes, "")
    found = (
        GroupSubstitution(
            group_code=codes[number],
            day=day[number],
            inpatient=inpatient[number],
            points_before_micro=points_before[number],
            points_after_micro=points_after[number],
            claims_before_fen=claims_before[number],
            claims_after_fen=claims_after[number],
        )
        for number in range(size)
        if day[number].cases
    )
    return Substitution(tuple(sorted(found, key=lambda row: row.group_code)), int(np.sum(is_day & is_blank)))


def _care(result: Result, rows: I8, group: I8, size: int) -> list[Care]:
    """Some cases added up by group."""
    columns = [result.inputs.cases.count(rows), *(result.inputs.cases.integer(name)[rows] for name in READS)]
    return [Care(*sums) for sums in zip(*(_added(column, group[rows], size) for column in columns), strict=True)]


def _added(values: I8, group: I8, size: int) -> Sequence[int]:
    total = np.zeros(size, np.int64)
    np.add.at(total, group, values)
    added: list[int] = total.tolist()
    return added
