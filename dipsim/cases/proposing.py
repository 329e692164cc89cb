"""A mapping proposed for a file with unknown headers: which canonical column each may stand for, and how sure that is.

Names come from `aliases.csv` and the data dictionary. Headers are compared as written, then in one spelling (letter
case, full-width letters, blanks and signs apart), then by likeness. In an alias `##` stands for a number, and `main: `
goes before the name of a column that holds the first of a list. Two headers that claim one column equally well leave
it open: the analyst chooses.
"""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dipsim.cases.celltext import as_text, is_list
from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping import CellFormat
from dipsim.cases.mapping_columns import NUMBER_SIGN
from dipsim.cases.normalise import half_width
from dipsim.cases.source import open_source

EXAMPLES = 3
MAIN = "main: "
_ROWS_LOOKED_AT = 1_000
_LONGEST_EXAMPLE = 24
_NEAR = 0.8
"""Likeness from which on a spelling is offered; a lower one offers cost for date columns and worse."""
_SHORTEST_LIKE = 4
"""Letters of a header that may be compared by likeness: field codes of three are all alike."""
_NUMBER = re.compile(r"[0-9]{1,2}(?=\D*$)")
_OF_A_PERSON = re.compile(
    r"姓名|患者|病人|联系|证件|身份|电话|手机|地址|住址|生日|name|phone|tel|addr|cert|birth|brdy", re.I
)
_IDENTIFIER = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}|1[0-9]{10}")


class Confidence(StrEnum):
    """How a header was recognised, the surest first."""

    CANONICAL = "canonical"
    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


_RANK = {confidence: place for place, confidence in enumerate(Confidence)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One column, the header or pattern that may stand for it, and examples, none of which is of a person.

    main   the header of the first code of a list, '' for none
    """

    column: str
    header: str
    main: str
    confidence: Confidence
    examples: tuple[str, ...]

    @property
    def stated(self) -> str:
        """The right side of its line in a mapping file."""
        header = json.dumps(self.header, ensure_ascii=False)
        if NUMBER_SIGN not in self.header:
            return header
        main = json.dumps(self.main, ensure_ascii=False)
        before, after = (f"main = {main}, ", ', without_main = "reject"') if self.main else ("", "")
        return f"{{ {before}numbered = {header}{after} }}"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the headers of a file may mean.

    proposals   one for each column found, in the order of the data dictionary
    rivals      the headers that claim a column equally well, by column
    unplaced    headers of which nothing is known, with examples
    missing     canonical columns that no header claims
    """

    file: str
    proposals: tuple[Proposal, ...]
    rivals: Mapping[str, tuple[str, ...]]
    unplaced: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]


def proposed_mapping(path: Path, delimiter: str = ",") -> Proposed:
    """Look at the header and the first rows of a file; CaseDataError when it cannot be opened."""
    source = open_source(path, path.name, CellFormat(delimiter=delimiter))
    header = [name for name in source.header if name]
    first = next(iter(source.blocks(header)), None)
    examples = {name: () if first is None else _examples(name, first.columns[name]) for name in header}
    claims = _claims(header)
    proposals: list[Proposal] = []
    rivals: dict[str, tuple[str, ...]] = {}
    for column in [column for column in COLUMNS if column in claims]:
        named = {name: claim for name, claim in claims[column].items() if not name.startswith(MAIN)}
        mains = [name.removeprefix(MAIN) for name in claims[column] if name.startswith(MAIN)]
        named = named or {main: claims[column][MAIN + main] for main in mains}
        surest = min(named.values(), key=_RANK.__getitem__)
        equal = tuple(name for name, claim in named.items() if claim == surest)
        if len(equal) > 1 or len(mains) > 1:
            rivals[column] = equal if len(equal) > 1 else tuple(mains)
            continue
        shown = () if COLUMNS[column].identifier or column == "case_id" else examples.get(equal[0], ())
        proposals.append(Proposal(column, equal[0], mains[0] if mains else "", surest, shown))
    taken = {name for claimed in claims.values() for name in claimed}
    unplaced = {name: examples[name] for name in header if not {name, _pattern(name), MAIN + name} & taken}
    missing = tuple(column for column in COLUMNS if column not in claims)
    return Proposed(source.name, tuple(proposals), rivals, unplaced, missing)


