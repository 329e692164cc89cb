"""`dipsim convert`: case files of any make as one canonical Parquet file, checked once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Fact, Screen, show
from dipsim.cli.common import (
    AsJson,
    Cases,
    DryRun,
    Lang,
    MappingFile,
    Quiet,
    end_facts,
    reading_fact,
    require_apart,
    require_writable,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.cases.mapping import CaseMapping


def convert(
    cases: Cases,
    output: Annotated[Path, typer.Option("--output", "-o", help="OUT.parquet; rejected rows beside it")],
    mapping: MappingFile = None,
    code_map: Annotated[
        list[Path] | None,
        typer.Option(
            "--code-map",
            help="A map from clinical to insurance diagnoses (source_code, grouper_code); again for procedures",
            show_default=False,
        ),
    ] = None,
    salt: Annotated[
        Path | None,
        typer.Option("--salt", help="A file with the key of the pseudonyms, so that several conversions share them"),
    ] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Turn case files of any make into one canonical Parquet file: read and checked once, fast ever after.

    Patients are pseudonyms in it. The map of codes takes effect where the mapping file says that the codes are
    clinical: diagnosis_system = "clinical", procedure_system = "clinical".

    Example:
      dipsim convert setlinfo.csv --mapping 4101a -o cases.parquet
    """
    from dipsim.cases.canonical import write_cases
    from dipsim.cases.read import read_cases
    from dipsim.cases.write import write_rejects

    screen = Screen(lang, as_json, quiet)
    require_writable(_parquet(output))
    stated = _mapping(mapping, code_map or [])
    require_apart(output, cases, stated)
    key = None if salt is None else _salt(salt)
    with progress(screen, ("read", "write")) as began:
        began("read")
        reading = read_cases(cases, stated, salt=key)
        began("write")
        rejected = output.with_name(f"{output.stem}.rejected.csv")
        if not dry_run:
            write_cases(output, reading.cases)
            write_rejects(rejected, reading.rejects)
    planned = (output.name, rejected.name) if dry_run else ()
    rows_in, refused = reading.counts.rows_in, reading.counts.rejected
    told = f"{rows_in:,} rows in = {len(reading.cases):,} converted + {refused:,} rejected"
    counts = Fact("counts", {"rows_in": rows_in, "converted": len(reading.cases), "rejected": refused}, told)
    show(screen, [reading_fact(reading, screen), counts, *end_facts(output.parent, output.name, planned, screen)])


def _parquet(path: Path) -> Path:
    from dipsim.errors import DipsimError, Problem

    if path.suffix != ".parquet":
        raise DipsimError(Problem(str(path), "not a Parquet file", "", "let the name end in .parquet"))
    return path


def _mapping(path: Path | None, code_maps: list[Path]) -> CaseMapping | None:
    """The mapping file with the code maps of the command line, diagnoses first, in the place of its own."""
    from dipsim.cases.code_map import with_code_maps
    from dipsim.cases.mapping import CANONICAL, read_mapping

    mapping = None if path is None else read_mapping(path)
    return with_code_maps(mapping or CANONICAL, code_maps) if code_maps else mapping


def _salt(path: Path) -> bytes:
    """The key of the pseudonyms: the bytes of a file without outer blanks, 16 to 64 of them."""
    from dipsim.errors import CaseDataError, Problem

    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise CaseDataError(Problem(str(path), f"cannot be read: {error.strerror}", "", "check the path")) from error
    if not 16 <= len(key) <= 64:
        what = f"{len(key)} bytes are no key for pseudonyms"
        raise CaseDataError(Problem(str(path), what, "a short one can be guessed", "write 16 to 64 random letters"))
    return key
