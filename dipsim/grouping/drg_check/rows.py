"""The rows of MDCs, ADRGs and DRGs as a tree: orders, rows that no case reaches, levels that a case can fall out of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dipsim.grouping.drg.expression import Always, Expression
from dipsim.grouping.drg_check.anomalies import Anomaly, AnomalyKind
from dipsim.policy.drg_folder import DOCUMENT
from dipsim.policy.drg_scheme import RuleRow
from dipsim.policy.drg_tables import DrgTables


def row_anomalies(
    tables: DrgTables, expressions: Mapping[str, Expression], fallback: Sequence[str]
) -> Iterator[Anomaly]:
    """Every oddity of orders and reachability; rules that cannot be read count as rules that may fail."""
    adrgs, drgs = by_parent(tables.adrg), by_parent(tables.drg)
    for siblings in ([*tables.mdc], *adrgs.values(), *drgs.values()):
        yield from _orders(siblings, fallback)
    for siblings in (*adrgs.values(), *drgs.values()):
        yield from _unreachable(tried(siblings, fallback), expressions)
    yield from _unreachable_mdcs(tables, adrgs, expressions)
    for row in tables.mdc:
        if row.code not in adrgs:
            yield Anomaly(AnomalyKind.MDC_WITHOUT_ADRG, row.where, row.code)
    for row in tables.adrg:
        if row.code not in drgs:
            yield Anomaly(AnomalyKind.ADRG_WITHOUT_DRG, row.where, row.code)
        elif not any(_is_always(child, expressions) for child in drgs[row.code]):
            last = tried(drgs[row.code], ())[-1]
            yield Anomaly(AnomalyKind.LAST_DRG_HAS_RULE, last.where, f"{last.code}: {last.rule}")


def by_parent(rows: Sequence[RuleRow]) -> dict[str, list[RuleRow]]:
    """The children of each parent, as they stand."""
    children: dict[str, list[RuleRow]] = defaultdict(list)
    for row in rows:
        children[row.parent].append(row)
    return dict(children)


def tried(siblings: Sequence[RuleRow], fallback: Sequence[str]) -> list[RuleRow]:
    """Siblings in the order in which they are tried: fallback rows last, then by order, then as they stand."""
    return sorted(siblings, key=lambda row: (row.code in fallback, row.order))


def _orders(siblings: Sequence[RuleRow], fallback: Sequence[str]) -> Iterator[Anomaly]:
    """Orders that repeat, do not run from 1, or put a fallback row before others; parts of a split share theirs."""
    rows = [row for row in siblings if DOCUMENT not in row.where]
    first: dict[int, RuleRow] = {}
    for row in rows:
        earlier = first.setdefault(row.order, row)
        if earlier is not row:
            what = f"{row.code} has order {row.order}, as {earlier.code} has"
            yield Anomaly(AnomalyKind.REPEATED_ORDER, row.where, what)
    if first and set(first) != set(range(1, max(first) + 1)):
        of = f"of {rows[0].parent}" if rows[0].parent else "of the MDCs"
        what = f"orders {of}: {len(first)} between {min(first)} and {max(first)}"
        yield Anomaly(AnomalyKind.ORDER_GAP, rows[0].where, what)
    for row in rows:
        overtaken = [other.code for other in rows if other.code not in fallback and other.order >= row.order]
        if row.code in fallback and overtaken:
            what = f"{row.code} has order {row.order}; {', '.join(overtaken)} would not come before it"
            yield Anomaly(AnomalyKind.FALLBACK_NOT_LAST, row.where, what)


def _unreachable(rows: Sequence[RuleRow], expressions: Mapping[str, Expression]) -> Iterator[Anomaly]:
    """Rows after one that is always true, and rows with the rule of an earlier one."""
    taker: RuleRow | None = None
    first: dict[Expression, RuleRow] = {}
    for row in rows:
        if taker is not None:
            what = f"{row.code} comes after {taker.code}, which takes every case"
            yield Anomaly(AnomalyKind.UNREACHABLE_ROW, row.where, what)
        elif row.rule in expressions:
            earlier = first.setdefault(expressions[row.rule], row)
            if earlier is not row:
                what = f"{row.code} has the rule of {earlier.code}"
                yield Anomaly(AnomalyKind.UNREACHABLE_ROW, row.where, what)
        if taker is None and _is_always(row, expressions):
            taker = row


def _unreachable_mdcs(
    tables: DrgTables, adrgs: Mapping[str, Sequence[RuleRow]], expressions: Mapping[str, Expression]
) -> Iterator[Anomaly]:
    """MDCs after one that takes every case and in which no case can fail."""
    taker: RuleRow | None = None
    for row in tried(tables.mdc, ()):
        if taker is not None:
            what = f"{row.code} comes after {taker.code}, which takes every case"
            yield Anomaly(AnomalyKind.UNREACHABLE_ROW, row.where, what)
        elif _is_always(row, expressions) and any(_is_always(child, expressions) for child in adrgs.get(row.code, ())):
            taker = row


def _is_always(row: RuleRow, expressions: Mapping[str, Expression]) -> bool:
    return isinstance(expressions.get(row.rule), Always)
