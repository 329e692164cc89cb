"""The six sheets as the tables of a scheme: repeated rows told and read once, contradicting ones refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from dipsim.errors import Problem
from dipsim.grouping.drg_check import Anomaly, AnomalyKind
from dipsim.grouping.drg_check.rows import by_parent
from dipsim.grouping.workbook.cells import CellReader
from dipsim.grouping.workbook.sheets import Sheet
from dipsim.paths import did_you_mean
from dipsim.policy.drg_scheme import LEVELS, RuleRow
from dipsim.policy.drg_tables import ComplicationRow, DrgTables, ExclusionRow, Placed, SetMember

Row = TypeVar("Row", bound=Placed)


@dataclass(frozen=True, slots=True)
class _Read:
    """The text of a sheet by column, one entry a row, and the place of each row as `sheet:row`."""

    sheet: Sheet
    columns: Mapping[str, list[str]]
    places: tuple[str, ...]

    def rows(self, *names: str) -> Iterator[tuple[str, ...]]:
        """The cells of these columns and the place, row by row."""
        return zip(*(self.columns[name] for name in names), self.places, strict=True)


@dataclass(frozen=True, slots=True)
class ReadTables:
    """The tables of the six sheets, cells that cannot be read or contradict others, and what is odd."""

    tables: DrgTables
    problems: tuple[Problem, ...]
    anomalies: tuple[Anomaly, ...]


def tables_of(sheets: Mapping[str, Sheet]) -> ReadTables:
    """The rows of the sheets, each once; what a faulty cell says does not count."""
    problems: list[Problem] = []
    anomalies: list[Anomaly] = []

    def read(name: str) -> _Read:
        reader = CellReader(sheets[name])
        columns = reader.texts()
        problems.extend(reader.problems)
        anomalies.extend(reader.anomalies)
        return _Read(sheets[name], columns, tuple(f"{name}:{line}" for line in sheets[name].lines))

    mdc, adrg, drg = read("MDC"), read("ADRG"), read("DRG")
    members, complications, exclusions = read("集合"), read("CC"), read("排除表")
    problems += _unknown_levels(complications)
    tables = DrgTables(
        _once(_rule_rows(mdc, ""), lambda row: row.code, mdc, problems, anomalies),
        _once(_rule_rows(adrg, "mdc"), lambda row: row.code, adrg, problems, anomalies),
        _once(_rule_rows(drg, "adrg"), lambda row: row.code, drg, problems, anomalies),
        _members(members, anomalies),
        _once(_complication_rows(complications), lambda row: row.code, complications, problems, anomalies),
        _exclusions(exclusions, anomalies),
    )
    anomalies += [*_sheet_orders(tables), *_other_mdcs(drg, tables)]
    return ReadTables(tables, tuple(problems), tuple(anomalies))


def _rule_rows(read: _Read, parent: str) -> list[RuleRow]:
    parents = read.columns[parent] if parent else [""] * len(read.places)
    return [
        RuleRow(code, name, rule, above, int(order), place)
        for (code, name, rule, order, place), above in zip(
            read.rows("code", "name", "rule", "order"), parents, strict=True
        )
    ]


def _complication_rows(read: _Read) -> list[ComplicationRow]:
    return [
        ComplicationRow(code, name, table, level.upper(), place)
        for code, name, table, level, place in read.rows("code", "name", "table", "level")
    ]


def _unknown_levels(read: _Read) -> Iterator[Problem]:
    for line, level in zip(read.sheet.lines, read.columns["level"], strict=True):
        if level and level.upper() not in LEVELS:
            step = did_you_mean(level, LEVELS) or f"write {' or '.join(LEVELS)}"
            yield Problem(read.sheet.place(line, "level"), f"'{level}' is no degree of a complication", next_step=step)


def _once(
    rows: Sequence[Row],
    key_of: Callable[[Row], str],
    read: _Read,
    problems: list[Problem],
    anomalies: list[Anomaly],
) -> tuple[Row, ...]:
    """Each row once: a repeated one is an anomaly where it says the same save its name, else a problem."""
    first: dict[str, tuple[Row, tuple[str, ...]]] = {}
    meanings = zip(*(cells for name, cells in read.columns.items() if name != "name"), strict=True)
    for row, meaning in zip(rows, meanings, strict=True):
        earlier, said = first.setdefault(key_of(row), (row, meaning))
        if earlier is row or not key_of(row):
            continue
        what = f"{key_of(row)} as in row {_line(earlier.where)}"
        if said == meaning:
            anomalies.append(Anomaly(AnomalyKind.DUPLICATE_ROW, row.where, f"{key_of(row)} = {earlier.where}"))
        else:
            where = read.sheet.place(_line(row.where), "code")
            why = "the two rows say different things"
            problems.append(Problem(where, f"code {what}", why, "keep one of the two"))
    return tuple(row for row, _ in first.values())


def _members(read: _Read, anomalies: list[Anomaly]) -> tuple[SetMember, ...]:
    first: dict[tuple[str, str], SetMember] = {}
    for set_name, code, name, type_code, place in read.rows("set", "code", "name", "type"):
        row = SetMember(set_name, code, name, type_code, place)
        earlier = first.setdefault((set_name, code), row)
        if earlier is not row:
            what = f"{set_name} {code} = {earlier.where}"
            anomalies.append(Anomaly(AnomalyKind.DUPLICATE_ROW, place, what))
    return tuple(first.values())


def _exclusions(read: _Read, anomalies: list[Anomaly]) -> tuple[ExclusionRow, ...]:
    first: dict[str, ExclusionRow] = {}
    for table, code, name, place in read.rows("table", "code", "name"):
        row = ExclusionRow(table, code, name, place)
        earlier = first.setdefault(code, row)
        if earlier is not row:
            kind = AnomalyKind.DUPLICATE_ROW if earlier.table == table else AnomalyKind.TWO_TABLES
            what = f"{code}: {table} / {earlier.table} ({earlier.where})"
            anomalies.append(Anomaly(kind, place, what))
    return tuple(first.values())


def _sheet_orders(tables: DrgTables) -> Iterator[Anomaly]:
    """A sheet whose rows, parent by parent, do not rise in order."""
    for name, rows in (("MDC", tables.mdc), ("ADRG", tables.adrg), ("DRG", tables.drg)):
        falls = [
            (earlier, later)
            for siblings in by_parent(rows).values()
            for earlier, later in pairwise(siblings)
            if later.order < earlier.order
        ]
        if falls:
            earlier, later = falls[0]
            what = f"{len(falls)} x: {earlier.code} ({earlier.order}), {later.code} ({later.order})"
            yield Anomaly(AnomalyKind.SHEET_ORDER, name, what)


def _other_mdcs(read: _Read, tables: DrgTables) -> Iterator[Anomaly]:
    """Rows of the sheet DRG whose MDC is not that of their ADRG."""
    mdc_of = {row.code: row.parent for row in tables.adrg}
    for code, adrg, mdc, place in read.rows("code", "adrg", "mdc"):
        if mdc_of.get(adrg, mdc) != mdc:
            yield Anomaly(AnomalyKind.MDC_DISAGREES, place, f"{code}: {mdc} / {adrg}: {mdc_of[adrg]}")


def _line(place: str) -> int:
    return int(place.rpartition(":")[2])
