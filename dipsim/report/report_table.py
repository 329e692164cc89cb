"""The shape of every table of a report: typed columns, labels in both languages, exact values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dipsim.money import FEN, MICRO
from dipsim.report.labels import Kind, Lang, Text, Value

if TYPE_CHECKING:
    import pandas as pd

Column = Sequence[Value] | NDArray[Any]

_UNITS: Mapping[str, int] = {"yuan": FEN, "price": MICRO, "points": MICRO}
NUMBERS: frozenset[Kind] = frozenset(
    {"count", "yuan", "price", "points", "ratio", "days", "decimal", "share", "change"}
)


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column: int64 fen for yuan, millionths for points and price; `language` is set where only its readers want it.

    A `term` is a key that labels.py puts into words.
    """

    name: str
    label: str
    label_zh: str
    kind: Kind
    language: Lang | None = None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Columns of equal length; `total` is reckoned apart from the rows, which must add up to it."""

    key: str
    title: str
    title_zh: str
    columns: tuple[ReportColumn, ...]
    data: Mapping[str, Column]
    total: Mapping[str, Value] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.data[self.columns[0].name])

    def values(self, name: str) -> list[Any]:
        """A column as plain Python values."""
        column = self.data[name]
        values: list[Any] = column.tolist() if isinstance(column, np.ndarray) else list(column)
        return values

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row by column name."""
        names = [column.name for column in self.columns]
        for cells in zip(*(self.values(name) for name in names), strict=True):
            yield dict(zip(names, cells, strict=True))

    def taken(self, rows: Sequence[int]) -> ReportTable:
        """The chosen rows in the order given."""
        data = {}
        for column in self.columns:
            values = self.values(column.name)
            data[column.name] = [values[row] for row in rows]
        return replace(self, data=data)

    def ordered(self, name: str) -> ReportTable:
        """The largest of a column first; equal rows keep their order."""
        values = self.values(name)
        return self.taken(sorted(range(len(self)), key=lambda row: values[row], reverse=True))

    def without(self, *names: str) -> ReportTable:
        """The same table with fewer columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))

    def frame(self) -> pd.DataFrame:
        """A data frame: yuan as float64 to the fen, prices and points as float64, everything else as it is."""
        import pandas as pd  # a run makes no frame, so it need not wait for pandas

        frame = pd.DataFrame({column.name: self.values(column.name) for column in self.columns})
        for column in self.columns:
            if column.kind in _UNITS:
                frame[column.name] = frame[column.name].astype("float64") / _UNITS[column.kind]
        return frame


def report_table(
    key: str, title: Text, columns: Sequence[ReportColumn], data: Mapping[str, Column], total: Mapping[str, Value]
) -> ReportTable:
    """A table of those columns that the data has, in the order given."""
    kept = tuple(column for column in columns if column.name in data)
    return ReportTable(key, title.en, title.zh, kept, {column.name: data[column.name] for column in kept}, total)
