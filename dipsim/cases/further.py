"""The rows of a further table as text, from all files that its pattern names, each row with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dipsim.cases.block import Block, Ragged
from dipsim.cases.gather import FileInfo, case_files
from dipsim.cases.layout import found_headers
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.mapping_tables import FurtherTable, RowTable
from dipsim.cases.rejects import Fault
from dipsim.cases.sheet_faults import SheetFaults
from dipsim.cases.source import joined_blocks, open_source
from dipsim.cases.table import I4, I8
from dipsim.errors import CaseDataError, Problem


@dataclass(frozen=True, slots=True)
class TableRows:
    """All rows of a table.

    columns   text by the header that the mapping names
    file      index into `files` of each row; line: where it stands
    ragged    places of rows with another number of cells than the header
    faults    what a sheet did to cells; a fault's row counts from 0 over all files
    """

    table: FurtherTable
    columns: Mapping[str, Any]
    file: I4
    line: I8
    files: tuple[FileInfo, ...]
    ragged: tuple[str, ...]
    faults: tuple[Fault, ...]

    def file_and_line(self, row: int) -> tuple[str, int]:
        """Where a row stands."""
        return self.files[self.file[row]].name, int(self.line[row])

    def place(self, row: int) -> str:
        """Where a row stands, as a text."""
        return "{}:{}".format(*self.file_and_line(row))


def files_read(paths: Sequence[Path], mapping: CaseMapping) -> list[Path]:
    """Every file that decides on a reading: of cases, of further tables, the mapping file and its code maps."""
    tables = [path for table in mapping.tables for path in _table_files(table, tables_folder(paths))]
    stated = [mapping.folder / name for name in (mapping.name, *mapping.code_map.values()) if name]
    return [*(path for _, path in case_files(paths, mapping)), *tables, *stated]


def tables_folder(paths: Sequence[Path]) -> Path:
    """Where further tables stand: the folder given, or that of the first file."""
    return paths[0] if paths[0].is_dir() else paths[0].parent


def _table_files(table: FurtherTable, folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(table.file) if path.is_file())


def read_table_rows(table: FurtherTable, folder: Path, mapping: CaseMapping) -> TableRows:
    """Read the files of a table that stand in the folder; CaseDataError when there is none or one cannot be read."""
    paths = _table_files(table, folder)
    if not paths:
        where, what = f"{mapping.name}: [tables.{table.name}] file", f"no {table.file} beside the cases"
        raise CaseDataError(Problem(where, what, f"searched {folder}", "put it there, or correct the name"))
    parts = [_part(table, path, mapping) for path in paths]
    sizes = [part.lines.size for part in parts]
    firsts = np.cumsum([0, *sizes]).tolist()
    return TableRows(
        table=table,
        columns={name: _stacked([part.columns[name] for part in parts]) for name in table.reads},
        file=np.repeat(np.arange(len(parts), dtype=np.int32), sizes),
        line=np.concatenate([part.lines for part in parts]),
        files=tuple(part.file for part in parts),
        ragged=tuple(f"{part.file.name}:{row.line}" for part in parts for row in part.ragged),
        faults=tuple(
            replace(fault, row=first + fault.row)
            for first, part in zip(firsts, parts, strict=False)
            for fault in part.faults
        ),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a table: columns as text by the header that the mapping names."""

    file: FileInfo
    columns: Mapping[str, Any]
    lines: I8
    ragged: tuple[Ragged, ...]
    faults: tuple[Fault, ...]


def _part(table: FurtherTable, path: Path, mapping: CaseMapping) -> _Part:
    source = open_source(path, path.name, mapping.cells)
    headers = found_headers(source.name, source.header, table.reads, mapping)
    blocks = list(source.blocks(sorted(set(headers.values()))))
    whole = joined_blocks(blocks, list(headers.values()))
    return _Part(
        file=FileInfo(
            source.name, source.sha256, whole.lines.size + len(whole.ragged), source.form, source.hidden_sheets
        ),
        columns={name: whole.columns[header] for name, header in headers.items()},
        lines=whole.lines,
        ragged=whole.ragged,
        faults=tuple(_sheet_faults(table, blocks, headers)),
    )


def _stacked(columns: Sequence[Any]) -> Any:
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())


def _sheet_faults(table: FurtherTable, blocks: Sequence[Block], headers: Mapping[str, str]) -> Iterator[Fault]:
    """What a sheet did to the cells of the columns that fill one; the key is judged by the case that it finds."""
    sheet_faults, before = SheetFaults(), 0
    for block in blocks:
        for name, header in [(name, headers[header]) for name, header in _judged(table)]:
            if header in block.marks:
                found = sheet_faults.of(name, block.marks[header], block.columns[header], block.lines)
                yield from (replace(fault, row=before + fault.row) for fault in found)
        before += block.lines.size
    sheet_faults.require_some_text()


def _judged(table: FurtherTable) -> list[tuple[str, str]]:
    """Canonical column and header of every column of a table that fills one."""
    return list(table.columns.items()) if isinstance(table, RowTable) else [(table.makes[0], table.code)]
