"""Reconciliation 对账: what was really paid beside what a run pays, case by case, every difference under its cause.

    amount = points x point value + claim in yuan - deduction        points = group points x factor x deviation

Deviation is all that is left of the points beside group and factor: the band, and what a review took.

The run's terms are replaced by those really used, one after the other: group, factor, band, point value, deduction.
What a replacement changes is its effect, and what is then left is the rest, so that the effects add up to the
difference of a case to the fen. A term that the settlement does not state stays the run's, and so does one that equals
the run's to the decimals with which the settlement states it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dipsim.lab.settlements import MICROS, TEXTS, RunSettlement, Settlement
from dipsim.money import FEN, MICRO, MISSING, half_even

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

Cause = Literal["group", "factor", "band", "point_value", "deduction", "payee", "not_settled", "not_in_run", "rest"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""In the order in which terms are replaced; a payee, hospital or insurance, moves money and changes no sum."""
_COARSEST: Mapping[str, int] = {
    "group_points": MICRO // 100,
    "hospital_factor": 1,
    "points": MICRO // 100,
    "point_value_yuan": MICRO // 100,
}
"""The coarsest unit, in millionths, to which a settlement is believed to have rounded; factors are stated exactly."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that was not settled as the run settles it.

    cause                  the payee if it differs, else the first cause of the largest effect
    points_micro, fen      effect by cause, on points and on money; causes without effect are left out
    group, settled_group   the group of the run and of the settlement
    paid_fen, settled_fen  what the run pays and what was paid, 0 where the case is missing
    """

    case_id: str
    hospital_id: str
    settled_hospital_id: str
    insurance: str
    settled_insurance: str
    cause: Cause
    points_micro: Mapping[Cause, int]
    fen: Mapping[Cause, int]
    group: str
    settled_group: str
    paid_fen: int
    settled_fen: int


@dataclass(frozen=True, slots=True)
class CauseTotal:
    """All cases under one cause, and its effect in every case, whatever the cause of that case is."""

    cause: Cause
    cases: int
    points_micro: int
    fen: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The whole comparison; the effects of `totals` add up to settled_fen - paid_fen exactly.

    differences   the largest first, then by case_id
    confusion     (group of the run, group of the settlement) of cases whose groups differ, the most frequent first
    """

    run_cases: int
    settled_cases: int
    both: int
    same_group: int
    paid_fen: int
    settled_fen: int
    totals: tuple[CauseTotal, ...]
    differences: tuple[Difference, ...]
    confusion: tuple[tuple[tuple[str, str], int], ...]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The cases that both have, as rows of the run and of the settlement.

    same_number   by column: whether the settlement's number is the run's; it is where none is stated
    same_text     the same of group_code, band, hospital_id and insurance
    """

    rows: I8
    settled_rows: I8
    same_number: Mapping[str, Mask]
    same_text: Mapping[str, Mask]


def reconcile(run: RunSettlement, settled: Settlement) -> Reconciliation:
    """Compare a settlement with a run; every fen of difference is attributed."""
    ours, settled = _complete(run.settlement), _complete(settled)
    pairs = _paired(ours, settled)
    differences = [
        *(_difference(ours, settled, pairs, at, run.values) for at in _differing(ours, settled, pairs)),
        *_missing(ours, set(settled.case_ids), "not_settled"),
        *_missing(settled, set(ours.case_ids), "not_in_run"),
    ]
    differences.sort(key=lambda each: (-abs(each.settled_fen - each.paid_fen), each.case_id))
    same_group = pairs.same_text["group_code"]
    groups = Counter(
        (each.group, each.settled_group)
        for each in differences
        if each.settled_group not in ("", each.group) and each.group
    )
    return Reconciliation(
        run_cases=len(ours.case_ids),
        settled_cases=len(settled.case_ids),
        both=pairs.rows.size,
        same_group=int(same_group.sum()),
        paid_fen=int(ours.fen["amount_yuan"].sum()),
        settled_fen=int(settled.fen["amount_yuan"].sum()),
        totals=tuple(_total(cause, differences) for cause in CAUSES),
        differences=tuple(differences),
        confusion=tuple(sorted(groups.items(), key=lambda item: (-item[1], item[0]))),
    )


