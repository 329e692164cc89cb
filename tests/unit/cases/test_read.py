from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dipsim.cases.gather import FileInfo, Ignored
from dipsim.cases.mapping import mapping_of
from dipsim.cases.read import RowCounts, read_cases
from dipsim.errors import CaseDataError
from dipsim.money import MISSING
from tests.unit.cases.tables import read_text, refused, rejects_of, written

TEXT = (
    "case_id,hospital_id,age_years,icu_hours,admitted_on,total_cost_yuan,procedures,principal_diagnosis\n"
    "A,H2,65,1.5,2025-01-31,129.00,39.9501|86.04,I63.9\n"
    "B,H1,,,,,,\n"
)


def test_every_kind_of_column_is_typed_and_a_blank_is_unknown(tmp_path: Path) -> None:
    cases = read_text(tmp_path, TEXT).cases
    assert cases.case_ids.to_pylist() == ["A", "B"]
    assert cases.code("hospital_id").values == ("H1", "H2")
    assert cases.code("hospital_id").ids.tolist() == [1, 0]
    assert cases.integer("age_years").tolist() == [65, MISSING]
    np.testing.assert_array_equal(cases.real("icu_hours"), [1.5, np.nan])
    assert cases.integer("admitted_on").tolist() == [20119, MISSING]
    assert cases.fen("total_cost_yuan").tolist() == [12900, MISSING]
    assert [cases.code_list("procedures").texts(row) for row in (0, 1)] == [("39.9501", "86.04"), ()]
    assert cases.code("principal_diagnosis").ids.tolist() == [0, -1]


def test_types_are_those_of_the_table(tmp_path: Path) -> None:
    cases = read_text(tmp_path, TEXT).cases
    assert cases.code("hospital_id").ids.dtype == np.int32
    assert cases.fen("total_cost_yuan").dtype == cases.integer("admitted_on").dtype == np.int64
    assert cases.code_list("procedures").offsets.dtype == np.int64
    assert cases.code_list("procedures").ids.dtype == np.int32
    assert cases.origin_file.dtype == np.int32
    assert cases.origin_line.dtype == np.int64


def test_a_column_that_the_file_lacks_is_absent(tmp_path: Path) -> None:
    cases = read_text(tmp_path, "case_id\nA\n").cases
    assert not cases.has("sex")
    with pytest.raises(CaseDataError, match=r"cases\.csv: no column 'sex'; add it or map it"):
        cases.code("sex")


def test_a_parquet_file_with_typed_columns_reads_as_the_same_cases(tmp_path: Path) -> None:
    procedures = pa.array([["39.9501", "86.04"], None], pa.list_(pa.string()))
    table = pa.table(
        {
            "case_id": pa.array(["A", "B"]).dictionary_encode(),
            "hospital_id": ["H2", "H1"],
            "age_years": pa.array([65, None], pa.int32()),
            "icu_hours": pa.array([1.5, float("nan")]),
            "admitted_on": pa.array([date(2025, 1, 31), None]),
            "total_cost_yuan": pa.array([Decimal("129.00"), None], pa.decimal128(12, 2)),
            "procedures": procedures,
            "principal_diagnosis": ["I63.9", None],
        }
    )
    pq.write_table(table, tmp_path / "cases.parquet")
    dictionary_list = pa.ListArray.from_arrays(procedures.offsets, procedures.values.dictionary_encode())
    pq.write_table(table.set_column(6, "procedures", dictionary_list), tmp_path / "other.parquet")
    expected = read_text(tmp_path, TEXT).cases
    for name in ("cases.parquet", "other.parquet"):
        cases = read_cases([tmp_path / name]).cases
        assert cases.case_ids.to_pylist() == ["A", "B"]
        assert cases.origin_line.tolist() == [1, 2]
        for column in ("hospital_id", "principal_diagnosis"):
            assert cases.code(column).values == expected.code(column).values
            assert cases.code(column).ids.tolist() == expected.code(column).ids.tolist()
        for column in ("age_years", "admitted_on", "total_cost_yuan"):
            assert cases.integer(column).tolist() == expected.integer(column).tolist()
        np.testing.assert_array_equal(cases.real("icu_hours"), expected.real("icu_hours"))
        assert cases.code_list("procedures").texts(0) == ("39.9501", "86.04")
        assert cases.code_list("procedures").texts(1) == ()


def test_floats_of_a_parquet_file_are_their_shortest_decimals(tmp_path: Path) -> None:
    costs = pa.array([0.1 + 0.2, 96462.41, 1234567890.125, 123456789012.0])
    pq.write_table(pa.table({"case_id": ["A", "B", "C", "D"], "total_cost_yuan": costs}), tmp_path / "cases.parquet")
    reading = read_cases([tmp_path / "cases.parquet"])
    assert reading.cases.fen("total_cost_yuan").tolist() == [30, 9646241, 123456789012, 12345678901200]
    assert [(change.kind, change.cells) for change in reading.changes] == [("rounded_to_fen", 2)]


