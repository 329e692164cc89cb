"""`dipsim synth`: cases made up from a region's parameters or from a published catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.common import ClassesFile, Lang, Output, PolicyDir, say, show_table

if TYPE_CHECKING:
    from dipsim.synth import Comparison

HEADING = ("measure", "statistic", "target", "reached", "allowed", "met")
HEADING_ZH = ("指标", "统计量", "目标", "实际", "允许偏差", "达到")
STATISTIC_ZH = {"mean": "均值", "sd": "标准差", "rate": "比例"}


def synth(
    output: Output,
    weights: Annotated[
        str | None, typer.Option("--weights", help="Draw from the counts of these weights instead of the demo region")
    ] = None,
    cases: Annotated[int, typer.Option("--cases", min=1, help="Cases of the settlement year")] = 200_000,
    hospitals: Annotated[int, typer.Option("--hospitals", min=1, help="Hospitals (with --weights)")] = 20,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same cases")] = 1,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    lang: Lang = "zh",
) -> None:
    """Make up a data folder: the demo region with its history, or a year drawn from a catalogue's counts and means.

    Example: dipsim synth --cases 200000 --seed 1 -o region/
    """
    if weights is None:
        write_demo_region(output, seed, cases, is_zh=lang == "zh")
    else:
        from dipsim.paths import policy_roots
        from dipsim.policy.scheme import read_procedure_classes, read_scheme
        from dipsim.policy.weights import read_weights
        from dipsim.synth.catalogue_year import draw_year, write_year

        roots = policy_roots(policy)
        folder = roots.weights(weights)
        scheme = read_scheme(roots.scheme(read_weights(folder).scheme))
        if procedure_classes is not None:
            scheme = scheme.with_procedure_classes(read_procedure_classes(procedure_classes))
        write_year(draw_year(scheme, folder, cases, hospitals, seed), output)
    say(str(output))


def write_demo_region(output: Path, seed: int, cases: int, is_zh: bool) -> None:
    """The settlement year, the years before it, and a table of what was to be met and what was."""
    from dipsim.synth import (
        compare_to_targets,
        demo_region,
        draw_settlement_year,
        region_of,
        write_history,
        write_region,
    )

    params = demo_region()
    year = draw_settlement_year(params, seed, cases)
    write_region(region_of(year), output)
    write_history(params, seed, cases, output)
    title = params.settings.title_zh if is_zh else params.settings.title
    rows = [_row(comparison, is_zh) for comparison in compare_to_targets(year)]
    show_table(f"{title} {params.settings.year}", HEADING_ZH if is_zh else HEADING, rows, right=(2, 3, 4))


def _row(comparison: Comparison, is_zh: bool) -> tuple[str, ...]:
    label = comparison.label_zh if is_zh else comparison.label
    statistic = STATISTIC_ZH[comparison.statistic] if is_zh else comparison.statistic
    no, yes = ("否", "是") if is_zh else ("no", "yes")
    numbers = (comparison.target, comparison.reached, comparison.allowed)
    texts = [f"{number:.3%}" if comparison.statistic == "rate" else f"{number:,.3f}" for number in numbers]
    return (label, statistic, *texts, yes if comparison.is_met else no)
