"""DRG grouping from canonical Parquet to Parquet, row group by row group; a text is touched once for each dictionary.

Out come the columns case_id, group_code, status and witness, the diagnosis that decided as MCC or CC, in the order of
the cases. Memory: two row groups for each thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, Kind
from dipsim.cases.normalise import normalise_code
from dipsim.cases.table import BLANK_ID, I4, CaseTable, Coded, CodedLists
from dipsim.cases.write import write_whole
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.drg.bind import bind
from dipsim.grouping.drg.codes import CodeTables
from dipsim.grouping.drg.compile import Compiled
from dipsim.grouping.drg.group import Level, compiled, grouped, levels
from dipsim.grouping.result import Status
from dipsim.kernels.drg_state import REASONS
from dipsim.money import MISSING
from dipsim.policy.drg_scheme import DrgScheme

CODES = ("principal_diagnosis", "other_diagnoses", "procedures")
NEXT_STEP = "write the cases with `dipsim convert`"
SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        *((name, pa.dictionary(pa.int32(), pa.string())) for name in ("group_code", "status", "witness")),
    ]
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One row group of a file, and what is read of it: whole columns, and those to be read as dictionaries."""

    path: Path
    number: int
    columns: tuple[str, ...]
    dictionaries: tuple[str, ...]


def group_parquet(paths: Sequence[Path], scheme: DrgScheme, destination: Path, threads: int) -> int:
    """Group the cases of Parquet files into one file; return how many there are.

    Raises CaseDataError when a file is not canonical Parquet, OutputError when the result cannot be written: then
    nothing is left.
    """
    its_rules = compiled(scheme)
    parts = _parts(paths, its_rules)
    groups, _, _ = levels(scheme)
    rows = 0

    def write(stream: BinaryIO) -> None:
        nonlocal rows
        texts = [name for name in SCHEMA.names if name != "case_id"]
        choices: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "use_dictionary": texts}
        with pq.ParquetWriter(stream, SCHEMA, **choices) as writer, ThreadPoolExecutor(threads) as pool:
            for table in _in_order(pool, parts, its_rules, groups, 2 * threads):
                writer.write_table(table)
                rows += table.num_rows

    write_whole(destination, write)
    return rows


def _in_order(
    pool: ThreadPoolExecutor, parts: Sequence[_Part], its_rules: Compiled, groups: Level, ahead: int
) -> Iterator[Any]:
    """The tables of the parts in their order; no more than `ahead` parts are begun before theirs is taken."""
    waiting = iter(parts)
    begun = [pool.submit(_grouped, part, its_rules, groups) for part in islice(waiting, ahead)]
    while begun:
        yield begun.pop(0).result()
        begun += [pool.submit(_grouped, part, its_rules, groups) for part in islice(waiting, 1)]


def _parts(paths: Sequence[Path], its_rules: Compiled) -> list[_Part]:
    """Every row group; CaseDataError with every file that cannot be read or lacks a column of codes."""
    wanted = ("case_id", *CODES, *(each.column for each in its_rules.cases.columns))
    found, problems = [], []
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                names, groups = file.schema_arrow.names, file.num_row_groups
                leaves = [file.schema.column(position).path for position in range(len(file.schema))]
        except (OSError, pa.ArrowException) as error:
            problems.append(Problem(str(path), f"cannot be read as Parquet: {error}", "", NEXT_STEP))
            continue
        absent = [name for name in ("case_id", *CODES) if name not in names]
        problems += [Problem(str(path), f"no column {name!r}", "grouping reads it", NEXT_STEP) for name in absent]
        columns = tuple(name for name in wanted if name in names)
        texts = {name for name in columns if COLUMNS[name].kind in {*TEXT_KINDS, Kind.CODE_LIST}} - {"case_id"}
        dictionaries = tuple(leaf for leaf in leaves if leaf.partition(".")[0] in texts)
        found += [_Part(path, number, columns, dictionaries) for number in range(groups)]
    if problems:
        raise CaseDataError(problems)
    return found


