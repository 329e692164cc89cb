"""`dipsim scheme import`: bring a published catalogue into a policy folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dipsim.cli.common import say, show_table


def import_table(
    table: Annotated[Path, typer.Argument(help="The published catalogue: .xlsx or .csv")],
    mapping: Annotated[str, typer.Option("--mapping", help="A mapping file, or the name of a bundled one")],
    name: Annotated[str, typer.Option("--name", help="Name of the new scheme and weights folders")],
    costs: Annotated[Path | None, typer.Option("--costs", help="The table of costs, if not in the workbook")] = None,
    destination: Annotated[Path, typer.Option("--into", help="The policy folder that receives them")] = Path(),
    replace: Annotated[bool, typer.Option("--replace", help="Replace folders of this name")] = False,
) -> None:
    """Make groupers/NAME and weights/NAME from a published DIP catalogue, and report what is odd in it.

    Example: dipsim scheme import catalogue.xlsx --mapping city-catalogue --name my-city-2025 --into my-city
    """
    from dipsim.grouping.catalogue import bundled_mapping, import_catalogue

    report = import_catalogue(table, bundled_mapping(mapping), name, destination, costs, replace)
    rows = [
        ("core groups 核心病种", f"{report.core_groups:,}"),
        *((f"composite groups 综合病种, {kind}", f"{count:,}") for kind, count in report.composite_groups.items()),
        ("cases counted 病例数", f"{report.cases:,}"),
        ("cases in groups of the catalogue 目录内病例数", f"{report.cases_in_groups:,}"),
        ("points recomputed 复算分值的病种", f"{report.points_checked:,}"),
        ("largest difference, points 最大差异", f"{report.maximum_error:.7f}"),
    ]
    show_table(f"{table.name} -> {name}", ("", ""), rows, right=(1,))
    oddities = [(anomaly.kind.label, f"{anomaly.count:,}", "; ".join(anomaly.examples)) for anomaly in report.anomalies]
    show_table(
        "what is odd in the tables, nothing repaired silently", ("what", "times", "examples"), oddities, right=(1,)
    )
    say(str(report.scheme_folder))
    say(str(report.weights_folder))
