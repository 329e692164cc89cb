from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.errors import PolicyError
from dipsim.money import MISSING
from dipsim.policy.tables import Column, Table, TableSpec, read_table, require_members, write_table

SPEC = TableSpec(
    (
        Column("group_code", "code", required=True),
        Column("level", "choice", choices=("primary", "secondary", "tertiary")),
        Column("group_points", "points", required=True, minimum=0, unit="points"),
        Column("fee_yuan", "yuan"),
        Column("mean_cost_yuan", "yuan_micro"),
        Column("beds", "integer", maximum=1000),
        Column("share", "number"),
    ),
    unique_key=("group_code", "level"),
)
HEADER = "group_code,level,group_points,fee_yuan,mean_cost_yuan,beds,share\n"


def table(tmp_path: Path, text: str, spec: TableSpec = SPEC) -> Table:
    path = tmp_path / "points.csv"
    path.write_bytes(text.encode())
    return read_table(path, spec, "weights/demo/points.csv")


def problems(tmp_path: Path, text: str, spec: TableSpec = SPEC) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        table(tmp_path, text, spec)
    return [str(problem) for problem in caught.value.problems]


def test_numbers_are_exact_in_the_unit_of_their_kind(tmp_path: Path) -> None:
    read = table(tmp_path, HEADER + "A03.9,primary,385.35787,1234.5,0.000001,12,0.25\nA04.9,primary,.5,-1,+7.,0,1e3\n")
    assert read.text("group_code") == ("A03.9", "A04.9")
    assert read.micro("group_points").tolist() == [385_357_870, 500_000]
    assert read.fen("fee_yuan").tolist() == [123_450, -100]
    assert read.micro("mean_cost_yuan").tolist() == [1, 7_000_000]
    assert read.integers("beds").tolist() == [12, 0]
    assert read.numbers("share").tolist() == [0.25, 1000.0]
    assert read.micro("group_points").dtype == np.int64
    assert not read.micro("group_points").flags.writeable


def test_blank_cells_and_absent_columns_read_as_missing(tmp_path: Path) -> None:
    read = table(tmp_path, "group_code,group_points,fee_yuan\n A03.9 ,1,\n,,\n\nA04.9,2,\u3000\n")
    assert read.text("group_code") == ("A03.9", "A04.9")
    assert read.lines == (2, 5)
    assert read.fen("fee_yuan").tolist() == [MISSING, MISSING]
    assert read.integers("beds").tolist() == [MISSING, MISSING]
    assert np.isnan(read.numbers("share")).all()
    assert read.text("level") == ("", "")
    assert read.has("fee_yuan")
    assert not read.has("beds")


@given(st.decimals(min_value=0, max_value=9_000_000_000, places=6))
def test_any_number_of_six_decimals_survives_exactly(tmp_path_factory: pytest.TempPathFactory, number: Decimal) -> None:
    path = tmp_path_factory.mktemp("exact") / "points.csv"
    write_table(path, {"group_points": [f"{number:f}"]})
    read = read_table(path, TableSpec((Column("group_points", "points", required=True),)))
    assert Decimal(int(read.micro("group_points")[0])) == number * 1_000_000


def test_a_seventh_decimal_is_refused_unless_the_spec_rounds_half_to_even(tmp_path: Path) -> None:
    text = "factor\n1.0000005\n1.0000015\n-1.0000005\n1.0000005000001\n1.2500000000\n"
    refused = problems(tmp_path, text, TableSpec((Column("factor", "factor"),)))
    assert refused[0] == "weights/demo/points.csv:2: factor: 1.0000005 has more than 6 decimals; round it in the file"
    assert len(refused) == 4
    rounded = table(tmp_path, text, TableSpec((Column("factor", "factor", rounding="half_even"),)))
    assert rounded.micro("factor").tolist() == [1_000_000, 1_000_002, -1_000_000, 1_000_001, 1_250_000]


@pytest.mark.parametrize("cell", ['"1,234"', "1e3", "abc", ".", "-", "１２", "1 2", "9" * 50, "--1"])
def test_what_is_no_plain_number_is_refused(tmp_path: Path, cell: str) -> None:
    (message,) = problems(tmp_path, f"group_code,group_points\nA,{cell}\n")
    assert "points.csv:2: group_points (points): " in message
    assert "is not a plain number; write digits as in 1234.5" in message


def test_a_number_beyond_int64_is_refused(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, "group_code,group_points\nA,9223372036854.775808\n")
    assert message.endswith("9223372036854.775808 is too large; the largest number is 9223372036854.775807")


@pytest.mark.parametrize("cell", ["nan", "inf", "1e999", "x"])
def test_a_number_column_holds_finite_numbers_only(tmp_path: Path, cell: str) -> None:
    (message,) = problems(tmp_path, f"group_code,group_points,share\nA,1,{cell}\n")
    assert f"'{cell}' is not a finite number" in message


def test_every_problem_of_a_file_is_reported_with_line_and_column(tmp_path: Path) -> None:
    text = HEADER + "A,primry,-0.000001,1,1,1,1\n,primary,1,1.234,1,1001,1\nB,primary,,1,1,2.5,1\nC,primary\n"
    assert sorted(problems(tmp_path, text)) == [
        "weights/demo/points.csv:2: group_points (points): -0.000001 is below 0; give 0 or more",
        "weights/demo/points.csv:2: level: 'primry' is not allowed; did you mean 'primary'?",
        "weights/demo/points.csv:3: beds: 1001 is above 1000; give 1000 or less",
        "weights/demo/points.csv:3: fee_yuan: 1.234 has more than 2 decimals; round it in the file",
        "weights/demo/points.csv:3: group_code: is blank; fill it in",
        "weights/demo/points.csv:4: beds: 2.5 is not a whole number; round it in the file",
        "weights/demo/points.csv:4: group_points (points): is blank; fill it in",
        "weights/demo/points.csv:5: 2 cells, but 7 columns; look for a missing or unquoted comma",
    ]


