from __future__ import annotations

import resource
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dipsim.cases.table import Coded, CodedLists
from dipsim.cases.write import Column, Days, Micro, Yuan, write_columns, write_rejects
from dipsim.errors import OutputError
from dipsim.money import MISSING
from tests.unit.cases.tables import read_text


def columns() -> dict[str, Column]:
    return {
        "case_id": ["A", 'b,"c"'],
        "paid_yuan": Yuan(np.array([-5, MISSING])),
        "points": Micro(np.array([1_234_567, -1])),
        "group_code": Coded(np.array([1, -1], np.int32), ("g1", "g2")),
        "procedures": CodedLists(np.array([0, 2, 2]), np.array([1, 0], np.int32), ("x", "y")),
        "admitted_on": Days(np.array([20119, MISSING])),
        "days": np.array([3, MISSING]),
        "hours": np.array([1.5, np.nan]),
    }


def test_csv_is_exact_plain_utf_8_with_lists_joined_and_blanks_empty(tmp_path: Path) -> None:
    write_columns(tmp_path / "t.csv", columns())
    assert (tmp_path / "t.csv").read_bytes().decode() == (
        "case_id,paid_yuan,points,group_code,procedures,admitted_on,days,hours\n"
        "A,-0.05,1.234567,g2,y|x,2025-01-31,3,1.5\n"
        '"b,""c""",,-0.000001,,,,,\n'
    )


def test_parquet_keeps_types_and_exact_decimals(tmp_path: Path) -> None:
    write_columns(tmp_path / "t.parquet", columns())
    table = pq.read_table(tmp_path / "t.parquet")
    assert table.schema.field("paid_yuan").type == pa.decimal128(18, 2)
    assert table.schema.field("points").type == pa.decimal128(24, 6)
    assert table["paid_yuan"].to_pylist() == [Decimal("-0.05"), None]
    assert table["points"].to_pylist() == [Decimal("1.234567"), Decimal("-0.000001")]
    assert table["procedures"].to_pylist() == [["y", "x"], []]
    assert table["group_code"].to_pylist() == ["g2", None]
    assert table["days"].to_pylist() == [3, None]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_the_same_columns_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    written = []
    for _ in range(2):
        write_columns(tmp_path / name, columns())
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_large_amounts_lose_no_fen(tmp_path: Path) -> None:
    write_columns(tmp_path / "t.csv", {"paid_yuan": Yuan(np.array([999_999_999_999_999_999, -(10**17) - 1]))})
    assert (tmp_path / "t.csv").read_text().splitlines()[1:] == ["9999999999999999.99", "-1000000000000000.01"]


def test_a_csv_of_many_blocks_is_whole(tmp_path: Path) -> None:
    write_columns(tmp_path / "t.csv", {"days": np.arange(250_001)})
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert (len(lines), lines[0], lines[1], lines[-1]) == (250_002, "days", "0", "250000")


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"t\.csv: cannot be written: No such file or directory; nothing was left behind"
    ):
        write_columns(tmp_path / "gone" / "t.csv", columns())


@pytest.fixture
def _small_disk() -> Iterator[None]:
    """No file of this process may grow beyond 10,000 bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("_small_disk")
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old")
    noise = np.random.default_rng(1).integers(0, 10**15, 20_000)
    with pytest.raises(OutputError, match="cannot be written: File too large; nothing was left behind; check space"):
        write_columns(tmp_path / name, {"number": noise})
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "old"


def test_another_suffix_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"t\.txt: a table is written as \.csv or \.parquet"):
        write_columns(tmp_path / "t.txt", columns())


def test_rejects_are_written_in_the_order_of_case_file_line_and_field(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "case_id,sex,age_years\nB,3,x\nA,1,y\n,1,1\n")
    write_rejects(tmp_path / "rejects.csv", reading.rejects[::-1])
    lines = (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,line,case_id,field,value,reason,text_zh,text_en"
    assert [line.split(",")[:6] for line in lines[1:]] == [
        ["cases.csv", "4", "", "case_id", "", "blank_case_id"],
        ["cases.csv", "3", "A", "age_years", "y", "not_an_integer"],
        ["cases.csv", "2", "B", "age_years", "x", "not_an_integer"],
        ["cases.csv", "2", "B", "sex", "3", "unknown_category"],
    ]


def test_no_rejects_are_a_header(tmp_path: Path) -> None:
    write_rejects(tmp_path / "rejects.csv", ())
    assert (tmp_path / "rejects.csv").read_text() == "file,line,case_id,field,value,reason,text_zh,text_en\n"
