"""Day surgery, bed-days, many scenarios and the view of one hospital in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dipsim.lab.compare import compared
from dipsim.report.hospital_page import write_hospital
from dipsim.report.html import write_report
from dipsim.report.labels import LANGS
from tests.browser.looks import offline, require_charts, require_fit
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
    with offline(browser, pages / request.param) as page:
        yield page, CHARTS[request.param]


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_is_seen_and_no_text_of_it_overlaps(opened: tuple[Page, list[str]], lang: str) -> None:
    page, charts = opened
    require_charts(page, charts, lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen_and_no_glyph_is_missing(
    opened: tuple[Page, list[str]], width: int, lang: str
) -> None:
    page, _ = opened
    require_fit(page, width, lang)
