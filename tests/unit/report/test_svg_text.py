from __future__ import annotations

import re

import pytest

from dipsim.report.svg_text import Written, element


def test_a_text_stands_in_the_middle_of_its_height_or_on_its_line() -> None:
    assert 'x="10.00" y="23.50"' in element(Written(10, 20, "甲", size=10))
    assert 'x="10.00" y="20.00"' in element(Written(10, 20, "甲", size=10, on_line=True))


def test_a_text_that_reads_from_below_is_turned_about_its_own_place() -> None:
    text = element(Written(10, 20, "甲", size=10, upward=True))
    assert 'x="13.50" y="20.00" transform="rotate(-90 13.50 20.00)"' in text


@pytest.mark.parametrize(("align", "anchor"), [("left", "start"), ("center", "middle"), ("right", "end")])
def test_what_stands_at_x_is_said_by_the_anchor(align: str, anchor: str) -> None:
    text = element(Written(0, 0, "a", align=align))  # type: ignore[arg-type]
    assert f'text-anchor="{anchor}"' in text


def test_signs_of_the_language_are_escaped_and_only_bold_is_said() -> None:
    assert ">a &lt;b&gt; &amp; c</text>" in element(Written(0, 0, "a <b> & c"))
    assert re.findall(r'font-weight="(\w+)"', element(Written(0, 0, "a", bold=True))) == ["bold"]
    assert "font-weight" not in element(Written(0, 0, "a"))
