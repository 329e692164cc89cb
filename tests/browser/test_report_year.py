"""The year in a real browser: months, clearing, reviews, scenarios side by side, a hospital's statement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dipsim.report.hospital_page import write_hospital
from dipsim.report.hospital_view import hospital_view
from dipsim.report.html import write_report
from dipsim.report.labels import LANGS
from tests.browser.looks import offline, require_charts, require_fit
from tests.golden.test_year import tables_of
from tests.unit.report import year_region

pytestmark = pytest.mark.browser

CLEARING = ["clearing", "clearing_levels", "clearing_hospitals"]
MONTHS = ["months", "month_values", "prepaid"]
CHARTS = {
    "compare.html": ["change_1", *CLEARING, *MONTHS],
    "budget.html": ["budget", *CLEARING, *MONTHS],
    "interim.html": MONTHS,
    "hospital.html": ["clearing", "months", "month_values"],
}
NONE = {"employee": "none", "resident": "none"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios of a year, one with its budget, one to the end of March, and a hospital of it."""
    folder = tmp_path_factory.mktemp("pages")
    budget = {**tables_of({"rules": ["budget"]})["budget"], "income_yuan": {"employee": 20_000_000, "resident": "none"}}
    with_budget = {"fund": {"budget": budget}, "settlement": {"point_value": {"budget_yuan": NONE}}}
    write_report(year_region.comparison(), folder / "compare.html", "zh")
    write_report(year_region.result(changes=with_budget), folder / "budget.html", "zh")
    write_report(year_region.result(through=3), folder / "interim.html", "zh")
    write_hospital(hospital_view(year_region.result(), "H2"), folder / "out", "zh", 0.05)
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
