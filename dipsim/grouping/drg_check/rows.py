"""The rows of MDCs, ADRGs and DRGs as a tree: orders, rows that no case reaches, levels that a case can fall out of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from dipsim.grouping.drg.expression import Always, Expression
from dipsim.grouping.drg_check.anomalies import Anomaly, AnomalyKind
from dipsim.grouping.drg_check.implication import Sets, codes_of, implies
from dipsim.grouping.drg_check.reach import SINGLE, codes_left, is_possible, taken_codes, ways
from dipsim.policy.drg_scheme import DOCUMENT, RuleRow
from dipsim.policy.drg_tables import DrgTables

MDC_PREFIX = "MDC"
"""What the code of an MDC has before its letter, and the codes below it have not."""


def row_anomalies(
    tables: DrgTables, expressions: Mapping[str, Expression], fallback: Sequence[str]
) -> Iterator[Anomaly]:
    """Every oddity of orders and reachability; rules that cannot be read count as rules that may fail."""
    adrgs, drgs = by_parent(tables.adrg), by_parent(tables.drg)
    sets = codes_of(tables)
    for siblings in ([*tables.mdc], *adrgs.values(), *drgs.values()):
        yield from _orders(siblings, fallback)
    chains = _chains(tables)
    yield from _never(chains, expressions, sets)
    above = {(len(chain), chain[-1].code): [expressions.get(row.rule, Always()) for row in chain] for chain in chains}
    for parent, siblings in drgs.items():
        yield from _unreachable(tried(siblings, fallback), expressions, sets, (), above.get((2, parent), ()))
    sealed = {code for code, below in drgs.items() if any(_is_always(row, expressions) for row in below)}
    can_fail = {row.code for row in tables.adrg} - sealed
    for parent, siblings in adrgs.items():
        yield from _unreachable(tried(siblings, fallback), expressions, sets, can_fail, above.get((1, parent), ()))
    sealed_mdcs = {row.parent for row in tables.adrg if row.code in sealed and _is_always(row, expressions)}
    open_mdcs = {row.code for row in tables.mdc} - sealed_mdcs
    yield from _unreachable(tried(tables.mdc, ()), expressions, sets, open_mdcs, ())
    yield from _ends(tables, adrgs, drgs, sealed)
    for row in (*tables.adrg, *tables.drg):
        if not row.code.startswith(row.parent.removeprefix(MDC_PREFIX)):
            yield Anomaly(AnomalyKind.CODE_OF_ANOTHER_PARENT, row.where, f"{row.code}: {row.parent}")


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


def _chains(tables: DrgTables) -> list[tuple[RuleRow, ...]]:
    """Each row behind its parents, from its MDC down; rows without a parent are faults and left out."""
    mdcs = {row.code: (row,) for row in tables.mdc}
    adrgs = {row.code: (*mdcs[row.parent], row) for row in tables.adrg if row.parent in mdcs}
    drgs = [(*adrgs[row.parent], row) for row in tables.drg if row.parent in adrgs]
    return [*mdcs.values(), *adrgs.values(), *drgs]


def _never(
    chains: Sequence[tuple[RuleRow, ...]], expressions: Mapping[str, Expression], sets: Sets
) -> Iterator[Anomaly]:
    """Rows whose rule contradicts itself or those of its parents; what stands below such a row is not told again."""
    told: set[tuple[RuleRow, ...]] = set()
    for chain in chains:
        rules = [expressions.get(row.rule, Always()) for row in chain]
        if chain[:1] in told or chain[:2] in told:
            continue
        if not any(is_possible(way, sets) for way in ways(rules)):
            told.add(chain)
            yield Anomaly(AnomalyKind.NEVER_HOLDS, chain[-1].where, f"{chain[-1].code}: {chain[-1].rule}")


def _unreachable(
    rows: Sequence[RuleRow],
    expressions: Mapping[str, Expression],
    sets: Sets,
    can_fail: Collection[str],
    above: Sequence[Expression],
) -> Iterator[Anomaly]:
    """Rows whose rule holds only where those of earlier ones hold.

    can_fail   rows that may pass a case on
    above      the rules of their parents
    """
    takers: list[RuleRow] = []
    for row in rows:
        if row.rule not in expressions:
            continue
        expression = expressions[row.rule]
        taker = next((taker for taker in takers if implies(expression, expressions[taker.rule], sets)), None)
        found = (taker.code,) if taker else _together([*above, expression], takers, expressions, sets)
        if found:
            yield Anomaly(AnomalyKind.UNREACHABLE_ROW, row.where, f"{row.code}: {', '.join(found)}")
        elif row.code not in can_fail:
            takers.append(row)


def _together(
    rules: Sequence[Expression], takers: Sequence[RuleRow], expressions: Mapping[str, Expression], sets: Sets
) -> tuple[str, ...]:
    """The earlier rows that take every code with which a row could be reached; none for a row that takes every case."""
    if isinstance(rules[-1], Always):
        return ()
    names: dict[str, None] = {}
    for way in ways(rules):
        by = next(filter(None, (_takers_of(way, name, takers, expressions, sets) for name in SINGLE)), None)
        if by is None and is_possible(way, sets):
            return ()
        names.update(dict.fromkeys(by or ()))
    return tuple(names)


def _takers_of(
    way: Sequence[Expression],
    variable: str,
    takers: Sequence[RuleRow],
    expressions: Mapping[str, Expression],
    sets: Sets,
) -> tuple[str, ...]:
    """The earlier rows that together take every code that a variable may have on this way; none when some is left."""
    left = codes_left(way, variable, sets)
    names = []
    for taker in takers if left else ():
        taken = taken_codes(expressions[taker.rule], variable, sets)
        if left and left & taken:
            names.append(taker.code)
            left -= taken
    return () if left or not names else tuple(names)


def _is_always(row: RuleRow, expressions: Mapping[str, Expression]) -> bool:
    return isinstance(expressions.get(row.rule), Always)
