"""The one shape of every mechanism: a frozen Rule with a key, a stage, typed parameters and a pure `run`.

Rules never call each other and hold no state. CLAIM rules read cases and post points or yuan for each; BUDGET rules
state the pools, CEILING rules who shares one; PRICE rules read what was claimed and post yuan. MONTH and SETTLE rules
read what was posted, and post what is paid in advance and what the clearing of the year changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dipsim.areas import Areas
from dipsim.cases.companions import Budget, Hospitals
from dipsim.cases.table import CaseTable
from dipsim.cases.year_tables import CarryOver, Deduction, Prepayment, Scores
from dipsim.cells import Cells, HospitalSums
from dipsim.grouping.result import Grouping
from dipsim.ledger import INSURANCES, WHOLE_YEAR, Accounts, Entries, Posting, balance, received
from dipsim.money import FEN, MICRO, Cut
from dipsim.policy.params import Params
from dipsim.weighting.weighting import Weighting

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

CEILING_ITEM = "inpatient_pool"
"""The rows of the table `budget` that hold the inpatient pool of an insurance and year."""


class Stage(Enum):
    """When a rule runs."""

    BUDGET = "budget"
    CEILING = "ceiling"
    CLAIM = "claim"
    SHARE = "share"
    REVIEW = "review"
    PRICE = "price"
    MONTH = "month"
    SETTLE = "settle"
    FUND = "fund"


class PassKind(Enum):
    """What a rule must see at once: one row, one person's rows in order of date, or one hospital's."""

    CELL = "cell"
    """Any block of its cases."""
    PERSON = "person"
    """All its cases at once, in any order."""
    HOSPITAL = "hospital"
    """All its cases at once, in any order."""


class Need(Enum):
    """What a CLAIM or REVIEW rule takes from weighting."""

    GROUP_POINTS = "group_points"
    HOSPITAL_FACTOR = "hospital_factor"
    HIGH_CASES = "high_cases"
    """`ReviewView.high`: of a REVIEW rule."""


def needs_nothing(_: Params) -> frozenset[Need]:
    """Of a rule that takes nothing from weighting."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """What a CLAIM rule may read: the cases routed to it and what is known about them.

    rows        int64 rows of `cases` routed to the rule
    hospital    int64 index of each case's hospital in accounts.hospital_ids (of all cases, not only `rows`)
    insurance   int64 index of each case's insurance in INSURANCES (of all cases)
    weighting   None when no rule of the run claims points of groups
    level       int64 index into LEVELS of each hospital, -1 for unknown
    factor_micro   factor of each hospital in millionths; one where no rule that needs it has cases
    """

    cases: CaseTable
    rows: I8
    hospital: I8
    insurance: I8
    grouping: Grouping
    weighting: Weighting | None
    level: I8
    factor_micro: I8

    @property
    def weights(self) -> Weighting:
        """The weights of the run: a rule that needs group points always has them."""
        assert self.weighting is not None
        return self.weighting


@dataclass(frozen=True, slots=True)
class Claims:
    """What a CLAIM rule posts for its cases, one entry a row of `View.rows`; int64.

    points_micro   points claimed, priced later
    amount_fen     yuan claimed, which leave the pool before the point value is struck
    flag           the rule's own mark, an index into Rule.flags
    """

    points_micro: I8
    amount_fen: I8
    flag: I8


def weights_of_run(view: View, _: Params) -> Sequence[tuple[Mask, Weighting]]:
    """Of a rule that pays all its cases by the weights of the run."""
    return ((np.ones(view.rows.size, bool), view.weights),)


@dataclass(frozen=True, slots=True)
class HighCases:
    """The cases under review that claim more than their group's points for their cost; int64, one entry a case.

    at                     position in `ReviewView.rows`, rising
    reference_micro_yuan   what the cost compared with when the band was chosen, above 0
    limit_micro_yuan       the limit U x reference, rounded half to even: above it a case is high
    normal_points_micro    what it would claim if its cost corrected nothing
    """

    at: I8
    reference_micro_yuan: I8
    limit_micro_yuan: I8
    normal_points_micro: I8


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What a REVIEW rule may read: the cases that claim points of groups, and what they claimed so far.

    rows           int64 rows of `cases` under review
    hospital       int64 index of each case's hospital (of all cases, not only `rows`)
    insurance      int64 index of each case's insurance in INSURANCES (of all cases)
    is_paid        whether the pool pays a case, by whatever rule (of all cases)
    points_micro   points claimed, one entry a row of `rows`
    high           none of them for a rule that does not need them
    """

    cases: CaseTable
    rows: I8
    hospital: I8
    insurance: I8
    is_paid: Mask
    grouping: Grouping
    points_micro: I8
    high: HighCases


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a REVIEW rule says, one entry a row of `ReviewView.rows`; int64.

    points_micro   points left
    flag           the rule's own mark, an index into Rule.flags; 0 where there is nothing to look at
    because        row of the case that is the reason, -1 for none
    """

    points_micro: I8
    flag: I8
    because: I8


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: what it is, in English and Chinese, its value, and where it comes from."""

    label: str
    label_zh: str
    value: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class ExactValue:
    """The point value of a region's run, exactly: fen over millionths of a point, and where its split stopped."""

    pool_fen: int
    points_micro: int
    cut: Cut


