"""Small files and readings for the tests of cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.mapping import mapping_of
from dipsim.cases.read import CaseReading, read_cases
from dipsim.errors import CaseDataError


def written(folder: Path, text: str, name: str = "cases.csv") -> Path:
    """Write a file with these bytes of text and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def read_bytes(folder: Path, data: bytes) -> CaseReading:
    """Read one CSV file with these bytes."""
    path = folder / "cases.csv"
    path.write_bytes(data)
    return read_cases([path])


def read_text(folder: Path, text: str, **mapping: object) -> CaseReading:
    """Read one CSV file with this text, through a mapping document if one is given."""
    path = written(folder, text)
    return read_cases([path], mapping_of(mapping, "mapping.toml") if mapping else None)


def refused(folder: Path, text: str, **mapping: object) -> str:
    """The message with which a CSV file of this text is refused."""
    with pytest.raises(CaseDataError) as caught:
        read_text(folder, text, **mapping)
    return str(caught.value)


def rejects_of(reading: CaseReading) -> list[tuple[int, str, str, str, str]]:
    """Line, case_id, field, value and reason of each reject."""
    return [(row.line, row.case_id, row.field, row.value, row.reason) for row in reading.rejects]
