"""`dipsim demo`: the whole story on a bundled region, ending with the path of a report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Screen, Table, show
from dipsim.cli.common import (
    AsJson,
    DryRun,
    Lang,
    Quiet,
    Threads,
    end_facts,
    read_data,
    reading_fact,
    require_output,
    run_note,
)
from dipsim.cli.progress import RUN, progress
from dipsim.cli.summary import summary
from dipsim.report.draughting import draughting

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
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Make up a region with its history, learn points from the history, pay the year by seven scenarios and report.

    Examples:
      dipsim demo -o demo-out
      dipsim demo --cases 20000 --seed 7 --lang en -o small-demo
    """
    from dipsim.cli.synth import demo_region_year
    from dipsim.inputs import Companions
    from dipsim.lab.compare import compared
    from dipsim.paths import policy_roots
    from dipsim.pipeline import Memo
    from dipsim.report.outputs import REPORT, write_comparison
    from dipsim.scenario import load_scenario

    started, screen = datetime.now(UTC), Screen(lang, as_json, quiet)
    data, results = output / "data", output / "results"
    roots = policy_roots(None)
    scenarios = [load_scenario(name, roots) for name in SCENARIOS]
    require_output(results)
    if dry_run:
        show(screen, end_facts(output, "", ("data/", f"policy/weights/{LEARNED}/", "results/"), screen))
        return
    targets, _ = demo_region_year(data, seed, cases, screen)
    learned = _learn(data, output / "policy", roots, threads, screen)
    with draughting() as draw, progress(screen, (*RUN[:-1], *["claim"] * (len(scenarios) - 1), "write")) as began:
        inputs, reading = read_data([data], Companions(), None, began)
        comparison = compared(inputs, scenarios, threads, Memo(began=began))
        began("write")
        write_comparison(comparison, reading, results, lang, note=run_note(started, threads), draw=draw)
    told = (*targets, learned, reading_fact(reading, screen), *summary(comparison.results, reading, screen))
    show(screen, [*told, *end_facts(results, REPORT, (), screen)])


def _learn(data: Path, destination: Path, roots: PolicyRoots, threads: int, screen: Screen) -> Table:
    """Learn the weights of the demo catalogue from the years before, and tell what was learned."""
    from dipsim.cli.learn import learned_table
    from dipsim.inputs import Companions, read_inputs
    from dipsim.learn import learn_weights, read_rules, write_learned
    from dipsim.policy.scheme import read_scheme

    rules = roots.learning("dip-national")
    scheme = read_scheme(roots.scheme("dip-demo"))
    files = sorted((data / "history").glob("*.parquet"))
    with progress(screen, ("read", "learn")) as began:
        began("read")
        inputs, reading = read_inputs(files, Companions(hospitals=data / "hospitals.csv"))
        began("learn")
        learned = learn_weights(inputs.cases, read_rules(rules), scheme, inputs.hospitals, threads)
        write_learned(learned, LEARNED, destination, [*files, rules], True)
    return learned_table(learned, reading.counts.rejected, f"{LEARNED}, dip-national.toml")
