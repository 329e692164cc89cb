"""`dipsim reconcile` on a run of the demo region: its own export agrees, a changed one is told by cause."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.e2e.commands import contents, dipsim

SCENARIO = "demo-city/psychiatric-bed-day"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reconcile")
    dipsim("synth", "--cases", "2000", "--seed", "3", "-o", folder / "data")
    dipsim("run", folder / "data", "-s", SCENARIO, "-o", folder / "out", "--cases", "-q")
    return folder / "out"


@pytest.fixture(scope="module")
def export(out: Path) -> Path:
    path = out.parent / "own.csv"
    dipsim("reconcile", out, "--export", path)
    return path


def test_an_export_of_the_run_reconciles_to_zero(out: Path, export: Path) -> None:
    told = json.loads(dipsim("reconcile", out, "--actual", export, "--json"))
    assert told["cases"]["different"] == 0
    assert told["cases"]["both"] == told["cases"]["run"] == told["cases"]["same_group"] > 1900
    assert told["yuan"] == {"run": "642000000.00", "settled": "642000000.00", "difference": "0.00"}
    assert {row["yuan"] for row in told["causes"]} == {"0.00"}


def test_a_changed_amount_and_a_missing_case_are_told_in_tables(out: Path, export: Path) -> None:
    with export.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing, changed = rows[0], rows[1]
    changed["amount_yuan"] = f"{float(changed['amount_yuan']) - 1:.2f}"
    actual, tables = out.parent / "actual.csv", out.parent / "tables"
    with actual.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[1:])
    printed = dipsim("reconcile", out, "--actual", actual, "-o", tables, "--lang", "en")
    assert "in 2 cases" in printed
    with (tables / "differences.csv").open(encoding="utf-8", newline="") as file:
        found = {row["case_id"]: (row["cause"], row["difference_yuan"]) for row in csv.DictReader(file)}
    assert found == {
        missing["case_id"]: ("not_settled", f"-{missing['amount_yuan']}"),
        changed["case_id"]: ("rest", "-1.00"),
    }
    assert set(contents(tables)) == {"differences.csv", "causes.csv", "group_pairs.csv", "manifest.json"}


def test_what_cannot_be_compared_is_said(out: Path, export: Path, tmp_path: Path) -> None:
    assert "nothing to do" in dipsim("reconcile", out, exit_code=2)
    assert "no cases.csv" in dipsim("reconcile", tmp_path, "--actual", export, exit_code=2)
    (tmp_path / "bad.csv").write_text("case_id,amount\nA,1\n", encoding="utf-8")
    assert "amount_yuan" in dipsim("reconcile", out, "--actual", tmp_path / "bad.csv", exit_code=2)


def test_neither_the_run_nor_the_settlement_is_overwritten(out: Path, export: Path) -> None:
    before = contents(out), export.read_bytes()
    for option, place in (("-o", out), ("--export", out / "cases.csv"), ("--export", export)):
        assert "overwrite" in dipsim("reconcile", out, "--actual", export, option, place, "--lang", "en", exit_code=2)
    assert (contents(out), export.read_bytes()) == before
