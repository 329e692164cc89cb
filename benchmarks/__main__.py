"""`python -m benchmarks`: measure the subjects, print figures and targets, keep all of it as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.registry import Subject, subjects
from benchmarks.running import DisagreementError, run_subject
from benchmarks.tables import figures_table, targets_table

OUT = Path(__file__).parent / "out"
"""Data and results; git ignores it."""


def main(arguments: list[str]) -> int:
    """Measure what is asked for; 0 when all engines agree and all targets are met, 1 otherwise."""
    asked = _arguments(arguments)
    console = Console(width=None if sys.stdout.isatty() else 130)
    is_good = True
    for subject in subjects():
        if not asked.subject or subject.key in asked.subject:
            is_good &= _measure(subject, asked, console)
    return 0 if is_good else 1


def _measure(subject: Subject, asked: argparse.Namespace, console: Console) -> bool:
    """Measure and print one subject; whether its engines agree and its targets are met."""
    cases = asked.cases or subject.cases
    console.rule(f"{subject.title}: {cases:,} cases, {asked.turns} x {asked.rounds} rounds")
    try:
        measured = run_subject(subject, cases, asked.turns, asked.rounds, asked.engine, asked.out / "data", console.log)
    except DisagreementError as error:
        console.print(f"The engines disagree, so no time counts:\n{error}")
        return False
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = asked.out / f"{subject.key}-{cases}-{stamp}.json"
    path.write_text(json.dumps(measured.raw, indent=1))
    console.print(figures_table(measured.figures))
    table, is_met = targets_table(subject.targets, measured.figures)
    console.print(table)
    console.print(f"kept in {path}")
    return is_met


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subject", nargs="*", help="subjects to measure; all when none is named")
    parser.add_argument("--cases", type=int, help="cases, in place of the subject's own size")
    parser.add_argument("--turns", type=int, default=5, help="processes of each engine, one engine after another")
    parser.add_argument("--rounds", type=int, default=2, help="times that a process does the job")
    parser.add_argument("--engine", action="append", help="only this engine, may be given again")
    parser.add_argument("--out", type=Path, default=OUT, help="where data and results are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
