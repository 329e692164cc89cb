from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy as np
import pyarrow.parquet
import pytest

from dipsim.cases.read import CaseReading
from dipsim.cases.write import case_columns, write_columns
from dipsim.errors import OutputError
from dipsim.inputs import Companions, read_inputs, read_point_values
from dipsim.pipeline import Inputs, Result, simulate
from dipsim.policy.fingerprint import combine
from dipsim.report import outputs
from dipsim.report.outputs import RunNote, write_comparison, write_run
from tests import build
from tests.unit.report import region

TABLES = [
    "bands",
    "cells",
    "groups",
    "hospitals",
    "hospitals_by_insurance",
    "ledger",
    "levels",
    "point_values",
    "statuses",
]


def reading_of(result: Result) -> CaseReading:
    reading = result.inputs.reading
    assert reading is not None
    return reading


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def written(folder: Path, cases: bool = False) -> Path:
    result = region.result()
    write_run(result, reading_of(result), folder, cases=cases)
    return folder


def test_a_run_writes_every_table_twice_and_accounts_for_itself(tmp_path: Path) -> None:
    result = region.result()
    paths = write_run(result, reading_of(result), tmp_path / "out")
    expected = {f"{name}.{suffix}" for name in TABLES for suffix in ("csv", "parquet")}
    assert {path.name for path in paths} == expected | {"manifest.json", "run.json", "rejected.csv"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_asked_for_its_report_lists_page_and_workbook_in_the_manifest(tmp_path: Path) -> None:
    result = region.result()
    write_run(result, reading_of(result), tmp_path / "out", lang="en")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"report.html", "report.xlsx"} <= set(manifest["files"])


def test_the_manifest_names_the_digest_of_every_table_and_every_parameter(tmp_path: Path) -> None:
    folder = written(tmp_path / "out", cases=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert len(manifest["files"]) == 2 * (len(TABLES) + 1)
    assert manifest["parameters"]["weighting.outlier.high_ratio"]["value"] == 2.0
    counts = manifest["counts"]
    assert counts.pop("rows_in") == sum(counts.values()) == 7


def test_the_manifest_names_every_part_that_the_fingerprint_is_made_of(tmp_path: Path) -> None:
    manifest = json.loads((written(tmp_path / "out") / "manifest.json").read_text(encoding="utf-8"))
    parts = manifest["fingerprints"]
    assert {"cases", "hospitals", "budget", "point_values", "scheme", "procedure_classes", "policy"} <= set(parts)
    assert manifest["fingerprint"] == combine(parts) == region.result().fingerprint


def test_csv_and_parquet_hold_the_same_exact_money(tmp_path: Path) -> None:
    folder = written(tmp_path / "out")
    assert [row["pay_yuan"] for row in rows(folder / "hospitals.csv")] == ["4000.00", "4800.00"]
    table = pyarrow.parquet.read_table(folder / "hospitals.parquet")
    assert table.column("pay_yuan").to_pylist() == [Decimal("4000.00"), Decimal("4800.00")]
    ledger = rows(folder / "ledger.csv")
    assert sum(Decimal(row["amount_yuan"]) for row in ledger) == Decimal("8800.00")
    assert sum(Decimal(row["points"]) for row in ledger) == Decimal(4400)


def test_cases_are_sorted_and_their_pay_adds_up_to_their_hospitals(tmp_path: Path) -> None:
    cases = rows(written(tmp_path / "out", cases=True) / "cases.csv")
    assert [row["case_id"] for row in cases] == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert [row["pay_yuan"] for row in cases] == ["2000.00", "2000.00", "800.00", "4000.00", "0.00", "0.00"]
    assert [row["rule"] for row in cases] == ["dip", "dip", "dip", "dip", "outside_pool", ""]
    assert [row["flag"] for row in cases][2:] == ["low_outlier", "high_outlier", "outside_pool", ""]
    assert {row["status"] for row in cases} == {"brought"}


def test_point_values_are_read_back_exactly(tmp_path: Path) -> None:
    result = region.result()
    write_run(result, reading_of(result), tmp_path / "out")
    price, exact = result.prices[0], read_point_values(tmp_path / "out" / "point_values.csv")["employee", ""]
    assert (exact.pool_fen, exact.points_micro, exact.cut) == (price.pool_fen, price.points_micro, price.cut)
    assert rows(tmp_path / "out" / "point_values.csv")[0]["point_value_yuan"] == "2.000000"


def test_rejected_rows_are_written_with_a_header_even_when_there_are_none(tmp_path: Path) -> None:
    assert [row["case_id"] for row in rows(written(tmp_path / "out") / "rejected.csv")] == ["c6"]
    clean = replace(
        region.inputs(), cases=build.case_table([{"insurance": "employee", "group_code": "G", **region.CASES[0]}])
    )
    result = simulate(clean, build.scenario(region.CHANGES))
    write_run(result, reading_of(result), tmp_path / "clean")
    assert (tmp_path / "clean" / "rejected.csv").read_text(encoding="utf-8").startswith("file,line,case_id,field")


def region_files(folder: Path, parts: int, seed: int) -> tuple[Inputs, CaseReading]:
    """The cases of the region shuffled into so many files, and read again."""
    cases = region.inputs().cases
    order = list(range(len(cases)))
    Random(seed).shuffle(order)
    folder.mkdir()
    for part in range(parts):
        chosen = np.array(order[part::parts], np.int64)
        write_columns(folder / f"cases_{part}.csv", case_columns(cases.take(chosen)))
    inputs, reading = read_inputs([folder], Companions())
    return replace(inputs, hospitals=build.hospitals(region.LEVELS)), reading


def test_the_manifest_and_every_table_have_the_same_bytes_for_any_order_split_and_threads(tmp_path: Path) -> None:
    scenario = build.scenario(region.CHANGES)
    folders = []
    for number, (parts, threads) in enumerate([(1, 1), (3, 1), (6, 2)]):
        inputs, reading = region_files(tmp_path / f"in{number}", parts, number)
        folder = tmp_path / f"out{number}"
        write_run(simulate(inputs, scenario, threads=threads), reading, folder, cases=True, lang="zh")
        folders.append(folder)
    first, *others = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    for other in others:
        assert {name for name in first if first[name] != other[name]} == {"run.json", "rejected.csv"}


def test_a_folder_of_someone_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "out" / "manifest.json").write_text('{"name": "an extension"}', encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds letter\.txt, which dipsim did not write"):
        written(tmp_path / "out")
    assert (tmp_path / "out" / "letter.txt").read_text(encoding="utf-8") == "mine"
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        written(tmp_path / "file")


@pytest.mark.parametrize("place", ["notes.txt", "data/cases.csv"])
def test_what_was_laid_into_an_earlier_output_is_never_lost(tmp_path: Path, place: str) -> None:
    written(tmp_path / "out")
    laid = tmp_path / "out" / place
    laid.parent.mkdir(exist_ok=True)
    laid.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=f"holds {place}, which dipsim did not write"):
        written(tmp_path / "out")
    assert laid.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("manifest", ["[]", "{", '{"dipsim": "0.1.0"}', '{"dipsim": "0.1.0", "files": 5}'])
