"""`dipsim scheme import`: bring a published catalogue or the official DRG workbook into a policy folder."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import AsJson, DryRun, Lang, Quiet, require_writable

if TYPE_CHECKING:
    from dipsim.grouping.catalogue import ImportReport
    from dipsim.grouping.drg_check import Anomaly

EXAMPLES = 3
"""Places of each kind of oddity that a reader is shown; the file has them all."""
EXAMPLE_LENGTH = 60


def import_table(
    table: Annotated[Path, typer.Argument(help="The published catalogue: .xlsx or .csv; the official DRG workbook")],
    name: Annotated[str, typer.Option("--name", help="Name of the new scheme (and weights) folder")],
    mapping: Annotated[
        str | None, typer.Option("--mapping", help="DIP: a mapping file, or a bundled one by name; DRG needs none")
    ] = None,
    costs: Annotated[Path | None, typer.Option("--costs", help="DIP: the table of costs, if a file of its own")] = None,
    codes: Annotated[Path | None, typer.Option("--codes", help="DRG: a CSV list of all codes (column code)")] = None,
    destination: Annotated[Path, typer.Option("--into", help="The policy folder that receives them")] = Path(),
    replace: Annotated[bool, typer.Option("--replace", help="Replace folders of this name")] = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Make policy folders from what was published, and report what is odd in it; nothing is repaired silently.

    With --mapping a DIP catalogue becomes groupers/NAME and weights/NAME. Without it the six sheets of the official DRG
    workbook become groupers/NAME, with every oddity in its anomalies.csv.

    Examples:
      dipsim scheme import drg-workbook.xlsx --name drg-3.0 --into my-city
      dipsim scheme import catalogue.xlsx --mapping city-catalogue --name my-city-2025 --into my-city
    """
    from dipsim.errors import PolicyError, Problem

    screen = Screen(lang, as_json, quiet)
    if mapping is None and costs is not None:
        raise PolicyError(Problem("--costs", "belongs to a DIP catalogue", next_step="name its --mapping"))
    if mapping is not None and codes is not None:
        raise PolicyError(Problem("--codes", "belongs to the DRG workbook", next_step="leave out --mapping or --codes"))
    require_writable(destination / name)
    key = "would_write" if dry_run else "written"
    if mapping is None:
        from dipsim.grouping.workbook import import_workbook

        made = import_workbook(table, name, destination, codes, replace, dry_run)
        columns = (Column("sheet", screen.words("sheet", "工作表")), Column("rows", screen.words("rows", "行数")))
        counts = Table("imported", f"{table.name} -> {name}", columns, list(made.counts.items()))
        show(screen, [counts, anomaly_part(made.anomalies, screen), Fact(key, [str(made.folder)])])
        return
    from dipsim.grouping.catalogue import bundled_mapping, import_catalogue

    report = import_catalogue(table, bundled_mapping(mapping), name, destination, costs, replace, dry_run)
    written = Fact(key, [str(report.scheme_folder), str(report.weights_folder)])
    show(screen, [_imported(report, f"{table.name} -> {name}"), _oddities(report, screen), written])


def anomaly_part(anomalies: Sequence[Anomaly], screen: Screen) -> Table | Fact:
    """What is odd in a DRG scheme, a line a kind; a program gets a line for each oddity."""
    if not anomalies:
        return Fact("anomalies", [], screen.words("nothing is odd", "未发现疑点"))
    return _anomaly_table(anomalies, screen)


def _anomaly_table(anomalies: Sequence[Anomaly], screen: Screen) -> Table:
    words = screen.words
    title = words("what is odd, and what is kept: nothing is repaired silently", "疑点及处理（均未擅自修改）")
    if screen.as_json:
        keys = ("kind", "where", "found", "what", "kept")
        rows = [
            (anomaly.kind.key, anomaly.where, anomaly.what, anomaly.kind.label, anomaly.kind.kept)
            for anomaly in anomalies
        ]
        return Table("anomalies", title, [Column(key, key) for key in keys], rows)
    columns = (
        Column("what", words("what", "疑点")),
        Column("kept", words("kept", "处理")),
        Column("times", words("times", "次数")),
        Column("examples", words("examples", "示例")),
    )
    by_kind: dict[str, list[Anomaly]] = {}
    for anomaly in anomalies:
        by_kind.setdefault(anomaly.kind.key, []).append(anomaly)
    lines = [
        (
            words(found[0].kind.label, found[0].kind.label_zh),
            words(found[0].kind.kept, found[0].kind.kept_zh),
            len(found),
            "; ".join(_shortened(f"{anomaly.where} {anomaly.what}") for anomaly in found[:EXAMPLES]),
        )
        for found in by_kind.values()
    ]
    return Table("anomalies", title, columns, lines)


def _shortened(example: str) -> str:
    """The beginning of a long example, such as a whole rule; anomalies.csv and --json have all of it."""
    return example if len(example) <= EXAMPLE_LENGTH else f"{example[:EXAMPLE_LENGTH]}..."


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
