"""What is installed is pinned by hash, and no tracked file knows one registry or one machine."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import tracked_files
from tests.shared import REPOSITORY

LOCKS = ("locks/runtime.txt", "locks/dev.txt")
REGISTRY = r"files\.python[h]osted|pypi[.]org/simple|registry\.npm[j]s|--(?:extra-)?index[-]url|--find[-]links"
MACHINE_PATH = r"(?<![\w.])/(?:root|home|Users|work|tmp|opt)/"
ADDRESS = re.compile(f"{REGISTRY}|{MACHINE_PATH}")


def requirements(lock: str) -> dict[str, str]:
    """Return requirement -> its hashes, as the lock states them."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8").replace("\\\n", "")
    lines = (line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("--only-binary"))
    return {line[0]: line[1] if len(line) > 1 else "" for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_by_version_and_hash(lock: str) -> None:
    pinned = requirements(lock)
    assert len(pinned) > 10
    assert [name for name, rest in pinned.items() if "==" not in name or "--hash=sha256:" not in rest] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_takes_wheels_only_and_names_no_address(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert text.startswith("--only-binary :all:\n")
    assert "http" not in text


def test_the_runtime_lock_is_a_part_of_the_development_lock() -> None:
    runtime, development = (requirements(lock) for lock in LOCKS)
    assert {name: development.get(name) for name in runtime} == runtime


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in tracked_files(REPOSITORY):
        content = (REPOSITORY / path).read_bytes()
        if b"\0" not in content:
            lines = content.decode("utf-8").splitlines()
            found += [f"{path}:{number}" for number, line in enumerate(lines, 1) if ADDRESS.search(line)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "--index" + "-url https://example.org",
        "https://files.python" + "hosted.org/packages/a.whl",
        "open('/" + "root/cases.csv')",
        "/" + "home/someone/dipsim",
    ],
)
def test_a_planted_address_is_seen(text: str) -> None:
    assert ADDRESS.search(text)


@pytest.mark.parametrize("text", ["docs/home/index.md", "point_value/work/done", "https://www.example.org/homes/a"])
def test_an_ordinary_path_is_not_taken_for_an_address(text: str) -> None:
    assert not ADDRESS.search(text)
