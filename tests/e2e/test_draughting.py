"""A command that writes a page has its charts drawn by another process, which is never left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.commands import REPOSITORY, contents, dipsim

SCENARIO = "my-city/baseline-2025"
COMMAND = """
import json, os, signal, sys
from dipsim.cli import main
from dipsim.report import draughting
draughting._processors = lambda: 2
start, processes = draughting._started, []
def noted():
    processes.append(start())
    return processes[-1]
draughting._started = noted
{change}
try:
    main.main()
finally:
    told = {{"ends": [process.returncode for process in processes], "matplotlib": "matplotlib" in sys.modules}}
    print(json.dumps(told))
"""
INTERRUPTED = """
import dipsim.pipeline
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs behind it with interrupts ignored
dipsim.pipeline.simulate = lambda *_: os.killpg(0, signal.SIGINT)
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "my-city"
    dipsim("init", folder)
    return folder


@dataclass(frozen=True, slots=True)
class Told:
    """How the processes ended that a command started, and whether it loaded matplotlib itself."""

    ends: tuple[int | None, ...]
    matplotlib: bool


def told(*words: str | Path, change: str = "", exit_code: int = 0) -> Told:
    """What became of a command on a machine of two processors."""
    command = [sys.executable, "-c", COMMAND.format(change=change), *map(str, words), "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, start_new_session=True)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    return Told(tuple(found["ends"]), found["matplotlib"])


def policy(city: Path, *names: str) -> tuple[str | Path, ...]:
    return (*(word for name in names for word in ("-s", name)), "--policy", city)


@pytest.mark.parametrize("verb", ["run", "compare", "hospital"])
def test_a_command_that_writes_a_page_does_not_load_the_drawing_library(city: Path, tmp_path: Path, verb: str) -> None:
    names = (SCENARIO, "demo-city/tighter-bands") if verb == "compare" else (SCENARIO,)
    first = ("hospital", "demo-A") if verb == "hospital" else (verb,)
    words = (*first, city / "data", *policy(city, *names))
    elsewhere = told(*words, "-o", tmp_path / "elsewhere")
    here = told(*words, "-o", tmp_path / "here", change="draughting._processors = lambda: 1")
    assert (len(elsewhere.ends), elsewhere.matplotlib) == (1, False)
    assert None not in elsewhere.ends
    assert here == Told((), True)
    assert contents(tmp_path / "elsewhere") == contents(tmp_path / "here")


def test_a_dry_run_starts_no_process(city: Path, tmp_path: Path) -> None:
    words = ("run", city / "data", *policy(city, SCENARIO), "-o", tmp_path / "out", "--dry-run")
    assert told(*words).ends == ()


def test_a_command_that_refuses_its_input_leaves_no_process(city: Path, tmp_path: Path) -> None:
    words = ("run", city / "no-such-data", *policy(city, SCENARIO), "-o", tmp_path / "out")
    (end,) = told(*words, exit_code=2).ends
    assert end is not None


def test_an_interrupt_ends_both_processes_quietly(city: Path, tmp_path: Path) -> None:
    words = ("run", city / "data", *policy(city, SCENARIO), "-o", tmp_path / "out")
    (end,) = told(*words, change=INTERRUPTED, exit_code=130).ends
    assert end is not None
    assert list(tmp_path.iterdir()) == []
