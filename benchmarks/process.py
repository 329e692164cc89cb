"""One engine in a process of its own: `python -m benchmarks.process SUBJECT ENGINE WARM FOLDER CASES THREADS ROUNDS`.

Prints one line of JSON. The process is bound to as many processors as it may use threads, so that a library that
counts them sees no more. Linux only: binding and the peak of memory are asked of the kernel.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.registry import Answer, Engine, Task, Work, subject

ROOT = Path(__file__).resolve().parent.parent
THREAD_LIMITS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Read by libraries as they are loaded."""


def measured(key: str, engine: str, warm: Path, task: Task, rounds: int) -> dict[str, Any]:
    """Start a process that does the task so many times, and return what it prints; RuntimeError when it fails."""
    threads = task.threads
    arguments = [key, engine, str(warm.resolve()), str(task.folder.resolve()), *map(str, (task.cases, threads, rounds))]
    command = [sys.executable, "-m", "benchmarks.process", *arguments]
    environment = {**os.environ, **dict.fromkeys(THREAD_LIMITS, str(threads))}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{key}, {engine}: the process failed\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(engine: Engine, warm: Task, task: Task, rounds: int) -> dict[str, Any]:
    """Do the job on few cases, then again and again on all of them; what each round took and found."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task.threads])
    work = engine.load()
    _round(work, work.prepare(warm))
    given = work.prepare(task)
    setup_cpu = _cpu()
    done = [_round(work, given) for _ in range(rounds)]
    return {"setup_cpu": setup_cpu, "rounds": [steps for steps, _ in done], "answers": [answer for _, answer in done]}


def _round(work: Work, value: Any) -> tuple[dict[str, Any], Answer | None]:
    """All steps once, each measured, and what the first one found."""
    steps, answer = {}, None
    for number, step in enumerate(work.steps):
        cpu, wall = _cpu(), perf_counter()
        value = step.run(value)
        steps[step.name] = {"cpu": _cpu() - cpu, "wall": perf_counter() - wall, "peak_bytes": _peak_bytes()}
        if number == 0 and work.answer is not None:
            answer = work.answer(value)
    return steps, answer


def _cpu() -> float:
    """Seconds of this process and of those that it started and saw end."""
    return sum(used.ru_utime + used.ru_stime for used in _usages())


def _peak_bytes() -> int:
    """Memory of the largest of them."""
    return max(used.ru_maxrss for used in _usages()) * 1024


def _usages() -> tuple[resource.struct_rusage, resource.struct_rusage]:
    return resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)


def main(arguments: list[str]) -> None:
    """Measure what the command line names."""
    key, name, warm, folder, cases, threads, rounds = arguments
    chosen = subject(key)
    engine = next(engine for engine in chosen.engines if engine.name == name)
    task = Task(Path(folder), int(cases), int(threads))
    found = measure(engine, Task(Path(warm), chosen.warm_cases, int(threads)), task, int(rounds))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
