"""Reading cases: files in, a frozen table of the accepted cases out, with every rejected row and every change named.

Always: rows in = accepted + rejected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from dipsim.cases.acceptance import Rows, claim_faults
from dipsim.cases.arrival import Superseded, compacted, superseded
from dipsim.cases.code_map import CodeWarning
from dipsim.cases.columns import COLUMNS
from dipsim.cases.completing import completed
from dipsim.cases.further import tables_folder
from dipsim.cases.gather import FileInfo, Ignored, OpenCases, case_files, open_cases
from dipsim.cases.identity import fresh_salt
from dipsim.cases.joining import TableAccount
from dipsim.cases.mapping import CANONICAL, CaseMapping
from dipsim.cases.normalise import Change
from dipsim.cases.rejects import Fault, Reject, reject
from dipsim.cases.table import F8, I4, I8, CaseTable, Coded, CodedLists
from dipsim.cases.typed import TypedColumn, column_reader
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of the rows: rows_in = accepted + rejected."""

    rows_in: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class CaseReading:
    """The accepted cases and the account of the rest.

    superseded        claims that were in force for some time: rejected here, and counted in the months until they went
    rejects           sorted by (case_id, file, line, field); a row with several faults has several
    changes           what normalising changed, by column and kind, rejected rows included
    files             of the cases, then of further tables
    ignored_columns   columns that the data dictionary does not know
    absent_columns    columns that the mapping names and the files lack, where it lets them
    tables            what became of the rows of further tables
    code_warnings     codes of which a code map has a doubt
    """

    cases: CaseTable
    rejects: tuple[Reject, ...]
    changes: tuple[Change, ...]
    counts: RowCounts
    files: tuple[FileInfo, ...]
    ignored_columns: tuple[Ignored, ...]
    absent_columns: tuple[str, ...] = ()
    tables: tuple[TableAccount, ...] = ()
    code_warnings: tuple[CodeWarning, ...] = ()
    superseded: Superseded | None = None


def read_cases(
    paths: Sequence[Path],
    mapping: CaseMapping | None = None,
    columns: Collection[str] | None = None,
    salt: bytes | None = None,
) -> CaseReading:
    """Read the cases of files and folders, CSV or Parquet, as one table in the order of the file names.

    With `columns` only these are read, and always case_id, claim_status and replaces_case_id, which say what counts.
    patient_id becomes a pseudonym under `salt`, at most 64 bytes, or under a random one. Raises CaseDataError.
    """
    _require_known(columns or ())
    mapping = CANONICAL if mapping is None else mapping
    opened = open_cases(case_files(paths, mapping), mapping, columns)
    key = fresh_salt() if salt is None else salt
    rows, read = _collected(opened, mapping, key)
    if not rows.count:
        names = ", ".join(source.name for source in opened.sources)
        raise CaseDataError(Problem(names, "no rows below the header", next_step="give a file that holds cases"))
    completion = completed(read, rows.case_ids, tables_folder(paths), mapping, columns, key)
    typed = completion.columns
    whole = _table(opened, rows, typed)
    claims = Rows(whole.case_ids, whole.coded, whole.integers, whole.origin_file, whole.origin_line, whole.files)
    faults = [*rows.faults, *(fault for column in typed.values() for fault in column.faults), *claim_faults(claims)]
    accepted = _accepted(whole, faults)
    return CaseReading(
        cases=accepted,
        rejects=_rejects(whole, faults, rows.ragged),
        changes=tuple(change for column in typed.values() for change in column.changes),
        counts=RowCounts(rows.count, len(accepted), rows.count - len(accepted)),
        files=_file_infos(opened, rows) + tuple(file for table in completion.tables for file in table.files),
        ignored_columns=opened.ignored,
        absent_columns=opened.absent,
        tables=completion.tables,
        code_warnings=completion.code_warnings,
        superseded=superseded(whole, faults),
    )


