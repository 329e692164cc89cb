from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from dipsim.cases.canonical import write_cases
from dipsim.cases.identity import content_fingerprint
from dipsim.cases.read import read_cases
from dipsim.cases.table import CaseTable
from dipsim.errors import OutputError
from tests.unit.cases.tables import read_text, written

TEXT = (
    "case_id,hospital_id,patient_id,principal_diagnosis,other_diagnoses,procedures,admitted_on,total_cost_yuan,icu_hours\n"
    "1,H2,p,I10,E11|Z9,,2025-01-31,0.07,\n"
    "2,H1,q,,,47.0|51.2,,1234567890.12,1.5\n"
    "3,,p,K35,Z9,51.2,2024-02-29,,0\n"
)


def parts(cases: CaseTable) -> dict[str, object]:
    """Everything but the pseudonyms, which each reading makes anew."""
    columns: dict[str, object] = {"case_id": cases.case_ids.to_pylist()}
    columns |= {
        name: (column.ids.tolist(), column.values) for name, column in cases.coded.items() if name != "patient_id"
    }
    columns |= {name: (c.offsets.tolist(), c.ids.tolist(), c.values) for name, c in cases.lists.items()}
    columns |= {name: column.tolist() for name, column in cases.integers.items()}
    columns |= {name: [str(cell) for cell in column.tolist()] for name, column in cases.reals.items()}
    return columns


@pytest.mark.parametrize("rows_per_group", [1, 2, 500_000])
def test_a_converted_table_reads_back_as_it_was(tmp_path: Path, rows_per_group: int) -> None:
    cases = read_text(tmp_path, TEXT).cases
    path = tmp_path / "out" / "cases.parquet"
    path.parent.mkdir()
    write_cases(path, cases, rows_per_group)
    again = read_cases([path]).cases
    assert parts(again) == parts(cases)
    assert content_fingerprint(again) == content_fingerprint(cases)


def test_columns_are_dictionaries_lists_of_them_days_and_exact_yuan(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write_cases(path, read_text(tmp_path, TEXT).cases)
    schema = pa.parquet.read_schema(path)
    words = pa.dictionary(pa.int32(), pa.string())
    assert schema.field("hospital_id").type == words
    assert schema.field("procedures").type.value_type == words
    assert schema.field("total_cost_yuan").type == pa.decimal128(18, 2)
    assert schema.field("admitted_on").type == pa.date32()
    stored = pa.parquet.read_metadata(path).schema
    physical = {stored.column(number).path: stored.column(number).physical_type for number in range(len(stored))}
    assert physical["total_cost_yuan"] == "INT64"


def test_a_column_without_a_blank_is_declared_so_and_lists_are_never_blank(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write_cases(path, read_text(tmp_path, TEXT).cases, rows_per_group=1)
    schema = pa.parquet.read_schema(path)
    declared = {field.name for field in schema if not field.nullable}
    assert declared == {"case_id", "patient_id", "other_diagnoses", "procedures"}
    assert not schema.field("procedures").type.value_field.nullable


def test_amounts_are_stored_as_differences(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write_cases(path, read_text(tmp_path, TEXT).cases)
    group = pa.parquet.read_metadata(path).row_group(0)
    chunks = [group.column(number) for number in range(group.num_columns)]
    differences = {chunk.path_in_schema for chunk in chunks if "DELTA_BINARY_PACKED" in chunk.encodings}
    assert differences == {"total_cost_yuan"}


def test_patients_are_pseudonyms_that_two_rows_may_share(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    write_cases(path, read_text(tmp_path, TEXT).cases)
    first, other, again = pa.parquet.read_table(path).column("patient_id").to_pylist()
    assert first == again
    assert first != other
    assert not {first, other} & {"p", "q"}


def test_no_row_and_the_same_bytes_twice(tmp_path: Path) -> None:
    cases = read_text(tmp_path, TEXT).cases
    for name in ("a.parquet", "b.parquet"):
        write_cases(tmp_path / name, cases)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    rejected = read_text(tmp_path, "case_id,sex\n1,x\n").cases
    write_cases(tmp_path / "none.parquet", rejected)
    assert pa.parquet.read_metadata(tmp_path / "none.parquet").num_rows == 0


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    cases = read_text(tmp_path, TEXT).cases
    written(tmp_path, "", "file")
    with pytest.raises(OutputError):
        write_cases(tmp_path / "file" / "out.parquet", cases)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.csv", "file"]
