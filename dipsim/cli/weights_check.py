"""`dipsim weights check`: weights beside the groups of a scheme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from dipsim.cli.answer import Fact, Screen, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet

SHOWN = 20
"""Codes of each kind that a reader is shown; a program gets them all."""


def check_weights(
    name: Annotated[str, typer.Argument(help="A set of weights by name")],
    scheme: Annotated[str | None, typer.Option("--scheme", help="A scheme; the one that the weights name")] = None,
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """List the codes that do not match: weights of groups that the scheme does not have, groups without a weight.

    Of a DRG scheme the groups count that cases are grouped into, not X00, QY and 0000.

    Example:
      dipsim weights check my-city-2024 --scheme my-drg --policy my-city
    """
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.paths import policy_roots
    from dipsim.policy.weights import read_weights
    from dipsim.weighting.comparing import match
    from dipsim.weighting.weighable import weighable_groups

    screen = Screen(lang, as_json, quiet)
    words, roots = screen.words, policy_roots(policy)
    weights = read_weights(roots.weights(name))
    groups = weighable_groups(read_sound_scheme(roots.scheme(scheme or weights.scheme), roots))
    found = match(weights, groups)
    matched = words(f"groups that match: {found.matched:,}", f"匹配的病组：{found.matched:,}")
    strangers = words("weights whose group is not in the scheme", "分组方案中没有的权重编码")
    bare = words("groups of the scheme without a weight", "分组方案中无权重的病组")
    parts = [
        Fact("matched", found.matched, matched),
        _codes("not_in_scheme", strangers, found.not_in_scheme, len(weights.group_codes)),
        _codes("without_weight", bare, found.without_weight, len(groups)),
    ]
    show(screen, parts)


def _codes(key: str, heading: str, codes: Sequence[str], of: int) -> Fact:
    shown = ", ".join(codes[:SHOWN]) + (", ..." if len(codes) > SHOWN else "")
    return Fact(key, list(codes), f"{heading}: {len(codes):,} / {of:,}" + (f": {shown}" if codes else ""))
