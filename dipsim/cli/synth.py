"""`dipsim synth`: cases made up from a region's parameters or from a published catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import AsJson, ClassesFile, DryRun, Lang, Output, PolicyDir, Quiet, end_facts, require_writable
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.synth import Comparison

STATISTIC_ZH = {"mean": "均值", "sd": "标准差", "rate": "比例"}
FILES, HISTORY = ("cases.csv", "hospitals.csv"), "history"


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
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Make up a data folder: the demo region with its history, or a year drawn from a catalogue's counts and means.

    Examples:
      dipsim synth --cases 200000 --seed 1 -o region/
      dipsim synth --weights my-city-2025 --policy my-city --cases 50000 -o region/
    """
    screen = Screen(lang, as_json, quiet)
    require_writable(output / FILES[0])
    if weights is None:
        told, files = demo_region_year(output, seed, cases, screen, dry_run)
    else:
        told, files = [], FILES
        _catalogue_year(output, weights, (cases, hospitals, seed), procedure_classes, policy, dry_run)
    show(screen, [*told, *end_facts(output, "", files if dry_run else (), screen)])


def _catalogue_year(
    output: Path, weights: str, drawn: tuple[int, int, int], classes: Path | None, policy: Path | None, dry_run: bool
) -> None:
    """A year of so many cases, hospitals and a seed, drawn from the counts and means of a catalogue."""
    from dipsim.paths import policy_roots
    from dipsim.policy.scheme import read_procedure_classes, read_scheme
    from dipsim.policy.weights import read_weights
    from dipsim.synth.catalogue_year import draw_year, write_year

    roots = policy_roots(policy)
    folder = roots.weights(weights)
    scheme = read_scheme(roots.scheme(read_weights(folder).scheme))
    if classes is not None:
        scheme = scheme.with_procedure_classes(read_procedure_classes(classes))
    year = draw_year(scheme, folder, *drawn)
    if not dry_run:
        write_year(year, output)


def demo_region_year(
    output: Path, seed: int, cases: int, screen: Screen, dry_run: bool = False
) -> tuple[list[Table | Fact], tuple[str, ...]]:
    """Write the settlement year and the years before it: what was to be met beside what was, and the files."""
    from dipsim.synth import (
        compare_to_targets,
        demo_region,
        draw_settlement_year,
        region_of,
        write_history,
        write_region,
    )

    params = demo_region()
    with progress(screen, ("draw", "write")) as began:
        began("draw")
        year = draw_settlement_year(params, seed, cases)
        began("write")
        if not dry_run:
            write_region(region_of(year), output)
            write_history(params, seed, cases, output)
    settings = params.settings
    title = f"{screen.words(settings.title, settings.title_zh)} {settings.year}"
    table = _targets(title, compare_to_targets(year), screen)
    past = (f"{HISTORY}/{each.year}.parquet" for each in settings.history)
    return [table], (*FILES, "prepaid.csv", "assessment.csv", "deductions.csv", "truth.csv", *past)


def _targets(title: str, comparisons: tuple[Comparison, ...] | list[Comparison], screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("measure", words("measure", "指标")),
        Column("statistic", words("statistic", "统计量")),
        Column("target", words("target", "目标"), is_number=True),
        Column("reached", words("reached", "实际"), is_number=True),
        Column("allowed", words("allowed", "允许偏差"), is_number=True),
        Column("met", words("met", "达到")),
    )
    return Table("targets", title, columns, [_row(each, screen) for each in comparisons])


def _row(comparison: Comparison, screen: Screen) -> tuple[str, ...]:
    words = screen.words
    statistic = words(comparison.statistic, STATISTIC_ZH[comparison.statistic])
    numbers = (comparison.target, comparison.reached, comparison.allowed)
    texts = [f"{number:.3%}" if comparison.statistic == "rate" else f"{number:,.3f}" for number in numbers]
    met = words("yes", "是") if comparison.is_met else words("no", "否")
    return (words(comparison.label, comparison.label_zh), statistic, *texts, met)
