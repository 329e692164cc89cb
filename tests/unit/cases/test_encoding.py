from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.encoding import GB18030, UTF_8, line_blocks, survey
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import read_bytes

TEXT = "case_id,department\nA,心内科\nB,骨科一病区\n"


def refused_bytes(folder: Path, data: bytes) -> str:
    """The message with which a CSV file of these bytes is refused."""
    with pytest.raises(CaseDataError) as caught:
        read_bytes(folder, data)
    return str(caught.value)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_text_reads_alike_in_every_encoding(tmp_path: Path, codec: str) -> None:
    reading = read_bytes(tmp_path, TEXT.encode(codec))
    assert reading.cases.code("department").values == ("心内科", "骨科一病区")
    assert reading.files[0].form == f"CSV {UTF_8 if codec.startswith('utf') else GB18030}"


def test_a_character_that_only_gb18030_has_is_read(tmp_path: Path) -> None:
    assert (
        read_bytes(tmp_path, TEXT.replace("骨", "㐀").encode("gb18030")).cases.code("department").values[0]
        == "㐀科一病区"
    )


def test_a_file_that_leaves_utf_8_midway_is_refused_with_line_and_byte(tmp_path: Path) -> None:
    data = TEXT.encode() + "C,呼吸科\n".encode("gbk")
    said = refused_bytes(tmp_path, data)
    assert said.startswith("cases.csv:4: byte 3 of the line (0xBA): is not UTF-8, as the lines before it are")
    assert said.endswith("save the whole file in one encoding")


def test_a_file_that_turns_to_utf_8_midway_is_refused_with_its_line(tmp_path: Path) -> None:
    said = refused_bytes(tmp_path, TEXT.encode("gbk") + "C,呼吸科室\n".encode())
    assert said.startswith("cases.csv:4: the line is in UTF-8, but line 2 is not")


def test_bytes_of_no_encoding_are_refused_where_the_second_try_ends(tmp_path: Path) -> None:
    said = refused_bytes(tmp_path, TEXT.encode("gbk") + b"C,\xff\n")
    assert "cases.csv:4: byte 3 of the line (0xFF): is neither UTF-8 nor GB18030 (UTF-8 ends in line 2" in said


def test_a_mark_of_utf_8_before_other_text_is_refused(tmp_path: Path) -> None:
    said = refused_bytes(tmp_path, b"\xef\xbb\xbf" + TEXT.encode("gbk"))
    assert "is not UTF-8, as the mark at the beginning says" in said


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04....", "an Excel workbook or a zip file"),
        (b"\xd0\xcf\x11\xe0....", "an old Excel workbook"),
        (b"PAR1....", "a Parquet file"),
        ("case_id\n".encode("utf-16-le"), "holds zero bytes"),
        ("case_id\n".encode("utf-16"), "the text is in UTF-16"),
    ],
)
def test_a_file_of_another_kind_under_the_name_of_csv_is_named(tmp_path: Path, start: bytes, what: str) -> None:
    assert what in refused_bytes(tmp_path, start)


def test_a_file_of_zeros_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # takes no space on the disk
    with pytest.raises(CaseDataError, match="holds zero bytes"):
        survey(path, "cases.csv")


def test_a_survey_tells_digest_mark_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"\xef\xbb\xbfa\rb")
    found = survey(path, "cases.csv")
    assert (found.codec, found.mark, found.has_line_feed) == (UTF_8, 3, False)


def test_blocks_hold_whole_lines_and_together_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"one\ntwo three four\n5\n\nlast")
    blocks = list(line_blocks(path, 0, 5))
    assert b"".join(blocks) == path.read_bytes()
    assert all(block.endswith(b"\n") for block in blocks[:-1])
