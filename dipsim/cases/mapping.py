"""Mapping files: how tables of another make lead to the canonical columns, as data (TOML).

```toml
case_id = "row_number"                      # number the rows instead of reading a key
[columns]                                   # canonical name = header in the file; more in mapping_columns.py
total_cost_yuan = "Cost"
[tables.diagnoses]                          # further files of the same cases: mapping_tables.py
[constants]                                 # the same text in every row
hospital_id = "ALL"
[values.insurance]                          # text in the file = canonical text; "" for a blank
"310" = "employee"
[durations]                                 # how a length of time is written
ventilation_hours = "days/hours/minutes"
[when_blank]                                # a blank that another column explains
age_years = { if_filled = "age_days", value = 0 }
[format]
delimiter = ";"
[notes]                                     # where a line comes from, for the reader
insurance = "unverified: codes of hi_type"
```

What the codes are, and the map from clinical to insurance codes, stand in `diagnosis_system`, `procedure_system` and
`[code_map]` (code_map.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from dipsim.cases.columns import COLUMNS, TEXT_KINDS, Kind
from dipsim.cases.mapping_columns import Origin, origins
from dipsim.cases.mapping_problems import Problems
from dipsim.cases.mapping_tables import FurtherTable, further_tables
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean

ROW_NUMBER = "row_number"
CLINICAL, INSURANCE = "clinical", "insurance"
UNITS: Mapping[str, int] = {"days": 1440, "hours": 60, "minutes": 1}
"""The parts of a duration, in minutes."""
_HEAD = ("title", "title_zh", "source", "notes")
_SYSTEMS = ("diagnosis_system", "procedure_system")
_SECTIONS = (
    *("case_id", "columns", "tables", "constants", "values", "durations", "when_blank", "format", "code_map"),
    *_SYSTEMS,
    *_HEAD,
)
_CODE_MAP_KEYS = ("diagnoses", "procedures", "insurance_diagnoses", "insurance_procedures")
_WORDED = frozenset({*TEXT_KINDS, Kind.CODE_LIST})


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How cells are written: `[format]` of a mapping file; left out, as in the canonical table.

    sheet                  the sheet of a workbook that holds the cases; '' for the only visible one
    two_digit_years_from   the first of the hundred years that `%y` of date_format may mean
    allow_absent_columns   a column that the mapping names and the file lacks is left out and said, not refused
    """

    delimiter: str = ","
    list_separator: str = "|"
    decimal: str = "."
    thousands: str = ""
    date_format: str = ""
    sheet: str = ""
    two_digit_years_from: int = 0
    ignore_header_case: bool = False
    allow_absent_columns: bool = False
    blanks: tuple[str, ...] = ()
    strip_trailing_zero: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhenBlank:
    """The whole number that a blank stands for where another column is filled, if stated with a value below a limit."""

    if_filled: str
    value: int
    below: int | None = None


