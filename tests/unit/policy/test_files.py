from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.policy.files import dotted, leaves_of, nested, read_text, read_toml, split_key

TEXT = """\
# a comment with payment.x = 1
title = "Demo"

[[route]]
pay = "dip"

[payment.bed_day]
note = '''
unit = "inside a text"
'''
tiers = [
  [1, 2],
  [3, 4]
]
unit = "points"
"factor.by_group" = { "I63.9" = 1.2 }
"""


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "policy.toml"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_each_key_has_the_line_on_which_its_statement_begins(tmp_path: Path, line_end: str) -> None:
    file = read_toml(written(tmp_path, TEXT.replace("\n", line_end).encode()), "policy.toml")
    expected = {
        ("title",): 2,
        ("route",): 4,
        ("payment", "bed_day", "note"): 8,
        ("payment", "bed_day", "tiers"): 11,
        ("payment", "bed_day", "unit"): 15,
        ("payment", "bed_day", "factor.by_group", "I63.9"): 16,
    }
    assert set(file.leaves) == set(expected)
    assert {path: file.lines[path] for path in file.leaves} == expected


def test_a_syntax_error_is_placed_on_its_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_toml(written(tmp_path, b'title = "Demo"\nunit = points\n'), "scenarios/x.toml")
    (problem,) = caught.value.problems
    assert problem.where == "scenarios/x.toml:2"
    assert problem.what == "not valid TOML"
    assert problem.next_step == "correct this line or the one before"


def test_a_key_stated_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"x\.toml:2: not valid TOML"):
        read_toml(written(tmp_path, b"a = 1\na = 2\n"), "x.toml")


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    assert read_text(written(tmp_path, b"\xef\xbb\xbfa = 1\n"), "x.toml") == "a = 1\n"


def test_another_encoding_is_refused_with_its_line_and_how_to_save(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_text(written(tmp_path, b"a = 1\n" + 'title = "示例"'.encode("gb18030")), "x.toml")
    (problem,) = caught.value.problems
    assert problem.where == "x.toml:2"
    assert problem.what == "not UTF-8"
    assert problem.next_step.startswith("save the file as UTF-8")


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_text(tmp_path / "absent.toml", "scenarios/absent.toml")
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == ("scenarios/absent.toml", "cannot be read")
    assert problem.next_step == "check the path and its permissions"


@pytest.mark.parametrize("path", [("payment", "bed_day"), ("factor", "I63.9"), ("系数", "a b")])
def test_a_dotted_key_leads_back_to_its_path(path: tuple[str, ...]) -> None:
    assert split_key(dotted(path)) == path


@pytest.mark.parametrize("key", ["", "a..b", ".a", "a.", 'a"b', "a b"])
def test_what_is_no_dotted_key_is_refused(key: str) -> None:
    with pytest.raises(PolicyError, match="not a dotted key; write it as in payment"):
        split_key(key)


def test_nested_is_the_inverse_of_leaves() -> None:
    values = {"a": {"b": 1, "c": {"d": (1, 2)}}, "empty": {}, "source": {"doc": "x"}}
    assert nested(dict(leaves_of(values))) == values


@pytest.mark.parametrize("value", ["[" * 3000, "[" * 3000 + "]" * 3000, "9" * 5000, ".".join(["a"] * 3000) + " = 1"])
def test_what_is_too_long_or_too_deep_for_toml_is_refused(tmp_path: Path, value: str) -> None:
    text = value if "=" in value else f"x = {value}"
    with pytest.raises(PolicyError, match=r"a\.toml.*: not valid TOML; .*; correct this line or the one before"):
        read_toml(written(tmp_path, text.encode()), "a.toml")