PointValues = Mapping[tuple[str, str], ExactValue]
"""By insurance and area, '' for the whole city."""


@dataclass(frozen=True, slots=True)
class FundTables:
    """The companion tables that pricing and clearing read; None for one that the data folder has not."""

    budget: Budget | None = None
    point_values: PointValues | None = None
    prepaid: tuple[Prepayment, ...] | None = None
    assessment: Scores | None = None
    deductions: tuple[Deduction, ...] | None = None
    carry: tuple[CarryOver, ...] | None = None
    hospitals: Hospitals | None = None


@dataclass(frozen=True, slots=True)
class BudgetView:
    """What a BUDGET rule may read."""

    budget: Budget | None
    accounts: Accounts
    year: int


@dataclass(frozen=True, slots=True)
class Budgeted:
    """What a BUDGET rule posts, and what it leaves for inpatient care in each pooled fund, fen by insurance."""

    postings: tuple[Posting, ...]
    pools: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class FundView:
    """What a CEILING or PRICE rule may read: the cells of the cases inside the pool, and the companion tables.

    pools            what the BUDGET rule left for inpatient care, fen by insurance; None without such a rule
    elapsed_months   months of the year whose share of the ceiling is priced; 12: all of it
    scale_micro      millionths of a point that a group of weight 1 has
    areas            what the CEILING rule says: who shares a ceiling; None for the whole city
    """

    cells: Cells
    accounts: Accounts
    budget: Budget | None
    point_values: PointValues | None
    year: int
    pools: Mapping[int, int] | None = None
    elapsed_months: int = 12
    scale_micro: int = MICRO
    hospitals: Hospitals | None = None
    areas: Areas | None = None


