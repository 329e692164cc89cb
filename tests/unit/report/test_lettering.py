from __future__ import annotations

import pytest

from dipsim.report.lettering import columns, shortened, wrapped


def test_a_chinese_character_takes_two_columns() -> None:
    assert columns("三级 A") == 6


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert shortened("示例市第一人民医院", 9) == "示例市第…"
    assert shortened("示例市", 6) == "示例市"


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("最高（0.676）的医院", 8, ["最高", "（0.676）", "的医院"]),
        ("甲乙，丙丁", 4, ["甲", "乙，", "丙丁"]),
        ("unbreakablylong", 5, ["unbreakablylong"]),
    ],
)
def test_a_title_breaks_between_words_and_never_inside_a_bracket(text: str, most: int, lines: list[str]) -> None:
    assert wrapped(text, most) == lines
