"""Golden examples: files worked by hand, each with a name, a source, and what it expects or the error it must meet."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

FOLDER = Path(__file__).parent
Golden: TypeAlias = Mapping[str, Any]


def files(*folders: str) -> list[Any]:
    """The golden files of some folders, each named by its path."""
    paths = sorted(path for folder in folders for path in (FOLDER / folder).rglob("*.toml"))
    return [pytest.param(path, id=path.relative_to(FOLDER).with_suffix("").as_posix()) for path in paths]


def read(path: Path) -> Golden:
    """The example, which says what it is called and where it comes from."""
    golden = tomllib.loads(path.read_text(encoding="utf-8"))
    assert golden["name"]
    assert golden["source"]
    return golden


def refusal(golden: Golden) -> str:
    """Part of the message that must refuse the example, '' where it must run."""
    return str(golden.get("expect", {}).get("error", ""))
