from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dipsim.cli.start import MATRIX_THREADS, SMALL, has_few_cases
from tests.shared import REPOSITORY

LOADED = """
import sys
from dipsim.cli.start import start_sooner
start_sooner(sys.argv[1:])
import dipsim.kernels.dip
print("numba" in sys.modules)
"""


def table(folder: Path, size: int, name: str = "cases.csv") -> str:
    """The folder, with a file of this size in it."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(bytes(size))
    return str(folder)


def loads_numba(*words: str, **switch: str) -> bool:
    """Whether a process that starts with these words has imported numba with its kernels."""
    command = [sys.executable, "-c", LOADED, *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=switch, check=True)
    return done.stdout.strip() == "True"


def test_the_files_that_are_named_and_those_in_a_folder_are_weighed_together(tmp_path: Path) -> None:
    folder = table(tmp_path / "data", SMALL[".csv"] // 2)
    assert has_few_cases([folder])
    assert has_few_cases([folder, table(tmp_path / "more", SMALL[".parquet"] // 4, "cases.parquet")])
    assert not has_few_cases([folder, str(tmp_path / "data" / "cases.csv"), table(tmp_path / "third", 1)])


def test_what_stands_in_the_output_does_not_count_and_no_file_is_not_few(tmp_path: Path) -> None:
    folder, out = table(tmp_path / "data", 10), table(tmp_path / "out", SMALL[".csv"] + 1)
    assert has_few_cases([folder, "-o", out])
    assert not has_few_cases([folder, out])
    assert not has_few_cases(["-s", "a/b", str(tmp_path / "nowhere.csv")])


def test_a_word_that_can_be_no_path_is_not_few() -> None:
    assert not has_few_cases(["x" * 10_000])


@pytest.mark.parametrize(
    ("verb", "switch", "expected"),
    [("run", {}, False), ("demo", {}, True), ("run", {"NUMBA_DISABLE_JIT": "0"}, True)],
    ids=["few cases", "another verb", "switched on"],
)
def test_few_cases_are_worked_out_without_the_compiler(
    tmp_path: Path, verb: str, switch: dict[str, str], expected: bool
) -> None:
    assert loads_numba(verb, table(tmp_path / "data", 10), **switch) is expected


def test_with_the_compiler_off_numba_is_not_imported() -> None:
    assert not loads_numba(NUMBA_DISABLE_JIT="1")
    assert loads_numba()


def test_numpy_starts_no_threads_of_its_own_unless_it_is_told_to() -> None:
    told = "import os, sys; from dipsim.cli.start import start_sooner; start_sooner([]); print(os.environ[sys.argv[1]])"

    def threads(**switch: str) -> str:
        command = [sys.executable, "-c", told, MATRIX_THREADS]
        return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=switch, check=True).stdout

    assert threads().strip() == "1"
    assert threads(**{MATRIX_THREADS: "4"}).strip() == "4"
