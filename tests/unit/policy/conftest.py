"""A policy folder that holds the baseline of demo city."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.paths import PolicyRoots
from dipsim.policy.document import Document, load_document
from tests.unit.policy.demo_city import BASELINE, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> None:
        path = tmp_path / "scenarios" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    write("demo-city/baseline-2025", BASELINE)
    return write


@pytest.fixture
def roots(tmp_path: Path) -> PolicyRoots:
    return PolicyRoots((tmp_path,))


@pytest.fixture
def baseline(write: Write, roots: PolicyRoots) -> Document:
    return load_document("demo-city/baseline-2025", roots)
