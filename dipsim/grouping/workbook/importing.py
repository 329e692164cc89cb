"""Import of the official DRG workbook: six sheets become `groupers/<name>`, whole or not at all.

What would let a case be grouped wrongly without a word stops the import, every place at once; what is odd is kept as
said in `anomalies.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.catalogue.folders import (
    Columns,
    provenance,
    quoted,
    refuse_existing,
    require_plain_name,
    source_line,
    write_folders,
)
from dipsim.grouping.drg_check import Anomaly, AnomalyKind, check_drg
from dipsim.grouping.workbook.rows import tables_of
from dipsim.grouping.workbook.sheets import Sheet, read_sheets
from dipsim.policy.document import read_document
from dipsim.policy.drg_folder import ANOMALIES, DrgFolder, DrgHead, Place
from dipsim.policy.drg_scheme import DOCUMENT, DrgChoices, RuleRow
from dipsim.policy.drg_tables import DrgTables, Placed, table_files
from dipsim.policy.files import thawed
from dipsim.policy.fingerprint import PROVENANCE_FILE
from dipsim.policy.params import Source, Strict
from dipsim.policy.tables import Column, TableSpec, read_table

OFFICIAL = Path(__file__).resolve().parent / "official.toml"
PROBLEMS_SHOWN = 500
CODE_LIST = TableSpec((Column("code", "code", required=True),), allow_extra=True)


class OfficialHead(Strict):
    """What the workbook does not say: the head and the choices of the scheme, the ADRGs by patterns of their codes."""

    title: str
    title_zh: str
    version: str
    weight: str
    unknown_codes: str
    ungroupable: str
    fallback: str = Field(description="Pattern of the codes of ADRGs that catch the rest of an MDC")
    surgery_unrelated: str = Field(description="Pattern of the codes of ADRGs of unrelated operations")
    source: Source


@dataclass(frozen=True, slots=True)
class WorkbookReport:
    """What an import made: rows of each table, and what was odd."""

    folder: Path
    counts: Mapping[str, int]
    anomalies: tuple[Anomaly, ...]


def import_workbook(
    workbook: Path,
    name: str,
    destination: Path,
    code_list: Path | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> WorkbookReport:
    """Make `groupers/<name>` below a policy folder from a workbook, or with `dry_run` only say what it would hold.

    Codes are looked up in `code_list`, a CSV file with a column `code`.

    Raises PolicyError with every fault and its cell, and then writes nothing; likewise for a folder that is there
    already unless `replace`.
    """
    require_plain_name(name)
    if not replace:
        refuse_existing([destination / "groupers" / name])
    codes = None if code_list is None else frozenset(read_table(code_list, CODE_LIST).text("code"))
    read = read_sheets(workbook)
    parts = tables_of(read.sheets)
    folder = _folder(name, workbook, _official_head(), parts.tables)
    checked = check_drg(folder, _place(read.sheets), codes)
    # Without all six sheets a set or parent that is not found says nothing: only the syntax of rules is told.
    found = checked.problems if read.is_whole else checked.syntax
    if problems := (*read.problems, *parts.problems, *found):
        raise PolicyError(_capped(problems, workbook.name))
    anomalies = _in_order((*read.anomalies, *parts.anomalies, *checked.anomalies))
    if not dry_run:
        write_folders(destination, {f"groupers/{name}": _files(folder, anomalies, [workbook])})
    tables = parts.tables
    counts = {
        "MDC": len(tables.mdc),
        "ADRG": len(tables.adrg),
        "DRG": len(tables.drg),
        "集合": len(tables.sets),
        "CC": len(tables.complications),
        "排除表": len(tables.exclusions),
    }
    return WorkbookReport(destination / "groupers" / name, counts, anomalies)


def _official_head() -> OfficialHead:
    document = read_document(OFFICIAL, OFFICIAL.name, OFFICIAL.stem)
    try:
        return OfficialHead.model_validate(thawed(document.values))
    except ValidationError as error:
        raise PolicyError(document.problems(error, "", tuple(OfficialHead.model_fields))) from error


def _folder(name: str, workbook: Path, head: OfficialHead, tables: DrgTables) -> DrgFolder:
    """The scheme as its folder will say it."""
    choices = {
        "weight": head.weight,
        "unknown_codes": head.unknown_codes,
        "ungroupable": head.ungroupable,
        "fallback": _named(tables.adrg, head.fallback),
        "surgery_unrelated": _named(tables.adrg, head.surgery_unrelated),
    }
    source = Source(doc=head.source.doc, article=workbook.name)
    stated = DrgHead(title=head.title, title_zh=head.title_zh, kind="drg", version=head.version, source=source)
    return DrgFolder(name, stated, DrgChoices.model_validate(choices), tables, "", ())


def _capped(problems: Sequence[Problem], file: str) -> list[Problem]:
    """The first problems in full and the number of the rest."""
    rest = len(problems) - PROBLEMS_SHOWN
    more = [Problem(file, f"{rest} more problems", next_step="correct these first and import again")]
    return [*problems[:PROBLEMS_SHOWN], *(more if rest > 0 else ())]


def _named(rows: Sequence[RuleRow], pattern: str) -> tuple[str, ...]:
    return tuple(row.code for row in rows if re.fullmatch(pattern, row.code))


def _place(sheets: Mapping[str, Sheet]) -> Place:
    """How the place of a row and a column of a scheme folder is shown: the cell of the workbook."""

    def shown(row: Placed, column: str) -> str:
        sheet, _, line = row.where.rpartition(":")
        return sheets[sheet].place(int(line), column)

    return shown


def _in_order(anomalies: Collection[Anomaly]) -> tuple[Anomaly, ...]:
    """By kind, each kind in the order in which it was found."""
    kinds = list(AnomalyKind)
    rank = {kind: number for number, kind in enumerate(kinds)}
    return tuple(sorted(anomalies, key=lambda anomaly: rank[anomaly.kind]))


def _files(folder: DrgFolder, anomalies: Sequence[Anomaly], inputs: Sequence[Path]) -> dict[str, str | Columns]:
    head, choices = folder.head, folder.choices
    lines = [
        f"title = {quoted(head.title)}",
        f"title_zh = {quoted(head.title_zh)}",
        'kind = "drg"',
        f"version = {quoted(head.version)}",
        f"weight = {quoted(choices.weight)}",
        f"unknown_codes = {quoted(choices.unknown_codes)}",
        f"ungroupable = {quoted(choices.ungroupable)}",
        f"fallback = [{', '.join(map(quoted, choices.fallback))}]",
        f"surgery_unrelated = [{', '.join(map(quoted, choices.surgery_unrelated))}]",
        source_line(head.source),
    ]
    places = [anomaly.where.partition(":") for anomaly in anomalies]
    told: Columns = {
        "kind": [anomaly.kind.key for anomaly in anomalies],
        "sheet": [sheet for sheet, _, _ in places],
        "row": [line for _, _, line in places],
        "found": [anomaly.what for anomaly in anomalies],
        "what": [anomaly.kind.label for anomaly in anomalies],
        "kept": [anomaly.kind.kept for anomaly in anomalies],
        "what_zh": [anomaly.kind.label_zh for anomaly in anomalies],
        "kept_zh": [anomaly.kind.kept_zh for anomaly in anomalies],
    }
    return {
        DOCUMENT: "\n".join(lines) + "\n",
        **table_files(folder.tables),
        ANOMALIES: told,
        PROVENANCE_FILE: provenance(inputs),
    }
