"""The starter city with one thing broken: what the command line says, and that it left nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from typer.testing import CliRunner

from dipsim.cli.main import app
from dipsim.errors import DipsimError
from tests.e2e.commands import contents
from tests.shared import REPOSITORY

STARTER = REPOSITORY / "dipsim" / "cli" / "starter"
BASELINE = "my-city/baseline-2025"
SCENARIO = "scenarios/my-city/baseline-2025.toml"
CASES = "data/cases.csv"
HEADER = (STARTER / CASES).read_text(encoding="utf-8").splitlines()[0]
FIRST = (STARTER / CASES).read_text(encoding="utf-8").splitlines()[1]
Plant: TypeAlias = Callable[[Path], object]
"""Breaks something in the folder of a city."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of broken input, and the parts that the message must have: where, what, why or what next."""

    kind: str
    plant: Plant
    told: tuple[str, ...]

    def __str__(self) -> str:
        return self.kind


def city(folder: Path) -> Path:
    """A copy of the starter city."""
    return Path(shutil.copytree(STARTER, folder / "city"))


def put(name: str, content: str | bytes) -> Plant:
    """Write a file of the city anew."""
    data = content.encode() if isinstance(content, str) else content

    def plant(city: Path) -> None:
        (city / name).parent.mkdir(parents=True, exist_ok=True)
        (city / name).write_bytes(data)

    return plant


def change(name: str, old: str, new: str) -> Plant:
    """Put another text in the place of one that stands in a file of the city."""

    def plant(city: Path) -> None:
        text = (city / name).read_text(encoding="utf-8")
        assert old in text
        (city / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")

    return plant


def add(name: str, text: str) -> Plant:
    """Append to a file of the city."""

    def plant(city: Path) -> None:
        with (city / name).open("a", encoding="utf-8", newline="") as stream:
            stream.write(text)

    return plant


def move(old: str, new: str) -> Plant:
    """Give a file of the city another name."""

    def plant(city: Path) -> None:
        (city / new).parent.mkdir(exist_ok=True)
        (city / old).rename(city / new)

    return plant


def as_folder(name: str) -> Plant:
    """Put a folder in the place of a file of the city."""

    def plant(city: Path) -> None:
        (city / name).unlink()
        (city / name).mkdir()

    return plant


def both(*plants: Plant) -> Plant:
    """One break after the other."""
    return lambda city: [plant(city) for plant in plants]


def refused(*words: str | Path) -> str:
    """What a command says that ends with 2: where, what, why and what next, of each problem."""
    result = CliRunner().invoke(app, [*map(str, words)])
    if isinstance(result.exception, DipsimError):
        assert result.exception.exit_code == 2
        return str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 2, result.output
    return result.output


def require_refused(fault: Fault, folder: Path, *words: str) -> None:
    """Plant a fault and carry out a command in the city: `{city}` and `{out}` stand for the two places."""
    place, out = city(folder), folder / "out"
    fault.plant(place)
    before = contents(folder)
    said = refused(*(word.format(city=place, out=out) for word in words))
    missing = [part for part in fault.told if part not in said]
    assert not missing, said
    assert not out.exists()
    assert contents(folder) == before
