"""Reading canonical Parquet into compact arrays: row group by row group, each case numbered by its group on the way.

What is read does not depend on the order of files and row groups or on threads, save for the order of the cases.
Memory: 17 bytes a case, about 60 MB for each thread and million cases of a row group, some MB for the groups.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dipsim.cases.normalise import normalise_code
from dipsim.errors import CaseDataError, Problem
from dipsim.kernels.key import (
    CASES,
    COST_FEN,
    NONE,
    PAIR,
    SHIFT,
    Block,
    Filled,
    Pairs,
    fill,
    fill_slots,
    number_block,
    translate,
)
from dipsim.ledger import INSURANCES
from dipsim.policy.scheme import diagnosis_key
from dipsim.scale.batches import NEXT_STEP, Batch, Ids, RowGroup, batches, row_groups
from dipsim.scale.compact import I1, I4, I8, CompactCases
from dipsim.scale.words import Translation, Words

_SLOTS = 1 << 16
_LOW = (1 << SHIFT) - 1
_SAFE_SUM = 2**62
_NO_PAIR = np.array([[NONE, 0, 0]], np.int64)
_BLANKS = ("without hospital_id", "without insurance", "of a negative total_cost_yuan")
_UNIFORM = re.compile(r"[A-Z0-9][0-9a-z.]*")


@dataclass(frozen=True, slots=True)
class _Reading:
    """The columns being filled, and the texts met so far."""

    key: I4
    hospital: I4
    insurance: I1
    cost_fen: I8
    hospitals: Words
    subcategories: Words
    procedures: Words


def read_compact(paths: Sequence[Path], threads: int = 1) -> CompactCases:
    """Cases from Parquet files, or from all of a folder.

    Raises CaseDataError when a file is not canonical, or a case lacks hospital, insurance or a cost of 0 or more: such
    a case is rejected by `dipsim run`, and here the reading stops.
    """
    groups = row_groups(paths)
    size = sum(group.rows for group in groups)
    reading = _Reading(
        key=np.empty(size, np.int32),
        hospital=np.empty(size, np.int32),
        insurance=np.empty(size, np.int8),
        cost_fen=np.empty(size, np.int64),
        hospitals=Words(_stripped),
        subcategories=Words(_subcategories),
        procedures=Words(_codes),
    )
    shares = [groups[worker::threads] for worker in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda share: _read(share, reading), shares))
    largest = max((part for _, part in found), default=0)
    if largest * size > _SAFE_SUM:
        raise CaseDataError(
            Problem("total_cost_yuan", "so many cases of such costs may not add up in 64 bits", "", "use `dipsim run`")
        )
    return _in_order(reading, shares, [rows for rows, _ in found], largest)


def _stripped(texts: Sequence[str]) -> list[str]:
    return [text.strip() for text in texts]


def _codes(texts: Sequence[str]) -> list[str]:
    """The uniform spelling of codes, which most texts have already."""
    return [text if _UNIFORM.fullmatch(text) else normalise_code(text) for text in texts]


def _subcategories(texts: Sequence[str]) -> list[str]:
    return [diagnosis_key(code) for code in _codes(texts)]


def _read(share: Sequence[RowGroup], reading: _Reading) -> tuple[I8, int]:
    """Fill in the cases of some row groups; the rows of the pairs that they hold, and the largest cost."""
    largest = 0
    pairs, known = _room(_SLOTS, _NO_PAIR), 1
    hospitals, subcategories, procedures = map(
        Translation, (reading.hospitals, reading.subcategories, reading.procedures)
    )
    for group in share:
        for batch in batches(group):
            dearest = _fill(reading, batch, hospitals.numbers(batch.hospital.texts), str(group.path))
            codes = (subcategories.numbers(batch.diagnosis.texts), procedures.numbers(batch.procedure.texts))
            pairs, known = _number(reading, batch, codes, pairs, known)
            largest = max(largest, dearest)
    return pairs.rows[:known], largest


def _fill(reading: _Reading, batch: Batch, hospitals: I4, where: str) -> int:
    """Hospital, insurance and cost of a batch; the largest cost. CaseDataError for a case without one of them."""
    rows = slice(batch.first, batch.first + batch.cost_fen.size)
    filled = Filled(reading.hospital[rows], reading.insurance[rows], reading.cost_fen[rows])
    insurances = _insurance_numbers(batch.insurance, where)
    smallest, largest = fill(batch.hospital.ids, hospitals, batch.insurance.ids, insurances, batch.cost_fen, filled)
    if smallest < 0:
        raise CaseDataError(_blanks(filled, where))
    return largest


def _blanks(filled: Filled, where: str) -> list[Problem]:
    counts = [int((values < 0).sum()) for values in (filled.hospital, filled.insurance, filled.cost_fen)]
    return [
        Problem(where, f"{count} cases {what}", "they can be paid nothing", NEXT_STEP)
        for count, what in zip(counts, _BLANKS, strict=True)
        if count
    ]


def _insurance_numbers(column: Ids, where: str) -> I1:
    """The number of each insurance, with NONE as a last entry; CaseDataError for one that is not known."""
    names = [(text or "").strip() for text in column.texts.to_pylist()]
    unknown = sorted({*names} - {*INSURANCES, ""})
    if unknown:
        what = f"insurance {', '.join(map(repr, unknown))} is not one of {', '.join(INSURANCES)}"
        raise CaseDataError(Problem(where, what, "there is no fund to pay from", NEXT_STEP))
    return np.array([*(INSURANCES.index(name) if name else NONE for name in names), NONE], np.int8)


def _number(reading: _Reading, batch: Batch, codes: tuple[I4, I4], pairs: Pairs, known: int) -> tuple[Pairs, int]:
    """Number the cases of a batch, with more room whenever it runs out."""
    rows = slice(batch.first, batch.first + batch.cost_fen.size)
    block = Block(batch.diagnosis.ids, batch.procedure_start, batch.procedure.ids, reading.cost_fen[rows])
    key = reading.key[rows]
    done = 0
    while True:
        done, known = number_block(done, known, block, *codes, pairs, key)
        if done == key.size:
            return pairs, known
        pairs = _room(2 * pairs.slots.size, pairs.rows[:known])


def _room(slots: int, rows: I8) -> Pairs:
    """The pairs of these rows, the first one for no pair, in so many slots, half of which may be taken."""
    empty = np.zeros((slots // 2 - len(rows), 3), np.int64)
    larger = Pairs(np.zeros(slots, np.uint32), np.concatenate((rows, empty)))
    fill_slots(rows, larger.slots)
    return larger


def _in_order(
    reading: _Reading, shares: Sequence[Sequence[RowGroup]], found: Sequence[I8], largest: int
) -> CompactCases:
    """Hospitals numbered in the order of their codes, groups from the most frequent to the rarest.

    So no number depends on threads or files.
    """
    hospital_ids, hospital_place = reading.hospitals.in_order()
    subcategories, subcategory_place = reading.subcategories.in_order()
    procedures, procedure_place = reading.procedures.in_order()
    if (np.diff(hospital_place[:-1]) < 0).any():  # not met in order
        translate(reading.hospital, hospital_place, reading.hospital)
    rows = np.concatenate([own[1:] for own in found])
    subcategory = subcategory_place[rows[:, PAIR] >> SHIFT].astype(np.int64)
    procedure = procedure_place[(rows[:, PAIR] & _LOW) - 1].astype(np.int64)
    distinct, sums, number = _groups((subcategory << SHIFT) | (procedure + 1), rows)
    ends = np.cumsum([len(own) - 1 for own in found]).tolist()
    for share, own, end in zip(shares, found, ends, strict=True):
        numbers = np.concatenate((np.array([NONE], np.int32), number[end - len(own) + 1 : end]))
        for group in share:
            key = reading.key[group.first : group.first + group.rows]
            translate(key, numbers, key)
    return CompactCases(
        key=reading.key,
        hospital=reading.hospital,
        insurance=reading.insurance,
        cost_fen=reading.cost_fen,
        hospital_ids=hospital_ids,
        subcategories=subcategories,
        procedures=procedures,
        parts=np.stack((distinct >> SHIFT, (distinct & _LOW) - 1), axis=1).astype(np.int32),
        group_cases=np.ascontiguousarray(sums[:, 0]),
        group_cost_fen=np.ascontiguousarray(sums[:, 1]),
        ungrouped_cost_fen=sum(int(own[0, COST_FEN]) for own in found),
        largest_cost_fen=largest,
    )


def _groups(pair: I8, rows: I8) -> tuple[I8, I8, I4]:
    """The distinct pairs from the most frequent to the rarest, cases and costs of each, and the number of each row."""
    distinct, place = np.unique(pair, return_inverse=True)
    sums = np.zeros((distinct.size, 2), np.int64)
    for column, values in enumerate((rows[:, CASES], rows[:, COST_FEN])):
        np.add.at(sums[:, column], place, values)
    order = np.argsort(-sums[:, 0], kind="stable")
    number = np.empty(distinct.size, np.int32)
    number[order] = np.arange(distinct.size)
    return distinct[order], sums[order], number[place]
