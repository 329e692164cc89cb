"""`dipsim explain group`: what brings a case to a group, down to the codes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import SHOWN_ONLY, Column, Fact, Screen, Table, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet
from dipsim.cli.scheme_show import Part, dip_group, drg_group, members_of, rows_table, way_to

if TYPE_CHECKING:
    from dipsim.policy.drg_scheme import DrgScheme

_SHOWN = 12


def group(
    code: Annotated[str, typer.Argument(help="The code of a group, of an ADRG or of an MDC")],
    scheme: Annotated[str, typer.Option("--scheme", help="A scheme by name")],
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Explain one group: the rules that lead to it, the rows below it, and the codes of the sets that they name.

    Examples:
      dipsim explain group KS15 --scheme drg-reference
      dipsim explain group I20.0:36.0700 --scheme dip-demo --lang en
    """
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.paths import policy_roots
    from dipsim.policy.drg_scheme import DrgScheme

    screen = Screen(lang, as_json, quiet)
    roots = policy_roots(policy)
    found = read_sound_scheme(roots.scheme(scheme), roots)
    if isinstance(found, DrgScheme):
        show(screen, [*drg_group(found, code, screen), *_below(found, code, screen), *_members(found, code, screen)])
    else:
        show(screen, dip_group(found, code, screen))


def _below(scheme: DrgScheme, code: str, screen: Screen) -> list[Part]:
    """The rows directly below an MDC or an ADRG, in the order of trying."""
    way = way_to(scheme, code)
    below = [row for row in (scheme.adrg, scheme.drg, ())[len(way) - 1] if row.parent == code]
    if not below:
        return []
    table = rows_table(below, screen)
    return [replace(table, key="below", title=screen.words(f"below {code}", f"{code} 之下"))]


def _members(scheme: DrgScheme, code: str, screen: Screen) -> list[Part]:
    """Every code of the sets for a program; for a reader the first of each."""
    words = screen.words
    members = members_of(scheme, way_to(scheme, code))
    columns = (Column("set", words("set", "集合")), Column("codes", words("members", "成员")))
    rows = []
    for name, codes in members.items():
        more = len(codes) - _SHOWN
        rest = words(f" and {more:,} more", f" 等，另有 {more:,} 个") if more > 0 else ""
        rows.append((name, " ".join(codes[:_SHOWN]) + rest))
    return [Table(SHOWN_ONLY, words("members of the sets", "集合成员"), columns, rows), Fact("members", members, "")]
