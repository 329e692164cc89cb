"""The policy folders hold data and nothing that runs."""

from __future__ import annotations

import tomllib

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
