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
    require_apart,
    require_writable,
    table_file,
)
from dipsim.cli.progress import progress

if TYPE_CHECKING:
    from dipsim.cases.table import CaseTable
    from dipsim.grouping.result import Grouping
    from dipsim.policy.any_scheme import AnyScheme


def grouped_columns(
    cases: CaseTable, scheme: AnyScheme, threads: int, with_reasons: bool = False
) -> tuple[dict[str, list[str]], Grouping]:
    """What `dipsim group` writes, in the order of case_id, and the grouping that it says.

    case_id, group_code and status by a DIP scheme; a DRG scheme adds the MDC and the ADRG, and on demand what a group
    hangs on: the row of the scheme, and the other diagnosis that decided as MCC or CC.
    """
    from dipsim.grouping.drg.group import group_drg
    from dipsim.grouping.group import as_grouping, group_cases
    from dipsim.policy.drg_scheme import DrgScheme

    ids = cases.case_ids.to_pylist()
    rows = sorted(range(len(ids)), key=ids.__getitem__)
    in_order = {"case_id": [ids[row] for row in rows]}
    if not isinstance(scheme, DrgScheme):
        grouping = group_cases(cases, scheme, threads)
        return {**in_order, **_group_and_status(grouping, rows)}, grouping
    found = group_drg(cases, scheme, threads)
    grouping = as_grouping(found)
    mdc, adrg, row_of = found.mdc, found.adrg, found.row
    told = {
        **in_order,
        "mdc": [found.mdcs.codes[mdc[row]] for row in rows],
        "adrg": [found.adrgs.codes[adrg[row]] for row in rows],
        **_group_and_status(grouping, rows),
    }
    if with_reasons:
        told["rule"] = [scheme.drg[row_of[row]].where if row_of[row] >= 0 else "" for row in rows]
        told["deciding_code"] = [found.witness_of(row) for row in rows]
    return told, grouping


def _group_and_status(grouping: Grouping, rows: list[int]) -> dict[str, list[str]]:
    from dipsim.grouping.result import Status

    keys = {int(status): status.key for status in Status}
    return {
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
    reasons: Annotated[
        bool, typer.Option("--reasons", help="DRG: also the row of the scheme and the diagnosis that decided")
    ] = False,
    threads: Threads = 1,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Group cases by a scheme, without paying them.

    OUT has the columns case_id, group_code and status, by a DRG scheme also mdc and adrg.

    Example:
      dipsim group claims.csv --scheme dip-demo -o grouped.csv
    """
    from dipsim.cases.mapping import read_mapping
    from dipsim.cases.read import read_cases
    from dipsim.cases.write import write_columns, write_rejects
    from dipsim.grouping.drg_check import read_sound_scheme
    from dipsim.paths import policy_roots
    from dipsim.policy.any_scheme import with_procedure_classes
    from dipsim.policy.scheme import read_procedure_classes

    screen = Screen(lang, as_json, quiet)
    require_writable(table_file(output))
    stated = None if mapping is None else read_mapping(mapping)
    require_apart(output, cases, stated)
    roots = policy_roots(policy)
    rules = read_sound_scheme(roots.scheme(scheme), roots)
    if procedure_classes is not None:
        rules = with_procedure_classes(rules, read_procedure_classes(procedure_classes))
    with progress(screen, ("read", "group")) as began:
        began("read")
        reading = read_cases(cases, stated)
        absent = _absent_columns(reading.cases, rules)
        began("group")
        columns, grouping = grouped_columns(reading.cases, rules, threads, reasons)
    rejected = output.with_name(f"{output.stem}.rejected.csv")
    if not dry_run:
        write_columns(output, columns)
        write_rejects(rejected, reading.rejects)
    planned = (output.name, rejected.name) if dry_run else ()
    rows_in, refused = reading.counts.rows_in, reading.counts.rejected
    line = f"{rows_in:,} rows in = {len(reading.cases):,} grouped + {refused:,} rejected"
    counts = Fact("counts", {"rows_in": rows_in, "grouped": len(reading.cases), "rejected": refused}, line)
    told = (reading_fact(reading, screen), _absent(absent, screen), _statuses(grouping, screen), counts)
    show(screen, [*told, *end_facts(output.parent, output.name, planned, screen)])


def _absent_columns(cases: CaseTable, scheme: AnyScheme) -> tuple[str, ...]:
    """The columns that the rules of a DRG scheme read and the cases do not have; CaseDataError for those of codes."""
    from dipsim.errors import CaseDataError, Problem
    from dipsim.grouping.drg.group import compiled
    from dipsim.grouping.drg.trace import CODE_COLUMNS, columns_read
    from dipsim.policy.drg_scheme import DrgScheme

    if not isinstance(scheme, DrgScheme):
        return ()
    absent = [name for name in columns_read(scheme, compiled(scheme).tree) if not cases.has(name)]
    if codes := [name for name in absent if name in CODE_COLUMNS]:
        where, why = ", ".join(cases.files) or "cases", f"the rules of {scheme.name} read it"
        raise CaseDataError([Problem(where, f"no column {name!r}", why, "add it or map it") for name in codes])
    return tuple(absent)


def _absent(columns: tuple[str, ...], screen: Screen) -> Fact:
    """Columns that rules read and the cases lack, each noted."""
    for name in columns:
        what = screen.words(
            f"no column {name!r}; the rules of the scheme read it, and it is blank for every case",
            f"缺少列 {name!r}；分组规则要读此列，全部病例按空值处理",
        )
        screen.note(f"note: {what}")
    return Fact("absent_columns", columns, "")


def _statuses(grouping: Grouping, screen: Screen) -> Table:
    """How many cases came to each status, and how many matched several groups alike."""
    from dipsim.grouping.result import Status

    words = screen.words
    counts = [(status, int((grouping.status == status).sum())) for status in Status]
    rows: list[tuple[str, str, int]] = [(status.key, status.label_zh, count) for status, count in counts if count]
    if not grouping.mdc_codes:
        rows.append(("tied", "多个病种同等匹配", int(grouping.tied.sum())))
    columns = (Column("status", "status"), Column("status_zh", "状态"), Column("cases", words("cases", "病例数")))
    return Table("statuses", words("Cases by status", "分组状态"), columns, rows)