def test_the_bounds_belong_to_the_range(tmp_path: Path) -> None:
    spec = TableSpec((Column("factor", "factor", minimum=0.1, maximum=1.3),))
    assert table(tmp_path, "factor\n0.1\n1.3\n", spec).micro("factor").tolist() == [100_000, 1_300_000]
    assert len(problems(tmp_path, "factor\n0.099999\n1.300001\n", spec)) == 2


def test_only_the_first_twenty_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    found = problems(tmp_path, "group_code,group_points\n" + "".join(f"A{i},x\n" for i in range(57)))
    assert len(found) == 21
    assert found[-1] == "weights/demo/points.csv: 37 more problems; correct these first and check again"


def test_a_misspelt_column_is_answered_with_its_right_name(tmp_path: Path) -> None:
    assert problems(tmp_path, "group_code,group_point\nA,1\n") == [
        "weights/demo/points.csv:1: column 'group_points' is missing; did you mean 'group_point'?",
        "weights/demo/points.csv:1: unknown column 'group_point'; did you mean 'group_points'?",
    ]


def test_a_missing_column_like_no_other_is_to_be_added(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, "group_code\nA\n")
    assert message.endswith("column 'group_points' is missing; add the column 'group_points'")


def test_a_column_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, "group_code,group_points,group_points\nA,1,1\n")
    assert message == "weights/demo/points.csv:1: column 'group_points' stands there 2 times; keep one"


def test_other_columns_are_kept_as_text_where_the_spec_allows_them(tmp_path: Path) -> None:
    spec = TableSpec((Column("group_code", "code", required=True),), allow_extra=True)
    assert table(tmp_path, "group_code,name\nA,甲\n", spec).text("name") == ("甲",)


def test_a_doubled_key_names_both_lines(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, HEADER + "A,primary,1,,,,\nA,secondary,1,,,,\nA,primary,2,,,,\n")
    assert message == (
        "weights/demo/points.csv:4: group_code, level: 'A, primary' stands in line 2 already; keep one of the two lines"
    )


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    (message,) = problems(tmp_path, text)
    assert message.startswith("weights/demo/points.csv: empty; a table begins with a line of column names")


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    assert table(tmp_path, HEADER).micro("group_points").size == 0


def test_an_open_quote_is_placed_on_the_line_where_its_row_begins(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, 'group_code,group_points\nA,1\n"B,2\nC,3\n')
    assert message.startswith("weights/demo/points.csv:3: not valid CSV")
    assert message.endswith("look for an open quote")


def test_a_cell_of_two_lines_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    spec = TableSpec((Column("name", "text"), Column("beds", "integer")))
    (message,) = problems(tmp_path, 'name,beds\n"two\nlines",1\nB,x\n', spec)
    assert message.startswith("weights/demo/points.csv:4: beds")


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes("group_code\n甲".encode("gb18030"))
    with pytest.raises(PolicyError, match=rf"{tmp_path.name}/points\.csv:2: not UTF-8; .*save the file as UTF-8"):
        read_table(path, SPEC)


def test_values_outside_another_table_are_refused_with_their_lines(tmp_path: Path) -> None:
    read = table(tmp_path, "group_code,group_points\nI63.9,1\nI64.x,2\nzz,3\n")
    require_members(read, "group_code", {"I63.9", "I64.x", "zz"}, "group of scheme 'dip-demo'")
    with pytest.raises(PolicyError) as caught:
        require_members(read, "group_code", {"I63.9", "I64.y"}, "group of scheme 'dip-demo'")
    assert [str(problem) for problem in caught.value.problems] == [
        "weights/demo/points.csv:3: group_code: 'I64.x' is no group of scheme 'dip-demo'; did you mean 'I64.y'?",
        "weights/demo/points.csv:4: group_code: 'zz' is no group of scheme 'dip-demo'; correct it or leave the row out",
    ]


def test_blanks_are_no_strangers_to_another_table(tmp_path: Path) -> None:
    read = table(tmp_path, "group_code,group_points,level\nA,1,\n")
    require_members(read, "level", (), "level")


def test_a_column_is_not_read_in_the_unit_of_another_kind(tmp_path: Path) -> None:
    read = table(tmp_path, "group_code,group_points\nA,1\n")
    with pytest.raises(TypeError, match="'group_points' is of kind 'points', not yuan"):
        read.fen("group_points")


def test_a_written_table_reads_back_and_ends_its_lines_alike_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    write_table(path, {"group_code": ["A", "B"], "name": ['甲,"乙"', "two\nlines"]})
    assert path.read_bytes() == 'group_code,name\nA,"甲,""乙"""\nB,"two\nlines"\n'.encode()
    read = read_table(path, TableSpec((Column("group_code", "code"), Column("name", "text"))))
    assert read.text("name") == ('甲,"乙"', "two\nlines")


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    write_table(path, {"a": ["1"]})
    with pytest.raises(ValueError, match="shorter"):
        write_table(path, {"a": ["1", "2"], "b": ["1"]})
    assert path.read_text(encoding="utf-8") == "a\n1\n"
    assert [found.name for found in tmp_path.iterdir()] == ["points.csv"]
