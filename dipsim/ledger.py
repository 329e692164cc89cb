"""One ledger holds every posting: who owes whom how much, and under which rule.

A posting moves `amount_fen` from payer to payee, or claims `points_micro` whose yuan value is not known yet. Postings
are added up by (hospital, insurance, year, month, rule, payer, payee); sums are integers, so the order cannot matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

INSURANCES = ("employee", "resident", "other")
"""职工 居民 其他."""
NOBODY = -1
"""The hospital of a posting between funds."""
WHOLE_YEAR = 0
"""The month of a posting that belongs to no single month."""
_SAFE_SUM = float(2**62)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every account by number: the funds first, then one per hospital; hospital_ids are sorted."""

    hospital_ids: tuple[str, ...]

    FUNDS = (
        "pooled_fund.employee",
        "pooled_fund.resident",
        "pooled_fund.other",
        "reserve",
        "out_of_pocket",
        "income",
        "transfer",
        "out_of_area",
        "outpatient",
        "large_disease",
        "other_items",
        "adjustment_reserve",
        "advance",
        "deposit",
        "carried_in",
        "carried_out",
    )
    """What money comes from, goes to or waits in besides hospitals; docs/results.md says what each is."""

    def fund(self, name: str) -> int:
        """An account by its name in FUNDS."""
        return self.FUNDS.index(name)

    def pooled_fund(self, insurance: int) -> int:
        """The pooled fund (统筹基金) of an insurance, an index into INSURANCES."""
        return insurance

    @property
    def reserve(self) -> int:
        """The risk reserve (风险金)."""
        return self.FUNDS.index("reserve")

    @property
    def out_of_pocket(self) -> int:
        """What patients and other payers bear (自付)."""
        return self.FUNDS.index("out_of_pocket")

    def hospital(self, index: int) -> int:
        """The account of a hospital by its index in hospital_ids."""
        return len(self.FUNDS) + index

    def places_in(self, wider: Accounts) -> I8:
        """The index of each of these hospitals among those of other accounts; the last entry is NOBODY for NOBODY."""
        index = {hospital_id: number for number, hospital_id in enumerate(wider.hospital_ids)}
        return np.array([*(index[hospital_id] for hospital_id in self.hospital_ids), NOBODY], np.int64)

    def name(self, account: int) -> str:
        """The account as it stands in outputs."""
        if account < len(self.FUNDS):
            return self.FUNDS[account]
        return f"hospital:{self.hospital_ids[account - len(self.FUNDS)]}"


@dataclass(frozen=True, slots=True)
class Entries:
    """Postings as columns of equal length; all int64."""

    hospital: I8
    insurance: I8
    year: I8
    month: I8
    rule: I8
    payer: I8
    payee: I8
    points_micro: I8
    amount_fen: I8

    def __len__(self) -> int:
        return int(self.hospital.size)

    def where(self, mask: NDArray[np.bool_]) -> Entries:
        """The chosen postings."""
        return Entries(*(getattr(self, column.name)[mask] for column in fields(self)))


KEYS = ("hospital", "insurance", "year", "month", "rule", "payer", "payee")
SUMS = ("points_micro", "amount_fen")


def no_entries() -> Entries:
    """An empty ledger."""
    return Entries(*(np.zeros(0, np.int64) for _ in fields(Entries)))


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting of a settlement rule; `Entries` are many."""

    hospital: int
    insurance: int
    year: int
    payer: int
    payee: int
    amount_fen: int
    month: int = WHOLE_YEAR


def entries_of(postings: Sequence[Posting], rule: int) -> Entries:
    """Postings as columns; a negative amount becomes a positive one the other way round, a zero is no posting."""
    kept = [posting for posting in postings if posting.amount_fen]

    def column(name: str) -> I8:
        return np.array([getattr(posting, name) for posting in kept], np.int64)

    amount, payer, payee = column("amount_fen"), column("payer"), column("payee")
    back = amount < 0
    none = np.zeros(len(kept), np.int64)
    return Entries(
        column("hospital"),
        column("insurance"),
        column("year"),
        column("month"),
        none + rule,
        np.where(back, payee, payer),
        np.where(back, payer, payee),
        none,
        np.abs(amount),
    )


def add_up(keys: Mapping[str, I8], sums: Mapping[str, I8]) -> tuple[dict[str, I8], dict[str, I8]]:
    """Rows with equal keys become one row whose sums are added; rows come back sorted by key.

    Exact int64 sums; OverflowError if a sum could leave int64.
    """
    size = next(iter(keys.values())).size
    if size == 0:
        return dict(keys), dict(sums)
    for name, values in sums.items():
        if float(np.abs(values.astype(np.float64)).sum()) > _SAFE_SUM:
            raise OverflowError(f"the sum of {name} does not fit in 64 bits")
    order = np.lexsort(tuple(reversed(list(keys.values()))))
    ordered = {name: values[order] for name, values in keys.items()}
    is_first = np.zeros(size, bool)
    is_first[0] = True
    for values in ordered.values():
        is_first[1:] |= values[1:] != values[:-1]
    starts = np.flatnonzero(is_first)
    added = {name: np.add.reduceat(values[order], starts) for name, values in sums.items()}
    return {name: values[starts] for name, values in ordered.items()}, added


def merge(parts: Sequence[Entries]) -> Entries:
    """All postings of the parts, added up by key: associative and independent of order."""

    def joined(name: str) -> I8:
        return np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0, np.int64)

    keys, sums = add_up({name: joined(name) for name in KEYS}, {name: joined(name) for name in SUMS})
    return Entries(**keys, **sums)


def moved(entries: Entries, old: Accounts, new: Accounts) -> Entries:
    """The same postings under accounts that hold at least the same hospitals."""
    places, funds = old.places_in(new), len(Accounts.FUNDS)

    def account(numbers: I8) -> I8:
        of_hospital = np.maximum(numbers - funds, NOBODY)
        return np.where(numbers < funds, numbers, funds + places[of_hospital])

    return replace(
        entries, hospital=places[entries.hospital], payer=account(entries.payer), payee=account(entries.payee)
    )


def balance(entries: Entries, account: int) -> int:
    """What the account received minus what it paid, in fen."""
    received = entries.amount_fen[entries.payee == account].sum()
    paid = entries.amount_fen[entries.payer == account].sum()
    return int(received) - int(paid)


def received(entries: Entries, account: int, hospitals: int) -> I8:
    """What each hospital got from an account less what it gave back, fen by (hospital, insurance).

    A posting counts to the hospital that it names, whoever its other side is: what patients paid into a pool toward the
    bills of a hospital lowers what the hospital got from that pool.
    """
    net = np.zeros((hospitals, len(INSURANCES)), np.int64)
    of_hospital = (entries.hospital != NOBODY) & (entries.insurance != NOBODY)
    for side, sign in ((entries.payer, 1), (entries.payee, -1)):
        rows = np.flatnonzero(of_hospital & (side == account))
        np.add.at(net, (entries.hospital[rows], entries.insurance[rows]), sign * entries.amount_fen[rows])
    return net


def unbalanced(entries: Entries, accounts: Accounts, budget_fen: Mapping[int, int]) -> dict[str, int]:
    """Accounts whose money does not add up: a pool must pay out exactly its budget, the reserve taking up the rest.

    Returns the difference in fen by account name, empty when every fen is accounted for.
    """
    wrong = {}
    for insurance, budget in budget_fen.items():
        pool = accounts.pooled_fund(insurance)
        difference = budget + balance(entries, pool)
        if difference:
            wrong[accounts.name(pool)] = difference
    return wrong
