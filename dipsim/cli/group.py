"""`dipsim group`: the group and status of every case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.common import (
    Cases,
    ClassesFile,
    MappingFile,
    PolicyDir,
    Threads,
    say,
    show_reading,
    show_table,
    table_file,
)

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
) -> None:
    """Group cases by a scheme, without paying them.

    Example: dipsim group claims.csv --scheme dip-demo -o grouped.csv
    """
    from dipsim.cases.mapping import read_mapping
    from dipsim.cases.read import read_cases
    from dipsim.cases.write import write_columns, write_rejects
    from dipsim.grouping.dip import Status, group_cases
    from dipsim.paths import policy_roots
    from dipsim.policy.scheme import read_procedure_classes, read_scheme

    table_file(output)
    rules = read_scheme(policy_roots(policy).scheme(scheme))
    if procedure_classes is not None:
        rules = rules.with_procedure_classes(read_procedure_classes(procedure_classes))
    reading = read_cases(cases, None if mapping is None else read_mapping(mapping))
    show_reading(reading)
    grouping = group_cases(reading.cases, rules, threads)
    write_columns(output, grouped_columns(reading.cases, grouping))
    rejected = output.with_name(f"{output.stem}.rejected.csv")
    write_rejects(rejected, reading.rejects)

    counts = [(status, int((grouping.status == status).sum())) for status in Status]
    rows = [(status.key, status.label_zh, f"{count:,}") for status, count in counts if count]
    rows.append(("tied", "多个病种同等匹配", f"{int(grouping.tied.sum()):,}"))
    show_table(f"{len(reading.cases):,} cases grouped by {scheme}", ("status", "状态", "cases"), rows, right=(2,))
    say(f"{reading.counts.rows_in:,} rows in = {len(reading.cases):,} grouped + {reading.counts.rejected:,} rejected")
    say(str(output))
