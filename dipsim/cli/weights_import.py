"""`dipsim weights import`: published weights as a weights folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dipsim.cli.answer import Fact, Screen, show
from dipsim.cli.common import AsJson, DryRun, Lang, Quiet, require_writable


def import_table(
    table: Annotated[Path, typer.Argument(help="The published table: a CSV file, a group a row")],
    scheme: Annotated[str, typer.Option("--scheme", help="The scheme whose groups are weighed")],
    name: Annotated[str, typer.Option("--name", help="Name of the new weights folder")],
    source: Annotated[str, typer.Option("--source", help="The notice that published it")],
    article: Annotated[str, typer.Option("--article", help="Article, table or page of the notice")] = "",
    column_code: Annotated[str, typer.Option("--column-code", help="Header of the group codes")] = "drg",
    column_weight: Annotated[str, typer.Option("--column-weight", help="Header of the weights or points")] = "weight",
    column_name: Annotated[str, typer.Option("--column-name", help="Header of the names, if there are any")] = "",
    column_mean: Annotated[str, typer.Option("--column-mean", help="Header of the mean costs, yuan, if any")] = "",
    scale: Annotated[int, typer.Option("--scale", min=1, help="Points of relative weight 1: 1 for weights")] = 1,
    mean_cost_yuan: Annotated[
        float | None, typer.Option("--mean-cost-yuan", min=0.01, help="M, the mean cost of all cases, if published")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Title in English; the notice when left out")] = "",
    title_zh: Annotated[str, typer.Option("--title-zh", help="Title in Chinese; the notice when left out")] = "",
    destination: Annotated[Path, typer.Option("--into", help="The policy folder that receives it")] = Path(),
    replace: Annotated[bool, typer.Option("--replace", help="Replace a folder of this name")] = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Make a weights folder out of published weights, as they stand, with their source and the hash of the file.

    Examples:
      dipsim weights import weights.csv --scheme my-drg --name my-city-2024 --source "Notice 12 of 2024" --into my-city
      dipsim weights import points.csv --scheme my-drg --name my-city --column-code 编码 --column-weight 点数 \
        --scale 100 --source "Notice 12 of 2024"
    """
    from dipsim.grouping.catalogue.folders import free_weights_folder
    from dipsim.grouping.catalogue.mapping import WeightsHead
    from dipsim.grouping.catalogue.weights import Publication, WeightColumns, import_weights
    from dipsim.policy.params import Source

    screen = Screen(lang, as_json, quiet)
    require_writable(destination / name)
    target = free_weights_folder(name, destination, replace)
    said = Source(doc=source, article=article)
    head = WeightsHead(title=title or source, title_zh=title_zh or source, scale=scale, source=said)
    columns = WeightColumns(column_code, column_weight, column_name, column_mean)
    groups = import_weights(table, columns, Publication(head, scheme, mean_cost_yuan), target, dry_run)
    line = screen.words(f"groups with a weight: {groups:,}", f"有权重的病组：{groups:,}")
    show(screen, [Fact("groups", groups, line), Fact("would_write" if dry_run else "written", [str(target)])])
