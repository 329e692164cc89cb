from __future__ import annotations

import random
import struct
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases.identity import content_fingerprint, fresh_salt, pseudonym
from dipsim.cases.read import CaseReading, read_cases
from dipsim.cases.write import case_columns, write_columns
from tests.naive.hashing import mixed, text_lanes
from tests.unit.cases.tables import read_text, written

HEADER = "case_id,hospital_id,sex,age_years,icu_hours,procedures,total_cost_yuan,patient_id\n"
ROW = st.tuples(
    st.sampled_from(["H1", "H2", ""]),
    st.sampled_from(["1", "2", "3"]),  # 3 is rejected
    st.sampled_from(["", "0", "65", "x"]),
    st.sampled_from(["", "0", "-0.0", "1.5"]),
    st.sampled_from(["", "39.95", "39.95|86.04", "86.04|39.95"]),
    st.sampled_from(["0", "12.30", "12.3", "1.005"]),
    st.sampled_from(["", "P1", "P2"]),
)


def rows_of(reading: CaseReading) -> list[tuple[object, ...]]:
    """The accepted cases as tuples sorted by case_id, places and pseudonyms left out."""
    cases = reading.cases
    columns = [
        cases.case_ids.to_pylist(),
        *(
            [column.text(row) for row in range(len(cases))]
            for name, column in cases.coded.items()
            if name != "patient_id"
        ),
        *([column.texts(row) for row in range(len(cases))] for column in cases.lists.values()),
        *(column.tolist() for column in cases.integers.values()),
        *([repr(value + 0.0) for value in column] for column in cases.reals.values()),
    ]
    return sorted(zip(*columns, strict=True))


@given(st.lists(ROW, min_size=1, max_size=20), st.integers(1, 7), st.randoms(use_true_random=False))
def test_shuffled_rows_in_several_files_are_the_same_cases(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], parts: int, chance: random.Random
) -> None:
    lines = [f"C{number % 15:02d},{','.join(row)}\n" for number, row in enumerate(rows)]  # some keys are doubled
    whole = read_cases([written(tmp_path_factory.mktemp("one"), HEADER + "".join(lines))])
    shuffled = chance.sample(lines, len(lines))
    folder = tmp_path_factory.mktemp("many")
    cuts = sorted([0, len(lines), *(chance.randint(0, len(lines)) for _ in range(parts - 1))])
    for number, (start, end) in enumerate(pairwise(cuts)):
        written(folder, HEADER + "".join(shuffled[start:end]), f"part-{number}.csv")
    split = read_cases([folder])
    assert rows_of(split) == rows_of(whole)
    assert content_fingerprint(split.cases) == content_fingerprint(whole.cases)
    assert split.counts == whole.counts
    assert sorted((row.case_id, row.field, row.reason) for row in split.rejects) == sorted(
        (row.case_id, row.field, row.reason) for row in whole.rejects
    )
    for name in set(whole.cases.coded) - {"patient_id"}:
        assert split.cases.code(name).values == whole.cases.code(name).values
    assert split.changes == whole.changes


@pytest.mark.parametrize(
    "other",
    [
        "A,H1,1,65,1.5,a|b,12.31,P",
        "A,H1,1,66,1.5,a|b,12.30,P",
        "A,H1,1,,1.5,a|b,12.30,P",
        "A,H1,1,65,,a|b,12.30,P",
        "A,H1,1,65,1.5,b|a,12.30,P",
        "A,H1,1,65,1.5,a,12.30,P",
        "A,H2,1,65,1.5,a|b,12.30,P",
        "A,,1,65,1.5,a|b,12.30,P",
        "B,H1,1,65,1.5,a|b,12.30,P",
        "A,H1,1,65,1.5,a|b,12.30,P\nB,H1,1,65,1.5,a|b,12.30,P",
    ],
)
def test_any_change_of_a_cell_changes_the_fingerprint(tmp_path: Path, other: str) -> None:
    first = read_text(tmp_path, f"{HEADER}A,H1,1,65,1.5,a|b,12.30,P\n").cases
    assert content_fingerprint(read_text(tmp_path, f"{HEADER}{other}\n").cases) != content_fingerprint(first)


def test_cells_exchanged_between_cases_change_the_fingerprint(tmp_path: Path) -> None:
    first = read_text(tmp_path, "case_id,sex,age_years\nA,1,65\nB,2,70\n").cases
    second = read_text(tmp_path, "case_id,sex,age_years\nA,2,65\nB,1,70\n").cases
    assert content_fingerprint(first) != content_fingerprint(second)


