"""Who draws the pictures of a page: this process, or another that loads the drawing library while this one works.

A command that writes a page starts the other process before it does anything else, asks it once for all drawings, goes
on with its tables, and fetches them at the end. Whatever becomes of that process, the page is the same to the byte:
what it does not answer is drawn here.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from dipsim.report.picture import Picture

Drawings: TypeAlias = Callable[[], Sequence[str]]
"""What gives the SVG of each picture, in their order, once it is wanted."""
Draw: TypeAlias = Callable[[Sequence["Picture"]], Drawings]
"""What takes the pictures of a page, all at once, to draw them."""


def drawn_here(pictures: Sequence[Picture]) -> Drawings:
    """Pictures drawn by this process, when they are wanted."""

    def drawings() -> Sequence[str]:
        from dipsim.report.drawing import svg  # a page that is drawn elsewhere does not load matplotlib

        return [svg(picture) for picture in pictures]

    return drawings


@contextmanager
def draughting(wanted: bool = True) -> Iterator[Draw]:
    """A process that draws beside this one and is gone after the block; `drawn_here` where it would be of no use.

    For the main thread of a command: it takes signals into account.
    """
    process = _started() if wanted and _processors() > 1 else None
    if process is None:
        yield drawn_here
        return
    with process:
        try:
            yield partial(_drawn_by, process)
        finally:
            process.kill()
            process.wait()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started() -> subprocess.Popen[bytes] | None:
    """The other process, waiting for pictures; None where it cannot be started."""
    command = [sys.executable, "-P", "-m", "dipsim.report.draughting"]
    try:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_import_path())}
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, env=environment)
    except OSError:
        return None


def _import_path() -> Iterator[str]:
    """Where this process finds its modules, but not the working directory: a file there may bear any name."""
    home, here = Path(__file__).resolve().parents[2], Path.cwd()
    for place in map(Path.resolve, map(Path, sys.path)):
        if place != here or place == home:
            yield str(place)


def _drawn_by(process: subprocess.Popen[bytes], pictures: Sequence[Picture]) -> Drawings:
    """Pictures drawn by the other process from now on; here, when they are wanted, if it does not."""
    assert process.stdin is not None
    with suppress(OSError), _broken_pipes_told(), process.stdin as asked:
        pickle.dump(tuple(pictures), asked)

    def drawings() -> Sequence[str]:
        answer = _answer(process, len(pictures))
        return drawn_here(pictures)() if answer is None else answer

    return drawings


@contextmanager
def _broken_pipes_told() -> Iterator[None]:
    """A process that has ended raises BrokenPipeError, also in a command that a broken pipe would end."""
    if not hasattr(signal, "SIGPIPE"):
        yield
        return
    former = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, former)


def _answer(process: subprocess.Popen[bytes], count: int) -> list[str] | None:
    """So many drawings, or None for any other answer."""
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.read())
    except (OSError, ValueError):
        return None
    is_whole = isinstance(told, list) and len(told) == count and all(isinstance(drawing, str) for drawing in told)
    return told if is_whole else None


def _serve() -> None:
    """Draw what is asked for, once; nothing is asked when the command has ended without a page."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command is interrupted, and ends this process
    gc.disable()  # a life of one second
    from dipsim.report.drawing import svg

    if asked := sys.stdin.buffer.read():
        pictures = pickle.loads(asked)  # noqa: S301 - from the process that started this one
        with sys.stdout as answer:  # closed at once: to end this process takes another tenth of a second
            json.dump([svg(picture) for picture in pictures], answer)


if __name__ == "__main__":
    _serve()
