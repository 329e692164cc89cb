"""A bar for long work, on the error stream and only when that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from dipsim.cli.answer import Screen

STAGES: Mapping[str, tuple[str, str, int]] = MappingProxyType(
    {
        "draw": ("making up a year", "生成年度病例", 25),
        "learn": ("learning from the history", "用历史病例测算", 30),
        "read": ("reading cases", "读取病例", 50),
        "fingerprint": ("taking the fingerprint", "计算指纹", 8),
        "group": ("grouping", "分组", 4),
        "claim": ("claiming points", "计算分值与申报", 8),
        "write": ("writing", "写出结果", 30),
    }
)
"""Every stage in both languages, and a guess how long it takes beside the others: the bar moves by it, nothing else."""
RUN = ("read", "fingerprint", "group", "claim", "write")
"""The stages of one run."""


def _unseen(_: str) -> None:
    """Without a terminal nothing is shown."""


@contextmanager
def progress(screen: Screen, plan: Sequence[str]) -> Iterator[Callable[[str], None]]:
    """What to call with the key of each stage of the plan as it begins; the bar is gone when the work is done.

    The part done is that of the stages left behind, and the time left follows from it.
    """
    if not screen.is_talkative or not sys.stderr.isatty():
        yield _unseen
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    weights = [STAGES[stage][2] for stage in plan]
    parts = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
    )
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=sum(weights), left="")
        begun: list[str] = []

        def began(stage: str) -> None:
            begun.append(stage)
            done = sum(weights[: len(begun) - 1])
            elapsed = bar.tasks[0].elapsed or 0.0
            left = "" if not done else _left(screen, elapsed * (sum(weights) - done) / done)
            english, chinese, _ = STAGES[stage]
            bar.update(task, completed=done, description=screen.words(english, chinese), left=left)

        yield began


def _left(screen: Screen, seconds: float) -> str:
    amount = f"{seconds:.0f}"
    return screen.words(f"about {amount} s left", f"约剩 {amount} 秒")
