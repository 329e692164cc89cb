"""Payment per bed-day 按床日付费: each day of a stay earns the standard of its tier and of the hospital's level.

    amount = share x hospital factor x sum over tiers k of standard_k x max(0, min(b, U_k) - max(a, U_k-1)),   U_0 = 0

The days to pay are the days a + 1 to b of the stay; a flat rate is one tier, and days past the last tier earn nothing.
Points are rounded once, half to even, after all factors; yuan half to even to the fen.

Linking. Stays of a patient that are paid by bed-day stand in the order of admission, discharge and case id. A stay that
begins at most `link_gap_days` after the latest discharge before it continues those stays: a is the sum of their days.
Otherwise a = 0.

Caps. b = min(a + days, cap_days_per_stay), the cap holding for linked stays together; then b - a is cut to what
`cap_days_per_patient_year` leaves after the patient's earlier stays in the run. share is 1, but for a hospital whose
days to pay exceed cap_average_days x its stays, linked stays counting as one, it is
cap_average_days x stays / days to pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from dipsim.errors import CaseDataError, PolicyError, Problem
from dipsim.kernels.bed_day import NEVER, NO_LIMIT, walk_stays
from dipsim.money import MICRO, MICRO_YUAN_PER_FEN, decimal_text, half_even_ratio, micro
from dipsim.policy.params import ByLevel, Params
from dipsim.policy.weights import LEVELS
from dipsim.rule import Claims, Need, PassKind, Rule, Stage, Step, View

I8 = NDArray[np.int64]

TABLE = "payment.bed_day"
FLAGS = (
    ("every_day_paid", "床日全部计付"),
    ("days_unpaid", "部分床日不计付"),
    ("share_of_days", "平均住院日超限折减"),
)
EVERY_DAY_PAID, DAYS_UNPAID, SHARE_OF_DAYS = range(3)

Days = int | Literal["none"]
"""A number of days, or 'none' where the policy has no such limit."""


class Tier(ByLevel):
    """The standard of a day by hospital level, for the days up to and including `up_to_day`; 'none': not paid here."""

    up_to_day: int = Field(ge=1)


class BedDayParams(Params):
    """What `[payment.bed_day]` may say; 'none' where there is no such limit."""

    unit: Literal["points", "yuan"] = Field(description="What the standards are stated in")
    tiers: tuple[Tier, ...] = Field(min_length=1, description="Standards of a day, in rising order of up_to_day")
    hospital_factor: bool = Field(description="Whether the hospital factor applies")
    count_first_day: bool = Field(
        description="Whether a stay of length 0, admitted and discharged on one day, counts 1"
    )
    link_gap_days: Days = Field(description="Longest gap from a discharge to the next admission that links two stays")
    cap_days_per_stay: Days = Field(description="Most days paid of one stay, linked stays together")
    cap_average_days: ByLevel = Field(description="Highest average of paid days per stay of a hospital, by its level")
    cap_days_per_patient_year: Days = Field(description="Most days paid of one patient in the run")

    @model_validator(mode="after")
    def _fits_together(self) -> BedDayParams:
        ends = [tier.up_to_day for tier in self.tiers]
        if ends != sorted(set(ends)):
            raise ValueError("up_to_day must rise from tier to tier")
        for tier in self.tiers:
            _require_decimals(tier, 6)
        _require_decimals(self.cap_average_days, 2)
        for days in (self.link_gap_days, self.cap_days_per_stay, self.cap_days_per_patient_year):
            if days != "none" and days < 0:
                raise ValueError(f"{days} days are not allowed; state 0 or more, or 'none'")
        return self

    @property
    def follows_patients(self) -> bool:
        """Whether the stays of one patient bear on each other."""
        return self.link_gap_days != "none" or self.cap_days_per_patient_year != "none"


def _require_decimals(by_level: ByLevel, places: int) -> None:
    """ValueError for a number below 0 or with more decimals, which exact sums in 64 bits have no room for."""
    for value in filter(None, map(by_level.get, LEVELS)):
        if value < 0 or round(value, places) != value:
            raise ValueError(f"{value} is not allowed; state 0 or more with at most {places} decimals")


@dataclass(frozen=True, slots=True)
class Stays:
    """The stays of the rule, one entry a row of `View.rows`; int64.

    first     position among the entries of the first of the stays that this one is linked with, itself included
    before    days of the linked stays before it
    days      days of its own
    payable   how many of these caps leave, from the first on
    """

    first: I8
    before: I8
    days: I8
    payable: I8


def reads(params: BedDayParams) -> frozenset[str]:
    """Columns that `run` needs."""
    columns = {"hospital_id", "insurance", "length_of_stay_days"}
    return frozenset(columns | {"patient_id", "admitted_on", "discharged_on"} if params.follows_patients else columns)


def needs(params: BedDayParams) -> frozenset[Need]:
    """What `run` takes from weighting."""
    return frozenset({Need.HOSPITAL_FACTOR} if params.hospital_factor else ())


def run(view: View, params: BedDayParams) -> Claims:
    """Points or yuan of each stay; CaseDataError for a hospital without level, PolicyError for one without standard."""
    standards = _standards(view, params)
    stays = stays_of(view, params)
    inside = days_by_tier(stays, params)
    hospital = view.hospital[view.rows]
    share = shares(view, params, stays)
    numerator, denominator, is_scaled = (np.zeros(view.level.size, np.int64) for _ in range(3))
    for number, part in share.items():
        multiplied = part * _factor(view, params, number) / (MICRO_YUAN_PER_FEN if params.unit == "yuan" else 1)
        numerator[number], denominator[number] = multiplied.numerator, multiplied.denominator
        is_scaled[number] = part < 1
    total_micro = (inside * standards[view.level[hospital]]).sum(axis=1)
    amount = half_even_ratio(total_micro, numerator[hospital], denominator[hospital])
    is_cut = inside.sum(axis=1) < stays.days
    flag = np.select([is_scaled[hospital] == 1, is_cut], [SHARE_OF_DAYS, DAYS_UNPAID], EVERY_DAY_PAID)
    none = np.zeros(view.rows.size, np.int64)
    return Claims(amount, none, flag) if params.unit == "points" else Claims(none, amount, flag)


def stays_of(view: View, params: BedDayParams) -> Stays:
    """The days of each stay, what it continues and what caps leave of it."""
    rows = view.rows
    days = view.cases.integer("length_of_stay_days")[rows]
    if params.count_first_day:
        days = np.maximum(days, 1)
    person, admitted, discharged = np.arange(rows.size), np.zeros(rows.size, np.int64), np.zeros(rows.size, np.int64)
    order = np.arange(rows.size)
    if params.follows_patients:
        person = view.cases.code("patient_id").ids[rows].astype(np.int64)
        admitted, discharged = (view.cases.integer(name)[rows] for name in ("admitted_on", "discharged_on"))
        case_ids = np.asarray(view.cases.case_ids.take(rows).to_pylist())
        order = np.lexsort((case_ids, discharged, admitted, person))
    caps = [NO_LIMIT if cap == "none" else cap for cap in (params.cap_days_per_stay, params.cap_days_per_patient_year)]
    limits = np.array([NEVER if params.link_gap_days == "none" else params.link_gap_days, *caps], np.int64)
    first, before, payable = (np.zeros(rows.size, np.int64) for _ in range(3))
    walk_stays(person[order], admitted[order], discharged[order], days[order], limits, first, before, payable)
    back = np.argsort(order)
    return Stays(order[first][back], before[back], days, payable[back])


def days_by_tier(stays: Stays, params: BedDayParams) -> I8:
    """How many of its payable days each stay spends in each tier, shape (stays, tiers)."""
    upper = np.array([tier.up_to_day for tier in params.tiers])
    lower = np.append(0, upper[:-1])
    begin, end = stays.before[:, np.newaxis], (stays.before + stays.payable)[:, np.newaxis]
    inside: I8 = (np.minimum(end, upper) - np.maximum(begin, lower)).clip(0)
    return inside


def shares(view: View, params: BedDayParams, stays: Stays) -> dict[int, Fraction]:
    """What share of its days each hospital is paid, exactly: 1 where the cap on its average does not bind."""
    hospital = view.hospital[view.rows]
    payable = np.zeros(view.level.size, np.int64)
    np.add.at(payable, hospital, stays.payable)
    counted = np.bincount(np.unique(np.stack([hospital, stays.first]), axis=1)[0], minlength=view.level.size)
    found = {}
    for number in np.unique(hospital).tolist():
        cap = params.cap_average_days.get(LEVELS[view.level[number]])
        days = int(payable[number])
        allowed = days if cap is None else Fraction(str(cap)) * int(counted[number])
        found[number] = Fraction(allowed) / days if allowed < days else Fraction(1)
    return found


def explain(view: View, params: BedDayParams, row: int) -> Iterator[Step]:
    """The days of a stay by tier, the stays it continues, and what its amount is multiplied by."""
    stays = stays_of(view, params)
    at = int(np.flatnonzero(view.rows == row)[0])
    number = int(view.hospital[row])
    yield Step("days of the stay", "床日数", str(stays.days[at]), f"{TABLE}.count_first_day")
    if params.link_gap_days != "none":
        linked = view.rows[(stays.first == stays.first[at]) & (np.arange(view.rows.size) != at)]
        ids = sorted(view.cases.case_ids.take(linked).to_pylist())
        value = f"{', '.join(ids) or '-'} ({stays.before[at]} days before this stay)"
        yield Step("linked stays", "连续住院病例", value, f"{TABLE}.link_gap_days")
    level = LEVELS[view.level[number]]
    begin = 1
    inside = days_by_tier(stays, params)[at].tolist()
    for tier, days in zip(params.tiers, inside, strict=True):
        value = f"{days} x {tier.get(level)} {params.unit} ({level})"
        yield Step(f"days {begin} to {tier.up_to_day}", f"第 {begin} 至 {tier.up_to_day} 日", value, f"{TABLE}.tiers")
        begin = tier.up_to_day + 1
    yield Step(
        "days that earn nothing", "不计付床日数", str(stays.days[at] - sum(inside)), f"{TABLE}.cap_days_per_stay"
    )
    factor = decimal_text(int(_factor(view, params, number) * MICRO), 6)
    yield Step("hospital factor", "机构系数", factor, f"{TABLE}.hospital_factor")
    yield Step(
        "share of days paid", "床日折减比例", str(shares(view, params, stays)[number]), f"{TABLE}.cap_average_days"
    )


def _factor(view: View, params: BedDayParams, hospital: int) -> Fraction:
    return Fraction(int(view.factor_micro[hospital]), MICRO) if params.hospital_factor else Fraction(1)


def _standards(view: View, params: BedDayParams) -> I8:
    """The standard of a day in millionths, shape (levels, tiers), every hospital with cases having one."""
    level = view.level[view.hospital[view.rows]]
    unknown = sorted({view.cases.code("hospital_id").text(row) for row in view.rows[level < 0].tolist()})
    if unknown:
        what, step = f"no level for {', '.join(unknown[:10])}", "bring the table hospitals with a level for each"
        raise CaseDataError(Problem("hospitals", what, f"read by [{TABLE}] tiers", step))
    for name in (LEVELS[number] for number in np.unique(level)):
        if any(tier.get(name) is None for tier in params.tiers):
            what, why = f"no standard for {name} hospitals", "they have cases that are paid by bed-day"
            raise PolicyError(Problem(f"[{TABLE}] tiers", what, why, "state it in every tier, 0 where nothing is paid"))
    return np.array([[micro(tier.get(name) or 0) for tier in params.tiers] for name in LEVELS], np.int64)


RULES = (
    Rule(
        key="bed_day",
        label="Payment per bed-day",
        label_zh="按床日付费",
        stage=Stage.CLAIM,
        pass_kind=PassKind.PERSON,
        params=BedDayParams,
        reads=reads,
        run=run,
        flags=FLAGS,
        needs=needs,
        explain=explain,
    ),
)
