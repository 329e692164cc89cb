"""The tree in ARCHITECTURE.md equals the disk."""

from __future__ import annotations

import pytest

from tests.architecture.tree import ARCHITECTURE, expected_paths, listed_paths, render, tracked_files


def test_the_tree_lists_what_git_tracks_and_nothing_else() -> None:
    listed = set(listed_paths(ARCHITECTURE.read_text(encoding="utf-8")))
    expected = set(expected_paths(tracked_files(ARCHITECTURE.parent)))
    assert listed == expected, "run `make tree`, then write the comment of each new line"


def test_a_file_of_the_package_and_a_top_level_entry_must_be_listed() -> None:
    tracked = ["README.md", "docs/index.md", "dipsim/__init__.py", "dipsim/fund/__init__.py", "dipsim/fund/budget.py"]
    assert expected_paths(tracked) == [
        "README.md",
        "dipsim/",
        "dipsim/__init__.py",
        "dipsim/fund/",
        "dipsim/fund/budget.py",
        "docs/",
    ]


def test_a_rendered_tree_reads_back_the_same() -> None:
    comments = {"README.md": "start here", "docs/": "the site"}
    assert listed_paths(f"text\n```tree\n{render(comments, comments)}```\n") == comments


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no block", "no block"),
        ("```tree\nMakefile\n```\n", "has no comment"),
        ("```tree\nMakefile  a\nMakefile  b\n```\n", "listed twice"),
    ],
)
def test_a_tree_that_cannot_be_read_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        listed_paths(text)
