"""Write the pages of docs/ that are made from the code: `make docs`."""

from __future__ import annotations

from pathlib import Path

from dipsim.methods import all_pages

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    for place, text in all_pages().items():
        path = DOCS / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
