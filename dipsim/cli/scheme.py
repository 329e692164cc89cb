"""`dipsim scheme import`: bring a published catalogue into a policy folder."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import AsJson, DryRun, Lang, Quiet, require_writable

if TYPE_CHECKING:
    from dipsim.grouping.catalogue import ImportReport


def import_table(
    table: Annotated[Path, typer.Argument(help="The published catalogue: .xlsx or .csv")],
    mapping: Annotated[str, typer.Option("--mapping", help="A mapping file, or the name of a bundled one")],
    name: Annotated[str, typer.Option("--name", help="Name of the new scheme and weights folders")],
    costs: Annotated[Path | None, typer.Option("--costs", help="The table of costs, if not in the workbook")] = None,
    destination: Annotated[Path, typer.Option("--into", help="The policy folder that receives them")] = Path(),
    replace: Annotated[bool, typer.Option("--replace", help="Replace folders of this name")] = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Make groupers/NAME and weights/NAME from a published DIP catalogue, and report what is odd in it.

    Example:
      dipsim scheme import catalogue.xlsx --mapping city-catalogue --name my-city-2025 --into my-city
    """
    from dipsim.grouping.catalogue import bundled_mapping, import_catalogue

    screen = Screen(lang, as_json, quiet)
    require_writable(destination / name)
    report = import_catalogue(table, bundled_mapping(mapping), name, destination, costs, replace, dry_run)
    key = "would_write" if dry_run else "written"
    written = Fact(key, [str(report.scheme_folder), str(report.weights_folder)])
    show(screen, [_imported(report, f"{table.name} -> {name}"), _oddities(report, screen), written])


def _imported(report: ImportReport, title: str) -> Table:
    rows: list[tuple[str, int | Decimal]] = [
        ("core groups 核心病种", report.core_groups),
        *((f"composite groups 综合病种, {kind}", count) for kind, count in report.composite_groups.items()),
        ("cases counted 病例数", report.cases),
        ("cases in groups of the catalogue 目录内病例数", report.cases_in_groups),
        ("points recomputed 复算分值的病种", report.points_checked),
        ("largest difference, points 最大差异", report.maximum_error),
    ]
    return Table("imported", title, (Column("what", ""), Column("value", "", places=7)), rows)


def _oddities(report: ImportReport, screen: Screen) -> Table:
    """What is odd in the tables; nothing is repaired silently."""
    words = screen.words
    columns = (
        Column("what", words("what", "问题")),
        Column("times", words("times", "次数")),
        Column("examples", words("examples", "示例")),
    )
    title = words("what is odd in the tables, nothing repaired silently", "表中的疑点（均未擅自修改）")
    rows = [(anomaly.kind.label, anomaly.count, "; ".join(anomaly.examples)) for anomaly in report.anomalies]
    return Table("oddities", title, columns, rows)
