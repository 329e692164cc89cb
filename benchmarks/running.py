"""A subject measured: every engine in turn, again and again, so that noise of the machine falls on all alike.

Each turn is a process of its own that does the job several times: once its memory is its own, as in a session of work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.agreement import disagreements
from benchmarks.process import measured
from benchmarks.registry import Figure, Figures, Subject, Task, Tolerance


class DisagreementError(Exception):
    """Two engines found different things."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians by engine, threads and step, and every measurement as its process printed it."""

    figures: Figures
    raw: list[dict[str, Any]]


def run_subject(
    subject: Subject,
    cases: int,
    turns: int,
    rounds: int,
    only: Sequence[str] | None,
    data: Path,
    tell: Callable[[str], None],
) -> Measured:
    """Make the data, measure, and compare the answers; DisagreementError before a figure is made of them."""
    warm, folder = subject.make(data, subject.warm_cases), subject.make(data, cases)
    engines = [engine for engine in subject.engines if only is None or engine.name in only]
    raw: list[dict[str, Any]] = []
    for turn in range(turns):
        for threads in subject.threads:
            for engine in engines:
                found = measured(subject.key, engine.name, warm, Task(folder, cases, threads), rounds)
                raw.append({"engine": engine.name, "threads": threads, "turn": turn, **found})
        tell(f"{subject.key}: turn {turn + 1} of {turns}")
        _require_agreement(raw, subject.tolerances)
    return Measured(_figures(raw), raw)


def _require_agreement(raw: Sequence[dict[str, Any]], tolerances: Mapping[str, Tolerance]) -> None:
    """Every answer of every process, not only the first, is held against that of the first engine."""
    answers = {
        f"{one['engine']} ({one['threads']} threads, turn {one['turn']}, round {number})": answer
        for one in raw
        for number, answer in enumerate(one["answers"])
        if answer is not None
    }
    lines = disagreements(answers, tolerances)
    if lines:
        raise DisagreementError("\n".join(lines))


def _figures(raw: Sequence[dict[str, Any]]) -> dict[tuple[str, int, str], Figure]:
    keys = dict.fromkeys((one["engine"], one["threads"], step) for one in raw for step in one["rounds"][0])
    return {
        (engine, threads, step): _figure(
            [one for one in raw if one["engine"] == engine and one["threads"] == threads], step
        )
        for engine, threads, step in keys
    }


def _figure(turns: Sequence[dict[str, Any]], step: str) -> Figure:
    rounds = [one[step] for turn in turns for one in turn["rounds"]]
    cpu = [one["cpu"] for one in rounds]
    return Figure(
        cpu=median(cpu),
        wall=median(one["wall"] for one in rounds),
        spread=(max(cpu) - min(cpu)) / median(cpu) if median(cpu) else 0.0,
        peak_bytes=max(one["peak_bytes"] for one in rounds),
        setup_cpu=median(turn["setup_cpu"] for turn in turns),
    )
