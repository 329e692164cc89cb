"""Day surgery, bed-days, many scenarios and the view of one hospital in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dipsim.lab.compare import compared
from dipsim.report.hospital_page import write_hospital
from dipsim.report.html import write_report
from dipsim.report.labels import LANGS
from tests.browser.test_report import FLAGS, MISSING_GLYPHS, OVERLAPS
from tests.shared import needs_chromium
from tests.unit.report import test_by_rule, test_hospital_view

pytestmark = pytest.mark.browser

CHARTS = {
    "report.html": ["point_values", "scenario_grid", "group_bubbles", "day_surgery_1", "bed_day_1", "bed_day_3"],
    "hospital.html": ["margin_departments", "margin_physicians", "margin_groups"],
}
TITLES = {
    "title": "Day surgery by inpatient points and psychiatric stays by the bed-day",
    "title_zh": "日间手术同病同付、精神专科按床日付费",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = needs_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of four scenarios, three of them with rules of their own, and a hospital with all its tables."""
    folder = tmp_path_factory.mktemp("pages")
    base, own = (result.scenario for result in test_by_rule.results())
    others = [replace(own, document=own.document.override({}, f"test/{name}")) for name in ("first", "second", "third")]
    titled = [replace(each, head=each.head.model_copy(update=TITLES)) for each in others]
    write_report(compared(test_by_rule.inputs(), [base, *titled]), folder / "report.html", "zh")
    write_hospital(test_hospital_view.view(), folder / "out", "zh", 0.05, physicians=True)
    (folder / "out" / "hospital.html").rename(folder / "hospital.html")
    return folder


@pytest.fixture(params=sorted(CHARTS))
def opened(browser: Browser, pages: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Page, list[str]]]:
    """One of the pages without a network, and the charts that it must show."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.goto((pages / request.param).as_uri())
    yield page, CHARTS[request.param]
    context.close()


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_is_seen_and_no_text_of_it_overlaps(opened: tuple[Page, list[str]], lang: str) -> None:
    page, charts = opened
    page.click(f"button[data-to={lang}]")
    for key in charts:
        assert page.locator(f"#chart-{key} svg:visible").count() == 1
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen_and_no_glyph_is_missing(
    opened: tuple[Page, list[str]], width: int, lang: str
) -> None:
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 844})
    page.click(f"button[data-to={lang}]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(MISSING_GLYPHS) == []
