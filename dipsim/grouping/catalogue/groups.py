"""The list of groups of a published catalogue: rows in normal form, and what is odd in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dipsim.cases.normalise import normalise_code
from dipsim.errors import PolicyError, Problem
from dipsim.grouping.catalogue.anomalies import AnomalyKind, AnomalyLog
from dipsim.grouping.catalogue.decimals import decimal_of, six_places
from dipsim.grouping.catalogue.mapping import CatalogueColumns
from dipsim.grouping.catalogue.published import PublishedTable
from dipsim.policy.scheme import GroupRow

NAME_JOIN = "；"
_LOST_ZERO = re.compile(r"[0-9](\.|$)")


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """One group in normal form, and its points with six decimals."""

    row: GroupRow
    group_points: Decimal


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one row as they stand, in the order of CatalogueColumns.names()."""

    group_code: str
    kind: str
    diagnosis: str
    diagnosis_name: str
    main_procedure: str
    main_procedure_name: str
    other_procedures: str
    other_procedures_name: str
    group_points: str

    @property
    def names(self) -> tuple[str, str, str]:
        return self.diagnosis_name, self.main_procedure_name, self.other_procedures_name


def read_groups(table: PublishedTable, columns: CatalogueColumns, log: AnomalyLog) -> tuple[PublishedGroup, ...]:
    """The groups in the order of their codes; PolicyError with every cell that cannot be read."""
    rows = [_Cells(*record) for record in zip(*(table.column(name) for name in columns.names()), strict=True)]
    for number in range(len(rows)):
        if table.is_formula(number, columns.group_points):
            log.note(AnomalyKind.FORMULA, table.place(number, columns.group_points))
    problems = [problem for number, cells in enumerate(rows) for problem in _faults(table, number, cells, columns)]
    first: dict[str, _Cells] = {}
    for number, cells in enumerate(rows):
        earlier = first.setdefault(cells.group_code, cells)
        place = table.place(number, columns.group_code)
        if earlier is not cells and earlier == cells:
            log.note(AnomalyKind.DUPLICATE_ROW, f"{place}: {cells.group_code}")
        elif earlier is not cells:
            what = f"group {cells.group_code!r} stands there twice, with different cells"
            problems.append(Problem(place, what, next_step="keep one of the two rows"))
    if problems:
        raise PolicyError(problems)
    groups = [_group(cells, columns, log) for _, cells in sorted(first.items())]
    _note_shared_keys(groups, log)
    return tuple(groups)


def _faults(table: PublishedTable, number: int, cells: _Cells, columns: CatalogueColumns) -> Iterator[Problem]:
    """What cannot be read in a row, each with its cell."""
    for column, cell in ((columns.group_code, cells.group_code), (columns.diagnosis, cells.diagnosis)):
        if not cell:
            yield Problem(table.place(number, column), "is blank", next_step="fill it in or delete the row")
    for column in (columns.diagnosis, columns.main_procedure, columns.other_procedures):
        if table.is_number(number, column):
            why = "leading and trailing zeros are lost"
            yield Problem(table.place(number, column), "a code held as a number", why, "format the column as text")
    yield from _lost_zeros(table, number, cells, columns)
    points = decimal_of(cells.group_points)
    if points is None or points < 0:
        what = f"{cells.group_points!r} is no number of points"
        yield Problem(table.place(number, columns.group_points), what, next_step="write a number of 0 or more")
    kind = columns.kinds.get(cells.kind)
    if kind is None:
        what = f"{cells.kind!r} is no kind of group"
        step = f"the mapping knows {', '.join(columns.kinds)}: correct the cell or the mapping"
        yield Problem(table.place(number, columns.kind), what, next_step=step)
    if kind == "composite" and _suffix(cells, columns) not in columns.composite_suffixes:
        what = f"{cells.group_code!r} does not tell the class of the composite group"
        step = f"it must end in {columns.code_joins.diagnosis} and one of {', '.join(columns.composite_suffixes)}"
        yield Problem(table.place(number, columns.group_code), what, next_step=step)


