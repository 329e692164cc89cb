"""The rows of a further table as text, from all files that its pattern names, each row with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dipsim.cases.celltext import as_text
from dipsim.cases.gather import FileInfo, case_files
from dipsim.cases.layout import found_headers, restated
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.mapping_tables import FurtherTable, RowTable
from dipsim.cases.source import open_source, read_source
from dipsim.cases.table import I4, I8
from dipsim.errors import CaseDataError, Problem


@dataclass(frozen=True, slots=True)
class TableRows:
    """All rows of a table.

    columns   text by the header that the mapping names
    file      index into `files` of each row; line: where it stands
    ragged    places of rows with another number of cells than the header
    """

    table: FurtherTable
    columns: Mapping[str, Any]
    file: I4
    line: I8
    files: tuple[FileInfo, ...]
    ragged: tuple[str, ...]

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
    parts = []
    for path in paths:
        source = open_source(path, path.name, mapping.cells)
        headers = found_headers(source.name, source.header, table.reads, mapping)
        parts.append((source, read_source(source, sorted(set(headers.values()))), headers))
    columns = {
        name: pa.chunked_array(
            [chunk for _, raw, headers in parts for chunk in as_text(name, raw.columns[headers[name]]).chunks],
            pa.string(),
        )
        for name in table.reads
    }
    if isinstance(table, RowTable):
        columns |= {header: restated(name, columns[header], mapping) for name, header in table.columns.items()}
    return TableRows(
        table=table,
        columns=columns,
        file=np.repeat(np.arange(len(parts), dtype=np.int32), [raw.lines.size for _, raw, _ in parts]),
        line=np.concatenate([raw.lines for _, raw, _ in parts]),
        files=tuple(
            FileInfo(source.name, source.sha256, raw.lines.size + len(raw.ragged), source.form, source.hidden_sheets)
            for source, raw, _ in parts
        ),
        ragged=tuple(f"{source.name}:{row.line}" for source, raw, _ in parts for row in raw.ragged),
    )
