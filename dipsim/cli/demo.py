"""`dipsim demo`: the whole story on a bundled region, ending with the path of a report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.common import Lang, Threads, read_data, run_note, say, show_table
from dipsim.cli.run import print_summary

if TYPE_CHECKING:
    from dipsim.paths import PolicyRoots

SCENARIOS = (
    "demo-city/baseline-2025",
    "demo-city/day-surgery-same-points",
    "demo-city/day-surgery-own-group",
    "demo-city/psychiatric-bed-day",
    "demo-city/tighter-bands",
    "demo-city/budget-minus-5",
    "demo-city/same-price",
)
LEARNED = "demo-city-learned"


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the region and the results go")] = Path(
        "demo-out"
    ),
    cases: Annotated[int, typer.Option("--cases", min=1000, help="Cases of the settlement year")] = 200_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same region")] = 1,
    threads: Threads = 2,
    lang: Lang = "zh",
) -> None:
    """Make up a region with its history, learn points from the history, pay the year by seven scenarios and report.

    Example: dipsim demo -o demo-out
    """
    from dipsim.cli.synth import write_demo_region
    from dipsim.inputs import Companions
    from dipsim.lab.compare import compared
    from dipsim.paths import policy_roots
    from dipsim.report.outputs import write_comparison
    from dipsim.scenario import load_scenario

    started = datetime.now(UTC)
    data, results = output / "data", output / "results"
    roots = policy_roots(None)
    write_demo_region(data, seed, cases, lang == "zh")
    _learn(data, output / "policy", roots, threads)
    inputs, reading = read_data([data], Companions(), None, lang)
    comparison = compared(inputs, [load_scenario(name, roots) for name in SCENARIOS], threads)
    write_comparison(comparison, reading, results, lang, note=run_note(started, threads))
    for result in comparison.results:
        print_summary(result, reading, lang)
    say(str(results / "report.html"))


def _learn(data: Path, destination: Path, roots: PolicyRoots, threads: int) -> None:
    """Learn the weights of the demo catalogue from the years before, and say what was learned."""
    from dipsim.cli.learn import report
    from dipsim.inputs import Companions, read_inputs
    from dipsim.learn import learn_weights, read_rules, write_learned
    from dipsim.policy.scheme import read_scheme

    rules = roots.learning("dip-national")
    scheme = read_scheme(roots.scheme("dip-demo"))
    files = sorted((data / "history").glob("*.parquet"))
    inputs, reading = read_inputs(files, Companions(hospitals=data / "hospitals.csv"))
    learned = learn_weights(inputs.cases, read_rules(rules), scheme, inputs.hospitals, threads)
    write_learned(learned, LEARNED, destination, [*files, rules], True)
    show_table(f"{LEARNED} ({destination})", ("", ""), report(learned, reading.counts.rejected), right=(1,))
