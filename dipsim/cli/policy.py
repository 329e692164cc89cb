"""`dipsim list`, `check` and `show`: what policy there is, whether it holds together, and where a value comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Screen, Table, show, show_problems
from dipsim.cli.common import AsJson, Lang, PolicyDir, Quiet
from dipsim.errors import DipsimError, Problem

if TYPE_CHECKING:
    from dipsim.paths import PolicyRoots

SHORT = 12
"""Signs of a fingerprint that are shown."""


def list_policy(policy: PolicyDir = None, lang: Lang = "zh", as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List scenarios, overlays, schemes, weights and rules of learning.

    Examples:
      dipsim list
      dipsim list --policy my-city --json
    """
    from dipsim.paths import policy_roots

    screen = Screen(lang, as_json, quiet)
    rows = [(kind, name) for kind, names in policy_roots(policy).listing().items() for name in names]
    columns = (Column("kind", screen.words("kind", "类别")), Column("name", screen.words("name", "名称")))
    show(screen, [Table("policy", screen.words("policy", "政策文件"), columns, rows)])


def check(
    names: Annotated[
        list[str] | None, typer.Argument(help="Scenarios; all policy that can be found when left out")
    ] = None,
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check scenarios with their schemes and weights, or all policy there is; every problem is shown.

    Examples:
      dipsim check
      dipsim check demo-city/baseline-2025
      dipsim check --policy my-city
    """
    from dipsim.paths import policy_roots

    screen = Screen(lang, as_json, quiet)
    sound, problems = checked(policy_roots(policy), names)
    words = screen.words
    columns = (
        Column("kind", words("kind", "类别")),
        Column("name", words("name", "名称")),
        Column("fingerprint", words("fingerprint", "指纹")),
    )
    rows = [(kind, name, mark[:SHORT]) for kind, name, mark in sound]
    show(screen, [Table("sound", words("sound", "检查通过"), columns, rows)])
    if problems:
        show_problems(problems, DipsimError.exit_code, as_json)
        raise typer.Exit(DipsimError.exit_code)


def checked(roots: PolicyRoots, names: Sequence[str] | None = None) -> tuple[list[tuple[str, str, str]], list[Problem]]:
    """Kind, name and fingerprint of all policy that holds together, and every problem of the rest."""
    found = {"scenario": tuple(names)} if names else roots.listing()
    sound: list[tuple[str, str, str]] = []
    problems: list[Problem] = []
    for kind, fingerprint_of in _readers(roots).items():
        for name in found.get(kind, ()):
            try:
                sound.append((kind, name, fingerprint_of(name)))
            except DipsimError as error:
                problems += error.problems
    return sound, problems


def _readers(roots: PolicyRoots) -> Mapping[str, Callable[[str], str]]:
    """How each kind of policy is read and checked by name, giving its fingerprint; overlays with their scenarios."""
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.learn.relative_weight_rules import read_rules_of_any_kind
    from dipsim.policy.fingerprint import fingerprint_values
    from dipsim.policy.weights import read_weights
    from dipsim.scenario import load_scenario

    return {
        "scenario": lambda name: load_scenario(name, roots).fingerprint,
        "scheme": lambda name: read_sound_scheme(roots.scheme(name), roots).fingerprint,
        "weights": lambda name: read_weights(roots.weights(name)).fingerprint,
        "learning rules": lambda name: fingerprint_values(read_rules_of_any_kind(roots.learning(name)).model_dump()),
    }


def show_values(
    name: Annotated[str, typer.Argument(help="A scenario")],
    why: Annotated[str | None, typer.Option("--why", help="A dotted key: where its value comes from")] = None,
    policy: PolicyDir = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show the values in force in a scenario, or where one of them comes from.

    Examples:
      dipsim show demo-city/tighter-bands
      dipsim show demo-city/tighter-bands --why weighting.outlier.high_ratio
    """
    from dipsim.paths import policy_roots
    from dipsim.policy.document import load_document

    screen = Screen(lang, as_json, quiet)
    words, document = screen.words, load_document(name, policy_roots(policy))
    value, origin = Column("value", words("value", "值")), Column("from", words("from", "出处"))
    if why is None:
        rows = [(key, str(origins[-1].value), str(origins[-1])) for key, origins in document.provenance.items()]
        show(screen, [Table("values", name, (Column("key", words("key", "参数")), value, origin), rows)])
        return
    found = [(str(each), str(each.value), _source_text(each.source)) for each in document.why(why)]
    columns = (origin, value, Column("source", words("source", "来源")))
    show(screen, [Table("origins", f"{name}: {why}", columns, found)])


def _source_text(source: Mapping[str, object] | None) -> str:
    return "" if source is None else " ".join(str(part) for part in source.values() if part)
