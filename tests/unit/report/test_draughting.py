"""Another process draws, and whatever becomes of it, the drawings are the same."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from dipsim.report import draughting as module
from dipsim.report.draughting import draughting, drawn_here
from dipsim.report.html import page_of
from dipsim.report.picture import Axis, Panel, Picture, Rule, Sheet
from tests.shared import REPOSITORY
from tests.unit.report import region

PICTURES = page_of(region.comparison()).pictures()
ALLOWED = {"matplotlib", "numpy"}
HEAVY = {"jinja2", "llvmlite", "numba", "pandas", "pyarrow", "pydantic", "rich", "scipy", "typer", "xlsxwriter"}
LOADED = """
import json, sys
from dipsim.report import draughting, drawing
from dipsim.report.picture import Axis, Panel, Picture, Rule, Sheet
drawing.svg(Picture("key", "zh", Sheet("", ""), 60, (Panel((Rule(True, 0),), Axis()),)))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
KILLED = """
import time
from dipsim.report import draughting
draughting._processors = lambda: 2
start = draughting._started
def told():
    process = start()
    print(process.pid, flush=True)
    return process
draughting._started = told
with draughting.draughting():
    time.sleep(60)
"""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that is started, on a machine of two processors."""
    start, found = module._started, list[subprocess.Popen[bytes]]()

    def noted() -> subprocess.Popen[bytes] | None:
        process = start()
        found.extend([] if process is None else [process])
        return process

    monkeypatch.setattr(module, "_started", noted)
    monkeypatch.setattr(module, "_processors", lambda: 2)
    return found


@pytest.fixture
def not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be drawn by this process."""

    def refused(_: Sequence[Picture]) -> Callable[[], Sequence[str]]:
        raise AssertionError("drawn here")

    monkeypatch.setattr(module, "drawn_here", refused)


@pytest.fixture
def broken_pipes_end_it() -> Iterator[None]:
    """As in a command."""
    former = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGPIPE, former)


@pytest.mark.usefixtures("not_here")
def test_the_other_process_draws_the_same_bytes(started: list[subprocess.Popen[bytes]]) -> None:
    with draughting() as draw:
        drawings = draw(PICTURES)()
    assert list(drawings) == list(drawn_here(PICTURES)())
    (process,) = started
    assert process.returncode is not None


@pytest.mark.usefixtures("not_here", "started")
def test_more_than_a_pipe_holds_comes_through_both_ways() -> None:
    rules = tuple(Rule(True, place / 7) for place in range(2_000))
    large = Picture("large", "zh", Sheet("", "x" * 200_000), 60, (Panel(rules, Axis()),))
    with draughting() as draw:
        (drawing,) = draw([large])()
    assert len(drawing) > 200_000


@pytest.mark.usefixtures("broken_pipes_end_it")
@pytest.mark.parametrize("when", ["before it is asked", "before it answers"])
def test_what_a_process_that_ends_has_not_drawn_is_drawn_here(
    started: list[subprocess.Popen[bytes]], when: str
) -> None:
    with draughting() as draw:
        (process,) = started
        if when == "before it is asked":
            process.kill()
            process.wait()
        drawings = draw(PICTURES)
        process.kill()
        assert list(drawings()) == list(drawn_here(PICTURES)())
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL


@pytest.mark.parametrize("answer", ["", "[]", '["<svg>"]', '{"a": 1}', json.dumps([1] * len(PICTURES)), "\\xff"])
def test_an_answer_that_is_none_is_drawn_here(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({answer!a}.encode())",
    ]
    monkeypatch.setattr(module, "_processors", lambda: 2)
    monkeypatch.setattr(
        module, "_started", lambda: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    )
    with draughting() as draw:
        assert list(draw(PICTURES)()) == list(drawn_here(PICTURES)())


def test_without_a_program_to_start_it_is_drawn_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 2)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with draughting() as draw:
        assert draw is drawn_here


def test_no_process_is_started_on_one_processor_or_where_none_is_wanted(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with draughting(wanted=False) as draw:
        assert draw is drawn_here
    monkeypatch.setattr(module, "_processors", lambda: 1)
    with draughting() as draw:
        assert draw is drawn_here
    assert started == []


def test_a_block_that_fails_leaves_no_process(started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(KeyboardInterrupt), draughting():
        raise KeyboardInterrupt
    assert started[0].returncode == -signal.SIGKILL


@pytest.mark.usefixtures("not_here", "started")
def test_no_file_of_the_working_directory_is_taken_for_a_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("json", "matplotlib", "pickle"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    with draughting() as draw:
        assert len(draw(PICTURES[:1])()) == 1


def test_drawing_loads_no_other_heavy_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, encoding="utf-8", cwd=REPOSITORY, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert loaded >= ALLOWED
    assert loaded & HEAVY == set()


def test_a_process_ends_with_the_command_that_was_killed() -> None:
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as killed:
        assert killed.stdout is not None
        drawing = psutil.Process(int(killed.stdout.readline()))
        assert drawing.is_running()
        killed.kill()
    until = time.monotonic() + 60
    while drawing.is_running() and drawing.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.05)
