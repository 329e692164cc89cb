from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dipsim.cases.normalise import normalise_code
from dipsim.errors import CaseDataError
from dipsim.ledger import INSURANCES
from dipsim.scale import stream
from dipsim.scale.stream import read_compact
from tests.naive.scale import group_sums
from tests.unit.scale.regions import cases_of, written

GOOD: Mapping[str, Any] = {
    "hospital_id": pa.array(["H1", "H2"]),
    "insurance": pa.array(["employee", "resident"]),
    "principal_diagnosis": pa.array(["K35.900x001", "K35.9"]),
    "procedures": pa.array([["47.0100", "45.2300"], None], pa.list_(pa.string())),
    "total_cost_yuan": pa.array([1234.5, 0.07]),
}


def saved(folder: Path, **columns: Any) -> list[Path]:
    """A file with these columns in place of the good ones; None leaves one out."""
    kept = {name: column for name, column in {**GOOD, **columns}.items() if column is not None}
    path = folder / "cases.parquet"
    pq.write_table(pa.table(kept), path)
    return [path]


def test_groups_are_counted_and_added_up_as_they_are_read(tmp_path: Path) -> None:
    cases = cases_of(1)
    compact = read_compact([written(tmp_path / "cases", cases)])
    found = zip(compact.group_cases.tolist(), compact.group_cost_fen.tolist(), strict=True)
    assert {compact.group_code(number): sums for number, sums in enumerate(found)} == group_sums(cases)


def test_every_case_keeps_its_hospital_insurance_group_and_cost(tmp_path: Path) -> None:
    cases = cases_of(2)
    compact = read_compact([written(tmp_path / "cases", cases, rows_per_group=50)])
    found = [
        (
            compact.hospital_ids[compact.hospital[row]],
            INSURANCES[compact.insurance[row]],
            "" if compact.key[row] < 0 else compact.group_code(int(compact.key[row])),
            int(compact.cost_fen[row]),
        )
        for row in range(len(compact))
    ]
    assert found == [(case.hospital, case.insurance, case.group, case.cost_fen) for case in cases]


def test_groups_stand_from_the_most_frequent_to_the_rarest_and_equals_in_the_order_of_their_codes(
    tmp_path: Path,
) -> None:
    compact = read_compact([written(tmp_path / "cases", cases_of(3))])
    order = [(-int(count), *parts) for count, parts in zip(compact.group_cases, compact.parts.tolist(), strict=True)]
    assert order == sorted(order)
    assert list(compact.subcategories) == sorted(compact.subcategories)
    assert list(compact.procedures) == sorted(compact.procedures)


def test_costs_without_a_group_and_the_largest_cost_are_kept(tmp_path: Path) -> None:
    cases = cases_of(3)
    compact = read_compact([written(tmp_path / "cases", cases, files=3)], 2)
    assert compact.ungrouped_cost_fen == sum(case.cost_fen for case in cases if not case.group) > 0
    assert compact.largest_cost_fen == max(case.cost_fen for case in cases)


def test_a_file_without_any_procedure_is_read(tmp_path: Path) -> None:
    compact = read_compact(saved(tmp_path, procedures=pa.array([[], None], pa.list_(pa.string()))))
    assert [compact.group_code(number) for number in compact.key] == ["K35.9", "K35.9"]


def test_room_grows_with_the_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_SLOTS", 4)
    cases = cases_of(4)
    compact = read_compact([written(tmp_path / "cases", cases, files=2)], 2)
    found = zip(compact.group_cases.tolist(), compact.group_cost_fen.tolist(), strict=True)
    assert {compact.group_code(number): sums for number, sums in enumerate(found)} == group_sums(cases)


@pytest.mark.parametrize(
    "cost",
    [
        pa.array([1234.5, 0.07]),
        pa.array(["1234.50", "0.07"]).cast(pa.decimal128(18, 2)),
        pa.array(["1234.50", "0.07"]).cast(pa.decimal128(20, 4)),
    ],
    ids=["float", "decimal", "more places"],
)
def test_amounts_are_read_exactly_whatever_their_type(tmp_path: Path, cost: Any) -> None:
    assert read_compact(saved(tmp_path, total_cost_yuan=cost)).cost_fen.tolist() == [123_450, 7]


