"""The command itself: what its help imports, and the table of verbs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from dipsim.cli.main import app
from dipsim.cli.verbs import VERBS, Family, Verb
from tests.shared import REPOSITORY

HEAVY = {"jinja2", "lark", "llvmlite", "matplotlib", "numba", "numpy", "pandas", "pyarrow", "rich", "xlsxwriter"}
LOADED = """
import json, sys
from dipsim.cli.main import main
sys.argv = ["dipsim", *sys.argv[1:], "--help"]
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def verbs() -> Iterator[tuple[str, Verb]]:
    """Every verb with its words."""
    for name, entry in VERBS.items():
        if isinstance(entry, Family):
            yield from ((f"{name} {second}", verb) for second, verb in entry.verbs.items())
        else:
            yield name, entry


def modules_loaded_by_help(*words: str) -> set[str]:
    """The top packages that Python holds when the help of these words has been shown."""
    command = [sys.executable, "-c", LOADED, *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=REPOSITORY, check=True)
    return set(json.loads(done.stderr))


def test_the_help_of_the_command_imports_no_library_but_typer() -> None:
    assert modules_loaded_by_help() & {*HEAVY, "pydantic"} == set()


@pytest.mark.parametrize("words", [name for name, _ in verbs()])
def test_the_help_of_a_verb_imports_no_heavy_library(words: str) -> None:
    assert modules_loaded_by_help(*words.split()) & HEAVY == set()


def test_every_verb_of_the_table_is_a_function_with_help_in_both_languages() -> None:
    for words, verb in verbs():
        shown = CliRunner().invoke(app, [*words.split(), "--help"], catch_exceptions=False)
        assert shown.exit_code == 0, words
        assert verb.summary_zh in shown.output
        assert "Example" in shown.output


def test_the_list_of_verbs_names_each_in_both_languages() -> None:
    listed = CliRunner().invoke(app, ["--help"], catch_exceptions=False).output.splitlines()
    for name, entry in VERBS.items():
        assert any(line.split()[:1] == [name] and line.endswith(entry.summary_zh) for line in listed), name


def test_an_unknown_verb_is_answered_with_the_nearest() -> None:
    answer = CliRunner().invoke(app, ["comparr"])
    assert answer.exit_code == 2
    assert "did you mean 'compare'?" in answer.output
