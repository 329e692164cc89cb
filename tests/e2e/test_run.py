"""A run from the command line: the same bytes from any files and threads, and one hospital alone as in its region."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.commands import contents, dipsim

BASELINE = "demo-city/baseline-2025"
SCENARIOS = (
    BASELINE,
    "demo-city/psychiatric-bed-day",
    "demo-city/day-surgery-own-group",
    "demo-city/drg-2025",
    "demo-city/drg-rate-2025",
)
CASES = 3_000


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo region without the rows that are rejected: a reject names its file and line, which shuffling changes."""
    folder = tmp_path_factory.mktemp("region")
    dipsim("synth", "--cases", str(CASES), "--seed", "5", "-o", folder)
    dipsim("run", folder, "-s", BASELINE, "-o", folder / "first")
    header, rows = _read(folder / "first" / "rejected.csv")
    rejected = {row[header.index("case_id")] for row in rows}
    header, rows = _read(folder / "cases.csv")
    kept = [row for row in rows if row[0] and row[0] not in rejected]
    assert CASES * 0.98 < len(kept) < CASES
    clean = folder / "clean"
    clean.mkdir()
    _write(clean / "cases.csv", header, kept)
    (clean / "hospitals.csv").write_bytes((folder / "hospitals.csv").read_bytes())
    return clean


@pytest.fixture(scope="module")
def whole(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    dipsim("run", region, "-s", BASELINE, "-o", out, "--cases")
    return out


def test_run_json_tells_how_it_was_run(whole: Path) -> None:
    how = json.loads((whole / "run.json").read_text(encoding="utf-8"))["run"]
    assert how["command"].startswith("dipsim run ")
    assert how["command"].endswith(" --cases")
    assert datetime.fromisoformat(how["started"]) <= datetime.now(UTC)
    assert how["seconds"] > 0
    assert how["threads"] == 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_seven_shuffled_files_and_two_threads_give_the_same_bytes(region: Path, tmp_path: Path, scenario: str) -> None:
    dipsim("run", region, "-s", scenario, "-o", tmp_path / "one", "--cases")
    header, rows = _read(region / "cases.csv")
    random.Random(7).shuffle(rows)
    parts = [tmp_path / f"part{number}.csv" for number in range(7)]
    for number, part in enumerate(parts):
        _write(part, header, rows[number::7])
    hospitals = ("--hospitals", region / "hospitals.csv")
    dipsim("run", *parts, "-s", scenario, *hospitals, "-o", tmp_path / "seven", "--cases", "--threads", "2")
    assert contents(tmp_path / "seven") == contents(tmp_path / "one")


@pytest.mark.parametrize("hospital", ["H01", "H07", "H12"])
def test_one_hospital_with_the_regions_point_value_gets_the_same_fen(
    region: Path, whole: Path, tmp_path: Path, hospital: str
) -> None:
    header, rows = _read(region / "cases.csv")
    at = header.index("hospital_id")
    _write(tmp_path / "cases.csv", header, [row for row in rows if row[at] == hospital])
    words: Sequence[str | Path] = (
        *(tmp_path / "cases.csv", "-s", BASELINE, "--set", "settlement.point_value.mode=given"),
        *("--hospitals", region / "hospitals.csv", "--point-values", whole / "point_values.csv"),
    )
    dipsim("run", *words, "-o", tmp_path / "out", "--cases")
    assert _pay(tmp_path / "out", hospital) == _pay(whole, hospital)


def _pay(out: Path, hospital: str) -> list[list[str]]:
    """What the cases of a hospital are paid, as written."""
    header, rows = _read(out / "cases.csv")
    wanted = [header.index(name) for name in ("case_id", "hospital_id", "points", "pay_yuan")]
    found = [[row[i] for i in wanted] for row in rows]
    return [row for row in found if row[1] == hospital]


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([header, *rows])


def test_dip_and_drg_stand_side_by_side_on_the_same_region(region: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = dipsim("compare", region, "-s", BASELINE, "-s", "demo-city/drg-2025", "-o", out, "--lang", "en")
    assert "DRG by points" in said
    for folder in ("0-demo-city-baseline-2025", "1-demo-city-drg-2025"):
        header, rows = _read(out / folder / "hospitals.csv")
        paid = [round(100 * float(row[header.index("pay_yuan")])) for row in rows]
        assert sum(paid) == 642_000_000_00
    header, rows = _read(out / "1-demo-city-drg-2025" / "statuses.csv")
    statuses = {row[header.index("status")] for row in rows}
    assert {"status.grouped", "status.no_principal_diagnosis"} <= statuses
