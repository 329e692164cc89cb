from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from dipsim.ledger import (
    NOBODY,
    WHOLE_YEAR,
    Accounts,
    Entries,
    Posting,
    add_up,
    balance,
    entries_of,
    merge,
    no_entries,
    unbalanced,
)

ACCOUNTS = Accounts(("A", "B"))
POOL, RESERVE = ACCOUNTS.pooled_fund(0), ACCOUNTS.reserve
RULE = 3


def posting(payer: int, payee: int, amount: int, hospital: int = NOBODY) -> Posting:
    return Posting(hospital, 0, 2025, payer, payee, amount)


def test_accounts_are_named_and_do_not_overlap() -> None:
    numbers = [
        *(ACCOUNTS.pooled_fund(i) for i in range(3)),
        RESERVE,
        ACCOUNTS.out_of_pocket,
        ACCOUNTS.hospital(0),
        ACCOUNTS.hospital(1),
    ]
    assert len(set(numbers)) == len(numbers)
    assert [ACCOUNTS.name(number) for number in numbers] == [
        "pooled_fund.employee",
        "pooled_fund.resident",
        "pooled_fund.other",
        "reserve",
        "out_of_pocket",
        "hospital:A",
        "hospital:B",
    ]


def test_a_negative_posting_runs_the_other_way_and_a_zero_is_none() -> None:
    entries = entries_of([posting(POOL, RESERVE, -5), posting(POOL, RESERVE, 0), posting(POOL, RESERVE, 7)], RULE)
    assert list(zip(entries.payer, entries.payee, entries.amount_fen, strict=True)) == [
        (RESERVE, POOL, 5),
        (POOL, RESERVE, 7),
    ]
    assert set(entries.rule) == {RULE}
    assert set(entries.month) == {WHOLE_YEAR}


def test_no_postings_are_an_empty_ledger() -> None:
    for empty in (entries_of([], RULE), no_entries(), merge([]), merge([no_entries(), no_entries()])):
        assert len(empty) == 0
        assert all(getattr(empty, column.name).dtype == np.int64 for column in fields(Entries))
    assert balance(no_entries(), POOL) == 0


def test_equal_keys_become_one_row_sorted_by_key() -> None:
    part = entries_of([posting(POOL, ACCOUNTS.hospital(1), 5, 1), posting(POOL, ACCOUNTS.hospital(0), 7, 0)], RULE)
    merged = merge([part, part])
    assert merged.hospital.tolist() == [0, 1]
    assert merged.amount_fen.tolist() == [14, 10]


def test_what_one_account_pays_another_receives() -> None:
    entries = entries_of([posting(POOL, ACCOUNTS.hospital(0), 70, 0), posting(POOL, RESERVE, 30)], RULE)
    assert [balance(entries, account) for account in (POOL, ACCOUNTS.hospital(0), RESERVE)] == [-100, 70, 30]


def test_a_pool_that_does_not_pay_out_its_budget_is_named() -> None:
    entries = entries_of([posting(POOL, ACCOUNTS.hospital(0), 70, 0)], RULE)
    assert unbalanced(entries, ACCOUNTS, {0: 70}) == {}
    assert unbalanced(entries, ACCOUNTS, {0: 100}) == {"pooled_fund.employee": 30}
    assert unbalanced(entries, ACCOUNTS, {0: 70, 1: 5}) == {"pooled_fund.resident": 5}


@pytest.mark.parametrize("values", [[2**62, 2**62], [-(2**62), -(2**62)], [-(2**63), 0], [2**62, -(2**62)]])
def test_a_sum_that_might_leave_64_bits_is_refused(values: list[int]) -> None:
    with pytest.raises(OverflowError, match="amount_fen"):
        add_up({"hospital": np.zeros(2, np.int64)}, {"amount_fen": np.array(values, np.int64)})
