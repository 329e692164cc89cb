"""How the columns of one file become canonical columns, as its header and the mapping say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dipsim.cases.celltext import as_text
from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping import CaseMapping
from dipsim.cases.mapping_columns import NUMBER_SIGN, How, Origin
from dipsim.cases.mapping_tables import REJECT
from dipsim.cases.rejects import Fault
from dipsim.cases.restate import first_filled, hours, joined, numbered, summed
from dipsim.errors import CaseDataError, Problem
from dipsim.paths import did_you_mean

_DELIMITERS = (";", "\t", "|")
"""What may stand between the cells of a file that is not separated by commas."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each canonical column stands in a file; every header is spelt as the file spells it.

    known    every header that leads to a column, read or not
    absent   canonical columns that the mapping names and the file lacks, where it may
    """

    origins: Mapping[str, Origin]
    mapping: CaseMapping
    known: frozenset[str]
    absent: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The headers to read, sorted."""
        return tuple(sorted({header for origin in self.origins.values() for header in _headers(origin)}))

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """The headers behind each canonical column."""
        return {name: _headers(origin) for name, origin in self.origins.items()}

    def columns(self, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """Canonical columns from the chunked columns of some rows; faults count these rows from 0.

        A column under one header stays as it is, of whatever type; all others become text, or lists of text.
        """
        found: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, origin in self.origins.items():
            if origin.how is How.NUMBERED:
                main = as_text(origin.main, raw[origin.main]) if origin.main else None
                others = [as_text(header, raw[header]) for header in origin.headers]
                found[name], rows = numbered(main, others, self.mapping.cells)
                if origin.without_main == REJECT:
                    faults += [Fault(row, name, "", "no_main_code") for row in rows.tolist()]
            else:
                found[name] = restated(name, _one(origin, raw, self.mapping), self.mapping)
        return found, faults


def restated(name: str, column: Any, mapping: CaseMapping) -> Any:
    """A column of text as its kind is read: durations become hours."""
    if name not in mapping.durations:
        return column
    units, separator = mapping.durations[name]
    return hours(as_text(name, column), units, separator, mapping.cells)


def layout_of(file: str, header: Sequence[str], mapping: CaseMapping, wanted: Collection[str] | None) -> Layout:
    """The layout of a file, of the wanted columns or of all when None; CaseDataError with all that its header lacks."""
    problems = []
    origins: dict[str, Origin] = {}
    absent = []
    for name, origin in mapping.columns.items():
        found, missing = _found(origin, header, mapping.cells.ignore_header_case)
        if not missing:
            origins[name] = found
        elif mapping.cells.allow_absent_columns and name != "case_id":
            absent.append(name)
        else:
            problems += [_missing(file, text, name, header, mapping) for text in missing]
    stated = {*mapping.columns, *mapping.constants, *mapping.joined, *(["case_id"] if mapping.is_row_number else [])}
    read = {text for origin in origins.values() for text in _headers(origin)}
    for name in sorted(stated & set(header) - read):
        what, next_step = f"{mapping.name} states it too", "take it out of the mapping or rename the column"
        problems.append(Problem(f"{file}: {name}", what, next_step=next_step))
    origins = {name: Origin((name,)) for name in header if name in COLUMNS and name not in stated} | origins
    if "case_id" not in mapping.columns and "case_id" not in origins and not mapping.is_row_number:
        problems.append(Problem(file, "no column case_id", "every case needs a key", _key_step(file, header)))
    if problems:
        raise CaseDataError(problems)
    chosen = {name: origin for name, origin in origins.items() if wanted is None or name in wanted}
    return Layout(chosen, mapping, frozenset(read), tuple(sorted(absent)))


def found_headers(file: str, header: Sequence[str], names: Sequence[str], mapping: CaseMapping) -> dict[str, str]:
    """Each of these headers as the file spells it; CaseDataError when it lacks one."""
    problems, found = [], {}
    for name in names:
        origin, missing = _found(Origin((name,)), header, mapping.cells.ignore_header_case)
        problems += [_missing(file, text, "", header, mapping) for text in missing]
        found[name] = origin.headers[0]
    if problems:
        raise CaseDataError(problems)
    return found


def _headers(origin: Origin) -> tuple[str, ...]:
    return (*filter(None, (origin.main,)), *origin.headers)


def _one(origin: Origin, raw: Mapping[str, Any], mapping: CaseMapping) -> Any:
    if origin.how is How.FIRST_FILLED and len(origin.headers) == 1:
        return raw[origin.headers[0]]
    columns = [as_text(header, raw[header]) for header in origin.headers]
    if origin.how is How.SUM:
        return summed(columns, mapping.cells)
    if origin.how is How.JOINED:
        return joined(columns, mapping.cells)
    return first_filled(columns, mapping.cells)


def _found(origin: Origin, header: Sequence[str], ignores_case: bool) -> tuple[Origin, list[str]]:
    """The origin with headers as the file spells them, and those that the file lacks."""
    if origin.how is not How.NUMBERED:
        spelt = [_spelt(text, header, ignores_case) for text in origin.headers]
        missing = [text for text, found in zip(origin.headers, spelt, strict=True) if not found]
        return Origin(tuple(spelt), origin.how), missing
    before, after = origin.headers[0].split(NUMBER_SIGN)
    pattern = re.compile(f"{re.escape(before)}([0-9]+){re.escape(after)}", re.IGNORECASE if ignores_case else 0)
    matches = sorted((int(match[1]), text) for text in header if (match := pattern.fullmatch(text)))
    main = _spelt(origin.main, header, ignores_case) if origin.main else ""
    missing = [*([] if matches else origin.headers), *([origin.main] if origin.main and not main else [])]
    return Origin(tuple(text for _, text in matches), origin.how, main, origin.without_main), missing


def _spelt(name: str, header: Sequence[str], ignores_case: bool) -> str:
    """The header as the file spells it, '' when it has none, or none but for letter case and several of those."""
    if name in header:
        return name
    times = Counter(text.casefold() for text in header)
    if not ignores_case or times[name.casefold()] != 1:
        return ""
    return next(text for text in header if text.casefold() == name.casefold())


def _key_step(file: str, header: Sequence[str]) -> str:
    """What to do about a header without case_id: a sign of another delimiter, or of no header, comes first."""
    if header[0].lower().startswith("sep="):
        return f"delete the first line, {header[0]!r}, which is for Excel only"
    others = [sign for sign in _DELIMITERS if sign in header[0]] if len(header) == 1 else []
    if others:
        return f"say delimiter = {json.dumps(others[0])} under [format] of a mapping file"
    hint = did_you_mean("case_id", header)
    if not any(header[1:]) and not hint:
        return "let the file begin with its line of column names"
    step = f"name it case_id, map it (`dipsim map {file}` proposes how), or"
    return f'{hint} {step} say case_id = "row_number" in a mapping file'.lstrip()


def _missing(file: str, text: str, name: str, header: Sequence[str], mapping: CaseMapping) -> Problem:
    hint = did_you_mean(text, header) or f"the file has: {', '.join(header)}"
    why = f"{mapping.name} maps it to {name}" if name else f"{mapping.name} names it"
    return Problem(f"{file}: {text!r}", "no such column", why, hint)
