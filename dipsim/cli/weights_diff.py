"""`dipsim weights diff`: what new weights say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, millionths, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet

if TYPE_CHECKING:
    from dipsim.weighting.comparing import WeightChange

KINDS: Mapping[str, str] = {"added": "新增", "dropped": "删除", "changed": "变更"}
SHOWN = 20
"""Groups of each kind that a reader is shown; a program gets them all."""


def diff_weights(
    old: Annotated[str, typer.Argument(help="The weights now")],
    new: Annotated[str, typer.Argument(help="The weights that would take their place")],
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare two sets of weights: groups added, dropped and changed, and by how much, the largest first.

    Example:
      dipsim weights diff my-city-2023 my-city-2024 --policy my-city
    """
    from dipsim.paths import policy_roots
    from dipsim.policy.weights import read_weights
    from dipsim.weighting.comparing import weights_diff

    screen = Screen(lang, as_json, quiet)
    roots = policy_roots(policy)
    before, after = (read_weights(roots.weights(name)) for name in (old, new))
    show(screen, list(_told(weights_diff(before, after), screen)))


def _told(changes: Sequence[WeightChange], screen: Screen) -> Iterator[Table | Fact]:
    words = screen.words
    by_kind = {kind: [change for change in changes if change.change == kind] for kind in KINDS}
    counts = {kind: len(found) for kind, found in by_kind.items()}
    english = "groups: " + ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    chinese = "病组：" + "，".join(f"{KINDS[kind]} {count:,}" for kind, count in counts.items())
    yield Fact("groups", counts, words(english, chinese) if changes else words("no change", "无变化"))
    if screen.as_json:
        yield Table("changes", "", _columns(screen), [_row(change, change.change) for change in changes])
    for kind, found in by_kind.items() if not screen.as_json else ():
        if found:
            shown = sorted(found, key=_size, reverse=True)[:SHOWN]
            rest = f", {len(shown)} / {len(found):,}" if len(shown) < len(found) else ""
            title = words(f"{kind}{rest}", f"{KINDS[kind]}{rest}")
            yield Table(kind, title, _columns(screen), [_row(change, words(kind, KINDS[kind])) for change in shown])


def _columns(screen: Screen) -> tuple[Column, ...]:
    words = screen.words
    return (
        Column("group_code", words("group", "病组")),
        Column("change", words("change", "变化")),
        Column("old", words("old RW", "原权重"), 6),
        Column("new", words("new RW", "新权重"), 6),
        Column("change_percent", words("change, %", "变动（%）"), 2),
    )


def _row(change: WeightChange, kind: str) -> tuple[str, str, Decimal | None, Decimal | None, Decimal | None]:
    percent = None if change.change_micro is None else Decimal(change.change_micro).scaleb(-4)
    return change.group_code, kind, millionths(change.old_micro), millionths(change.new_micro), percent


def _size(change: WeightChange) -> tuple[int, str]:
    """How much a weight moved, by ratio; of a group that was added or dropped, the weight itself."""
    if change.change_micro is not None:
        return abs(change.change_micro), change.group_code
    return max(change.old_micro or 0, change.new_micro or 0), change.group_code
