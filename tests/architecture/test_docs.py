"""The pages made from the code say what the code says, and links between pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dipsim.methods import all_pages
from dipsim.registry import RULES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("place", all_pages())
def test_a_page_made_from_the_code_is_up_to_date(place: str) -> None:
    assert (ROOT / "docs" / place).read_text(encoding="utf-8") == all_pages()[place], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_every_rule_has_a_line_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [rule.key for rule in RULES if f"(methods/{rule.key}.md)" not in index] == []
