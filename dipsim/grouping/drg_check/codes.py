"""Sets, complications and exclusion tables: names, numbers, references, codes that stand nowhere else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from dipsim.errors import Problem
from dipsim.grouping.drg_check.anomalies import Anomaly, AnomalyKind
from dipsim.policy.drg_folder import Place
from dipsim.policy.drg_tables import ComplicationRow, DrgTables, ExclusionRow, SetMember

_SET = re.compile(r"(DI|OP)([0-9]?)_([A-Z0-9]+)")
_LIKE_A_SET = re.compile(r"[A-Z]+[0-9]?_[A-Z0-9]+")
_BEGINNING = {"DI": re.compile(r"[A-Z][0-9]"), "OP": re.compile(r"[0-9]{2}")}
"""How diagnoses and operations begin."""
_TABLE_NUMBER = re.compile(r"EX_([0-9]+)")


def nested_sets(tables: DrgTables, place: Place) -> Iterator[Problem]:
    """A problem for each set that stands as a code of a set; sets that hold each other are shown as a circle."""
    inner: dict[str, list[str]] = defaultdict(list)
    # Reading has written an X within a code as x, also in what is no code but a set such as OP_XJ1.
    rows = [(row, row.code.upper()) for row in tables.sets if _LIKE_A_SET.fullmatch(row.code.upper())]
    for row, member in rows:
        inner[row.set_name].append(member)
    for row, member in rows:
        circle = _way(member, row.set_name, inner)
        why = f"the sets hold each other: {' -> '.join((row.set_name, *circle))}" if circle else "a set holds codes"
        yield Problem(place(row, "code"), f"'{member}' is a set, not a code", why, "list its codes one by one")


def code_anomalies(tables: DrgTables, used: Collection[str], code_list: Collection[str] | None) -> Iterator[Anomaly]:
    """Every oddity of sets, complications, exclusion tables and their codes; `used` are the sets that rules name."""
    yield from _sets(tables, used)
    yield from _complications(tables)
    yield from _exclusion_tables(tables)
    yield from _names(tables)
    yield from _other_kinds(tables)
    yield from _strangers(tables, code_list)


def _way(start: str, goal: str, inner: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The sets from one down to another through their members; empty when there is no way."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        for name in inner.get(way[-1], ()):
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _sets(tables: DrgTables, used: Collection[str]) -> Iterator[Anomaly]:
    first = {row.set_name: row for row in reversed(tables.sets)}
    numbers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in dict.fromkeys(row.set_name for row in tables.sets):
        found = _SET.fullmatch(name)
        if found:
            numbers[found[1], found[3]].append(found[2])
        elif not name.startswith("SPLIT_"):
            yield Anomaly(AnomalyKind.SET_PREFIX, first[name].where, name)
        if name not in used:
            yield Anomaly(AnomalyKind.UNUSED_SET, first[name].where, name)
    for (kind, group), given in numbers.items():
        is_numbered = len(given) > 1 and sorted(given) == [str(number) for number in range(1, len(given) + 1)]
        if given != [""] and not is_numbered:
            names = sorted(f"{kind}{number}_{group}" for number in given)
            yield Anomaly(AnomalyKind.SET_NUMBERING, first[names[0]].where, ", ".join(names))
    yield from _types(tables, first)


def _types(tables: DrgTables, first: Mapping[str, SetMember]) -> Iterator[Anomaly]:
    """Rows whose type is not that of most rows of sets that begin alike."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in tables.sets:
        counts[row.set_name[:2]][row.type_code] += 1
    usual = {prefix: max(types, key=lambda code: types[code]) for prefix, types in counts.items()}
    told: set[tuple[str, str]] = set()
    for row in tables.sets:
        key = (row.set_name, row.type_code)
        if row.type_code != usual[row.set_name[:2]] and key not in told:
            told.add(key)
            what = f"{row.set_name}: '{row.type_code}' / '{usual[row.set_name[:2]]}'"
            yield Anomaly(AnomalyKind.TYPE_DISAGREES, row.where, what)


def _complications(tables: DrgTables) -> Iterator[Anomaly]:
    filled = {row.table for row in tables.exclusions}
    excluded = {row.code for row in tables.exclusions}
    for row in tables.complications:
        if not row.table:
            yield Anomaly(AnomalyKind.CC_WITHOUT_TABLE, row.where, row.code)
        elif row.table not in filled:
            yield Anomaly(AnomalyKind.TABLE_WITHOUT_ROWS, row.where, f"{row.code}: {row.table}")
        if row.code not in excluded:
            yield Anomaly(AnomalyKind.CC_NOT_EXCLUDED, row.where, row.code)


def _exclusion_tables(tables: DrgTables) -> Iterator[Anomaly]:
    referred = {row.table for row in tables.complications}
    first = {row.table: row for row in reversed(tables.exclusions)}
    for name in sorted(set(first) - referred):
        yield Anomaly(AnomalyKind.UNUSED_TABLE, first[name].where, name)
    found = (_TABLE_NUMBER.fullmatch(name) for name in first)
    given = {int(number[1]) for number in found if number}
    missing = sorted(set(range(1, max(given, default=0) + 1)) - given)
    if missing:
        where = tables.exclusions[0].where
        yield Anomaly(AnomalyKind.TABLE_NUMBERING, where, ", ".join(f"EX_{number}" for number in missing))


def _names(tables: DrgTables) -> Iterator[Anomaly]:
    for rule_row in (*tables.mdc, *tables.adrg, *tables.drg):
        if not rule_row.name:
            yield Anomaly(AnomalyKind.BLANK_NAME, rule_row.where, rule_row.code)
    names: dict[str, str] = {}
    told: set[tuple[str, str]] = set()
    coded: Iterable[SetMember | ComplicationRow | ExclusionRow]
    coded = (*tables.sets, *tables.complications, *tables.exclusions)
    for row in coded:
        if not row.name:
            continue
        known = names.setdefault(row.code, row.name)
        if row.name != known and (row.code, row.name) not in told:
            told.add((row.code, row.name))
            what = f"{row.code}: '{row.name}' / '{known}'"
            yield Anomaly(AnomalyKind.NAME_DIFFERS, row.where, what)


def _other_kinds(tables: DrgTables) -> Iterator[Anomaly]:
    """Operations among diagnoses, diagnoses among operations, and texts that are neither."""
    others: tuple[ComplicationRow | ExclusionRow, ...] = (*tables.complications, *tables.exclusions)
    lists = (*((row.set_name[:2], row) for row in tables.sets), *(("DI", row) for row in others))
    for kind, row in lists:
        if kind in _BEGINNING and not _BEGINNING[kind].match(row.code):
            yield Anomaly(AnomalyKind.CODE_OTHER_KIND, row.where, row.code)


def _strangers(tables: DrgTables, code_list: Collection[str] | None) -> Iterator[Anomaly]:
    members = {row.code for row in tables.sets}
    others: tuple[ComplicationRow | ExclusionRow, ...] = (*tables.complications, *tables.exclusions)
    for row in others:
        if row.code not in members:
            yield Anomaly(AnomalyKind.NOT_IN_SETS, row.where, row.code)
    if code_list is None:
        return
    told: set[str] = set()
    for coded in (*tables.sets, *others):
        if coded.code not in code_list and coded.code not in told:
            told.add(coded.code)
            yield Anomaly(AnomalyKind.NOT_IN_CODE_LIST, coded.where, coded.code)
