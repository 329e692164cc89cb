"""One Chromium for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.looks import FLAGS
from tests.shared import needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = needs_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=FLAGS)
        yield browser
        browser.close()
