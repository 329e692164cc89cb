"""What every verb shares: the options that many take, reading of data, and overrides of a scenario."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dipsim.cli.answer import Fact, Screen
from dipsim.cli.reading_notes import reading_notes

if TYPE_CHECKING:
    from dipsim.cases.mapping import CaseMapping
    from dipsim.cases.read import CaseReading
    from dipsim.inputs import Companions
    from dipsim.paths import PolicyRoots
    from dipsim.pipeline import Inputs
    from dipsim.report.outputs import RunNote
    from dipsim.scenario import Scenario

Cases = Annotated[list[Path], typer.Argument(help="A data folder, or case files (CSV, Parquet)", show_default=False)]
MaybeCases = Annotated[
    list[Path] | None, typer.Argument(help="A data folder, or case files (CSV, Parquet)", show_default=False)
]
ScenarioName = Annotated[str, typer.Option("--scenario", "-s", help="A scenario by name, or a .toml file")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Where the results go")]
PolicyDir = Annotated[Path | None, typer.Option("--policy", help="A policy folder searched before the bundled one")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="A mapping file (TOML), or 4101a or hqms")]
HospitalsFile = Annotated[Path | None, typer.Option("--hospitals", help="The table hospitals, if not in the folder")]
BudgetFile = Annotated[Path | None, typer.Option("--budget", help="The table budget, if not in the folder")]
PointValuesFile = Annotated[
    Path | None, typer.Option("--point-values", help="point_values.csv of a region's run (mode = given)")
]
ClassesFile = Annotated[
    Path | None, typer.Option("--procedure-classes", help="Classes of procedures (code, class) for composite groups")
]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads; the results do not depend on it")]
Set = Annotated[
    list[str],
    typer.Option("--set", help="Override one parameter: weighting.outlier.high_ratio=2.5", show_default=False),
]
Lang = Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of what is printed: zh or en")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and errors as JSON")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and check everything, write nothing")]


def read_data(
    cases: Sequence[Path], companions: Companions, mapping: Path | None, began: Callable[[str], None]
) -> tuple[Inputs, CaseReading]:
    """Cases and companion tables, and the account of their reading."""
    from dipsim.cases.mapping import read_mapping
    from dipsim.inputs import read_inputs

    began("read")
    return read_inputs(cases, companions, None if mapping is None else read_mapping(mapping))


def reading_fact(reading: CaseReading, screen: Screen) -> Fact:
    """What reading left out or changed, a sentence each: a misspelt column is seen before it is missed."""
    notes = list(reading_notes(reading, screen))
    for note in notes:
        screen.note(f"note: {note}")
    return Fact("notes", notes, "")


def end_facts(output: Path, opened: str, planned: Sequence[str], screen: Screen) -> tuple[Fact, ...]:
    """Where the results stand and what to open first, or after a dry run what would have been written."""
    if planned:
        line = screen.words("dry run, nothing written; would be written to", "试运行，未写入；将写入")
        return Fact("output", str(output), f"{line} {output}:"), Fact("would_write", tuple(planned))
    return Fact("output", str(output), ""), Fact("opened_first", str(output / opened))


def run_note(started: datetime, threads: int) -> RunNote:
    """How this command ran from its start to the writing of its output."""
    from dipsim.report.outputs import RunNote

    command = shlex.join(["dipsim", *sys.argv[1:]])
    seconds = (datetime.now(UTC) - started).total_seconds()
    return RunNote(command, started.isoformat(timespec="seconds"), round(seconds, 3), threads)


def table_file(path: Path) -> Path:
    """The path of a table to write; its ending says how."""
    from dipsim.errors import DipsimError, Problem

    if path.suffix not in (".csv", ".parquet"):
        raise DipsimError(Problem(str(path), "not a kind of table", "", "let the name end in .csv or .parquet"))
    return path


def require_writable(path: Path) -> None:
    """Raise OutputError unless `path` can be made: its nearest folder that is there must take new files."""
    from dipsim.errors import OutputError, Problem

    nearest = next(parent for parent in path.resolve().parents if parent.exists())
    if not nearest.is_dir():
        raise OutputError(Problem(str(path), f"cannot be made: {nearest} is a file", "", "name another place"))
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(
            Problem(str(path), f"cannot be made: no right to write in {nearest}", "", "name another place")
        )


def require_apart(output: Path, cases: Sequence[Path], mapping: CaseMapping | None) -> None:
    """Raise OutputError when a result would take the place of a file of cases that it is made from."""
    from dipsim.cases.gather import case_files
    from dipsim.cases.mapping import CANONICAL

    require_unread(output, [path for _, path in case_files(cases, CANONICAL if mapping is None else mapping)])


def require_unread(output: Path, read: Sequence[Path]) -> None:
    """Raise OutputError when a result would take the place of a file that is read, or of a folder that holds one."""
    from dipsim.errors import OutputError, Problem

    place = output.resolve()
    if any(place in (path.resolve(), *path.resolve().parents) for path in read):
        why = "files that are read stand there, and the result would overwrite them"
        raise OutputError(Problem(str(output), "cannot be written", why, "name another place"))


def require_output(folder: Path) -> None:
    """Raise OutputError, before any work is done, unless results can be written to a folder."""
    from dipsim.report.outputs import require_free

    require_writable(folder)
    require_free(folder)


def loaded(name: str, roots: PolicyRoots, overrides: Sequence[str], classes: Path | None) -> Scenario:
    """A scenario with the command line's overrides and procedure classes."""
    from dataclasses import replace

    from dipsim.policy.any_scheme import with_procedure_classes
    from dipsim.policy.scheme import read_procedure_classes
    from dipsim.scenario import load_scenario

    scenario = load_scenario(name, roots)
    if overrides:
        values = parsed_overrides(overrides)
        changed = ", ".join(f"{key}={value}" for key, value in values.items())
        scenario = scenario.override(values, f"{scenario.name} ({changed})")
    if classes is not None:
        scenario = replace(scenario, scheme=with_procedure_classes(scenario.scheme, read_procedure_classes(classes)))
    return scenario


def parsed_overrides(overrides: Sequence[str]) -> Mapping[str, object]:
    """`key=value` options as values: TOML where it reads as TOML, else text."""
    import tomllib

    from dipsim.errors import PolicyError, Problem

    values: dict[str, object] = {}
    for text in overrides:
        key, sign, value = text.partition("=")
        if not sign:
            raise PolicyError(Problem(f"--set {text}", "no '='", next_step="write --set some.parameter=value"))
        try:
            values[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            values[key.strip()] = value.strip()
    return values
