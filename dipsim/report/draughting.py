"""Where the pictures of a page are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from dipsim.report.picture import Picture

Drawings: TypeAlias = Callable[[], Sequence[str]]
"""What gives the SVG of each picture, in their order, once it is wanted."""
Draw: TypeAlias = Callable[[Sequence["Picture"]], Drawings]
"""What takes pictures to draw."""


def drawn_here(pictures: Sequence[Picture]) -> Drawings:
    """Pictures drawn by this process, when they are wanted."""

    def drawings() -> Sequence[str]:
        from dipsim.report.drawing import svg  # a page that is drawn elsewhere does not load matplotlib

        return [svg(picture) for picture in pictures]

    return drawings