def test_a_manifest_that_lists_no_files_makes_no_output(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds manifest\.json, which dipsim did not write"):
        written(tmp_path / "out")


def test_an_earlier_output_is_replaced_as_a_whole_and_an_empty_folder_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    written(tmp_path / "out", cases=True)
    assert (tmp_path / "out" / "cases.csv").is_file()
    written(tmp_path / "out")
    assert not (tmp_path / "out" / "cases.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_the_earlier_output_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "write_rejects", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        written(tmp_path / "out", cases=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_how_it_was_run_stands_in_run_json_alone(tmp_path: Path) -> None:
    result = region.result()
    note = RunNote("dipsim run", "2026-01-01T00:00:00+00:00", 1.5, 2)
    write_run(result, reading_of(result), tmp_path / "out", formats=("csv",), note=note)
    how = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert how["run"] == {"command": "dipsim run", "started": "2026-01-01T00:00:00+00:00", "seconds": 1.5, "threads": 2}
    assert not (tmp_path / "out" / "hospitals.parquet").exists()


def test_a_comparison_holds_a_folder_a_scenario_the_differences_and_the_report(tmp_path: Path) -> None:
    comparison = region.comparison()
    write_comparison(comparison, reading_of(comparison.results[0]), tmp_path / "out")
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == [
        "0-test-baseline",
        "1-test-narrow",
        "compare.csv",
        "compare.parquet",
        "manifest.json",
        "report.html",
        "report.xlsx",
        "run.json",
    ]
    changes = {row["hospital_id"]: (row["scenario"], row["change_yuan"]) for row in rows(folder / "compare.csv")}
    assert changes == {"H1": ("test/narrow", "-408.16"), "H2": ("test/narrow", "408.16")}
    write_comparison(comparison, reading_of(comparison.results[0]), folder)