def _lost_zeros(table: PublishedTable, number: int, cells: _Cells, columns: CatalogueColumns) -> Iterator[Problem]:
    """The operation codes of a row that lost a leading zero; codes of ICD-9-CM-3 begin with two digits."""
    why, step = "a leading zero is lost", "format the column as text and fill it from the source again"
    others = _split(cells.other_procedures, columns.other_procedure_joins)
    for column, codes in ((columns.main_procedure, (cells.main_procedure,)), (columns.other_procedures, others)):
        for code in filter(_LOST_ZERO.match, codes):
            yield Problem(table.place(number, column), f"{code!r} has one digit before the point", why, step)


def _group(cells: _Cells, columns: CatalogueColumns, log: AnomalyLog) -> PublishedGroup:
    """The group of a row without faults; oddities are noted."""
    kind = columns.kinds[cells.kind]
    others = _split(cells.other_procedures, columns.other_procedure_joins)
    row = GroupRow(
        group_code=cells.group_code,
        kind=kind,
        diagnosis=normalise_code(cells.diagnosis),
        main_procedure=normalise_code(cells.main_procedure),
        other_procedures=tuple(map(normalise_code, others)),
        procedure_class=columns.composite_suffixes[_suffix(cells, columns)] if kind == "composite" else "",
        name="",
        name_zh=NAME_JOIN.join(filter(None, map(_on_one_line, cells.names))),
    )
    published = decimal_of(cells.group_points)
    assert published is not None
    group = PublishedGroup(row, six_places(published))
    for oddity in _oddities(cells, others, group, published, columns):
        log.note(oddity, cells.group_code)
    return group


def _oddities(
    cells: _Cells, others: Sequence[str], group: PublishedGroup, published: Decimal, columns: CatalogueColumns
) -> Iterator[AnomalyKind]:
    row = group.row
    if cells.kind in columns.undeclared_kinds:
        yield AnomalyKind.UNDECLARED_KIND
    if row.diagnosis != cells.diagnosis:
        yield AnomalyKind.DIAGNOSIS_FORM
    if row.main_procedure != cells.main_procedure or row.other_procedures != tuple(others):
        yield AnomalyKind.PROCEDURE_FORM
    if any(len(name.splitlines()) > 1 for name in cells.names):
        yield AnomalyKind.LINE_BREAK
    if len(others) > 1 and columns.code_joins.other_procedures.join(others) != cells.other_procedures:
        yield AnomalyKind.OTHER_JOIN
    if group.group_points != published:
        yield AnomalyKind.ROUNDED
    if cells.group_code != _code_from_columns(cells, row, columns):
        yield AnomalyKind.CODE_DISAGREES


def _code_from_columns(cells: _Cells, row: GroupRow, columns: CatalogueColumns) -> str:
    """The group code that the other columns of the row amount to."""
    joins = columns.code_joins
    if row.kind == "composite":
        return f"{row.diagnosis}{joins.diagnosis}{_suffix(cells, columns)}"
    main = f"{joins.diagnosis}{row.main_procedure}" if row.main_procedure else ""
    others = joins.main_procedure + joins.other_procedures.join(row.other_procedures) if row.other_procedures else ""
    return f"{row.diagnosis}{main}{others}"


def _note_shared_keys(groups: Sequence[PublishedGroup], log: AnomalyLog) -> None:
    """Note the composite groups that only the suffix of the code tells apart."""
    composites = [group.row for group in groups if group.row.kind == "composite"]
    sharing = Counter(row.diagnosis for row in composites)
    for row in composites:
        if sharing[row.diagnosis] > 1:
            log.note(AnomalyKind.SAME_KEY, row.group_code)


def _suffix(cells: _Cells, columns: CatalogueColumns) -> str:
    return cells.group_code.rpartition(columns.code_joins.diagnosis)[2]


def _split(cell: str, joins: Sequence[str]) -> tuple[str, ...]:
    """The codes of a cell; blanks around them do not count."""
    return tuple(code.strip() for code in re.split("|".join(map(re.escape, joins)), cell)) if cell else ()


def _on_one_line(name: str) -> str:
    return "".join(part.strip() for part in name.splitlines())
