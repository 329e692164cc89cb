"""What every verb shares: the console, the options that many take, and how an error is shown."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from dipsim.cases.read import CaseReading
    from dipsim.errors import DipsimError
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
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="A mapping file (TOML) for the case columns")]
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


def read_data(
    cases: Sequence[Path], companions: Companions, mapping: Path | None, lang: Literal["zh", "en"]
) -> tuple[Inputs, CaseReading]:
    """Cases and companion tables, read under a bar; what reading left out or changed is said."""
    from dipsim.cases.mapping import read_mapping
    from dipsim.cli.progress import progress
    from dipsim.inputs import read_inputs

    with progress(lang) as began:
        began("read")
        inputs, reading = read_inputs(cases, companions, None if mapping is None else read_mapping(mapping))
    show_reading(reading)
    return inputs, reading


def show_reading(reading: CaseReading) -> None:
    """What reading left out or changed, on the error stream: a misspelt column is seen before it is missed."""
    for ignored in reading.ignored_columns:
        hint = f"; {ignored.hint}" if ignored.hint else ""
        typer.echo(f"note: column '{ignored.column}' is not in the data dictionary and was left out{hint}", err=True)
    for change in reading.changes:
        first = change.examples[0]
        example = f"{first.before!r} -> {first.after!r}"
        typer.echo(f"note: {change.column}: {change.kind} changed in {change.cells:,} cells, as {example}", err=True)


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


def say(text: str) -> None:
    """Print a line of the answer."""
    typer.echo(text)


def show_error(error: DipsimError) -> None:
    """Every problem on a line of its own, on the error stream."""
    for problem in error.problems:
        typer.echo(f"error: {problem}", err=True)


def show_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table with aligned columns; `right` names the columns of numbers."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_style="bold", title_justify="left", header_style="bold", box=None, pad_edge=False)
    for number, name in enumerate(header):
        is_number = number in right
        table.add_column(name, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


def loaded(name: str, roots: PolicyRoots, overrides: Sequence[str], classes: Path | None) -> Scenario:
    """A scenario with the command line's overrides and procedure classes."""
    from dataclasses import replace

    from dipsim.policy.scheme import read_procedure_classes
    from dipsim.scenario import load_scenario

    scenario = load_scenario(name, roots)
    if overrides:
        values = parsed_overrides(overrides)
        changed = ", ".join(f"{key}={value}" for key, value in values.items())
        scenario = scenario.override(values, f"{scenario.name} ({changed})")
    if classes is not None:
        scenario = replace(scenario, scheme=scenario.scheme.with_procedure_classes(read_procedure_classes(classes)))
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