@dataclass(frozen=True, slots=True)
class CaseMapping:
    """What a mapping file says; `name` is the file for messages, `folder` where it stands.

    durations   the units of each part of a cell, and the sign between them, by column
    systems     "clinical" or "insurance", by diagnosis_system and procedure_system
    code_map    files by what they hold: diagnoses, procedures, insurance_diagnoses, insurance_procedures
    """

    name: str = ""
    columns: Mapping[str, Origin] = field(default_factory=dict)
    tables: tuple[FurtherTable, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    durations: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    when_blank: Mapping[str, WhenBlank] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    code_map: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    is_row_number: bool = False
    cells: CellFormat = CellFormat()
    folder: Path = Path()

    @property
    def joined(self) -> frozenset[str]:
        """The canonical columns that come from further tables."""
        return frozenset(name for table in self.tables for name in table.makes)


CANONICAL = CaseMapping(when_blank={"age_years": WhenBlank("age_days", 0, below=365)})
"""The mapping of a table that is canonical already; an infant's age may stand in days alone."""


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mapping files that come with dipsim."""
    folder = files("dipsim.cases").joinpath("mappings")
    return tuple(sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")))


def read_mapping(path: Path) -> CaseMapping:
    """Read a mapping file, or a shipped one by its name; CaseDataError with all its problems."""
    if not path.is_file() and not path.suffix:
        if path.name not in shipped_mappings():
            hint = did_you_mean(path.name, shipped_mappings()) or f"shipped: {', '.join(shipped_mappings())}"
            raise CaseDataError(Problem(str(path), "no such mapping", next_step=f"{hint}; or give a .toml file"))
        path = Path(str(files("dipsim.cases").joinpath("mappings", f"{path.name}.toml")))
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what, step = f"cannot be read: {error.strerror}", "check the path and its permissions"
        raise CaseDataError(Problem(str(path), what, next_step=step)) from error
    except UnicodeDecodeError as error:
        raise CaseDataError(Problem(str(path), f"not UTF-8: {error.reason}", next_step="save it as UTF-8")) from error
    except (ValueError, RecursionError) as error:  # also a number too long, or brackets nested too deeply
        raise CaseDataError(Problem(str(path), f"not valid TOML: {error}", next_step="correct this line")) from error
    return mapping_of(document, path.name, path.parent)


def mapping_of(document: Mapping[str, Any], name: str, folder: Path = Path()) -> CaseMapping:
    """The mapping that a TOML document states; CaseDataError with all its problems."""
    problems = Problems(name)
    problems.unknown("", document, _SECTIONS)
    constants = problems.texts("constants", document.get("constants", {}))
    given = [key for key in (document.get("case_id"), constants.pop("case_id", None)) if key is not None]
    for key in given:
        problems.require(key == ROW_NUMBER, "case_id", f"{key!r} is no key", f'say case_id = "{ROW_NUMBER}"')
    problems.unknown("constants", constants, COLUMNS)
    for column, text in constants.items():
        problems.category(f"[constants] {column}", column, text)
    mapping = CaseMapping(
        name=name,
        columns=origins(problems, document.get("columns", {})),
        tables=further_tables(problems, document.get("tables", {})),
        constants=constants,
        values=_values(problems, document.get("values", {})),
        durations=_durations(problems, document.get("durations", {})),
        when_blank=_when_blank(problems, document.get("when_blank", {})),
        systems=_systems(problems, document),
        code_map=problems.texts("code_map", document.get("code_map", {})),
        notes=problems.texts("notes", document.get("notes", {})),
        is_row_number=bool(given),
        cells=_cell_format(problems, document.get("format", {})),
        folder=folder,
    )
    _require_consistent(problems, mapping)
    problems.raise_any()
    return mapping


def _require_consistent(problems: Problems, mapping: CaseMapping) -> None:
    """Note what no single section shows: a column stated twice, tables without a key, codes of an unstated system."""
    stated = [*mapping.columns, *mapping.constants, *(["case_id"] if mapping.is_row_number else [])]
    stated += [column for table in mapping.tables for column in table.makes]
    for column in sorted({column for column in stated if stated.count(column) > 1}):
        where = f"[columns] {column}" if column in mapping.columns else column
        problems.require(False, where, "stated twice", "keep one: the column, the constant or the table")
    is_keyed = not (mapping.is_row_number and mapping.tables)
    problems.require(is_keyed, "case_id", "a row number is no key into [tables]", "map case_id to the shared key")
    problems.unknown("code_map", mapping.code_map, _CODE_MAP_KEYS)
    for kind, system in (("diagnoses", "diagnosis_system"), ("procedures", "procedure_system")):
        is_stated = kind not in mapping.code_map or system in mapping.systems
        step = f'say {system} = "{CLINICAL}" or "{INSURANCE}"'
        problems.require(is_stated, f"[code_map] {kind}", "nothing says what the codes of the cases are", step)


def _systems(problems: Problems, document: Mapping[str, Any]) -> dict[str, str]:
    stated = [key for key in _SYSTEMS if key in document]
    return {key: problems.choice(key, document[key], (CLINICAL, INSURANCE)) for key in stated}


def _values(problems: Problems, section: Any) -> dict[str, Mapping[str, str]]:
    table = problems.table("values", section)
    problems.unknown("values", table, COLUMNS)
    found = {column: problems.texts(f"values.{column}", table[column]) for column in table}
    for column in [column for column in found if column in COLUMNS]:
        is_worded = COLUMNS[column].kind in _WORDED and column != "case_id"
        problems.require(is_worded, f"[values.{column}]", "is no column of words", "use [format] blanks for blanks")
        for theirs, ours in found[column].items():
            problems.category(f"[values.{column}] {theirs!r}", column, ours)
    return dict(found)


def _durations(problems: Problems, section: Any) -> dict[str, tuple[tuple[str, ...], str]]:
    """`days/hours/minutes` as the units and the sign between them."""
    found = {}
    for column, text in problems.texts("durations", section).items():
        separators = "".join(dict.fromkeys(sign for sign in text if not sign.isalpha()))
        units = tuple(text.split(separators)) if len(separators) == 1 else (text,)
        is_hours = column in COLUMNS and COLUMNS[column].unit == "hours"
        problems.require(is_hours, f"[durations] {column}", "is no column of hours", "take it out")
        is_known = set(units) <= set(UNITS) and len(set(units)) == len(units)
        problems.require(is_known, f"[durations] {column}", f"{text!r}", 'write it like "days/hours/minutes"')
        found[column] = (units, separators)
    return found


_WHEN_BLANK = {entry.name for entry in fields(WhenBlank)}


def _when_blank(problems: Problems, section: Any) -> dict[str, WhenBlank]:
    table = problems.table("when_blank", section)
    problems.unknown("when_blank", table, COLUMNS)
    found = {}
    for column in [column for column in table if column in COLUMNS]:
        where, stated = f"[when_blank] {column}", table[column]
        is_whole = COLUMNS[column].kind is Kind.INTEGER
        problems.require(is_whole, where, "is no column of whole numbers", "take it out")
        is_rule = isinstance(stated, Mapping) and {"if_filled", "value"} <= stated.keys() <= _WHEN_BLANK
        is_rule = is_rule and {type(stated[key]) for key in stated if key != "if_filled"} == {int}
        is_rule = is_rule and str(stated["if_filled"]) in COLUMNS
        is_rule = is_rule and ("below" not in stated or COLUMNS[stated["if_filled"]].kind is Kind.INTEGER)
        problems.require(is_rule, where, f"{stated!r}", 'write { if_filled = "age_days", value = 0 }')
        if is_rule:
            found[column] = WhenBlank(**stated)
    return found


def _cell_format(problems: Problems, section: Any) -> CellFormat:
    table = problems.table("format", section)
    defaults = {entry.name: entry.default for entry in fields(CellFormat)}
    problems.unknown("format", table, defaults)
    stated: dict[str, Any] = {}
    for key in [key for key in table if key in defaults]:
        value, kind = table[key], type(defaults[key])
        is_list = kind is tuple and isinstance(value, list) and all(isinstance(cell, str) for cell in value)
        step = {tuple: "give a list of texts", str: "give a text", int: "give a year", bool: "say true or false"}[kind]
        problems.require(is_list or type(value) is kind, f"[format] {key}", f"{value!r}", step)
        if is_list or type(value) is kind:
            stated[key] = tuple(value) if is_list else value
    for key in ("delimiter", "decimal"):
        text = stated.get(key, defaults[key])
        problems.require(len(text) == 1 and text.isascii(), f"[format] {key}", f"{text!r}", "give one character")
    problems.unknown("format strip_trailing_zero", stated.get("strip_trailing_zero", ()), COLUMNS)
    is_pivoted = "%y" not in stated.get("date_format", "") or "two_digit_years_from" in stated
    step = "add two_digit_years_from = 1950 for the years 1950 to 2049"
    problems.require(is_pivoted, "[format] date_format", "%y does not say which century", step)
    return CellFormat(**stated)
