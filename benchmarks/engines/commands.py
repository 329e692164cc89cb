"""Whole commands, each a process: what a user waits for, start-up and all. One that fails ends the measurement."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.registry import Step, Task, Work

HELP, RUN_CSV, RUN_PARQUET = "--help", "run, CSV", "run, Parquet"
DIPSIM = ("-m", "dipsim")
SCENARIO = "demo-city/baseline-2025"
BARE_TYPER = """
import typer

app = typer.Typer()


@app.command()
def main(name: str) -> None:
    "Say hello."
    typer.echo(f"Hello {name}")


app()
"""
_COLD = "PYTHONDONTWRITEBYTECODE"
"""Who sets it has every module compiled anew by every command."""


def dipsim() -> Work:
    """The help, then a run of the same cases from either kind of file, with all its tables, charts and pages."""
    return Work((Step(HELP, _help), Step(RUN_CSV, _run_csv), Step(RUN_PARQUET, _run_parquet)))


def bare_typer() -> Work:
    """The help of a program of one argument that is made with the same library."""
    return Work((Step(HELP, _bare_help),))


def made_region(folder: Path, cases: int) -> Path:
    """The demo region with so many cases, as CSV and as canonical Parquet."""
    place = folder / f"command-line-{cases}"
    parquet = place / "parquet" / "cases.parquet"
    if not parquet.exists():
        python(*DIPSIM, "synth", "--cases", str(cases), "-o", str(place / "csv"), "--quiet")
        parquet.parent.mkdir(parents=True, exist_ok=True)
        (parquet.parent / "hospitals.csv").write_bytes((place / "csv" / "hospitals.csv").read_bytes())
        python(*DIPSIM, "convert", str(place / "csv" / "cases.csv"), "-o", str(parquet), "--quiet")
    return place


def python(*arguments: str) -> None:
    """A Python process with these arguments, its output thrown away; CalledProcessError when it fails."""
    environment = {name: value for name, value in os.environ.items() if name != _COLD}
    subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)


def _help(task: Task) -> Task:
    python(*DIPSIM, "--help")
    return task


def _bare_help(task: Task) -> Task:
    python("-c", BARE_TYPER, "--help")
    return task


def _run_csv(task: Task) -> Task:
    return _run(task, "csv")


def _run_parquet(task: Task) -> Task:
    return _run(task, "parquet")


def _run(task: Task, kind: str) -> Task:
    output = task.folder / f"paid-{kind}"
    python(*DIPSIM, "run", str(task.folder / kind), "-s", SCENARIO, "-o", str(output), "--quiet")
    return task
