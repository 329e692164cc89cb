"""Which rows of a reading are claims that count: unique, consistent in themselves, neither reversed nor replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dipsim.cases.columns import FEE_COLUMNS
from dipsim.cases.rejects import Fault
from dipsim.cases.table import BLANK_ID, I8, Coded
from dipsim.money import MISSING, yuan_text

PLACES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """What acceptance looks at: keys, the typed columns and the place of every row as text on demand."""

    case_ids: Any
    coded: Mapping[str, Coded]
    integers: Mapping[str, I8]
    origin_file: Any
    origin_line: I8
    files: tuple[str, ...]

    def place(self, row: int) -> str:
        """File and line of a row."""
        return f"{self.files[self.origin_file[row]]}:{self.origin_line[row]}"


def claim_faults(rows: Rows) -> list[Fault]:
    """Every reason not to count a row that lies in more than one of its cells, or in another row."""
    return [
        *_blank_keys(rows),
        *_duplicate_keys(rows),
        *_dates_in_reverse(rows),
        *_fees_off_total(rows),
        *_reversed(rows),
        *_replaced(rows),
    ]


def _blank_keys(rows: Rows) -> Iterator[Fault]:
    is_blank = rows.case_ids.is_null().to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(is_blank).tolist():
        yield Fault(row, "case_id", "", "blank_case_id")


def _duplicate_keys(rows: Rows) -> Iterator[Fault]:
    """Every copy is rejected, so that the result does not depend on the order of the rows."""
    encoded = rows.case_ids.dictionary_encode()
    ids = encoded.indices.fill_null(-1).to_numpy()
    times = np.bincount(ids[ids >= 0], minlength=1)
    copies = np.flatnonzero((ids >= 0) & (times[ids] > 1))
    copies = copies[np.argsort(ids[copies], kind="stable")]
    firsts = np.flatnonzero(np.diff(ids[copies], prepend=-1))
    for same in np.split(copies, firsts[1:]) if copies.size else ():
        key = rows.case_ids[int(same[0])].as_py()
        shown = same[: PLACES_SHOWN + 1].tolist()
        for row in same.tolist():
            others = [rows.place(other) for other in shown if other != row][:PLACES_SHOWN]
            more = [f"+{same.size - 1 - len(others)}"] if same.size - 1 > len(others) else []
            yield Fault(row, "case_id", key, "duplicate_case_id", {"places": ", ".join(others + more)})


def _dates_in_reverse(rows: Rows) -> Iterator[Fault]:
    if not {"admitted_on", "discharged_on"} <= set(rows.integers):
        return
    admitted, discharged = rows.integers["admitted_on"], rows.integers["discharged_on"]
    is_reverse = (discharged < admitted) & (discharged != MISSING)
    for row in np.flatnonzero(is_reverse).tolist():
        details = {"admitted_on": _day_text(admitted[row])}
        yield Fault(row, "discharged_on", _day_text(discharged[row]), "discharged_before_admitted", details)


def _fees_off_total(rows: Rows) -> Iterator[Fault]:
    """The six fees must equal the total in fen where all seven are filled."""
    names = ("total_cost_yuan", *FEE_COLUMNS)
    if not set(names) <= set(rows.integers):
        return
    total, *fees = (rows.integers[name] for name in names)
    is_filled = np.all([column != MISSING for column in (total, *fees)], axis=0)
    fee_sum = np.where(is_filled, np.sum(fees, axis=0), 0)
    for row in np.flatnonzero(is_filled & (fee_sum != total)).tolist():
        details = {"fees_yuan": yuan_text(int(fee_sum[row]))}
        yield Fault(row, "total_cost_yuan", yuan_text(int(total[row])), "fees_not_total", details)


def _reversed(rows: Rows) -> Iterator[Fault]:
    if "claim_status" not in rows.coded:
        return
    status = rows.coded["claim_status"]
    if "reversed" in status.values:
        for row in np.flatnonzero(status.ids == status.values.index("reversed")).tolist():
            yield Fault(row, "claim_status", "reversed", "reversed")


def _replaced(rows: Rows) -> Iterator[Fault]:
    """A case that another row of the reading names as replaced gives way to it, whether or not that row is accepted."""
    if "replaces_case_id" not in rows.coded or not rows.coded["replaces_case_id"].values:
        return
    named = rows.coded["replaces_case_id"]
    position = pc.index_in(rows.case_ids, value_set=pa.array(named.values)).fill_null(BLANK_ID).to_numpy()
    is_itself = (named.ids == position) & (position != BLANK_ID)
    for row in np.flatnonzero(is_itself).tolist():
        yield Fault(row, "replaces_case_id", named.text(row), "replaces_itself")
    naming = np.flatnonzero((named.ids != BLANK_ID) & ~is_itself)
    by: dict[int, str] = {}
    for number, case_id in zip(named.ids[naming].tolist(), rows.case_ids.take(naming).to_pylist(), strict=True):
        by[number] = min(by.get(number, case_id or ""), case_id or "")
    for row in np.flatnonzero(np.isin(position, list(by))).tolist():
        yield Fault(row, "case_id", rows.case_ids[row].as_py(), "replaced", {"by": by[int(position[row])]})


def _day_text(day: int) -> str:
    return str(np.datetime64(int(day), "D"))
