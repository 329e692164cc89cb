"""`dipsim demo`: the main job on a bundled region, ending with the path of a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dipsim.cli.common import Lang, Threads, say, show_reading
from dipsim.cli.run import print_summary

SCENARIOS = ("demo-city/baseline-2025", "demo-city/tighter-bands")


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the region and the results go")] = Path(
        "demo-out"
    ),
    cases: Annotated[int, typer.Option("--cases", min=100, help="Cases to generate")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same region")] = 1,
    threads: Threads = 1,
    lang: Lang = "zh",
) -> None:
    """Generate the demo region, pay it by two scenarios and report.

    Example: dipsim demo -o demo-out
    """
    from dipsim.inputs import Companions, read_inputs
    from dipsim.lab.compare import compared
    from dipsim.paths import policy_roots
    from dipsim.report.outputs import write_comparison
    from dipsim.scenario import load_scenario
    from dipsim.synth import demo_region, generate, write_region

    data = output / "data"
    say(f"generating {cases:,} cases of the demo region (seed {seed}) into {data}")
    write_region(generate(demo_region(), seed, cases), data)
    roots = policy_roots(None)
    inputs, reading = read_inputs([data], Companions())
    show_reading(reading)
    comparison = compared(inputs, [load_scenario(name, roots) for name in SCENARIOS], threads)
    results = output / "results"
    write_comparison(comparison, reading, results, lang)
    for result in comparison.results:
        print_summary(result, reading, lang)
    say(str(results / "report.html"))