def recognised(header: str) -> tuple[str, Confidence, bool] | None:
    """The column that a header may stand for, how sure that is, and whether it holds the first of a list.

    None when nothing is like it.
    """
    if header in COLUMNS:
        return header, Confidence.CANONICAL, False
    for prefix in ("", MAIN):
        if column := _names().get(prefix + header):
            return column, Confidence.CERTAIN, bool(prefix)
    key = _spelling(header)
    for prefix in ("", MAIN):
        if column := _spelt_names().get(prefix + key):
            return column, Confidence.LIKELY, bool(prefix)
    if len(key) < _SHORTEST_LIKE:
        return None
    near = difflib.get_close_matches(key, _spelt_names(), n=1, cutoff=_NEAR)
    return (_spelt_names()[near[0]], Confidence.GUESS, near[0].startswith(MAIN)) if near else None


def mapping_toml(proposed: Proposed) -> str:
    """The proposal as a commented mapping file, to be read and corrected before it is used."""
    lines = [f"# A mapping that `dipsim map` proposes for {proposed.file}. Read every line before you use it."]
    lines += ["# 由 dipsim map 自动建议的映射文件，使用前请逐行核对。", "", "[columns]"]
    for proposal in proposed.proposals:
        if proposal.confidence is not Confidence.CANONICAL:
            about = COLUMNS[proposal.column].description_zh
            lines.append(f"# {about}; {proposal.confidence}{_shown(proposal.examples)}")
            lines.append(f"{proposal.column} = {proposal.stated}")
    for column, headers in proposed.rivals.items():
        lines.append(f"# {COLUMNS[column].description_zh}; several headers may be meant, keep one 请保留一个")
        lines += [f"# {column} = {json.dumps(header, ensure_ascii=False)}" for header in headers]
    if "case_id" in proposed.missing:
        lines += [
            "# No header looks like the key of a case: name it, or delete this line and number the rows by writing"
        ]
        lines += ['# case_id = "row_number" above [columns]. 未找到病例唯一标识']
        lines += ['# case_id = "..."']
    if proposed.unplaced:
        lines += ["", "# Headers that could not be placed 未能识别的列:"]
        lines += [
            f"#   {json.dumps(name, ensure_ascii=False)}{_shown(cells)}" for name, cells in proposed.unplaced.items()
        ]
    return "\n".join(lines) + "\n"


def _claims(header: Sequence[str]) -> dict[str, dict[str, Confidence]]:
    """By column the headers, or patterns of several headers, that may stand for it, and how sure that is."""
    patterns = [_pattern(name) for name in header]
    claims: dict[str, dict[str, Confidence]] = {}
    for name, pattern in zip(header, patterns, strict=True):
        is_numbered = pattern != name and patterns.count(pattern) > 1
        found = (recognised(pattern) if is_numbered else None) or recognised(name)
        if found is not None:
            column, confidence, is_main = found
            claimed = pattern if is_numbered and recognised(pattern) else name
            claims.setdefault(column, {})[MAIN * is_main + claimed] = confidence
    return claims


def _pattern(name: str) -> str:
    """A header with `##` for its last number."""
    return _NUMBER.sub(NUMBER_SIGN, name)


def _examples(name: str, column: Any) -> tuple[str, ...]:
    """The first different cells, shortened and on one line; none of a column that may say who somebody is."""
    if _OF_A_PERSON.search(name) or is_list(column.type):
        return ()
    cells = as_text(name, column.slice(0, _ROWS_LOOKED_AT)).to_pylist()
    texts = list(dict.fromkeys(" ".join(cell.split()) for cell in cells if cell and cell.strip()))
    is_personal = any(_IDENTIFIER.fullmatch(text) for text in texts)
    return () if is_personal else tuple(text[:_LONGEST_EXAMPLE] for text in texts[:EXAMPLES])


def _shown(cells: Sequence[str]) -> str:
    return f"; {', '.join(cells)}" if cells else ""


@cache
def _names() -> Mapping[str, str]:
    text = files("dipsim.cases").joinpath("aliases.csv").read_text(encoding="utf-8")
    return {row["alias"]: row["column"] for row in csv.DictReader(text.splitlines())}


@cache
def _spelt_names() -> Mapping[str, str]:
    """The column of each name in one spelling."""
    found = {}
    for name, column in {**_names(), **dict(zip(COLUMNS, COLUMNS, strict=True))}.items():
        prefix = MAIN if name.startswith(MAIN) else ""
        found[prefix + _spelling(name.removeprefix(MAIN))] = column
    return found


def _spelling(name: str) -> str:
    """One spelling of a header: half-width, lower case, letters, digits and the sign of a number only."""
    return "".join(sign for sign in half_width(name).lower() if sign.isalnum() or sign in NUMBER_SIGN)
