"""The contracts of pyproject.toml hold, and each of them catches what it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None, no_cache=True))"

PLANTS = [
    ("dipsim/kernels/planted.py", "import pandas", "Kernels know arrays and nothing else"),
    ("dipsim/kernels/planted.py", "import pydantic", "Kernels know arrays and nothing else"),
    ("dipsim/policy/planted.py", "import pandas", "pandas stays at the edge"),
    ("dipsim/policy/planted.py", "import pyarrow.parquet", "pyarrow stays at the edge"),
    ("dipsim/report/planted.py", "import matplotlib.figure", "Only drawing knows matplotlib"),
    ("dipsim/report/lettering.py", "import dipsim.report.labels", "Pictures are drawn without anything else"),
    ("dipsim/payment/planted.py", "import dipsim.payment.dip", "Rule files do not import each other"),
    ("dipsim/settlement/planted.py", "import dipsim.payment.dip", "Rule files do not import each other"),
    ("dipsim/kernels/planted.py", "import dipsim.policy", "A module imports only from the layers below it"),
    ("dipsim/policy/planted.py", "import dipsim.cases", "A module imports only from the layers below it"),
    ("dipsim/utils.py", "import json", "A module imports only from the layers below it"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package that stands in the folder; 0 when every contract is kept."""
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copytree(REPOSITORY / "dipsim", tmp_path / "dipsim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_contract_is_kept() -> None:
    verdict = lint_imports(REPOSITORY)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(("path", "line", "contract"), PLANTS, ids=lambda value: value.replace(" ", "_"))
def test_a_planted_import_is_caught(copied_package: Path, path: str, line: str, contract: str) -> None:
    (copied_package / path).write_text(f"{line}\n", encoding="utf-8")
    verdict = lint_imports(copied_package)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    broken = [text for text in verdict.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), verdict.stdout
