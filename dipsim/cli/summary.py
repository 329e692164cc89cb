"""What a run or a comparison comes to, on a screen: the price of a point in every fund, and where every case went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dipsim.cli.answer import SHOWN_ONLY, Column, Fact, Screen, Table, millionths, yuan

if TYPE_CHECKING:
    from dipsim.cases.read import CaseReading
    from dipsim.pipeline import Result


def summary(results: Sequence[Result], reading: CaseReading, screen: Screen) -> tuple[Table | Fact, ...]:
    """Point values by scenario and insurance, the baseline first; and a line that accounts for every row."""
    from dipsim.report.outputs import row_counts
    from dipsim.report.tables import books

    tables = [_point_values(each, screen) for each in results]
    scenarios = [
        {
            "scenario": each.scenario.name,
            "fingerprint": each.fingerprint,
            "point_values": table.as_mappings(),
            "counts": row_counts(each, reading),
        }
        for each, table in zip(results, tables, strict=True)
    ]
    lines = dict.fromkeys(books(each, reading) for each in results)
    return *tables, Fact("scenarios", scenarios, "\n".join(lines))


def _point_values(result: Result, screen: Screen) -> Table:
    """What a point is worth in each fund; shown only, for in JSON it stands under its scenario."""
    from dipsim.ledger import INSURANCES
    from dipsim.report.sums import price_micro_yuan

    words, head = screen.words, result.scenario.head
    areas = [Column("area", words("area", "区域"))] if any(price.area for price in result.prices) else []
    columns = (
        Column("insurance", words("insurance", "险种")),
        *areas,
        Column("budget_yuan", words("budget, yuan", "预算（元）")),
        Column("points", words("points", "分值")),
        Column("point_value_yuan", words("yuan per point", "点值（元）"), places=4),
        Column("guard", words("guard", "点值上下限")),
        Column("residual_yuan", words("to reserve, yuan", "转入风险金（元）")),
    )
    rows = [
        (
            INSURANCES[price.insurance],
            *([price.area] if areas else []),
            yuan(price.budget_fen),
            millionths(price.points_micro),
            millionths(price_micro_yuan(price.pool_fen, price.points_micro)),
            price.guard,
            yuan(price.residual_fen),
        )
        for price in result.prices
    ]
    return Table(SHOWN_ONLY, words(head.title, head.title_zh), columns, rows)
