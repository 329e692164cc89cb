"""`dipsim synth`: cases made up from a region's parameters or from a published catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from dipsim.cli.common import ClassesFile, Output, PolicyDir, say


def synth(
    output: Output,
    weights: Annotated[
        str | None, typer.Option("--weights", help="Draw from the counts of these weights instead of the demo region")
    ] = None,
    cases: Annotated[int, typer.Option("--cases", min=1, help="Cases to draw")] = 20_000,
    hospitals: Annotated[int, typer.Option("--hospitals", min=1, help="Hospitals (with --weights)")] = 20,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same cases")] = 1,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
) -> None:
    """Make up a data folder: the demo region, or a year drawn from a catalogue's counts, means and CVs.

    Example: dipsim synth --weights my-city-2025 --policy my-city --cases 1000000 -o year/
    """
    from dipsim.paths import policy_roots
    from dipsim.policy.scheme import read_procedure_classes, read_scheme
    from dipsim.policy.weights import read_weights
    from dipsim.synth import demo_region, generate, write_region
    from dipsim.synth.catalogue_year import draw_year, write_year

    if weights is None:
        write_region(generate(demo_region(), seed, cases), output)
    else:
        roots = policy_roots(policy)
        folder = roots.weights(weights)
        scheme = read_scheme(roots.scheme(read_weights(folder).scheme))
        if procedure_classes is not None:
            scheme = scheme.with_procedure_classes(read_procedure_classes(procedure_classes))
        write_year(draw_year(scheme, folder, cases, hospitals, seed), output)
    say(str(output))