def _grouped(part: _Part, its_rules: Compiled, groups: Level) -> Any:
    """A row group as it is written."""
    try:
        table = _read(part)
        cases = _cases(table.unify_dictionaries().combine_chunks(), its_rules.codes, str(part.path))
    except (OSError, pa.ArrowException) as error:
        raise CaseDataError(Problem(str(part.path), f"cannot be read: {error}", "", NEXT_STEP)) from error
    out = grouped(bind(its_rules, cases).group, len(cases), 1)
    statuses = tuple(status.key for status in Status)
    columns = (
        (groups.of_row[out.row + REASONS], groups.codes),
        (out.status.astype(np.int32), statuses),
        (out.witness, cases.code_list("other_diagnoses").values),
    )
    return pa.table([cases.case_ids, *(_dictionary(ids, values) for ids, values in columns)], schema=SCHEMA)


def _read(part: _Part) -> Any:
    """The columns of a row group, text as dictionaries."""
    try:
        with pq.ParquetFile(part.path, read_dictionary=list(part.dictionaries)) as file:
            return file.read_row_group(part.number, columns=list(part.columns), use_threads=False)
    except pa.ArrowNotImplementedError:
        # A dictionary of the file that overflowed into plain text cannot be read as one within lists.
        with pq.ParquetFile(part.path) as file:
            return file.read_row_group(part.number, columns=list(part.columns), use_threads=False)


def _cases(table: Any, codes: CodeTables, where: str) -> CaseTable:
    """A table of Arrow as cases; dictionaries keep the order of the file, which grouping does not look at."""
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    kinds = {name: COLUMNS[name].kind for name in columns}
    return CaseTable(
        case_ids=columns["case_id"].cast(pa.string()),
        coded={
            name: Coded(*_uniform(columns[name], codes))
            for name, kind in kinds.items()
            if kind in TEXT_KINDS and name != "case_id"
        },
        lists={name: _lists(columns[name], codes) for name, kind in kinds.items() if kind is Kind.CODE_LIST},
        integers={
            name: pc.fill_null(columns[name].cast(pa.int64()), MISSING).to_numpy()
            for name, kind in kinds.items()
            if kind is Kind.INTEGER
        },
        reals={
            name: pc.fill_null(columns[name].cast(pa.float64()), np.nan).to_numpy()
            for name, kind in kinds.items()
            if kind is Kind.NUMBER
        },
        origin_file=np.zeros(0, np.int32),
        origin_line=np.zeros(0, np.int64),
        files=(where,),
    )


def _uniform(column: Any, codes: CodeTables) -> tuple[I4, tuple[str, ...]]:
    """A text column as ids, BLANK_ID for a blank, and distinct texts; codes of the scheme are spelled right already."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    ids = pc.fill_null(column.indices.cast(pa.int32()), BLANK_ID).to_numpy()
    words = [text if text in codes else normalise_code(text or "") for text in column.dictionary.to_pylist()]
    number_of = {word: number for number, word in enumerate(dict.fromkeys(word for word in words if word))}
    if len(number_of) < len(words):
        ids = np.array([*(number_of.get(word, BLANK_ID) for word in words), BLANK_ID], np.int32)[ids]
    return ids, tuple(number_of)


def _lists(column: Any, codes: CodeTables) -> CodedLists:
    """A column of lists; blank elements are dropped, a blank list is empty."""
    ids, values = _uniform(column.values, codes)
    offsets = column.offsets.to_numpy().astype(np.int64)
    if ids.min(initial=0) < 0:
        is_filled = ids != BLANK_ID
        before = np.concatenate((np.zeros(1, np.int64), np.cumsum(is_filled)))
        ids, offsets = ids[is_filled], before[offsets]
    return CodedLists(offsets, ids, values)


def _dictionary(ids: I4, values: tuple[str, ...]) -> Any:
    """Ids as a dictionary column, null for a negative one."""
    return pa.DictionaryArray.from_arrays(pa.array(ids, mask=ids < 0), pa.array(values, pa.string()))