def test_whole_yuan_are_yuan(tmp_path: Path) -> None:
    assert read_compact(saved(tmp_path, total_cost_yuan=pa.array([12, 3]))).cost_fen.tolist() == [1200, 300]


@pytest.mark.parametrize("kind", [pa.large_list(pa.string()), pa.list_(pa.large_string())], ids=str)
def test_lists_of_other_writers_are_read(tmp_path: Path, kind: Any) -> None:
    compact = read_compact(saved(tmp_path, procedures=pa.array([["47.0100"], []], kind)))
    assert [compact.group_code(number) for number in compact.key] == ["K35.9:47.0100", "K35.9"]


def test_the_main_procedure_is_the_first_that_is_not_blank(tmp_path: Path) -> None:
    compact = read_compact(saved(tmp_path, procedures=pa.array([[None, "", "47.01"], [None]], pa.list_(pa.string()))))
    assert [compact.group_code(number) for number in compact.key] == ["K35.9:47.01", "K35.9"]


def test_codes_are_spelled_as_a_run_spells_them(tmp_path: Path) -> None:
    codes = pa.array(["k35.900X001", "Ｋ35.9 00x002"])
    compact = read_compact(saved(tmp_path, principal_diagnosis=codes))
    assert compact.subcategories == (normalise_code("k35.900X001")[:5],)


@pytest.mark.parametrize("code", ["K35.900x001", "47.0100", "00.0x1", "Z00"])
def test_a_code_of_uniform_spelling_is_left_alone(code: str) -> None:
    assert stream._UNIFORM.fullmatch(code)
    assert normalise_code(code) == code


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"hospital_id": None}, "no column 'hospital_id'"),
        ({"procedures": pa.array(["47.01|45.23", ""])}, "column 'procedures' is of type string"),
        ({"hospital_id": pa.array(["H1", None])}, "1 cases without hospital_id"),
        ({"hospital_id": pa.array(["H1", " "])}, "1 cases without hospital_id"),
        ({"insurance": pa.array(["employee", None])}, "1 cases without insurance"),
        ({"insurance": pa.array(["employee", "private"])}, "insurance 'private' is not one of"),
        ({"total_cost_yuan": pa.array([1.0, None])}, "1 cases without total_cost_yuan"),
        ({"total_cost_yuan": pa.array([1.0, -0.01])}, "1 cases of a negative total_cost_yuan"),
        ({"total_cost_yuan": pa.array([1.0, 0.005])}, "0.005.* is not a number of two decimals"),
        ({"total_cost_yuan": pa.array([1.0, float("nan")])}, "nan.* is not a number of two decimals"),
        ({"total_cost_yuan": pa.array(["1.005", "1"]).cast(pa.decimal128(10, 3))}, "more than two decimals"),
        ({"total_cost_yuan": pa.array(["1", "2"])}, "column 'total_cost_yuan' is of type string"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_run_would_reject_stops_the_reading(tmp_path: Path, columns: dict[str, Any], what: str) -> None:
    with pytest.raises(CaseDataError, match=what) as raised:
        read_compact(saved(tmp_path, **columns))
    assert "cases.parquet" in str(raised.value)
    assert "dipsim convert" in str(raised.value)


def test_a_file_that_is_cut_off_is_named(tmp_path: Path) -> None:
    (path,) = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CaseDataError, match=r"cases\.parquet: cannot be read as Parquet"):
        read_compact([path])


def test_a_folder_without_parquet_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match="no Parquet file"):
        read_compact([tmp_path])


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (good,) = saved(tmp_path, hospital_id=None, insurance=None)
    with pytest.raises(CaseDataError) as raised:
        read_compact([good, tmp_path / "absent.parquet"])
    assert len(raised.value.problems) == 3
