"""The data dictionary of a case (`columns.csv`): every canonical column, its kind, unit and permitted values."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType


class Kind(StrEnum):
    """How a cell of a column is read."""

    KEY = "key"
    """Text kept as written, outer blanks apart."""
    CODE = "code"
    """A diagnosis or procedure code, its spelling normalised."""
    CODE_LIST = "code_list"
    """Codes joined by `|`, in the order of the record."""
    CATEGORY = "category"
    """One of `values`; any text where `values` is empty."""
    INTEGER = "integer"
    """A whole number, int64."""
    NUMBER = "number"
    """A number, float64."""
    YUAN = "yuan"
    """Money, int64 fen."""
    DATE = "date"
    """A day, int64 days since 1970-01-01."""


TEXT_KINDS = frozenset({Kind.KEY, Kind.CODE, Kind.CATEGORY})
"""The kinds held as one dictionary id a case."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """What the dictionary says of one column; `values` and `minimum` are empty and None where anything goes."""

    name: str
    kind: Kind
    unit: str
    values: tuple[str, ...]
    minimum: int | None
    description: str
    description_zh: str
    identifier: bool


def _spec(row: Mapping[str, str]) -> ColumnSpec:
    return ColumnSpec(
        name=row["name"],
        kind=Kind(row["kind"]),
        unit=row["unit"],
        values=tuple(row["values"].split("|")) if row["values"] else (),
        minimum=int(row["minimum"]) if row["minimum"] else None,
        description=row["description"],
        description_zh=row["description_zh"],
        identifier=row["identifier"] == "yes",
    )


def _read_columns() -> Mapping[str, ColumnSpec]:
    text = files("dipsim.cases").joinpath("columns.csv").read_text(encoding="utf-8")
    specs = [_spec(row) for row in csv.DictReader(text.splitlines())]
    return MappingProxyType({spec.name: spec for spec in specs})


COLUMNS: Mapping[str, ColumnSpec] = _read_columns()
"""Every canonical column by name, in the order of the dictionary."""

FEE_COLUMNS = tuple(name for name in COLUMNS if name.startswith("fee_"))
"""The six fee columns, which must add up to the total."""
