"""All files of a reading as one table of text under canonical names, with the place of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.rejects import Fault, Reject, reject
from dipsim.cases.source import SUFFIXES, RawTable, Source, open_source, read_source
from dipsim.cases.table import I4, I8
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean

COMPANIONS = (
    "hospitals",
    "budget",
    "prepaid",
    "assessment",
    "deductions",
    "reviews",
    "members",
    "visits",
    "cells",
    "point_values",
    "procedure_classes",
)
"""The companion tables of a data folder; none of them holds cases."""

ALWAYS_READ = frozenset({"case_id", "claim_status", "replaces_case_id"})
"""What decides whether a row is a claim at all; read, where the file has it, whatever columns are asked for."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file of a reading: its name, the SHA-256 of its bytes and its number of rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """A column of the input that the data dictionary does not know, and the known name it may stand for."""

    column: str
    hint: str


@dataclass(frozen=True, slots=True)
class RawCases:
    """The rows of all files, file after file.

    columns        text, or lists of text, by canonical name
    case_ids       text without outer blanks, null for a blank
    origin_file    index into `files`; origin_line: line in the file
    ragged         rows that have another number of cells than the header: they are in no column
    """

    columns: Mapping[str, Any]
    case_ids: Any
    origin_file: I4
    origin_line: I8
    files: tuple[FileInfo, ...]
    ragged: tuple[Reject, ...]
    ignored: tuple[Ignored, ...]


def case_files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """The files that hold the cases with their names in messages, in the order of the names.

    A file is taken as it is. In a folder the cases are `cases.csv`, `cases.parquet` or the folder `cases`, else all its
    CSV or all its Parquet files save companion tables. CaseDataError when nothing, or more than one thing, is found.
    """
    found = [file for path in paths for file in (_files_in(path) if path.is_dir() else [path])]
    if not found:
        raise CaseDataError(Problem("cases", "no file was given", next_step="give a CSV or Parquet file or a folder"))
    twice = [path for path, times in Counter(path.resolve() for path in found).items() if times > 1]
    if twice:
        raise CaseDataError([Problem(path.name, "given twice", next_step="give each file once") for path in twice])
    times = Counter(path.name for path in found)
    return sorted((path.name if times[path.name] == 1 else path.as_posix(), path) for path in found)


def gather(files: Sequence[tuple[str, Path]], mapping: CaseMapping, wanted: Collection[str] | None) -> RawCases:
    """Read the wanted columns, all that are known when None, of every file.

    CaseDataError when a file cannot be read, lacks a mapped header or the case_id, or has other columns than the first.
    """
    sources = [open_source(path, name, mapping.cells.delimiter) for name, path in files]
    headers = [_headers(source, mapping, wanted) for source in sources]
    _require_same_columns(sources, headers)
    tables = [read_source(source, sorted(set(found.values()))) for source, found in zip(sources, headers, strict=True)]
    sizes = [table.numbers.size for table in tables]
    columns = {name: _stacked(name, tables, headers) for name in headers[0]}
    columns |= {name: _constant(text, sum(sizes)) for name, text in _constants(mapping, wanted).items()}
    case_ids = _row_numbers(sources, tables) if mapping.is_row_number else columns.pop("case_id")
    return RawCases(
        columns=columns,
        case_ids=_trimmed_keys(case_ids),
        origin_file=np.repeat(np.arange(len(sources), dtype=np.int32), sizes),
        origin_line=np.concatenate([table.lines for table in tables]),
        files=tuple(
            FileInfo(source.name, source.sha256, table.numbers.size + len(table.ragged))
            for source, table in zip(sources, tables, strict=True)
        ),
        ragged=tuple(row for source, table in zip(sources, tables, strict=True) for row in _ragged(source, table)),
        ignored=_ignored(sources, mapping),
    )


def _files_in(folder: Path) -> list[Path]:
    named = [path for path in (folder / f"cases{suffix}" for suffix in SUFFIXES) if path.is_file()]
    parts = folder / "cases"
    choices = [path.name for path in named] + (["cases/"] if parts.is_dir() else [])
    if len(choices) > 1:
        what = f"holds {' and '.join(choices)}"
        raise CaseDataError(Problem(str(folder), what, "the cases would count twice", "keep one or give a file"))
    if named:
        return named
    place = parts if choices else folder
    files = [path for path in place.iterdir() if path.suffix.lower() in SUFFIXES and path.stem not in COMPANIONS]
    kinds = {path.suffix.lower() for path in files}
    if len(kinds) != 1:
        what = "holds CSV and Parquet files" if kinds else "holds no cases"
        next_step = "keep one kind, or give the files" if kinds else "add cases.csv, cases.parquet or a folder cases"
        raise CaseDataError(Problem(str(place), what, next_step=next_step))
    return files


def _headers(source: Source, mapping: CaseMapping, wanted: Collection[str] | None) -> dict[str, str]:
    """The header of each canonical column that this file has and the reading wants."""
    problems = []
    for name, header in mapping.columns.items():
        if header not in source.header:
            hint = did_you_mean(header, source.header) or f"the file has: {', '.join(source.header)}"
            where = f"{source.name}: {header!r}"
            problems.append(Problem(where, "no such column", f"{mapping.name} maps it to {name}", hint))
    stated = {*mapping.columns, *mapping.constants, *(["case_id"] if mapping.is_row_number else [])}
    for name in sorted(stated & set(source.header) - set(mapping.columns.values())):
        what, next_step = f"{mapping.name} states it too", "take it out of the mapping or rename the column"
        problems.append(Problem(f"{source.name}: {name}", what, next_step=next_step))
    found = {name: name for name in source.header if name in COLUMNS and name not in stated} | dict(mapping.columns)
    if "case_id" not in found and not mapping.is_row_number:
        hint = did_you_mean("case_id", source.header)
        next_step = f"{hint} " * bool(hint) + 'name it case_id, map it, or say case_id = "row_number" in a mapping file'
        problems.append(Problem(source.name, "no column case_id", "every case needs a key", next_step))
    if problems:
        raise CaseDataError(problems)
    return {name: header for name, header in found.items() if wanted is None or name in {*wanted, *ALWAYS_READ}}


def _require_same_columns(sources: Sequence[Source], headers: Sequence[Mapping[str, str]]) -> None:
    everywhere = {name for found in headers for name in found}
    problems = [
        Problem(
            source.name,
            f"no column {', '.join(sorted(everywhere - set(found)))}",
            "another file of this reading has it",
            "add it, blank where unknown, or read the files apart",
        )
        for source, found in zip(sources, headers, strict=True)
        if everywhere - set(found)
    ]
    if problems:
        raise CaseDataError(problems)


def _constants(mapping: CaseMapping, wanted: Collection[str] | None) -> dict[str, str]:
    return {name: text for name, text in mapping.constants.items() if wanted is None or name in {*wanted, *ALWAYS_READ}}


def _stacked(name: str, tables: Sequence[RawTable], headers: Sequence[Mapping[str, str]]) -> Any:
    """One column of all files; CaseDataError where one file has lists and another text."""
    parts = [table.columns[found[name]] for table, found in zip(tables, headers, strict=True)]
    if len({str(part.type) for part in parts}) > 1:
        raise CaseDataError(Problem(name, "lists in one file, text in another", next_step="store it in one form"))
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], parts[0].type)


def _constant(text: str, rows: int) -> Any:
    return pa.chunked_array([pa.repeat(text, rows)])


def _row_numbers(sources: Sequence[Source], tables: Sequence[RawTable]) -> Any:
    """'1', '2', ... within one file; with several files the name without suffix and the number."""
    numbers = [pa.array(table.numbers).cast(pa.string()) for table in tables]
    if len(sources) > 1:
        stems = [source.name.rsplit(".", 1)[0] for source in sources]
        numbers = [pc.binary_join_element_wise(stem, part, "-") for stem, part in zip(stems, numbers, strict=True)]
    return pa.chunked_array(numbers, pa.string())


def _trimmed_keys(case_ids: Any) -> Any:
    text = pc.utf8_trim_whitespace(case_ids).combine_chunks()
    return pc.if_else(pc.equal(text, ""), None, text)


def _ragged(source: Source, table: RawTable) -> list[Reject]:
    return [
        reject(
            source.name,
            row.line,
            "",
            Fault(-1, "", "", "ragged_row", {"cells": str(row.cells), "expected": str(row.expected)}),
        )
        for row in table.ragged
    ]


def _ignored(sources: Sequence[Source], mapping: CaseMapping) -> tuple[Ignored, ...]:
    """The headers that lead to no column, once for the whole reading."""
    known = {*COLUMNS, *mapping.columns.values(), ""}
    unknown = sorted({name for source in sources for name in source.header} - known)
    return tuple(Ignored(name, did_you_mean(name.lower(), COLUMNS)) for name in unknown)