def test_times_of_a_parquet_file_are_their_days(tmp_path: Path) -> None:
    stamps = pa.array(np.array(["2025-01-31T23:59:59"], "datetime64[us]"))
    pq.write_table(pa.table({"case_id": ["A"], "admitted_on": stamps}), tmp_path / "cases.parquet")
    assert read_cases([tmp_path / "cases.parquet"]).cases.integer("admitted_on").tolist() == [20119]


def test_rounding_to_the_fen_is_a_change_and_no_reject(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,total_cost_yuan\nA,1.005\nB,2.00\nC,1.005\n")
    assert reading.rejects == ()
    (change,) = reading.changes
    assert (change.column, change.kind, change.cells, change.values) == ("total_cost_yuan", "rounded_to_fen", 2, 1)
    assert (change.examples[0].before, change.examples[0].after) == ("1.005", "1.00")


def test_rows_in_are_accepted_and_rejected_ones_however_many_faults_a_row_has(tmp_path: Path) -> None:
    text = "case_id,age_years,sex\nA,1,1\nB,x,3\n,2,1\nC,1\nD,5,2,9\n"
    reading = read_text(tmp_path, text)
    assert reading.counts == RowCounts(rows_in=5, accepted=1, rejected=4)
    assert len(reading.rejects) == 5
    assert reading.cases.case_ids.to_pylist() == ["A"]


def test_lines_are_those_of_the_file_after_quoted_line_breaks_and_empty_lines(tmp_path: Path) -> None:
    reading = read_text(tmp_path, 'case_id,department,sex\nA,"x\ny",1\n\nB,z,2\nC,z,7\n')
    assert reading.cases.origin_line.tolist() == [2, 5]
    assert [row.line for row in reading.rejects] == [6]


def test_unknown_columns_are_kept_out_and_named_with_the_near_one(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,total_cost,zzz\nA,1,2\n")
    assert reading.ignored_columns == (Ignored("total_cost", "did you mean 'total_cost_yuan'?"), Ignored("zzz", ""))
    assert not reading.cases.has("total_cost_yuan")


def test_a_file_without_case_id_is_refused_with_the_ways_out(tmp_path: Path) -> None:
    said = refused(tmp_path, "caseid,sex\nA,1\n")
    assert said.startswith(
        "cases.csv: no column case_id; every case needs a key; did you mean 'caseid'? name it case_id"
    )
    assert 'case_id = "row_number"' in said


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "case_id\n") == "cases.csv: no rows below the header; give a file that holds cases"


def test_lists_in_a_column_of_single_values_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"case_id": ["A"], "sex": [["1"]]}), tmp_path / "cases.parquet")
    with pytest.raises(CaseDataError, match="sex: holds lists; it is a category column; store one value a case"):
        read_cases([tmp_path / "cases.parquet"])


def test_only_the_columns_asked_for_are_read_and_those_that_say_what_counts(tmp_path: Path) -> None:
    path = written(tmp_path, "case_id,sex,age_years,claim_status\nA,9,1,normal\nB,1,x,normal\nC,1,2,reversed\n")
    reading = read_cases([path], columns={"age_years"})
    assert not reading.cases.has("sex")
    assert reading.cases.case_ids.to_pylist() == ["A"]
    assert [row.reason for row in reading.rejects] == ["not_an_integer", "reversed"]
    assert reading.ignored_columns == ()


def test_asking_for_a_column_that_no_dictionary_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match="columns: no column 'ages' in the data dictionary"):
        read_cases([written(tmp_path, TEXT)], columns={"ages"})


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    paths = [written(tmp_path, f"case_id,sex\n{key},1\n", f"{name}.csv") for key, name in (("A", "b"), ("B", "a"))]
    reading = read_cases(paths)
    assert reading.cases.case_ids.to_pylist() == ["B", "A"]
    assert reading.cases.files == ("a.csv", "b.csv")
    assert reading.cases.origin_file.tolist() == [0, 1]
    digest = hashlib.sha256(paths[1].read_bytes()).hexdigest()
    assert reading.files[0] == FileInfo("a.csv", digest, 1, "CSV utf-8")


def test_files_of_one_name_in_two_folders_keep_their_paths_apart(tmp_path: Path) -> None:
    paths = [written(tmp_path / year, f"case_id\n{year}\n") for year in ("2024", "2025")]
    names = read_cases(paths).cases.files
    assert [name.rsplit("/", 2)[1:] for name in names] == [["2024", "cases.csv"], ["2025", "cases.csv"]]


