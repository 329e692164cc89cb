from __future__ import annotations

import io
import sys

import pytest

from dipsim.cli.progress import STAGES, progress
from dipsim.lab.compare import compared
from dipsim.pipeline import Memo
from tests.unit.report import region


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_where_the_error_stream_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("zh") as began:
        began("read")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_terminal_is_shown_the_stage_on_the_error_stream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress(lang) as began:
        began("group")
    assert STAGES[lang]["group"] in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_every_stage_of_a_run_has_a_name_and_shared_stages_begin_once() -> None:
    heard: list[str] = []
    scenarios = [result.scenario for result in region.comparison().results]
    compared(region.inputs(), scenarios, memo=Memo(began=heard.append))
    assert heard == ["fingerprint", "group", "claim", "claim"]
    assert set(heard) <= set(STAGES["zh"]) == set(STAGES["en"])
