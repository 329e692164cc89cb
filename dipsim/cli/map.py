"""`dipsim map`: what the columns of an unknown file may mean, as a mapping file to be corrected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import AsJson, DryRun, Lang, Quiet, require_unread, require_writable

if TYPE_CHECKING:
    from dipsim.cases.proposing import Proposed


CONFIDENCE_ZH = {"canonical": "标准名", "certain": "确定", "likely": "很可能", "guess": "猜测"}


def map_columns(
    file: Annotated[Path, typer.Argument(help="A file of cases with headers of any kind", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="MAPPING.toml: the proposal, to be read and corrected")
    ] = None,
    delimiter: Annotated[str, typer.Option("--delimiter", help="What stands between the cells of a CSV file")] = ",",
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Propose a mapping for unknown headers, and say which could not be placed.

    Example:
      dipsim map export.csv -o mapping.toml
      dipsim run export.csv --mapping mapping.toml -s own-means/baseline -o out/
    """
    from dipsim.cases.proposing import mapping_toml, proposed_mapping
    from dipsim.cases.write import write_text

    screen = Screen(lang, as_json, quiet)
    if output is not None:
        require_writable(output)
        require_unread(output, [file])
    proposed = proposed_mapping(file, delimiter)
    if output is not None and not dry_run:
        write_text(output, mapping_toml(proposed))
    written = () if output is None or dry_run else (Fact("output", str(output)),)
    show(screen, [_proposals(proposed, screen), *_open_points(proposed, screen), *written])


def _proposals(proposed: Proposed, screen: Screen) -> Table:
    from dipsim.cases.columns import COLUMNS

    words = screen.words
    columns = (
        Column("column", words("Column", "标准列")),
        Column("meaning", words("Meaning", "含义")),
        Column("header", words("Header", "文件列名")),
        Column("confidence", words("How sure", "把握")),
        Column("examples", words("Examples", "示例")),
    )
    rows = [
        (
            proposal.column,
            words(COLUMNS[proposal.column].description, COLUMNS[proposal.column].description_zh),
            f"{proposal.main} + {proposal.header}" if proposal.main else proposal.header,
            words(proposal.confidence, CONFIDENCE_ZH[proposal.confidence]),
            ", ".join(proposal.examples),
        )
        for proposal in proposed.proposals
    ]
    return Table("proposals", words(f"Proposed for {proposed.file}", f"{proposed.file} 的映射建议"), columns, rows)


def _open_points(proposed: Proposed, screen: Screen) -> list[Fact]:
    """What is left to the reader: columns that several headers claim, and headers without a place."""
    words = screen.words
    rivals = [f"{column}: {', '.join(headers)}" for column, headers in proposed.rivals.items()]
    unplaced = list(proposed.unplaced)
    said_rivals = words("several headers may be meant", "多个列名均可能") + f": {'; '.join(rivals)}"
    said_unplaced = words("could not be placed", "未能识别") + f": {', '.join(unplaced)}"
    return [
        Fact("rivals", rivals, said_rivals if rivals else ""),
        Fact("unplaced", unplaced, said_unplaced if unplaced else ""),
        Fact("missing", list(proposed.missing), ""),
    ]
