"""`dipsim scheme check`: whether a scheme holds together, and what is odd about it."""

from __future__ import annotations

from typing import Annotated

import typer

from dipsim.cli.answer import Fact, Screen, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet
from dipsim.cli.scheme import anomaly_part

SHORT = 12
"""Signs of a fingerprint that are shown."""


def check_scheme(
    name: Annotated[str, typer.Argument(help="A scheme by name")],
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a scheme: every fault is an error, and what is odd in a DRG scheme is listed.

    Examples:
      dipsim scheme check dip-demo
      dipsim scheme check drg-3.0 --policy my-city --json
    """
    from dipsim.errors import PolicyError
    from dipsim.grouping.drg_check import check_drg
    from dipsim.paths import policy_roots
    from dipsim.policy.any_scheme import is_drg
    from dipsim.policy.drg_folder import read_drg_folder
    from dipsim.policy.scheme import read_scheme

    screen = Screen(lang, as_json, quiet)
    roots = policy_roots(policy)
    folder = roots.scheme(name)
    if not is_drg(folder):
        show(screen, [_sound(name, read_scheme(folder).fingerprint, screen)])
        return
    found = read_drg_folder(folder, roots)
    checked = check_drg(found)
    if checked.problems:
        raise PolicyError(checked.problems)
    show(screen, [_sound(name, found.fingerprint, screen), anomaly_part(checked.anomalies, screen)])


def _sound(name: str, fingerprint: str, screen: Screen) -> Fact:
    line = f"{screen.words('sound', '检查通过')}: {name} ({fingerprint[:SHORT]})"
    return Fact("fingerprint", fingerprint, line)