@dataclass(frozen=True, slots=True)
class FundPrice:
    """What a point is worth in one pooled fund, or an area of it, as the exact ratio pool_fen : points_micro.

    budget_fen        the ceiling, None when the value was given and not solved
    yuan_claims_fen   claims in yuan, which left the pool first
    pool_fen, points_micro   the point value as an exact ratio: money and points of the hospitals that no cap binds, or
                      the guard where one binds; 0 and 0 where every hospital is capped or nobody has points
    cut               where the split among these hospitals stopped rounding up
    guard             "none", "minimum" or "maximum", whichever bound the point value
    capped            hospitals paid their cap
    residual_fen      what went to the reserve; negative when the reserve paid
    area              the county or hospital under the ceiling, '' for the whole city
    hospital_ids      the hospitals of the area; None: every hospital
    """

    insurance: int
    budget_fen: int | None
    yuan_claims_fen: int
    pool_fen: int
    points_micro: int
    cut: Cut
    guard: str
    capped: tuple[str, ...]
    residual_fen: int
    area: str = ""
    hospital_ids: tuple[str, ...] | None = None

    def holds_for(self, insurance: str, hospital_id: str) -> bool:
        """Whether the points of a hospital are worth so much in a fund."""
        is_of_area = self.hospital_ids is None or hospital_id in self.hospital_ids
        return INSURANCES[self.insurance] == insurance and is_of_area

    @property
    def value_yuan(self) -> float:
        """Yuan per point, for display; nan when nobody has points."""
        return self.pool_fen * (MICRO // FEN) / self.points_micro if self.points_micro else float("nan")


@dataclass(frozen=True, slots=True)
class Priced:
    """What a PRICE rule posts, and the price it struck in each fund."""

    postings: tuple[Posting, ...]
    prices: tuple[FundPrice, ...]


@dataclass(frozen=True, slots=True)
class YearView:
    """What a MONTH or SETTLE rule may read: all that the rules before it posted, what is claimed, companion tables.

    ledger      every posting so far
    prices      what a point is worth in each fund
    months      what was in force at the end of January, February and so on; empty where claims have no month
    claimed     what is in force at the end of the run
    last_month  the month the run goes to
    is_closed   whether the year is over; a run through a month closes nothing
    """

    ledger: Entries
    accounts: Accounts
    prices: tuple[FundPrice, ...]
    months: tuple[HospitalSums, ...]
    claimed: HospitalSums
    tables: FundTables
    year: int
    last_month: int
    is_closed: bool

    def from_fund(self, name: str) -> I8:
        """What hospitals got from an account less what they gave back, fen (hospitals, insurances)."""
        return received(self.ledger, self.accounts.fund(name), len(self.accounts.hospital_ids))

    def in_months(self, name: str) -> I8:
        """The same, of postings that belong to a month."""
        dated = self.ledger.where(self.ledger.month != WHOLE_YEAR)
        return received(dated, self.accounts.fund(name), len(self.accounts.hospital_ids))

    def priced(self) -> I8:
        """What the pools owe hospitals for what they claimed, less what patients paid toward it, fen."""
        pools = self.accounts.FUNDS[: len(INSURANCES)]
        return np.asarray(np.sum([self.from_fund(name) for name in pools], axis=0))

    def still_due(self) -> I8:
        """All that is owed to hospitals less what they got during the year, fen: what a clearing would pay now."""
        funds = (name for name in self.accounts.FUNDS if name != "out_of_pocket")
        whole = np.sum([self.from_fund(name) for name in funds], axis=0)
        return np.asarray(whole - self.in_months("advance") - self.in_months("deposit"))

    def balance(self, name: str, insurance: int) -> int:
        """What an account holds for an insurance, fen."""
        return balance(self.ledger.where(self.ledger.insurance == insurance), self.accounts.fund(name))

    def place(self, hospital_id: str, insurance: str) -> tuple[int, int]:
        """Row and column of a hospital and insurance."""
        return bisect_left(self.accounts.hospital_ids, hospital_id), INSURANCES.index(insurance)

    def nothing(self) -> I8:
        """No money for anybody, fen (hospitals, insurances)."""
        return np.zeros((len(self.accounts.hospital_ids), len(INSURANCES)), np.int64)

    def to_hospitals(self, amount_fen: I8, fund: str, month: int = WHOLE_YEAR) -> list[Posting]:
        """Each hospital gets an amount from an account; what is below 0 it gives."""
        account = self.accounts.fund(fund)
        rows, columns = np.nonzero(amount_fen)
        return [
            Posting(row, column, self.year, account, self.accounts.hospital(row), int(amount_fen[row, column]), month)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Rule:
    """A mechanism: one key for its file, TOML table, golden folder, docs page and CLI name.

    reads    columns of the case table that a parameter set needs; checked before anything runs
    run      what a rule of its stage reads, params -> what it posts:
             View -> Claims (CLAIM), ReviewView -> Reviewed (REVIEW), BudgetView -> Budgeted (BUDGET),
             FundView -> Areas or None (CEILING), FundView -> Priced (PRICE),
             YearView -> tuple of Posting (MONTH, SETTLE)
    flags    labels of Claims.flag, Chinese beside English
    is_weighted   whether it claims points of groups; its flags then begin with those of dip
    of_sums  whether sums over cases suffice: its points follow from hospital, insurance and group (no deviation bands
             applying), its yuan are a share of a sum; a rule that is not so refuses aggregates
    needs    what a parameter set takes from weighting
    weights_of   View, params -> which of its cases with a band are paid by which weights; of a rule that is weighted
    explain  View with all cases of the rule, params, row of `View.cases` -> the steps to what this case claims; the
             origin of a step is the dotted key of a parameter. None: explained as any rule of its kind. Of a REVIEW
             rule: ReviewView, params, what `run` said, position in `ReviewView.rows` -> the steps to what is left. Of
             a PRICE rule: FundPrice, params, level of the hospital -> what its points are worth; None: the point value
    """

    key: str
    label: str
    label_zh: str
    stage: Stage
    pass_kind: PassKind
    params: type[Params]
    reads: Callable[[Any], frozenset[str]]
    run: Callable[[Any, Any], Any]
    after: frozenset[str] = frozenset()
    flags: tuple[tuple[str, str], ...] = (("claimed", "已申报"),)
    is_weighted: bool = False
    of_sums: bool = False
    needs: Callable[[Any], frozenset[Need]] = needs_nothing
    weights_of: Callable[[View, Any], Sequence[tuple[Mask, Weighting]]] = weights_of_run
    explain: Callable[..., Iterable[Step]] | None = None
