from __future__ import annotations

import io
import sys

import pytest

from dipsim.cli.answer import Lang, Screen
from dipsim.cli.progress import RUN, STAGES, progress
from dipsim.lab.compare import compared
from dipsim.pipeline import Memo
from tests.unit.report import region


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def terminal_seen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal as the error stream; no fixture, for pytest sets the streams anew between a fixture and its test."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return shown


def test_nothing_is_shown_where_the_error_stream_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(Screen(), RUN) as began:
        began("read")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("screen", [Screen(quiet=True), Screen(as_json=True)])
def test_nothing_is_shown_to_who_wants_errors_or_json_only(monkeypatch: pytest.MonkeyPatch, screen: Screen) -> None:
    terminal = terminal_seen(monkeypatch)
    with progress(screen, RUN) as began:
        began("read")
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("lang", "left"), [("zh", "约剩"), ("en", "s left")])
def test_a_terminal_is_shown_the_stage_the_part_done_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: Lang, left: str
) -> None:
    terminal = terminal_seen(monkeypatch)
    with progress(Screen(lang), RUN) as began:
        for stage in RUN:
            began(stage)
    shown = terminal.getvalue()
    english, chinese, weight = STAGES["write"]
    assert (chinese if lang == "zh" else english) in shown
    assert left in shown
    share = 100 - round(100 * weight / sum(STAGES[stage][2] for stage in RUN))
    assert f"{share}%" in shown
    assert capsys.readouterr().out == ""


def test_every_stage_of_a_run_has_a_name_and_shared_stages_begin_once() -> None:
    heard: list[str] = []
    scenarios = [result.scenario for result in region.comparison().results]
    compared(region.inputs(), scenarios, memo=Memo(began=heard.append))
    assert heard == ["fingerprint", "group", "claim", "claim"]
    assert set(heard) < set(RUN) < set(STAGES)
