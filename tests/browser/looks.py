"""What a reader of any page must find: charts that can be read, text that fits the screen, no missing glyph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OVERLAPS = """
() => [...document.querySelectorAll('figure svg')].filter(svg => svg.getClientRects().length).flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
    .map(t => [t.textContent, t.getBoundingClientRect()]);
  const frame = svg.getBoundingClientRect();
  const outside = boxes.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1).map(([t]) => t);
  const pairs = boxes.flatMap(([t, a], i) => boxes.slice(i + 1).filter(([, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([u]) => t + ' / ' + u));
  return [...outside, ...pairs];
})
"""
MISSING_GLYPHS = """
() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const drawn = sign => {
    pen.canvas.width = pen.canvas.height = 24;
    pen.font = '16px ' + getComputedStyle(document.body).fontFamily;
    pen.fillText(sign, 2, 18);
    return pen.getImageData(0, 0, 24, 24).data.join();
  };
  const box = drawn('\\u{10FFFE}'), blank = drawn(' ');
  return [...new Set(document.body.innerText)].filter(sign => sign.trim() && [box, blank].includes(drawn(sign)));
}
"""


@contextmanager
def offline(browser: Browser, path: Path) -> Iterator[Page]:
    """A page opened on a desk without a network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    yield page
    context.close()


def require_charts(page: Page, charts: Sequence[str], lang: str) -> None:
    """Every chart is seen, and no text of it overlaps."""
    page.click(f"button[data-to={lang}]")
    for key in charts:
        assert page.locator(f"#chart-{key} svg:visible").count() == 1
    assert page.evaluate(OVERLAPS) == []


def require_fit(page: Page, width: int, lang: str) -> None:
    """Nothing is wider than the screen, and no glyph is missing."""
    page.set_viewport_size({"width": width, "height": 844})
    page.click(f"button[data-to={lang}]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(MISSING_GLYPHS) == []