def _complete(settlement: Settlement) -> Settlement:
    """The settlement with every column: blank texts and numbers, and no deductions, where it states none."""
    cases = len(settlement.case_ids)
    none, blank = np.full(cases, MISSING), ("",) * cases
    return replace(
        settlement,
        texts={name: settlement.texts.get(name, blank) for name in TEXTS},
        micro={name: settlement.micro.get(name, none) for name in MICROS},
        fen={"deduction_yuan": np.zeros(cases, np.int64), **settlement.fen},
    )


def _total(cause: Cause, differences: Sequence[Difference]) -> CauseTotal:
    return CauseTotal(
        cause,
        sum(each.cause == cause for each in differences),
        sum(each.points_micro.get(cause, 0) for each in differences),
        sum(each.fen.get(cause, 0) for each in differences),
    )


def _paired(ours: Settlement, settled: Settlement) -> _Pairs:
    position = {case_id: row for row, case_id in enumerate(ours.case_ids)}
    at = np.array([position.get(case_id, -1) for case_id in settled.case_ids], np.int64)
    settled_rows = np.flatnonzero(at >= 0)
    rows = at[settled_rows]
    numbers, texts = {}, {}
    for name, coarsest in _COARSEST.items():
        mine, theirs = ours.micro[name][rows], settled.micro[name][settled_rows]
        numbers[name] = _same_numbers(mine, theirs, coarsest)
    for name in TEXTS:
        mine_text, stated = ours.texts[name], settled.texts[name]
        pairs = zip(rows.tolist(), settled_rows.tolist(), strict=True)
        texts[name] = np.array([stated[other] in ("", mine_text[row]) for row, other in pairs], bool)
    return _Pairs(rows, settled_rows, numbers, texts)


def _same_numbers(mine: I8, theirs: I8, coarsest: int) -> Mask:
    """Whether theirs is mine, rounded to the unit in which theirs are stated; true where none is stated."""
    known = theirs[theirs != MISSING]
    unit = coarsest
    while unit > 1 and (known % unit).any():
        unit //= 10
    is_known = mine != MISSING
    gap = np.abs(np.where(is_known, mine, 0) - np.where(theirs == MISSING, 0, theirs))
    is_close = 2 * gap <= unit if unit > 1 else gap == 0
    return np.asarray((theirs == MISSING) | (is_known & is_close))


def _differing(ours: Settlement, settled: Settlement, pairs: _Pairs) -> list[int]:
    """The pairs that differ in a term or in the amount."""
    amount = ours.fen["amount_yuan"][pairs.rows] == settled.fen["amount_yuan"][pairs.settled_rows]
    deduction = settled.fen["deduction_yuan"][pairs.settled_rows] == 0
    terms = [*pairs.same_number.values(), *pairs.same_text.values()]
    differing: list[int] = np.flatnonzero(~np.logical_and.reduce([amount, deduction, *terms])).tolist()
    return differing


def _difference(
    ours: Settlement, settled: Settlement, pairs: _Pairs, at: int, values: Mapping[str, Fraction]
) -> Difference:
    row, other = int(pairs.rows[at]), int(pairs.settled_rows[at])
    paid, actual = int(ours.fen["amount_yuan"][row]), int(settled.fen["amount_yuan"][other])
    points = _points_by_step(ours, settled, pairs, at)
    value = values.get(ours.texts["insurance"][row], Fraction(0))
    stated = _theirs(ours, settled, pairs, "point_value_yuan", at)
    settled_value = value if stated is None else Fraction(stated[1] * FEN, MICRO * MICRO)
    money = [_rounded(each * value) for each in points] + [_rounded(points[-1] * settled_value)]
    deduction = int(settled.fen["deduction_yuan"][other])
    fen = dict(zip(CAUSES, np.diff(money).tolist(), strict=False))
    fen |= {"deduction": -deduction, "rest": actual - paid - (money[-1] - money[0]) + deduction}
    moved = dict(zip(CAUSES, np.diff([_rounded(each) for each in points]).tolist(), strict=False))
    return Difference(
        case_id=ours.case_ids[row],
        hospital_id=ours.texts["hospital_id"][row],
        settled_hospital_id=settled.texts["hospital_id"][other],
        insurance=ours.texts["insurance"][row],
        settled_insurance=settled.texts["insurance"][other],
        cause=_cause(fen, moved, pairs, at),
        points_micro={cause: amount for cause, amount in moved.items() if amount},
        fen={cause: amount for cause, amount in fen.items() if amount},
        group=ours.texts["group_code"][row],
        settled_group=settled.texts["group_code"][other],
        paid_fen=paid,
        settled_fen=actual,
    )


