from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import pytest

from dipsim.report.axes import Axis, Scale, amounts, rows
from dipsim.report.drawing import WIDTH, Key, Panel, Sheet, svg
from dipsim.report.marks import Bar, Dot, Guide, Line, Mark, Place, Words, points

SQUARE = Place(100, 50, 10, 10, Scale(0, 10), Scale(0, 10))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str) -> str:
    bars = [Bar(0, 3, -0.3, 0.3, "#08519c"), Bar(0, -1, 0.7, 1.3, "#08519c")]
    panel = Panel(amounts(Scale(-1, 3), "分值（元）"), rows([name, "b"]), bars, ["3", "−1"])
    return svg(Sheet("标题 <&>", "指纹 abc", [Key("#08519c", "三级")]), 60, [panel], "zh")


def test_text_stays_text() -> None:
    texts = [text.text for text in ET.fromstring(drawn("中医院")).iter(f"{SVG}text")]
    assert texts == [
        "标题 <&>",
        "■",
        "三级",
        *("−1", "0", "1", "2", "3"),
        "分值（元）",
        "中医院",
        "b",
        "3",
        "−1",
        "指纹 abc",
    ]


def test_a_reader_who_hears_the_page_is_told_the_finding() -> None:
    root = ET.fromstring(drawn("a"))
    assert (root.get("role"), root.get("lang"), root.get("aria-label")) == ("img", "zh", "标题 <&>")


def test_a_sign_of_markup_in_a_name_stays_a_sign() -> None:
    assert ">a &lt;b&gt; &amp; $x^2$</text>" in drawn("a <b> & $x^2$")


def test_a_chart_is_of_the_width_of_the_page_and_as_high_as_its_lines() -> None:
    flat, high = ([float(size) for size in ET.fromstring(text).attrib["viewBox"].split()] for text in _one_and_two())
    assert flat[2] == high[2] == WIDTH
    assert high[3] - flat[3] == 17  # one more line of the title


def _one_and_two() -> list[str]:
    panel = Panel(amounts(Scale(0, 1), ""), rows(["a"]), [])
    return [svg(Sheet(title, "x"), 60, [panel], "en") for title in ("short", "a title of two lines " * 5)]


def test_panels_stand_side_by_side_and_share_the_width() -> None:
    panel = Panel(Axis(Scale(0, 1)), rows(["a"]), [Bar(0, 1, 0, 1, "red")])
    bars = list(ET.fromstring(svg(Sheet("t", "f", (), 100, 60), 60, [panel, panel], "en")).iter(f"{SVG}rect"))
    assert [(bar.get("x"), bar.get("width")) for bar in bars] == [("100", "200"), ("360", "200")]


@pytest.mark.parametrize(
    ("mark", "element"),
    [
        (Bar(2, 5, 1, 3, "red"), '<rect x="102" y="57" width="3" height="2" fill="red"/>'),
        (Bar(5, 2, 3, 1, "red"), '<rect x="102" y="57" width="3" height="2" fill="red"/>'),
        (Bar(0, math.nan, 0, 1, "red"), ""),
        (
            Line([(0, 0), (math.nan, 1), (10, 10)], "red", 1.5),
            '<polyline points="100,60 110,50" fill="none" stroke="red" stroke-width="1.5"/>',
        ),
        (Dot(5, 5, 2, "red"), '<circle cx="105" cy="55" r="2" fill="red"/>'),
        (
            Guide(5, is_upright=True, color="red"),
            '<line x1="105" y1="50" x2="105" y2="60" stroke="red" stroke-width="0.8"/>',
        ),
        (
            Guide(5, is_upright=False, color="red", is_dashed=True),
            '<line x1="100" y1="55" x2="110" y2="55" stroke="red" stroke-width="0.8" stroke-dasharray="4 2"/>',
        ),
        (
            Words(5, 5, "a", "end", 10, "red", right=-1, below=2),
            '<text x="104" y="60.6" font-size="10" fill="red" text-anchor="end">a</text>',
        ),
    ],
)
def test_a_mark_stands_where_its_values_say(mark: Mark, element: str) -> None:
    assert mark.drawn(SQUARE) == element


def test_a_length_is_rounded_to_hundredths_and_zero_has_no_sign() -> None:
    assert [points(value) for value in (1 / 3, -0.001, 619.996, 12.0)] == ["0.33", "0", "620", "12"]
