"""`dipsim group`: the group and status of every case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, show
from dipsim.cli.common import (
    AsJson,
    Cases,
    ClassesFile,
    DryRun,
    Lang,
    MappingFile,
    PolicyDir,
    Quiet,
    Threads,
    end_facts,
    reading_fact,
    require_writable,
    table_file,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.cases.table import CaseTable
    from dipsim.grouping.dip import Grouping


def grouped_columns(cases: CaseTable, grouping: Grouping) -> dict[str, list[str]]:
    """case_id, group_code and status of every case, in the order of case_id."""
    from dipsim.grouping.dip import Status

    ids = cases.case_ids.to_pylist()
    keys = {int(status): status.key for status in Status}
    rows = sorted(range(len(ids)), key=ids.__getitem__)
    return {
        "case_id": [ids[row] for row in rows],
        "group_code": [grouping.group_code_of(row) for row in rows],
        "status": [keys[int(grouping.status[row])] for row in rows],
    }


def group(
    cases: Cases,
    scheme: Annotated[str, typer.Option("--scheme", help="A scheme by name")],
    output: Annotated[Path, typer.Option("--output", "-o", help="OUT.csv or OUT.parquet; rejected rows beside it")],
    mapping: MappingFile = None,
    procedure_classes: ClassesFile = None,
    policy: PolicyDir = None,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Group cases by a scheme, without paying them.

    Example:
      dipsim group claims.csv --scheme dip-demo -o grouped.csv
    """
    from dipsim.cases.mapping import read_mapping
    from dipsim.cases.read import read_cases
    from dipsim.cases.write import write_columns, write_rejects
    from dipsim.grouping.dip import group_cases
    from dipsim.paths import policy_roots
    from dipsim.policy.scheme import read_procedure_classes, read_scheme

    screen = Screen(lang, as_json, quiet)
    require_writable(table_file(output))
    rules = read_scheme(policy_roots(policy).scheme(scheme))
    if procedure_classes is not None:
        rules = rules.with_procedure_classes(read_procedure_classes(procedure_classes))
    with progress(screen, ("read", "group")) as began:
        began("read")
        reading = read_cases(cases, None if mapping is None else read_mapping(mapping))
        began("group")
        grouping = group_cases(reading.cases, rules, threads)
    rejected = output.with_name(f"{output.stem}.rejected.csv")
    if not dry_run:
        write_columns(output, grouped_columns(reading.cases, grouping))
        write_rejects(rejected, reading.rejects)
    planned = (output.name, rejected.name) if dry_run else ()
    rows_in, refused = reading.counts.rows_in, reading.counts.rejected
    line = f"{rows_in:,} rows in = {len(reading.cases):,} grouped + {refused:,} rejected"
    counts = Fact("counts", {"rows_in": rows_in, "grouped": len(reading.cases), "rejected": refused}, line)
    told = (reading_fact(reading, screen), _statuses(grouping, screen), counts)
    show(screen, [*told, *end_facts(output.parent, output.name, planned, screen)])


def _statuses(grouping: Grouping, screen: Screen) -> Table:
    """How many cases came to each status, and how many matched several groups alike."""
    from dipsim.grouping.dip import Status

    words = screen.words
    counts = [(status, int((grouping.status == status).sum())) for status in Status]
    rows: list[tuple[str, str, int]] = [(status.key, status.label_zh, count) for status, count in counts if count]
    rows.append(("tied", "多个病种同等匹配", int(grouping.tied.sum())))
    columns = (Column("status", "status"), Column("status_zh", "状态"), Column("cases", words("cases", "病例数")))
    return Table("statuses", words("Cases by status", "分组状态"), columns, rows)
