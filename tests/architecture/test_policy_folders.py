"""The policy folders hold data and nothing that runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import PurePosixPath

import pytest

from tests.architecture.tree import tracked_files
from tests.shared import REPOSITORY

FOLDERS = ("groupers", "weights", "scenarios")
DATA = (".toml", ".csv", ".md")


def policy_files(folder: str) -> list[str]:
    """Return the tracked files of one policy folder."""
    return [path for path in tracked_files(REPOSITORY) if path.startswith(f"{folder}/")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_policy_folder_holds_tables_and_documents_only(folder: str) -> None:
    files = policy_files(folder)
    assert files
    assert [path for path in files if not path.endswith(DATA)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_policy_document_is_toml_in_utf8(folder: str) -> None:
    documents = [path for path in policy_files(folder) if path.endswith(".toml")]
    assert documents
    for path in documents:
        tomllib.loads((REPOSITORY / path).read_text(encoding="utf-8"))


def test_check_reads_every_policy_file_that_is_shipped() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DIPSIM_POLICY"}
    command = [sys.executable, "-m", "dipsim", "check", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    checked = {f"{row['kind']} {row['name']}" for row in json.loads(done.stdout)["sound"]}
    named, overlays = shipped_policy()
    assert checked == named
    assert overlays == overlays_in_use()


def shipped_policy() -> tuple[set[str], set[str]]:
    """Every policy document as `check` names it, and every overlay."""
    named, overlays = set(), set()
    for path in (PurePosixPath(path) for folder in FOLDERS for path in policy_files(folder) if path.endswith(".toml")):
        inside = path.relative_to(path.parts[0])
        if path.match("groupers/*/scheme.toml"):
            named.add(f"scheme {inside.parent}")
        elif path.match("weights/*/weights.toml"):
            named.add(f"weights {inside.parent}")
        elif path.match("groupers/learn/*.toml"):
            named.add(f"learning rules {path.stem}")
        elif path.match("scenarios/overlays/*.toml"):
            overlays.add(path.stem)
        else:
            named.add(f"scenario {inside.with_suffix('')}")
    return named, overlays


def overlays_in_use() -> set[str]:
    """The overlays that a shipped scenario names: an overlay is checked with the scenarios that use it."""
    scenarios = [REPOSITORY / path for path in policy_files("scenarios") if path.endswith(".toml")]
    return {name for path in scenarios for name in tomllib.loads(path.read_text(encoding="utf-8")).get("overlays", [])}
