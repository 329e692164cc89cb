"""The report in a real browser: offline, in both languages, on a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dipsim.report.html import write_report
from dipsim.report.labels import LANGS
from tests.browser.looks import MISSING_GLYPHS, OVERLAPS
from tests.unit.report import region

pytestmark = pytest.mark.browser

CHARTS = ["point_values", "change_1", "pay_per_cost", "group_gap", "bands"]


@dataclass
class Opened:
    """A page, what its console complained of, and what it asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of two hospitals with the long names that real ones have."""
    names = {"H1": "示例市第一人民医院（示例医科大学附属医院）", "H2": "青源县城关镇中心卫生院"}
    inputs = region.inputs()
    assert inputs.hospitals is not None
    named = replace(inputs.hospitals, name=tuple(names[key] for key in inputs.hospitals.hospital_ids))
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(region.comparison(replace(inputs, hospitals=named)), path, "zh")
    return path


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Opened]:
    """The report at the width of a desk, without a network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.goto(report.as_uri())
    yield found
    context.close()


def test_the_page_opens_offline_without_a_complaint_or_a_request(opened: Opened, report: Path) -> None:
    assert opened.page.title().startswith("dipsim · 算例基准")
    assert opened.requests == [report.as_uri()]
    assert opened.complaints == []


def test_the_switch_changes_every_text_to_the_other_language(opened: Opened) -> None:
    heading = opened.page.locator("#answer h2")
    assert heading.inner_text() == "结论"
    opened.page.click("button[data-to=en]")
    assert heading.inner_text() == "The answer"
    assert opened.page.locator("html").get_attribute("lang") == "en"
    assert opened.page.locator("[lang=zh]:visible").count() == 1  # the other button
    opened.page.click("button[data-to=zh]")
    assert heading.inner_text() == "结论"
    assert opened.complaints == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_is_seen_in_either_language(opened: Opened, lang: str) -> None:
    opened.page.click(f"button[data-to={lang}]")
    for key in CHARTS:
        charts = opened.page.locator(f"#chart-{key} svg:visible")
        assert charts.count() == 1
        box = charts.bounding_box()
        assert box is not None
        assert box["width"] > 500
        assert box["height"] > 80


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen(opened: Opened, width: int, lang: str) -> None:
    opened.page.set_viewport_size({"width": width, "height": 844})
    opened.page.click(f"button[data-to={lang}]")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_of_a_chart_overlaps_another_or_leaves_it(opened: Opened, lang: str) -> None:
    opened.page.click(f"button[data-to={lang}]")
    assert opened.page.evaluate(OVERLAPS) == []


def test_a_planted_overlap_is_seen(opened: Opened) -> None:
    planted = "() => { const t = document.querySelector('#chart-bands svg text'); t.after(t.cloneNode(true)); }"
    opened.page.evaluate(planted)
    assert len(opened.page.evaluate(OVERLAPS)) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_every_character_has_a_glyph(opened: Opened, lang: str) -> None:
    opened.page.click(f"button[data-to={lang}]")
    assert "\ufffd" not in opened.page.inner_text("body")
    assert opened.page.evaluate(MISSING_GLYPHS) == []


def test_a_planted_character_without_a_glyph_is_seen(opened: Opened) -> None:
    opened.page.evaluate("() => document.querySelector('h1').append('\\u{10FFFD}')")
    assert opened.page.evaluate(MISSING_GLYPHS) == ["\U0010fffd"]


def test_a_table_keeps_its_header_in_sight_and_its_numbers_to_the_right(opened: Opened) -> None:
    cell = opened.page.locator("#table-hospitals-hospital td.number").first
    assert cell.evaluate("e => getComputedStyle(e).textAlign") == "right"
    assert (
        opened.page.locator("#table-hospitals-hospital th").first.evaluate("e => getComputedStyle(e).position")
        == "sticky"
    )
