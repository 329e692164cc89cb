"""What a user waits for: the help beside that of a bare typer program, and a run of 10,000 cases once all is warm.

Warm: modules are compiled and kernels cached by the run on few cases that each process does first. The commands are
processes, so that nothing of theirs is loaded here.
"""

from __future__ import annotations

from benchmarks.engines.commands import HELP, RUN_CSV, RUN_PARQUET, bare_typer, dipsim, made_region
from benchmarks.registry import Engine, Figures, Subject, Target

PROCESSORS = 2


def at_most(step: str, seconds: float) -> Target:
    """A command of dipsim in so many seconds of the clock."""

    def wall(figures: Figures) -> float:
        return figures["dipsim", PROCESSORS, step].wall

    return Target(f"dipsim {step}, s of the clock", wall, seconds, False)


SUBJECT = Subject(
    key="command_line",
    title="Command line",
    make=made_region,
    engines=(Engine("dipsim", dipsim), Engine("bare typer", bare_typer)),
    cases=10_000,
    warm_cases=2_000,
    tolerances={},
    threads=(PROCESSORS,),
    targets=(at_most(HELP, 0.25), at_most(RUN_CSV, 2.0), at_most(RUN_PARQUET, 2.0)),
)