def test_a_file_given_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    with pytest.raises(CaseDataError, match=r"cases\.csv: given twice; give each file once"):
        read_cases([path, tmp_path])


def test_files_with_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    paths = [written(tmp_path, "case_id,sex\nA,1\n", "a.csv"), written(tmp_path, "case_id\nB\n", "b.csv")]
    with pytest.raises(
        CaseDataError, match=r"b\.csv: no column sex; another file of this reading has it; add it, blank"
    ):
        read_cases(paths)


def test_a_file_with_a_header_only_adds_nothing(tmp_path: Path) -> None:
    paths = [written(tmp_path, "case_id,sex\nA,1\n", "a.csv"), written(tmp_path, "case_id,sex\n", "b.csv")]
    reading = read_cases(paths)
    assert [info.rows for info in reading.files] == [1, 0]
    assert reading.counts.accepted == 1


def test_row_numbers_carry_the_name_of_the_file_when_there_are_several(tmp_path: Path) -> None:
    paths = [written(tmp_path, "sex\n1\n9,9\n2\n", "a.csv"), written(tmp_path, "sex\n2\n", "b.csv")]
    reading = read_cases(paths, mapping_of({"case_id": "row_number"}, "m.toml"))
    assert reading.cases.case_ids.to_pylist() == ["a-1", "a-3", "b-1"]
    assert rejects_of(reading) == [(3, "", "", "", "ragged_row")]


def test_the_cases_of_a_folder_stand_beside_its_companion_tables(tmp_path: Path) -> None:
    written(tmp_path, "hospital_id\nH1\n", "hospitals.csv")
    written(tmp_path, "case_id\nA\n", "cases/part-2.csv")
    written(tmp_path, "case_id\nB\n", "cases/part-1.csv")
    assert read_cases([tmp_path]).cases.case_ids.to_pylist() == ["B", "A"]
    assert read_cases([tmp_path / "cases"]).cases.case_ids.to_pylist() == ["B", "A"]


def test_a_folder_of_parts_may_have_any_name_and_skips_companion_tables(tmp_path: Path) -> None:
    written(tmp_path, "hospital_id\nH1\n", "hospitals.csv")
    written(tmp_path, "case_id\nA\n", "2024.csv")
    assert read_cases([tmp_path]).cases.files == ("2024.csv",)


def test_what_office_programs_leave_beside_the_data_is_no_case_file(tmp_path: Path) -> None:
    for name in ("cases/~$1.xlsx", "cases/._1.csv", "cases/Thumbs.db"):
        written(tmp_path, "not a table", name)
    written(tmp_path, "case_id\nA\n", "cases/1.csv")
    assert read_cases([tmp_path]).cases.files == ("1.csv",)


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").symlink_to(tmp_path / "cases.csv")
    with pytest.raises(CaseDataError, match=r"cases\.csv: cannot be read: .*symbolic links"):
        read_cases([tmp_path / "cases.csv"])


def test_a_folder_with_cases_in_two_places_is_refused(tmp_path: Path) -> None:
    written(tmp_path, TEXT)
    written(tmp_path, TEXT, "cases/a.csv")
    with pytest.raises(CaseDataError, match=r"holds cases\.csv and cases/; the cases would count twice; keep one"):
        read_cases([tmp_path])


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "hospital_id\nH1\n", "hospitals.csv")
    with pytest.raises(CaseDataError, match=r"holds no cases; add cases\.csv, cases\.parquet or a folder cases"):
        read_cases([tmp_path])


def test_a_folder_of_two_kinds_of_files_is_refused(tmp_path: Path) -> None:
    written(tmp_path, TEXT, "a.csv")
    written(tmp_path, TEXT, "b.parquet")
    with pytest.raises(CaseDataError, match=r"holds \.csv and \.parquet files; keep one kind, or give the files"):
        read_cases([tmp_path])


def test_a_procedure_that_comes_first_in_place_of_a_blank_is_told(tmp_path: Path) -> None:
    text = "case_id,procedures,other_diagnoses\nA,|39.9501|86.04,|I10\nB,||39.9501,\nC,|,\nD,86.04||39.9501,\n"
    reading = read_text(tmp_path, text)
    assert [reading.cases.code_list("procedures").texts(row) for row in range(4)] == [
        ("39.9501", "86.04"),
        ("39.9501",),
        (),
        ("86.04", "39.9501"),
    ]
    (change,) = reading.changes
    assert (change.column, change.kind, change.cells) == ("procedures", "blank_main", 2)
    assert (change.examples[0].before, change.examples[0].after) == ("|39.9501", "39.9501")