def _points_by_step(ours: Settlement, settled: Settlement, pairs: _Pairs, at: int) -> list[Fraction]:
    """The points of a case in millionths: the run's, then with the group, factor and deviation of the settlement.

    A group whose points the settlement does not state is held to explain all that its factor does not.
    """
    own = Fraction(int(ours.micro["points"][pairs.rows[at]]))
    group, factor, points = (
        _theirs(ours, settled, pairs, name, at) for name in ("group_points", "hospital_factor", "points")
    )
    by_factor = Fraction(factor[1], factor[0]) if factor is not None and factor[0] else Fraction(1)
    after_group = own
    if group is not None and group[0]:
        after_group = own * Fraction(group[1], group[0])
    elif points is not None and by_factor and not pairs.same_text["group_code"][at]:
        after_group = points[1] / by_factor
    after_factor = after_group * by_factor
    return [own, after_group, after_factor, after_factor if points is None else Fraction(points[1])]


def _theirs(ours: Settlement, settled: Settlement, pairs: _Pairs, name: str, at: int) -> tuple[int, int] | None:
    """The run's number and the settlement's, alike where they are the same; None where either states none."""
    mine, stated = int(ours.micro[name][pairs.rows[at]]), int(settled.micro[name][pairs.settled_rows[at]])
    if MISSING in (mine, stated):
        return None
    return (mine, mine) if pairs.same_number[name][at] else (mine, stated)


def _cause(fen: Mapping[Cause, int], moved: Mapping[Cause, int], pairs: _Pairs, at: int) -> Cause:
    """The payee, else the first cause of the largest effect on money, or on points, else the first that differs."""
    if not (pairs.same_text["hospital_id"][at] and pairs.same_text["insurance"][at]):
        return "payee"
    for effect in (fen, moved):
        largest = max(map(abs, effect.values()))
        if largest:
            return next(cause for cause in CAUSES if abs(effect.get(cause, 0)) == largest)
    number, text = pairs.same_number, pairs.same_text
    is_same: Mapping[Cause, bool] = {
        "group": bool(text["group_code"][at] and number["group_points"][at]),
        "factor": bool(number["hospital_factor"][at]),
        "band": bool(text["band"][at] and number["points"][at]),
    }
    return next((cause for cause, same in is_same.items() if not same), "point_value")


def _missing(settlement: Settlement, known: set[str], cause: Cause) -> Iterator[Difference]:
    """The cases of a settlement that the other one lacks."""
    sign = -1 if cause == "not_settled" else 1
    amounts, points = settlement.fen["amount_yuan"], settlement.micro["points"]
    for row, case_id in enumerate(settlement.case_ids):
        amount = int(amounts[row])
        moved = 0 if points[row] == MISSING else int(points[row])
        if case_id in known or not (amount or moved):
            continue
        group, hospital, insurance = (
            settlement.texts[name][row] for name in ("group_code", "hospital_id", "insurance")
        )
        is_settled = cause == "not_in_run"
        yield Difference(
            case_id=case_id,
            hospital_id=hospital,
            settled_hospital_id=hospital if is_settled else "",
            insurance=insurance,
            settled_insurance=insurance if is_settled else "",
            cause=cause,
            points_micro={cause: sign * moved} if moved else {},
            fen={cause: sign * amount} if amount else {},
            group="" if is_settled else group,
            settled_group=group if is_settled else "",
            paid_fen=0 if is_settled else amount,
            settled_fen=amount if is_settled else 0,
        )


def _rounded(value: Fraction) -> int:
    """A fraction rounded half to even."""
    return half_even(value.numerator, value.denominator)