def test_which_cases_share_a_patient_counts_and_the_pseudonyms_do_not(tmp_path: Path) -> None:
    shared, renamed, apart, blank = (
        content_fingerprint(read_text(tmp_path, f"case_id,patient_id\nA,{one}\nB,{two}\n").cases)
        for one, two in (("p", "p"), ("q", "q"), ("p", "q"), ("", ""))
    )
    assert shared == renamed
    assert len({shared, apart, blank}) == 3


def test_an_absent_column_is_not_a_blank_one(tmp_path: Path) -> None:
    assert content_fingerprint(read_text(tmp_path, "case_id\nA\n").cases) != content_fingerprint(
        read_text(tmp_path, "case_id,sex\nA,\n").cases
    )


def test_a_table_written_and_read_again_keeps_its_fingerprint(tmp_path: Path) -> None:
    cases = read_text(tmp_path, f"{HEADER}A,H1,1,65,1.5,a|b,12.30,P\nB,,2,,,,,\n").cases
    for name in ("again.csv", "again.parquet"):
        write_columns(tmp_path / name, case_columns(cases))
        assert content_fingerprint(read_cases([tmp_path / name]).cases) == content_fingerprint(cases)


def twin_of_fingerprint(columns: dict[str, list[object]]) -> str:
    """The fingerprint in plain integers, cell by cell: `columns` in the order of the dictionary, None for a blank."""

    def lane_of(text: str, lane: int) -> int:
        return text_lanes(text)[lane]

    def cell_lane(cell: object, lane: int) -> int:
        if isinstance(cell, tuple):
            codes = (lane_of(code, lane) + place * 0x9E3779B97F4A7C15 for place, code in enumerate(cell))
            return sum(map(mixed, codes)) % 2**64
        if isinstance(cell, frozenset):
            return sum(lane_of(case_id, lane) for case_id in cell) % 2**64
        if isinstance(cell, int):
            return cell % 2**64
        if isinstance(cell, float):
            return int(struct.unpack("<Q", struct.pack("<d", cell))[0])
        return lane_of(str(cell), lane)

    cases = len(next(iter(columns.values())))
    sums = [0, 0]
    for lane in range(2):
        for row in range(cases):
            terms = (mixed(cell_lane(cells[row], lane) ^ lane_of(name, lane)) for name, cells in columns.items())
            sums[lane] += mixed(sum(terms) % 2**64)
    text = "\n".join([str(cases), *(str(lane_sum % 2**64) for lane_sum in sums), *columns])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def test_the_fingerprint_is_that_of_its_slow_twin(tmp_path: Path) -> None:
    text = "case_id,hospital_id,age_years,procedures,total_cost_yuan,icu_hours,patient_id\n"
    cases = read_text(tmp_path, f"{text}A,H1,65,a|b,12.30,1.5,P\nB,,,,0,-0.0,P\n").cases
    assert content_fingerprint(cases) == twin_of_fingerprint(
        {
            "case_id": ["A", "B"],
            "hospital_id": ["H1", ""],
            "age_years": [65, -(2**63)],
            "procedures": [("A", "B"), ()],
            "total_cost_yuan": [1230, 0],
            "patient_id": [frozenset("AB"), frozenset("AB")],
            "icu_hours": [1.5, 0.0],
        }
    )


def test_patients_are_pseudonyms_that_join_within_a_reading(tmp_path: Path) -> None:
    text = "case_id,patient_id\nA,41040219500101001x\nB,p2\nC, 41040219500101001X\nD,\n"
    patients = read_text(tmp_path, text).cases.code("patient_id")
    assert [patients.text(row) == patients.text(0) for row in range(4)] == [True, False, True, False]
    assert patients.text(3) == ""
    assert all(len(value) == 32 and "4104" not in value for value in patients.values)


def test_pseudonyms_of_two_readings_cannot_be_joined_unless_the_salt_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, "case_id,patient_id\nA,p1\n")
    once, again = (read_cases([path]).cases.code("patient_id").values for _ in range(2))
    assert once != again
    assert read_cases([path], salt=b"s").cases.code("patient_id").values == (pseudonym("p1", b"s"),)


def test_every_salt_is_new() -> None:
    assert fresh_salt() != fresh_salt()
