"""The command line as a user calls it, and the files that it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def dipsim(*words: str | Path, exit_code: int = 0) -> str:
    """Run `dipsim` and return what it printed, both streams; the exit code must be the one expected."""
    command = [sys.executable, "-m", "dipsim", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "160"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def contents(folder: Path) -> Mapping[str, bytes]:
    """The bytes of every file below a folder by its place, but for run.json, which tells how the run was made."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
