"""The rows of MDCs, ADRGs and DRGs as a tree: orders, rows that no case reaches, levels that a case can fall out of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from dipsim.grouping.drg.expression import Always, Expression
from dipsim.grouping.drg_check.anomalies import Anomaly, AnomalyKind
from dipsim.grouping.drg_check.implication import Sets, codes_of, implies
from dipsim.policy.drg_folder import DOCUMENT
from dipsim.policy.drg_scheme import RuleRow
from dipsim.policy.drg_tables import DrgTables


def row_anomalies(
    tables: DrgTables, expressions: Mapping[str, Expression], fallback: Sequence[str]
) -> Iterator[Anomaly]:
    """Every oddity of orders and reachability; rules that cannot be read count as rules that may fail."""
    adrgs, drgs = by_parent(tables.adrg), by_parent(tables.drg)
    sets = codes_of(tables)
    for siblings in ([*tables.mdc], *adrgs.values(), *drgs.values()):
        yield from _orders(siblings, fallback)
    for siblings in drgs.values():
        yield from _unreachable(tried(siblings, fallback), expressions, sets, ())
    sealed = {code for code, below in drgs.items() if any(_is_always(row, expressions) for row in below)}
    can_fail = {row.code for row in tables.adrg} - sealed
    for siblings in adrgs.values():
        yield from _unreachable(tried(siblings, fallback), expressions, sets, can_fail)
    sealed_mdcs = {row.parent for row in tables.adrg if row.code in sealed and _is_always(row, expressions)}
    yield from _unreachable_mdcs(tables, expressions, sealed_mdcs)
    yield from _ends(tables, adrgs, drgs, sealed)


def _ends(
    tables: DrgTables,
    adrgs: Mapping[str, Sequence[RuleRow]],
    drgs: Mapping[str, Sequence[RuleRow]],
    sealed: Collection[str],
) -> Iterator[Anomaly]:
    """MDCs and ADRGs without rows below, and ADRGs out of which a case can fall."""
    for row in tables.mdc:
        if row.code not in adrgs:
            yield Anomaly(AnomalyKind.MDC_WITHOUT_ADRG, row.where, row.code)
    for row in tables.adrg:
        if row.code not in drgs:
            yield Anomaly(AnomalyKind.ADRG_WITHOUT_DRG, row.where, row.code)
        elif row.code not in sealed:
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
            what = f"{earlier.code}, {row.code}: {row.order}"
            yield Anomaly(AnomalyKind.REPEATED_ORDER, row.where, what)
    if first and set(first) != set(range(1, max(first) + 1)):
        what = f"{rows[0].parent or 'MDC'}: {min(first)}-{max(first)} ({len(first)})"
        yield Anomaly(AnomalyKind.ORDER_GAP, rows[0].where, what)
    for row in rows:
        overtaken = [other.code for other in rows if other.code not in fallback and other.order >= row.order]
        if row.code in fallback and overtaken:
            what = f"{row.code} ({row.order}); {', '.join(overtaken)}"
            yield Anomaly(AnomalyKind.FALLBACK_NOT_LAST, row.where, what)


def _unreachable(
    rows: Sequence[RuleRow], expressions: Mapping[str, Expression], sets: Sets, can_fail: Collection[str]
) -> Iterator[Anomaly]:
    """Rows whose rule holds only where that of an earlier one holds; `can_fail` are rows that may pass a case on."""
    takers: list[RuleRow] = []
    for row in rows:
        if row.rule not in expressions:
            continue
        expression = expressions[row.rule]
        taker = next((taker for taker in takers if implies(expression, expressions[taker.rule], sets)), None)
        if taker is not None:
            yield Anomaly(AnomalyKind.UNREACHABLE_ROW, row.where, f"{row.code}: {taker.code}")
        elif row.code not in can_fail:
            takers.append(row)


def _unreachable_mdcs(
    tables: DrgTables, expressions: Mapping[str, Expression], sealed: Collection[str]
) -> Iterator[Anomaly]:
    """MDCs after one that takes every case; `sealed` are those out of which no case falls."""
    taker: RuleRow | None = None
    for row in tried(tables.mdc, ()):
        if taker is not None:
            yield Anomaly(AnomalyKind.UNREACHABLE_ROW, row.where, f"{row.code}: {taker.code}")
        elif row.code in sealed and _is_always(row, expressions):
            taker = row


def _is_always(row: RuleRow, expressions: Mapping[str, Expression]) -> bool:
    return isinstance(expressions.get(row.rule), Always)
