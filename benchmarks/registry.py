"""What is measured: a subject is a job, the engines that do it, its size and the figures that it must reach.

A subject is one file in `benchmarks/subjects/`, listed in `subjects` below. It imports no engine at the top: each
measurement is a process of its own and loads the one that it measures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Answer = Mapping[str, Mapping[str, float]]
"""What an engine found: quantity -> unit (a hospital, say) -> value."""


@dataclass(frozen=True, slots=True)
class Task:
    """What an engine is given: the folder of the data, the number of cases in it, and the threads it may use."""

    folder: Path
    cases: int
    threads: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is timed; `run` takes what the step before returned."""

    name: str
    run: Callable[[Any], Any]


def same_task(task: Task) -> Task:
    """For work that needs no preparation."""
    return task


@dataclass(frozen=True, slots=True)
class Work:
    """The job in steps, one after another; the first one gets what `prepare` makes of the task, not timed.

    answer   what was found, from what the first step returned; None for a yardstick, which finds nothing
    """

    steps: tuple[Step, ...]
    answer: Callable[[Any], Answer] | None = None
    prepare: Callable[[Task], Any] = same_task


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that does the job; `load` imports it."""

    name: str
    load: Callable[[], Work]


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians over all rounds of one step of one engine: seconds of CPU (user and system) and of the clock.

    spread       largest less smallest CPU seconds of the rounds, over the median
    peak_bytes   of the whole process, or of the largest that it started, from its start to the end of the step in its
                 last round
    setup_cpu    seconds before the first step: imports, and the same job on few cases so that all is compiled
    """

    cpu: float
    wall: float
    spread: float
    peak_bytes: float
    setup_cpu: float


Figures = Mapping[tuple[str, int, str], Figure]
"""Figures by engine, threads and step."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must be reached: `value` from the medians, at least or at most the limit."""

    text: str
    value: Callable[[Figures], float]
    limit: float
    is_at_least: bool

    def is_met(self, value: float) -> bool:
        """Whether a value reaches the limit."""
        return value >= self.limit if self.is_at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two answers may be apart: absolute + relative x the value."""

    relative: float
    absolute: float = 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A job with its engines.

    make       writes the data of so many cases below a folder, once, and returns where they lie
    cases      the size of `make bench`
    warm_cases the size of the run that each process does first, not timed
    tolerances how far the answers of two engines may be apart, by quantity; checked before any time counts
    threads    numbers of threads that are measured
    """

    key: str
    title: str
    make: Callable[[Path, int], Path]
    engines: tuple[Engine, ...]
    cases: int
    warm_cases: int
    tolerances: Mapping[str, Tolerance]
    threads: tuple[int, ...]
    targets: tuple[Target, ...]


def subjects() -> Sequence[Subject]:
    """Every subject, in the order in which it is measured."""
    from benchmarks.subjects import command_line, dip_job, dip_job_trimmed, drg, medicare_clearing

    return (dip_job.SUBJECT, dip_job_trimmed.SUBJECT, drg.SUBJECT, medicare_clearing.SUBJECT, command_line.SUBJECT)


def subject(key: str) -> Subject:
    """The subject of this key; KeyError naming those there are."""
    found = {one.key: one for one in subjects()}
    if key not in found:
        raise KeyError(f"no subject {key!r}; there are {', '.join(found)}")
    return found[key]
