"""`dipsim scheme check`: whether a scheme holds together, and what is odd about it."""

from __future__ import annotations

from typing import Annotated

import typer

from dipsim.cli.answer import Fact, Screen, show
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet
from dipsim.cli.scheme import anomaly_table


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
    from dipsim.grouping.drg_check import check_drg, read_sound_scheme
    from dipsim.paths import policy_roots
    from dipsim.policy.any_scheme import is_drg
    from dipsim.policy.drg_folder import read_drg_folder

    screen = Screen(lang, as_json, quiet)
    roots = policy_roots(policy)
    folder = roots.scheme(name)
    scheme = read_sound_scheme(folder, roots)
    line = f"{screen.words('sound', '检查通过')}: {name} ({scheme.fingerprint[:12]})"
    parts: list[Fact] = [Fact("fingerprint", scheme.fingerprint, line)]
    if is_drg(folder):
        anomalies = check_drg(read_drg_folder(folder, roots)).anomalies
        show(screen, [*parts, anomaly_table(anomalies, screen)])
    else:
        show(screen, parts)
