from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cli.synth import synth


def test_the_verb_writes_the_region_and_shows_each_target_beside_the_value_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synth(tmp_path, cases=1_000, lang="en")
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    history = [f"history/{year}.parquet" for year in (2022, 2023, 2024)]
    tables = ["assessment.csv", "cases.csv", "deductions.csv", *history, "hospitals.csv", "prepaid.csv", "truth.csv"]
    assert files == tables
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["measure", "statistic", "target", "reached", "allowed", "met"]
    assert lines[-1] == str(tmp_path)
    shown = [line for line in lines if line.startswith(("Cost of a case", "At tertiary"))]
    assert [line.split()[-4] for line in shown] == ["5,398.510", "6,857.890", "40.470%"]
    assert [line.split()[-2] for line in shown] == ["161.955", "685.789", "0.500%"]
