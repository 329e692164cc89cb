"""The tree in ARCHITECTURE.md: read it, compare it with git, write it anew.

The tree is a fenced block that opens with ```tree and holds one `path  comment` a line, two spaces or more between
them; a folder ends with `/`. Every file of dipsim/ has a line, except that the line of a folder stands for its
`__init__.py`, and so has every top-level entry. `make tree` writes the paths; comments are kept by path, and written
by hand.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

ARCHITECTURE = Path(__file__).resolve().parents[2] / "ARCHITECTURE.md"
BLOCK = re.compile(r"(?<=^```tree\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def tracked_files(repository: Path) -> list[str]:
    """Return the paths that git tracks, with forward slashes."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True, text=True)
    return [path for path in listing.stdout.split("\0") if path]


def expected_paths(tracked: Iterable[str]) -> list[str]:
    """Return every path that the tree must list, in the order in which it lists them."""
    paths = set()
    for path in tracked:
        parts = path.split("/")
        if len(parts) > 1:
            paths.add(f"{parts[0]}/")
        else:
            paths.add(path)
        if parts[0] == "dipsim":
            paths.update("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
            if parts[-1] != "__init__.py" or len(parts) == 2:
                paths.add(path)
    return sorted(paths, key=lambda path: (path.endswith("/") or "/" in path, path))


def listed_paths(architecture: str) -> dict[str, str]:
    """Return path -> comment of the tree.

    Raises ValueError for a text without the block, a line without a comment and a path listed twice.
    """
    block = BLOCK.search(architecture)
    if block is None:
        raise ValueError("ARCHITECTURE.md has no block that opens with ```tree")
    comments: dict[str, str] = {}
    for line in block.group().splitlines():
        path, _, comment = line.strip().partition("  ")
        if not comment.strip():
            raise ValueError(f"ARCHITECTURE.md: {path} has no comment; say in a few words what it is")
        if path in comments:
            raise ValueError(f"ARCHITECTURE.md: {path} is listed twice")
        comments[path] = comment.strip()
    return comments


def render(paths: Iterable[str], comments: Mapping[str, str]) -> str:
    """Return the lines of the tree; a new path gets an empty comment, which the test refuses until it is written."""
    paths = list(paths)
    width = max(len(path) for path in paths) + 2
    return "".join(f"{path:<{width}}{comments.get(path, '')}".rstrip() + "\n" for path in paths)


def main() -> None:
    """Write the tree of ARCHITECTURE.md anew from what git tracks."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    block = BLOCK.search(text)
    if block is None:
        raise SystemExit("ARCHITECTURE.md has no block that opens with ```tree")
    pairs = (line.strip().partition("  ") for line in block.group().splitlines())
    comments = {path: comment.strip() for path, _, comment in pairs}
    lines = render(expected_paths(tracked_files(ARCHITECTURE.parent)), comments)
    ARCHITECTURE.write_text(text[: block.start()] + lines + text[block.end() :], encoding="utf-8")


if __name__ == "__main__":
    main()
