"""A whole year in fractions: claims in force by month, prepayment, price, sharing, assessment, deductions, carry-over.

Everything is a dictionary by hospital and insurance; nothing is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from tests.naive.clearing import Schedule, shared, split

Key = tuple[str, str]
MONTHS = range(1, 13)
MICRO = 10**6


@dataclass(frozen=True)
class Claim:
    """A row: what it claims, the month in which it arrives and the claim that it names, if any."""

    case_id: str
    key: Key
    arrives: int
    points_micro: int
    yuan_fen: int
    fund_paid_fen: int
    is_reversed: bool = False
    replaces: str = ""


@dataclass(frozen=True)
class Policy:
    """What the year is cleared by; amounts in fen, values in yuan a point."""

    ceiling: Mapping[str, int]
    prepaid_of: str
    ratio: Fraction
    budget_value: Mapping[str, Fraction]
    deposit_ratio: Fraction
    start: Fraction
    bands: Schedule
    keeps_surplus: bool
    reserve: Mapping[str, int]
    assessed_on: str
    coefficient: Mapping[str, Fraction]
    carries_debts: bool
    actual: Mapping[tuple[int, Key], tuple[int, int]] = field(default_factory=dict)
    deducted_fen: Mapping[Key, int] = field(default_factory=dict)
    deducted_points: Mapping[Key, int] = field(default_factory=dict)
    carried_in: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cleared:
    """What a hospital and insurance gets: by month in advance and withheld, then the steps of the clearing."""

    advance: tuple[int, ...]
    deposit: tuple[int, ...]
    steps: Mapping[str, int]
    due: int


def in_force(claims: Sequence[Claim], month: int) -> Iterator[Claim]:
    """The claims that count at the end of a month; 13: when everything has arrived."""
    gone: dict[str, int] = {}
    for claim in claims:
        if claim.replaces:
            gone[claim.replaces] = min(gone.get(claim.replaces, 99), claim.arrives)
    for claim in claims:
        if not claim.is_reversed and claim.arrives <= month < gone.get(claim.case_id, 99):
            yield claim


def added(claims: Sequence[Claim], column: str) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for claim in claims:
        found[claim.key] = found.get(claim.key, 0) + getattr(claim, column)
    return found


def cleared(claims: Sequence[Claim], policy: Policy) -> dict[Key, Cleared]:
    """The year of every hospital and insurance that claims, or is named by a table."""
    last = list(in_force(claims, 13))
    points, yuan, paid = (added(last, name) for name in ("points_micro", "yuan_fen", "fund_paid_fen"))
    keys = {claim.key for claim in claims} | {key for _, key in policy.actual}
    keys |= {*policy.deducted_fen, *policy.deducted_points, *policy.carried_in}
    advance, deposit = prepaid(claims, policy, keys)
    priced: dict[Key, int] = {}
    value: dict[str, Fraction | None] = {}
    for insurance, ceiling in policy.ceiling.items():
        own = {name: points.get((name, insurance), 0) for name, other in keys if other == insurance}
        pool = ceiling - sum(amount for key, amount in yuan.items() if key[1] == insurance)
        value[insurance] = Fraction(pool, sum(own.values())) if any(own.values()) else None
        money = split(pool, {name: number for name, number in own.items() if number})
        priced |= {(name, insurance): money.get(name, 0) + yuan.get((name, insurance), 0) for name in own}
    sharing: dict[Key, int] = {}
    for insurance in policy.ceiling:
        pairs = {name: (priced[name, other], paid.get((name, other), 0)) for name, other in keys if other == insurance}
        change = shared(pairs, policy.start, policy.bands, policy.reserve[insurance], policy.keeps_surplus)
        sharing |= {(name, insurance): amount for name, amount in change.items()}
    return {key: _cleared(key, policy, advance[key], deposit[key], priced, sharing, value[key[1]]) for key in keys}


def prepaid(
    claims: Sequence[Claim], policy: Policy, keys: set[Key]
) -> tuple[dict[Key, tuple[int, ...]], dict[Key, tuple[int, ...]]]:
    """What is prepaid and withheld in each month: what stands at its end less what stood before."""
    advance: dict[Key, tuple[int, ...]] = {}
    deposit: dict[Key, tuple[int, ...]] = {}
    for key in keys:
        if policy.prepaid_of == "actual":
            pairs = [policy.actual.get((month, key), (0, 0)) for month in MONTHS]
            advance[key], deposit[key] = tuple(a + d for a, d in pairs), tuple(d for _, d in pairs)
            continue
        stood = [base(list(in_force(claims, month)), policy, key) for month in MONTHS]
        whole = [0, *(round(policy.ratio * amount) for amount in stood)]
        kept = [round(policy.deposit_ratio * amount) for amount in whole]
        advance[key] = tuple(now - before for before, now in pairwise(whole))
        deposit[key] = tuple(now - before for before, now in pairwise(kept))
    return advance, deposit


def base(standing: Sequence[Claim], policy: Policy, key: Key) -> Fraction:
    own = [claim for claim in standing if claim.key == key]
    if policy.prepaid_of == "fund_paid":
        return Fraction(sum(claim.fund_paid_fen for claim in own))
    worth = policy.budget_value[key[1]] * 100 / MICRO
    return sum((claim.points_micro * worth + claim.yuan_fen for claim in own), Fraction(0))


def _cleared(
    key: Key,
    policy: Policy,
    advance: tuple[int, ...],
    deposit: tuple[int, ...],
    priced: Mapping[Key, int],
    sharing: Mapping[Key, int],
    value: Fraction | None,
) -> Cleared:
    assessed = sum(deposit) if policy.assessed_on == "deposit" else priced[key] + sharing[key]
    assessed = max(assessed, 0)
    points = policy.deducted_points.get(key, 0)
    steps = {
        "priced": priced[key],
        "shared": sharing[key],
        "assessed": round(policy.coefficient.get(key[0], Fraction(1)) * assessed) - assessed,
        "deducted": -policy.deducted_fen.get(key, 0) - (round(points * value) if points and value is not None else 0),
        "carried_in": policy.carried_in.get(key, 0),
    }
    due = sum(steps.values()) - sum(advance) + sum(deposit)
    steps["carried_out"] = max(-due, 0) if policy.carries_debts else 0
    return Cleared(advance, deposit, steps, due + steps["carried_out"])