@dataclass(frozen=True, slots=True)
class _Collected:
    """The keys, places and first faults of all rows that have the cells of the header, and the ragged rows."""

    case_ids: pa.Array
    origin_file: I4
    origin_line: I8
    faults: tuple[Fault, ...]
    ragged: tuple[Reject, ...]

    @property
    def count(self) -> int:
        """The number of rows, ragged ones included."""
        return len(self.case_ids) + len(self.ragged)


def _collected(opened: OpenCases, mapping: CaseMapping, salt: bytes) -> tuple[_Collected, dict[str, TypedColumn]]:
    """The rows of all blocks and their typed columns, in the order of the data dictionary."""
    readers = {name: column_reader(name, mapping, salt) for name in COLUMNS if name in opened.columns}
    case_ids: list[pa.Array] = []
    files, lines = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
    faults: list[Fault] = []
    ragged: list[Reject] = []
    for block in opened.blocks():
        for name, reader in readers.items():
            reader.add(block.columns[name])
        before = sum(map(len, case_ids))
        faults += [replace(fault, row=before + fault.row) for fault in block.faults]
        case_ids.append(block.case_ids)
        files.append(np.full(block.lines.size, block.file, np.int32))
        lines.append(block.lines)
        ragged += block.ragged
    keys = pa.chunked_array(case_ids, pa.string()).combine_chunks()
    rows = _Collected(keys, np.concatenate(files), np.concatenate(lines), tuple(faults), tuple(ragged))
    return rows, {name: reader.finish() for name, reader in readers.items()}


def _file_infos(opened: OpenCases, rows: _Collected) -> tuple[FileInfo, ...]:
    counts = np.bincount(rows.origin_file, minlength=len(opened.sources)).tolist()
    ragged = Counter(row.file for row in rows.ragged)
    return tuple(
        FileInfo(source.name, source.sha256, count + ragged[source.name], source.form, source.hidden_sheets)
        for source, count in zip(opened.sources, counts, strict=True)
    )


def _require_known(columns: Collection[str]) -> None:
    problems = [
        Problem("columns", f"no column {name!r} in the data dictionary", next_step=did_you_mean(name, COLUMNS))
        for name in sorted(set(columns) - set(COLUMNS))
    ]
    if problems:
        raise CaseDataError(problems)


def _table(opened: OpenCases, rows: _Collected, typed: Mapping[str, TypedColumn]) -> CaseTable:
    """All rows that have the cells of the header, faulty ones included."""
    coded: dict[str, Coded] = {}
    lists: dict[str, CodedLists] = {}
    integers: dict[str, I8] = {}
    reals: dict[str, F8] = {}
    for name, column in typed.items():
        data = column.data
        if isinstance(data, Coded):
            coded[name] = data
        elif isinstance(data, CodedLists):
            lists[name] = data
        elif data.dtype == np.int64:
            integers[name] = data.astype(np.int64, copy=False)
        else:
            reals[name] = data.astype(np.float64, copy=False)
    names = tuple(source.name for source in opened.sources)
    return CaseTable(rows.case_ids, coded, lists, integers, reals, rows.origin_file, rows.origin_line, names)


def _accepted(whole: CaseTable, faults: Sequence[Fault]) -> CaseTable:
    """The rows without a fault, each dictionary holding the values that occur in them."""
    if not faults:
        return whole
    is_accepted = np.ones(len(whole), bool)
    is_accepted[[fault.row for fault in faults]] = False
    return compacted(whole.take(np.flatnonzero(is_accepted)))


def _rejects(whole: CaseTable, faults: Sequence[Fault], ragged: Sequence[Reject]) -> tuple[Reject, ...]:
    ids = whole.case_ids.take([fault.row for fault in faults]).to_pylist() if faults else []
    found = [
        reject(whole.files[whole.origin_file[fault.row]], int(whole.origin_line[fault.row]), case_id or "", fault)
        for fault, case_id in zip(faults, ids, strict=True)
    ]
    return tuple(sorted([*found, *ragged], key=lambda row: (row.case_id, row.file, row.line, row.field, row.reason)))
