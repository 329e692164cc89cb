"""`dipsim list`, `check` and `show`: what policy there is, whether it holds together, and where a value comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.common import PolicyDir, say, show_error, show_table

if TYPE_CHECKING:
    from dipsim.paths import PolicyRoots


def list_policy(policy: PolicyDir = None) -> None:
    """List scenarios, overlays, schemes, weights and rules of learning.

    Example: dipsim list
    """
    from dipsim.paths import policy_roots

    rows = [(kind, name) for kind, names in policy_roots(policy).listing().items() for name in names]
    show_table("policy", ("kind", "name"), rows)


def check(
    names: Annotated[
        list[str] | None, typer.Argument(help="Scenarios; all policy that can be found when left out")
    ] = None,
    policy: PolicyDir = None,
) -> None:
    """Check scenarios with their schemes and weights, or all policy there is; every problem is shown.

    Example: dipsim check demo-city/baseline-2025
    """
    from dipsim.errors import DipsimError
    from dipsim.paths import policy_roots

    roots = policy_roots(policy)
    found = {"scenario": tuple(names)} if names else roots.listing()
    failed = 0
    for kind, fingerprint_of in _readers(roots).items():
        for name in found.get(kind, ()):
            try:
                say(f"ok: {kind} {name} ({fingerprint_of(name)[:12]})")
            except DipsimError as error:
                failed += 1
                show_error(error)
    if failed:
        raise typer.Exit(2)


def _readers(roots: PolicyRoots) -> Mapping[str, Callable[[str], str]]:
    """How each kind of policy is read and checked by name, giving its fingerprint; overlays with their scenarios."""
    from dipsim.learn import read_rules
    from dipsim.policy.any_scheme import read_any_scheme
    from dipsim.policy.fingerprint import fingerprint_values
    from dipsim.policy.weights import read_weights
    from dipsim.scenario import load_scenario

    return {
        "scenario": lambda name: load_scenario(name, roots).fingerprint,
        "scheme": lambda name: read_any_scheme(roots.scheme(name), roots).fingerprint,
        "weights": lambda name: read_weights(roots.weights(name)).fingerprint,
        "learning rules": lambda name: fingerprint_values(read_rules(roots.learning(name)).model_dump()),
    }


def show(
    name: Annotated[str, typer.Argument(help="A scenario")],
    why: Annotated[str | None, typer.Option("--why", help="A dotted key: where its value comes from")] = None,
    policy: PolicyDir = None,
) -> None:
    """Show the values in force in a scenario, or where one of them comes from.

    Example: dipsim show demo-city/tighter-bands --why weighting.outlier.high_ratio
    """
    from dipsim.paths import policy_roots
    from dipsim.policy.document import load_document

    document = load_document(name, policy_roots(policy))
    if why is None:
        rows = [(key, str(origins[-1].value), str(origins[-1])) for key, origins in document.provenance.items()]
        show_table(name, ("key", "value", "from"), rows)
        return
    rows = [(str(origin), str(origin.value), _source_text(origin.source)) for origin in document.why(why)]
    show_table(f"{name}: {why}", ("from", "value", "source"), rows)


def _source_text(source: Mapping[str, object] | None) -> str:
    return "" if source is None else " ".join(str(part) for part in source.values() if part)
