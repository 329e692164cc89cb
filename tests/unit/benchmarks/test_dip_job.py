from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.registry import Tolerance, subject
from benchmarks.running import DisagreementError, run_subject

pytestmark = pytest.mark.large

CASES = 20_000


def silent(_: str) -> None:
    """Nobody asked to be told."""


@pytest.mark.parametrize(("key", "threads"), [("dip_job", 1), ("dip_job_trimmed", 2)])
def test_all_engines_agree_on_every_hospital(tmp_path: Path, key: str, threads: int) -> None:
    chosen = replace(subject(key), threads=(threads,))
    measured = run_subject(chosen, CASES, 1, 2, None, tmp_path, silent)
    engines = {engine for engine, _, _ in measured.figures}
    assert engines == {"dipsim", "polars", "duckdb", "pandas", "decode"}
    assert all(answer is None or len(answer["points"]) == 300 for one in measured.raw for answer in one["answers"])
    assert all(figure.peak_bytes > 0 for figure in measured.figures.values())


def test_engines_that_disagree_have_no_times(tmp_path: Path) -> None:
    """Floats and whole numbers are never the same to the last bit."""
    exact = replace(subject("dip_job"), threads=(1,), tolerances={"points": Tolerance(0.0)})
    with pytest.raises(DisagreementError, match="points: duckdb"):
        run_subject(exact, CASES, 1, 1, ["dipsim", "duckdb"], tmp_path, silent)
