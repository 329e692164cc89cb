"""`dipsim reconcile`: what was really paid beside what a run pays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dipsim.cli.answer import Column, Fact, Screen, Table, millionths, show, yuan
from dipsim.cli.common import AsJson, Lang, Quiet, require_output, require_unread, require_writable, table_file

if TYPE_CHECKING:
    from dipsim.lab.reconcile import Reconciliation

Run = Annotated[Path, typer.Argument(help="The output folder of `dipsim run ... --cases`", show_default=False)]
Actual = Annotated[
    Path | None, typer.Option("--actual", help="What was paid, by case: case_id, amount_yuan, ... (CSV)")
]
Export = Annotated[Path | None, typer.Option("--export", help="Write the run's own settlement here, in these columns")]
Tables = Annotated[Path | None, typer.Option("--output", "-o", help="Where the tables of differences go")]


def reconcile(
    run: Run,
    actual: Actual = None,
    export: Export = None,
    output: Tables = None,
    most: Annotated[int, typer.Option("--most", min=0, help="Differences shown, the largest first")] = 10,
    lang: Lang = "zh",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare a settlement with a run: agreement of groups, and every fen of difference under its cause.

    Causes are taken in this order: group, hospital factor, deviation band, point value, deduction, the rest.

    Examples:
      dipsim reconcile out/ --actual settlement.csv -o differences/
      dipsim reconcile out/ --export own-settlement.csv
    """
    from dipsim.cases.write import write_columns
    from dipsim.errors import DipsimError, Problem
    from dipsim.lab.reconcile import reconcile as compared
    from dipsim.lab.settlements import OF_RUN, read_run, read_settlement
    from dipsim.report.reconciliation import settlement_columns, write_reconciliation

    if actual is None and export is None:
        step = "give --actual FILE to compare, or --export FILE to write"
        raise DipsimError(Problem("reconcile", "nothing to do", next_step=step))
    screen = Screen(lang, as_json, quiet)
    read = [*(run / name for name in OF_RUN), *([] if actual is None else [actual])]
    if export is not None:
        require_writable(table_file(export))
        require_unread(export, read)
    if output is not None:
        require_output(output)
        require_unread(output, read)
    of_run = read_run(run)
    parts: list[Table | Fact] = []
    if export is not None:
        write_columns(export, settlement_columns(of_run.settlement))
        parts.append(Fact("exported", str(export)))
    if actual is not None:
        found = compared(of_run, read_settlement(actual))
        if output is not None:
            of = {"scenario": of_run.scenario, "fingerprint": of_run.fingerprint, "actual": actual.name}
            write_reconciliation(found, output, of)
        parts += _told(found, most, screen)
        parts += [] if output is None else [Fact("output", str(output))]
    show(screen, parts)


def _told(found: Reconciliation, most: int, screen: Screen) -> list[Table | Fact]:
    words = screen.words
    agreement = found.same_group / found.both if found.both else 0.0
    difference = found.settled_fen - found.paid_fen
    lines = (
        words(
            f"{found.both:,} cases in both, {found.run_cases:,} in the run, {found.settled_cases:,} settled; "
            f"groups agree in {found.same_group:,} ({agreement:.2%})",
            f"双方均有 {found.both:,} 例，测算 {found.run_cases:,} 例，结算 {found.settled_cases:,} 例；"
            f"病组（种）一致 {found.same_group:,} 例（{agreement:.2%}）",
        ),
        words(
            f"settled {yuan(found.settled_fen):,} - run {yuan(found.paid_fen):,} = {yuan(difference):,} yuan, "
            f"in {len(found.differences):,} cases",
            f"结算 {yuan(found.settled_fen):,} 元 − 测算 {yuan(found.paid_fen):,} 元 = {yuan(difference):,} 元，"
            f"涉及 {len(found.differences):,} 例",
        ),
    )
    counts: dict[str, object] = {"run": found.run_cases, "settled": found.settled_cases, "both": found.both}
    tables = [_causes(found, screen)]
    if found.differences and most:
        tables.append(_largest(found, most, screen))
    if found.confusion:
        tables.append(_group_pairs(found, most, screen))
    return [
        Fact("cases", {**counts, "same_group": found.same_group, "different": len(found.differences)}, lines[0]),
        Fact(
            "yuan",
            {"run": yuan(found.paid_fen), "settled": yuan(found.settled_fen), "difference": yuan(difference)},
            lines[1],
        ),
        *tables,
    ]


def _causes(found: Reconciliation, screen: Screen) -> Table:
    from dipsim.report.reconciliation import CAUSE_LABELS

    words = screen.words
    columns = (
        Column("cause", words("cause", "原因")),
        Column("meaning", ""),
        Column("cases", words("cases", "例数")),
        Column("points", words("points", "分值")),
        Column("yuan", words("yuan", "金额（元）")),
    )
    rows = [
        (
            total.cause,
            CAUSE_LABELS[total.cause].of(screen.lang),
            total.cases,
            millionths(total.points_micro),
            yuan(total.fen),
        )
        for total in found.totals
    ]
    return Table("causes", words("Differences by cause", "差异原因"), columns, rows)


def _largest(found: Reconciliation, most: int, screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("case_id", words("case", "病例")),
        Column("hospital_id", words("hospital", "医疗机构")),
        Column("cause", words("cause", "原因")),
        Column("group_code", words("group, run", "测算病组（种）")),
        Column("settled_group_code", words("group, settled", "结算病组（种）")),
        Column("pay_yuan", words("run, yuan", "测算（元）")),
        Column("settled_yuan", words("settled, yuan", "结算（元）")),
        Column("difference_yuan", words("difference, yuan", "差额（元）")),
    )
    rows = [
        (
            each.case_id,
            each.hospital_id,
            each.cause,
            each.group,
            each.settled_group,
            yuan(each.paid_fen),
            yuan(each.settled_fen),
            yuan(each.settled_fen - each.paid_fen),
        )
        for each in found.differences[:most]
    ]
    return Table("largest", words("The largest differences", "差额最大的病例"), columns, rows)


def _group_pairs(found: Reconciliation, most: int, screen: Screen) -> Table:
    words = screen.words
    columns = (
        Column("group_code", words("group, run", "测算病组（种）")),
        Column("settled_group_code", words("group, settled", "结算病组（种）")),
        Column("cases", words("cases", "例数")),
    )
    rows = [(*pair, cases) for pair, cases in found.confusion[:most]]
    return Table("group_pairs", words("Groups that differ", "病组（种）不一致"), columns, rows)
