"""`dipsim scheme learn`: from case files to policy folders that a run can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dipsim.cli.main import app
from dipsim.errors import CaseDataError
from dipsim.policy.fingerprint import PROVENANCE_FILE
from dipsim.policy.weights import read_weights
from tests.shared import REPOSITORY

BUNDLED = REPOSITORY / "groupers" / "learn" / "dip-national.toml"
HEADER = "case_id,hospital_id,insurance,principal_diagnosis,procedures,total_cost_yuan,discharged_on"


@pytest.fixture
def rows() -> list[str]:
    """Cases of 2022 to 2025, with and without procedures, of two hospitals and two insurances."""
    random = np.random.default_rng(3)
    made = []
    for number in range(1200):
        diagnosis = random.choice(["K35.900", "I63.900", "J18.900"], p=[0.5, 0.3, 0.2])
        procedure = random.choice(["", "47.0100", "99.9999"], p=[0.5, 0.45, 0.05])
        hospital, insurance = random.choice(["H1", "H2"]), random.choice(["employee", "resident"])
        year = random.choice([2022, 2023, 2024, 2025])
        cost = int(random.lognormal(8, 0.8))
        made.append(f"C{number:05d},{hospital},{insurance},{diagnosis},{procedure},{cost}.5,{year}-03-04")
    return made


def data_folder(folder: Path, parts: Mapping[str, Sequence[str]]) -> Path:
    """A data folder with these case files and the table of hospitals."""
    (folder / "cases").mkdir(parents=True)
    for name, lines in parts.items():
        (folder / "cases" / name).write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    (folder / "hospitals.csv").write_text("hospital_id,level\nH1,tertiary\nH2,primary\n", encoding="utf-8")
    return folder


def learned(data: Path, into: Path, *options: str) -> str:
    """What the command prints."""
    arguments = ["scheme", "learn", str(data), "--name", "local", "--into", str(into), *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def files_of(folder: Path) -> Mapping[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != PROVENANCE_FILE)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_seven_shuffled_files_give_the_same_bytes_as_one(tmp_path: Path, rows: list[str]) -> None:
    learned(data_folder(tmp_path / "one", {"all.csv": rows}), tmp_path / "from-one")
    shuffled = [rows[i] for i in np.random.default_rng(5).permutation(len(rows))]
    parts = {f"part{i}.csv": shuffled[i::7] for i in range(7)}
    learned(data_folder(tmp_path / "seven", parts), tmp_path / "from-seven", "--threads", "2")
    assert len(files_of(tmp_path / "from-one")) == 8
    assert files_of(tmp_path / "from-seven") == files_of(tmp_path / "from-one")


def test_the_settlement_year_is_left_out_and_counted(tmp_path: Path, rows: list[str]) -> None:
    data = data_folder(tmp_path / "data", {"all.csv": rows})
    told = learned(data, tmp_path / "with")
    assert f"{sum('2025-' in row for row in rows)}" in next(line for line in told.splitlines() if "other years" in line)
    history = data_folder(tmp_path / "history", {"all.csv": [row for row in rows if "2025-" not in row]})
    learned(history, tmp_path / "without")
    assert files_of(tmp_path / "with") == files_of(tmp_path / "without")


def test_what_the_reader_should_look_at_is_told(tmp_path: Path, rows: list[str]) -> None:
    text = BUNDLED.read_text(encoding="utf-8").replace("lower_percent = 2.5", "lower_percent = 20")
    rules = tmp_path / "rules.toml"
    rules.write_text(text.replace("per_insurance = false", "per_insurance = true"), encoding="utf-8")
    told = learned(data_folder(tmp_path / "data", {"all.csv": rows}), tmp_path / "city", "--rules", str(rules))
    assert "warning: more than 8.0% of all cases were trimmed" in told
    assert "cases need the class of a procedure that has none: see --procedure-classes" in told
    assert "flagged in stability.csv" in told
    weights = {path.name: read_weights(path) for path in (tmp_path / "city" / "weights").iterdir()}
    assert weights.keys() == {"local", "local-employee", "local-resident"}
    assert {each.scheme for each in weights.values()} == {"local"}
    assert len({each.overall_mean_micro_yuan for each in weights.values()}) == 3


def test_a_catalogue_can_be_kept(tmp_path: Path, rows: list[str]) -> None:
    data, city = data_folder(tmp_path / "data", {"all.csv": rows}), tmp_path / "city"
    learned(data, city)
    before = files_of(city / "weights" / "local")
    again = ["scheme", "learn", str(data), "--name", "next", "--into", str(city), "--policy", str(city)]
    result = CliRunner().invoke(app, [*again, "--scheme", "local"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert not (city / "groupers" / "next").exists()
    assert files_of(city / "weights" / "next") == before


def test_a_history_without_the_stated_years_is_refused(tmp_path: Path, rows: list[str]) -> None:
    data = data_folder(tmp_path / "data", {"all.csv": [row for row in rows if "2025-" in row]})
    with pytest.raises(CaseDataError, match="no case to learn from"):
        learned(data, tmp_path / "city")
    assert not (tmp_path / "city").exists()
