"""The output folder of a run or a comparison: tables, report, manifest; written whole or not at all.

`manifest.json` holds what determines the result and nothing else, so it has the same bytes for the same rows in any
order, file split and number of threads; `run.json` beside it tells how it was run. `rejected.csv` names files and
lines, which depend on the split, so its digest stands in `run.json`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from dipsim import __version__
from dipsim.cases.read import CaseReading
from dipsim.cases.write import write_columns, write_rejects, write_text
from dipsim.errors import OutputError, Problem
from dipsim.lab.compare import Comparison
from dipsim.pipeline import Result
from dipsim.policy.document import Document
from dipsim.policy.files import SOURCE, thawed
from dipsim.policy.fingerprint import fingerprint
from dipsim.report.draughting import Draw, Drawings, drawn_here
from dipsim.report.files import Columns, case_columns, comparison_columns, run_files
from dipsim.report.html import Page, page_of
from dipsim.report.labels import Lang
from dipsim.report.tables import status_table

Format = Literal["parquet", "csv"]
FORMATS: tuple[Format, ...] = ("parquet", "csv")
MANIFEST, HOW, REJECTED = "manifest.json", "run.json", "rejected.csv"
REPORT, WORKBOOK = "report.html", "report.xlsx"
_BESIDE_TABLES = (MANIFEST, HOW, REJECTED)
_LIBRARIES = ("matplotlib", "numba", "numpy", "pandas", "pyarrow", "pydantic", "xlsxwriter")


@dataclass(frozen=True, slots=True)
class RunNote:
    """How a run was made: nothing in it changes a result."""

    command: str
    started: str
    seconds: float
    threads: int


def write_run(
    result: Result,
    reading: CaseReading,
    folder: Path,
    formats: Sequence[Format] = FORMATS,
    cases: bool = False,
    note: RunNote | None = None,
    lang: Lang | None = None,
    draw: Draw = drawn_here,
) -> tuple[Path, ...]:
    """Write all tables of a run; an earlier output of dipsim is replaced as a whole. Returns the files in order.

    With `lang` the report and its workbook, which open in that language, are written too; `draw` begins on its charts
    before the tables are written. Raises OutputError when the folder holds something else or cannot be written; nothing
    half-written is left.
    """
    with whole_folder(folder) as draft:
        report = None if lang is None else _Report.begun(result, lang, draw)
        _write_run(result, reading, draft, formats, cases, note)
        if report is not None:
            report.write(draft)
        _write_manifest(result, reading, draft)
    return _files_below(folder)


def write_comparison(
    comparison: Comparison,
    reading: CaseReading,
    folder: Path,
    lang: Lang = "zh",
    formats: Sequence[Format] = FORMATS,
    note: RunNote | None = None,
    draw: Draw = drawn_here,
) -> tuple[Path, ...]:
    """Write each scenario into a subfolder, and beside them pay by hospital, report and workbook. As `write_run`."""
    results = comparison.results
    with whole_folder(folder) as draft:
        report = _Report.begun(comparison, lang, draw)
        names = _folder_names(comparison)
        for name, result in zip(names, results, strict=True):
            (draft / name).mkdir()
            _write_run(result, reading, draft / name, formats, False, note)
            _write_manifest(result, reading, draft / name)
        _write_tables({"compare": comparison_columns(results)}, draft, formats)
        _write_json(draft / HOW, _how(reading, draft, note))
        report.write(draft)
        scenarios = [
            {"scenario": result.scenario.name, "fingerprint": result.fingerprint, "folder": name}
            for name, result in zip(names, results, strict=True)
        ]
        _write_json(draft / MANIFEST, {"dipsim": __version__, "scenarios": scenarios, "files": digests(draft)})
    return _files_below(folder)


def planned_run(result: Result, cases: bool = False) -> tuple[str, ...]:
    """The files that `write_run` would write with a report, in order."""
    tables = [*run_files(result), *(["cases"] if cases else [])]
    return tuple(
        sorted([*(f"{name}.{kind}" for name in tables for kind in FORMATS), *_BESIDE_TABLES, REPORT, WORKBOOK])
    )


def planned_comparison(comparison: Comparison) -> tuple[str, ...]:
    """The files that `write_comparison` would write, in order."""
    top = [f"compare.{kind}" for kind in FORMATS]
    for name, result in zip(_folder_names(comparison), comparison.results, strict=True):
        tables = [f"{table}.{kind}" for table in run_files(result) for kind in FORMATS]
        top += [f"{name}/{file}" for file in (*tables, *_BESIDE_TABLES)]
    return tuple(sorted([*top, MANIFEST, HOW, REPORT, WORKBOOK]))


def _folder_names(comparison: Comparison) -> list[str]:
    return [f"{number}-{_slug(result.scenario.name)}" for number, result in enumerate(comparison.results)]


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A draft folder that takes the place of `folder` when all went well, and is removed when not.

    Raises OutputError when `folder` is a file, holds something that dipsim did not write, or cannot be written.
    """
    folder = folder.resolve()
    require_free(folder)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.draft")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
        yield draft
        _put_in_place(draft, folder)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        step = "check the folder, its rights and the space left"
        raise OutputError(Problem(str(folder), what, "nothing was left behind", step)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_free(folder: Path) -> None:
    """Raise OutputError when `folder` is a file, or holds files that dipsim did not write."""
    if folder.is_dir():
        stranger = next(_strangers(folder), None)
        what = None if stranger is None else f"holds {stranger}, which dipsim did not write"
        why, step = "it would be lost", "name another folder, or take it out"
    else:
        what, why, step = "is a file" if folder.exists() else None, "it would be lost", "name another folder"
    if what is not None:
        raise OutputError(Problem(str(folder), what, why, step))


def _strangers(folder: Path) -> Iterator[str]:
    """What stands in a folder and is no part of an earlier output, whose manifest lists its files."""
    own = _listed(folder / MANIFEST)
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from (f"{path.name}/{name}" for name in _strangers(path))
        elif path.name not in own:
            yield path.name


def _listed(manifest: Path) -> frozenset[str]:
    """The files of an output by its manifest; none where it is no manifest of dipsim."""
    try:
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return frozenset()
    files = content.get("files") if isinstance(content, dict) and "dipsim" in content else None
    return frozenset({*files, *_BESIDE_TABLES}) if isinstance(files, dict) else frozenset()


def _put_in_place(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    former = folder.with_name(f".{folder.name}.{os.getpid()}.former")
    folder.rename(former)
    try:
        draft.rename(folder)
    except OSError:
        former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Report:
    """The page whose charts are being drawn, and its tables as a workbook."""

    page: Page
    drawings: Drawings
    lang: Lang

    @classmethod
    def begun(cls, result: Result | Comparison, lang: Lang, draw: Draw) -> _Report:
        page = page_of(result)
        return cls(page, draw(page.pictures()), lang)

    def write(self, folder: Path) -> None:
        """The drawings are fetched when all else is done, so that there is time to draw."""
        from dipsim.report.workbook import write_workbook  # its library is loaded while the charts are drawn

        write_workbook(self.page.results, folder / WORKBOOK, self.lang)
        write_text(folder / REPORT, self.page.text(self.drawings, self.lang))


def _write_run(
    result: Result, reading: CaseReading, folder: Path, formats: Sequence[Format], cases: bool, note: RunNote | None
) -> None:
    """The tables, the rejected rows, and how it was run."""
    tables = run_files(result)
    if cases:
        tables["cases"] = case_columns(result)
    _write_tables(tables, folder, formats)
    write_rejects(folder / REJECTED, [*reading.rejects, *result.claimed.routing.rejects])
    _write_json(folder / HOW, _how(reading, folder, note))


def _write_manifest(result: Result, reading: CaseReading, folder: Path) -> None:
    """What determines the result, and the digest of every file that follows from it."""
    _write_json(folder / MANIFEST, {**manifest(result, reading), "files": digests(folder)})


def manifest(result: Result, reading: CaseReading) -> dict[str, Any]:
    """What determines a result, as hashes of its parts; every parameter in force with its origin; and the counts."""
    scenario = result.scenario
    return {
        "dipsim": __version__,
        "fingerprint": result.fingerprint,
        "fingerprints": dict(result.fingerprints),
        "scenario": scenario.name,
        "scheme": scenario.head.grouper,
        "weights": {"name": scenario.head.weights, "fingerprint": scenario.weights.fingerprint},
        "counts": row_counts(result, reading),
        "parameters": _parameters(scenario.document),
    }


def row_counts(result: Result, reading: CaseReading) -> dict[str, int]:
    """What became of every row that was read, by place and grouping status."""
    counts = {"rows_in": reading.counts.rows_in}
    for row in status_table(result, reading).rows():
        key = str(row["place"]) if not row["status"] else f"{row['place']}.{row['status']}"
        counts[key] = row["rows"]
    return counts


def _parameters(document: Document) -> dict[str, Any]:
    """Every value in force by dotted key, with the place that states it and its source."""
    stated = {}
    for key, origins in document.provenance.items():
        origin = origins[-1]
        if key.rpartition(".")[2] == SOURCE:
            continue  # stands with each value below
        stated[key] = {"value": thawed(origin.value), "place": str(origin), "source": thawed(origin.source)}
    return stated


def _how(reading: CaseReading, folder: Path, note: RunNote | None) -> dict[str, Any]:
    rejected = folder / REJECTED
    return {
        "run": None if note is None else asdict(note),
        "inputs": [asdict(file) for file in reading.files],
        "rejected_csv": fingerprint(rejected) if rejected.is_file() else None,
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }


def _write_tables(tables: Mapping[str, Columns], folder: Path, formats: Sequence[Format]) -> None:
    for name, columns in tables.items():
        for suffix in formats:
            write_columns(folder / f"{name}.{suffix}", columns)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    path.write_text(f"{text}\n", encoding="utf-8")


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every table and page written so far."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in _BESIDE_TABLES)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _files_below(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def _slug(name: str) -> str:
    """A scenario's name as a folder's."""
    return re.sub(r"[^\w.]+", "-", name).strip("-")
