from __future__ import annotations

import re

import pytest

from dipsim.report.drawing import svg
from dipsim.report.picture import Axis, Bars, Key, Label, Line, Panel, Picture, RowNames, RowTexts, Sheet


def picture(name: str) -> Picture:
    sheet = Sheet("标题 <&>", "指纹 abc", (Key("#08519c", "三级"),))
    bars = Bars((0, 1), (3, -1), ("#2166ac", "#b35806"), 0.6)
    marks = (bars, RowNames((name, "b")), RowTexts(("3", "−1")))
    return Picture("some_chart", "zh", sheet, 60, (Panel(marks, Axis("元")),))


def drawn(name: str) -> str:
    return svg(picture(name))


def test_text_stays_text_and_no_font_of_the_machine_is_named() -> None:
    text = drawn("中医院")
    assert ">中医院</text>" in text
    assert "DejaVu" not in text
    assert 'aria-label="标题 &lt;&amp;&gt;"' in text


def test_the_same_chart_has_the_same_bytes_and_no_date(caplog: pytest.LogCaptureFixture) -> None:
    assert drawn("中医院") == drawn("中医院")
    assert "<metadata" not in drawn("中医院")
    assert caplog.records == []


def test_a_dollar_sign_in_a_name_is_no_formula() -> None:
    assert ">a $x^2$ b</text>" in drawn("a $x^2$ b")


def test_ids_are_the_charts_own() -> None:
    text = drawn("b")
    assert 'id="figure' not in text
    assert text.count('id="some_chart-zh-figure_1"') == 1
    assert "url(#some_chart-zh-" in text


def places(text: str) -> dict[str, tuple[float, float]]:
    """Where each text stands."""
    found = re.findall(r'<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)</text>', text)
    return {written: (float(x), float(y)) for x, y, written in found}


def lined(x: Axis, y: Axis, *labels: Label) -> dict[str, tuple[float, float]]:
    line = Line((0, 10, 20), (1_000_000, 2_000_000, 3_000_000), "#000000", 1, 4)
    return places(svg(Picture("line", "en", Sheet("t", "f"), 100, (Panel((line, *labels), x, y),))))


def test_ticks_stand_at_their_places_and_say_them_in_full() -> None:
    found = lined(Axis("x", limits=(0, 20), most_ticks=2), Axis("y", limits=(1_000_000, 3_000_000), most_ticks=2))
    assert found["0"][0] == 100
    assert found["20"][0] == 560
    assert found["10"][0] == 330
    assert found["3000000"][1] < found["2000000"][1] < found["1000000"][1]


def test_a_label_stands_where_the_marks_do_though_the_limits_follow_from_them() -> None:
    found = lined(Axis("x", margin=0.5), Axis("y"), Label(10, 2_000_000, "middle"), Label(0, 2_000_000, "first"))
    assert found["middle"][0] == 330
    assert found["first"][0] == 215  # a quarter of the plot: half of the marks' extent is left free at either side


def test_a_tick_out_of_sight_is_not_named() -> None:
    found = lined(Axis("x", limits=(0, 15), ticks=(0, 10, 20), tick_names=("a", "b", "c")), Axis("y"))
    assert {"a", "b"} <= found.keys()
    assert "c" not in found


def test_a_bare_axis_says_its_label_alone() -> None:
    found = lined(Axis("what", bare=True), Axis("", bare=True))
    assert found.keys() == {"t", "f", "what"}
