from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dipsim.cases.lines import find_records

CELLS = st.text(alphabet='ab,"\n', max_size=4)


def lines_of(text: str) -> list[int]:
    return [int(line) for line in find_records(text.encode(), ",").lines]


def test_a_record_is_a_line_when_nothing_is_quoted() -> None:
    assert lines_of("a,b\n1,2\n3,4\n") == [1, 2, 3]


def test_the_last_line_break_may_be_absent() -> None:
    assert lines_of("a,b\n1,2") == [1, 2]


def test_lines_inside_quotes_are_counted_and_do_not_end_a_record() -> None:
    assert lines_of('a,b\n1,"x\ny"\n3,4\n') == [1, 2, 4]


def test_empty_lines_are_counted_and_hold_no_record() -> None:
    assert lines_of("a,b\n\n1,2\r\n\r\n3,4\n") == [1, 3, 5]


def test_a_quote_inside_an_unquoted_cell_is_a_character() -> None:
    assert lines_of('a,b\n5" pipe,2\n"x\n",6\n7,8\n') == [1, 2, 3, 5]


def test_a_quote_that_never_closes_is_found_where_its_record_begins() -> None:
    assert find_records(b'a,b\n1,2\n3,"4\n5,6\n', ",").unclosed_line == 3
    assert find_records(b'a,b\n1",2\n3,"4\n5,6\n', ",").unclosed_line == 3
    assert find_records(b'a,b\n1,2\n3,"4"\n5,6\n', ",").unclosed_line == 0


def test_offsets_bound_the_text_of_a_record() -> None:
    data = b'a,b\r\n1,"x\ny"\r\n'
    found = find_records(data, ",")
    texts = [data[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert texts == [b"a,b", b'1,"x\ny"']


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_records_of_a_written_table_are_those_that_were_written(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    expected, line = [], 1
    for row in rows:
        expected.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    assert lines_of(stream.getvalue()) == expected


@given(st.text(alphabet='ab,"\n', min_size=1, max_size=12))
def test_any_text_has_the_lines_that_the_standard_library_counts(text: str) -> None:
    found = find_records(text.encode(), ",")
    if found.unclosed_line:
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    begins, expected = 1, []
    for row in reader:
        if row:
            expected.append(begins)
        begins = reader.line_num + 1
    assert found.lines.tolist() == expected
