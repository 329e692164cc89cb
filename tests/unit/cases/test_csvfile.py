from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases.block import Ragged
from dipsim.cases.csvfile import open_csv
from dipsim.errors import CaseDataError

CELLS = st.text(alphabet='ab,"\n心', max_size=4)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=12)

Content = tuple[dict[str, list[str]], list[int], list[int], list[Ragged]]


def content(path: Path, block_bytes: int) -> Content:
    """All that the blocks of a file hold, joined."""
    source = open_csv(path, path.name, ",", block_bytes)
    names = list(source.header)
    blocks = list(source.blocks(names))
    columns = {name: [cell for block in blocks for cell in block.columns[name].to_pylist()] for name in names}
    lines = [int(line) for block in blocks for line in block.lines]
    numbers = [int(number) for block in blocks for number in block.numbers]
    return columns, lines, numbers, [row for block in blocks for row in block.ragged]


def content_or_message(path: Path, block_bytes: int) -> Content | str:
    try:
        return content(path, block_bytes)
    except CaseDataError as error:
        return str(error)


@given(ROWS, st.integers(1, 40), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_small_blocks_give_the_same_rows_lines_and_ragged_rows_as_one(
    rows: list[list[str]], block_bytes: int, codec: str
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([["x", "y"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        path.write_bytes(stream.getvalue().encode(codec))
        assert content_or_message(path, block_bytes) == content_or_message(path, 1 << 20)


@given(st.text(alphabet='ab,"\n\r', max_size=30), st.integers(1, 12))
def test_any_text_gives_in_small_blocks_what_it_gives_in_one(text: str, block_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        path.write_bytes(b"x,y\n" + text.encode())
        whole, parts = content_or_message(path, 1 << 20), content_or_message(path, block_bytes)
        assert parts == whole or (isinstance(whole, str) and isinstance(parts, str))


def test_a_line_break_in_quotes_does_not_end_a_block(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b'x,y\n1,"a\nb\nc\nd"\n2,e\n')
    assert content(path, 4) == ({"x": ["1", "2"], "y": ["a\nb\nc\nd", "e"]}, [2, 6], [1, 2], [])


def test_ragged_rows_keep_line_and_number_across_blocks(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"x,y\n1,2\n3\n\n4,5,6\n7,8\n")
    columns, lines, numbers, ragged = content(path, 6)
    assert (columns["x"], lines, numbers) == (["1", "7"], [2, 6], [1, 4])
    assert ragged == [Ragged(3, 1, 2), Ragged(5, 3, 2)]


def test_the_text_of_a_file_does_not_stand_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"x,y\n" + b"1,two\n" * 200_000)
    before, most = pa.total_allocated_bytes(), 0
    for _ in open_csv(path, "cases.csv", ",", 1 << 14).blocks(["x", "y"]):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < path.stat().st_size / 4


def test_a_cell_beyond_what_csv_allows_is_an_open_quote(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b'x,y\n5" pipe,1\n"' + b"a\n" * 100_000)
    with pytest.raises(CaseDataError, match="look for a quote that never closes"):
        content(path, 1 << 20)


@pytest.mark.parametrize("text", ["a,b\nc\rd,e\n", 'a,5" pipe\nc\rd,e\n', '\r"\n\n'])
def test_a_carriage_return_within_a_line_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"x,y\n" + text.encode())
    line = 3 if text.startswith("a") else 2
    for block_bytes in (1, 1 << 20):
        with pytest.raises(CaseDataError, match=rf"^cases\.csv:{line}: not valid CSV: a carriage return alone"):
            content(path, block_bytes)


def test_a_carriage_return_in_quotes_or_doubled_at_the_end_of_a_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b'x,y\r\r\n1,"a\rb"\r\r\n')
    assert content(path, 1 << 20) == ({"x": ["1"], "y": ["a\rb"]}, [2], [1], [])
