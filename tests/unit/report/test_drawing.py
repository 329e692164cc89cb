from __future__ import annotations

import pytest

from dipsim.report.drawing import svg
from dipsim.report.picture import Axis, Bars, Key, Panel, Picture, RowNames, RowTexts, Sheet


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
