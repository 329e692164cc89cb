"""A bar for long work, on the error stream and only when that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STAGES = {
    "zh": {
        "read": "读取病例",
        "fingerprint": "计算指纹",
        "group": "分组",
        "claim": "计算分值与申报",
        "write": "写出结果",
    },
    "en": {
        "read": "reading cases",
        "fingerprint": "taking the fingerprint",
        "group": "grouping",
        "claim": "claiming points",
        "write": "writing",
    },
}


def _unseen(_: str) -> None:
    """Without a terminal nothing is shown."""


@contextmanager
def progress(lang: str) -> Iterator[Callable[[str], None]]:
    """What to call with the key of each stage as it begins; the bar is gone when the work is done."""
    if not sys.stderr.isatty():
        yield _unseen
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    parts = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def began(stage: str) -> None:
            bar.reset(task, total=None, description=STAGES[lang][stage])

        yield began
