"""The files of a reading, opened, and their rows in blocks under canonical names, with the place of every row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dipsim.cases.block import Block, Source
from dipsim.cases.celltext import as_text
from dipsim.cases.columns import COLUMNS
from dipsim.cases.layout import Layout, layout_of
from dipsim.cases.mapping import CANONICAL, CaseMapping, CellFormat
from dipsim.cases.parse import trimmed
from dipsim.cases.rejects import Fault, Reject, reject
from dipsim.cases.sheet_faults import SheetFaults
from dipsim.cases.source import SUFFIXES, open_source
from dipsim.cases.table import I8
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean

COMPANIONS = (
    "hospitals",
    "budget",
    "prepaid",
    "assessment",
    "deductions",
    "carry",
    "reviews",
    "members",
    "visits",
    "cells",
    "point_values",
    "procedure_classes",
)
"""The companion tables of a data folder; none of them holds cases."""
_NOT_DATA = ("~$", ".")
"""How the names of files begin that office programs and file systems leave beside the data."""

ALWAYS_READ = frozenset({"case_id", "claim_status", "replaces_case_id"})
"""What decides whether a row is a claim at all; read, where the file has it, whatever columns are asked for."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file of a reading: its name, the SHA-256 of its bytes, its number of rows and how it was read.

    form            the container and encoding, such as `CSV gb18030`
    hidden_sheets   sheets of a workbook that are hidden and were not read
    """

    name: str
    sha256: str
    rows: int
    form: str
    hidden_sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """A column of the input that the data dictionary does not know, and the known name it may stand for."""

    column: str
    hint: str


@dataclass(frozen=True, slots=True)
class CaseBlock:
    """Some rows of one file under canonical names.

    columns    raw Arrow columns, chunked
    case_ids   text without outer blanks, null for a blank
    lines      line of each row in the file
    ragged     rows that have another number of cells than the header: they are in no column
    faults     what is wrong with these rows already; a fault's row counts from 0 in this block
    """

    file: int
    columns: Mapping[str, Any]
    case_ids: Any
    lines: I8
    ragged: tuple[Reject, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class OpenCases:
    """The opened files of a reading, all with the same columns."""

    sources: tuple[Source, ...]
    layouts: tuple[Layout, ...]
    constants: Mapping[str, str]
    is_row_number: bool
    ignored: tuple[Ignored, ...]

    @property
    def columns(self) -> frozenset[str]:
        """The canonical columns that the files bring, save the key."""
        return frozenset({*self.layouts[0].origins, *self.constants} - {"case_id"})

    @property
    def absent(self) -> tuple[str, ...]:
        """The columns that the mapping names and the files lack, where it lets them."""
        return tuple(sorted({name for layout in self.layouts for name in layout.absent}))

    def blocks(self) -> Iterator[CaseBlock]:
        """The rows, file after file and block after block; CaseDataError for codes that a sheet holds as numbers."""
        for file, (source, layout) in enumerate(zip(self.sources, self.layouts, strict=True)):
            sheet_faults = SheetFaults()
            for block in source.blocks(layout.reads):
                yield self._case_block(file, block, sheet_faults)
            sheet_faults.require_some_text()

    def _case_block(self, file: int, block: Block, sheet_faults: SheetFaults) -> CaseBlock:
        source, layout = self.sources[file], self.layouts[file]
        columns, faults = layout.columns(block.columns)
        faults += [
            fault
            for name, headers in layout.headers.items()
            for header in headers
            if header in block.marks
            for fault in sheet_faults.of(name, block.marks[header], block.columns[header], block.lines)
        ]
        columns |= {name: _constant(text, block.lines.size) for name, text in self.constants.items()}
        raw_ids = self._row_numbers(source, block) if self.is_row_number else columns.pop("case_id")
        case_ids = _trimmed_keys(f"{source.name}: case_id", raw_ids)
        return CaseBlock(file, columns, case_ids, block.lines, tuple(_ragged(source, block)), tuple(faults))

    def _row_numbers(self, source: Source, block: Block) -> Any:
        """'1', '2', ... within one file; with several files the name without suffix and the number."""
        numbers = pa.array(block.numbers).cast(pa.string())
        if len(self.sources) > 1:
            numbers = pc.binary_join_element_wise(source.name.rsplit(".", 1)[0], numbers, "-")
        return pa.chunked_array([numbers])


def case_files(paths: Sequence[Path], mapping: CaseMapping = CANONICAL) -> list[tuple[str, Path]]:
    """The files that hold the cases with their names in messages, in the order of the names.

    A file is taken as it is. In a folder the cases are `cases.csv` (or .parquet, .xlsx, ...) or the folder `cases`,
    else all its files of one kind save companion tables and those that the mapping reads as further tables.
    CaseDataError when nothing, or more than one thing, is found.
    """
    found = [file for path in paths for file in (_files_in(path, mapping) if path.is_dir() else [path])]
    if not found:
        raise CaseDataError(
            Problem("cases", "no file was given", next_step="give a CSV, Parquet or Excel file or a folder")
        )
    twice = [path for path, times in Counter(map(os.path.realpath, found)).items() if times > 1]
    if twice:
        raise CaseDataError(
            [Problem(Path(path).name, "given twice", next_step="give each file once") for path in twice]
        )
    times = Counter(path.name for path in found)
    return sorted((path.name if times[path.name] == 1 else path.as_posix(), path) for path in found)


def open_cases(files: Sequence[tuple[str, Path]], mapping: CaseMapping, wanted: Collection[str] | None) -> OpenCases:
    """Open every file for the wanted columns, all that are known when None.

    CaseDataError when a file cannot be read, lacks a mapped header or the case_id, or has other columns than the first.
    """
    sources = [open_source(path, name, mapping.cells) for name, path in files]
    layouts = [_layout(source, mapping, wanted) for source in sources]
    _require_same_columns(sources, [layout.origins for layout in layouts])
    constants = _constants(mapping, wanted)
    return OpenCases(tuple(sources), tuple(layouts), constants, mapping.is_row_number, _ignored(sources, layouts))


def _files_in(folder: Path, mapping: CaseMapping) -> list[Path]:
    named = [path for path in (folder / f"cases{suffix}" for suffix in SUFFIXES) if path.is_file()]
    parts = folder / "cases"
    choices = [path.name for path in named] + (["cases/"] if parts.is_dir() else [])
    if len(choices) > 1:
        what = f"holds {' and '.join(choices)}"
        raise CaseDataError(Problem(str(folder), what, "the cases would count twice", "keep one or give a file"))
    if named:
        return named
    place = parts if choices else folder
    tables = {path for table in mapping.tables for path in place.glob(table.file)}
    others = [path for path in place.iterdir() if path not in tables and path.stem not in COMPANIONS]
    files = [path for path in others if path.suffix.lower() in SUFFIXES and not path.name.startswith(_NOT_DATA)]
    kinds = {path.suffix.lower() for path in files}
    if len(kinds) != 1:
        what = f"holds {' and '.join(sorted(kinds))} files" if kinds else "holds no cases"
        next_step = "keep one kind, or give the files" if kinds else "add cases.csv, cases.parquet or a folder cases"
        unlike = [path.name for path in sorted(others) if path.stem.startswith("cases")] if not kinds else []
        why = f"{', '.join(unlike)} is no CSV, Parquet or Excel file" if unlike else ""
        raise CaseDataError(Problem(str(place), what, why, next_step))
    return files


def _layout(source: Source, mapping: CaseMapping, wanted: Collection[str] | None) -> Layout:
    """Where each column stands that this file has and the reading wants."""
    return layout_of(source.name, source.header, mapping, None if wanted is None else {*wanted, *ALWAYS_READ})


def _require_same_columns(sources: Sequence[Source], headers: Sequence[Collection[str]]) -> None:
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


def _constant(text: str, rows: int) -> Any:
    return pa.chunked_array([pa.repeat(text, rows)])


def _trimmed_keys(where: str, case_ids: Any) -> Any:
    """One text array of keys, null for a blank."""
    keys = pa.chunked_array([as_text(where, chunk) for chunk in case_ids.chunks], pa.string())
    return trimmed(keys, CellFormat()).combine_chunks()


def _ragged(source: Source, block: Block) -> Iterator[Reject]:
    for row in block.ragged:
        details = {"cells": str(row.cells), "expected": str(row.expected)}
        yield reject(source.name, row.line, "", Fault(-1, "", "", "ragged_row", details))


def _ignored(sources: Sequence[Source], layouts: Sequence[Layout]) -> tuple[Ignored, ...]:
    """The headers that lead to no column, once for the whole reading."""
    known = {*COLUMNS, *(header for layout in layouts for header in layout.known), ""}
    unknown = sorted({name for source in sources for name in source.header} - known)
    return tuple(Ignored(name, did_you_mean(name.lower(), COLUMNS)) for name in unknown)
