"""A hundred thousand mutations of sound files: whatever comes of them is read, or refused in a sentence.

Nothing but a `DipsimError` may leave a reader, no warning, and every row is accepted or rejected. Parquet is read in a
process of its own: its decoder is C++, and a crash there should fail a test, not end the run.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from dipsim.errors import DipsimError, Problem
from tests.property.mutating import csv_bytes, edits_of_bytes, edits_of_tables, mutated, mutated_table, table_of
from tests.property.mutation_targets import CASES, COMPANIONS, CONTAINERS, POLICY, Target, read_rule, repacked
from tests.property.seeds import RULES
from tests.shared import examples

AN_EXAMPLE = 25
"""Mutations that one example of hypothesis makes out of its number."""
COUNTS: Mapping[str, int] = {
    **dict.fromkeys(CASES, 3_500),
    **dict.fromkeys(COMPANIONS, 3_000),
    **dict.fromkeys(POLICY, 4_500),
    **dict.fromkeys(CONTAINERS, 1_500),
    "a scenario": 1_500,
    "a rule": 20_000,
}
"""How many mutations there are of each file, or of all files of a folder; without the compiler there are fewer."""
TABLES: Mapping[str, Target] = {**CASES, **COMPANIONS, **POLICY}
CODECS = ("utf-8", "gb18030")
LONGEST_WAIT = 60
"""Seconds after which a reader in another process counts as hanging."""


def carried_out(count: int, mutate: Callable[[Random], None]) -> None:
    """So many mutations, counted."""
    done = 0

    @given(number=st.integers(0, 2**64 - 1))
    @examples(count // AN_EXAMPLE)
    def some(number: int) -> None:
        nonlocal done
        random = Random(number)
        for _ in range(AN_EXAMPLE):
            mutate(random)
            done += 1

    some()
    assert done >= count or settings.get_current_profile_name() == "few"


def mutant(data: bytes, is_table: bool, codec: str, random: Random) -> bytes:
    """The bytes after some edits: of its cells, or of any byte."""
    if is_table and random.random() < 0.5:
        cells = edits_of_tables(random)
        note(f"{cells}")
        return csv_bytes(mutated_table(table_of(data.decode(codec)), cells), codec)
    edits = edits_of_bytes(random)
    note(f"{edits}")
    return mutated(data, edits)


def codec_of(data: bytes) -> str:
    """The encoding of a sound file."""
    return next(
        codec for codec in CODECS if data.decode(codec, errors="replace").encode(codec, errors="replace") == data
    )


def written(target: Target, folder: Path) -> None:
    for name, data in target.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def read_or_refused(read: Callable[[], object]) -> None:
    """Read; the only error that may come of it says something of each problem."""
    problems: tuple[Problem, ...] | None = None
    try:
        read()
    except DipsimError as error:
        problems = error.problems
    assert problems is None or (problems and all(problem.where and problem.what for problem in problems)), problems


def test_there_are_a_hundred_thousand_mutations() -> None:
    assert set(COUNTS) == {*TABLES, *CONTAINERS, "a rule"}
    assert all(count % AN_EXAMPLE == 0 for count in COUNTS.values())
    assert sum(COUNTS.values()) >= 100_000


@pytest.mark.parametrize("name", TABLES)
def test_a_mutated_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    target = TABLES[name]
    written(target, tmp_path)
    target.read(tmp_path)
    codecs = {file: codec_of(target.files[file]) for file in target.changing}

    def mutate(random: Random) -> None:
        file = random.choice(target.changing)
        note(file)
        data = mutant(target.files[file], file.endswith(".csv"), codecs[file], random)
        (tmp_path / file).write_bytes(data)
        read_or_refused(lambda: target.read(tmp_path))
        (tmp_path / file).write_bytes(target.files[file])

    carried_out(COUNTS[name], mutate)


def test_a_mutated_rule_is_read_or_refused() -> None:
    def mutate(random: Random) -> None:
        text = mutant(random.choice(RULES).encode(), False, "utf-8", random)
        read_or_refused(lambda: read_rule(text))

    carried_out(COUNTS["a rule"], mutate)


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_mutated_container_is_read_or_refused(name: str, process: ProcessPoolExecutor) -> None:
    def mutate(random: Random) -> None:
        number = random.getrandbits(64)
        note(f"read_mutated({name!r}, {number})")
        process.submit(read_mutated, name, number).result(LONGEST_WAIT)

    carried_out(COUNTS[name], mutate)


def read_mutated(name: str, number: int) -> None:
    """One mutation of a container, in this process."""
    warnings.simplefilter("error")
    target, random = CONTAINERS[name], Random(number)
    (file,) = target.files
    data = target.files[file]
    with tempfile.TemporaryDirectory() as folder:
        changed = repacked(data, random) if name.endswith("parts") else mutated(data, edits_of_bytes(random))
        (Path(folder) / file).write_bytes(changed)
        read_or_refused(lambda: target.read(Path(folder)))
