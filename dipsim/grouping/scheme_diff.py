"""What differs between two schemes: groups added, dropped and changed, lists of codes, and the cases that move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dipsim.errors import PolicyError
from dipsim.grouping.drg.language import parse
from dipsim.policy.any_scheme import AnyScheme
from dipsim.policy.drg_scheme import DrgScheme, RuleRow
from dipsim.policy.scheme import JOIN, GroupRow, Scheme

Change = Literal["added", "dropped", "changed"]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that one of the schemes has alone, or that says something else in one of its fields.

    level    group (DIP), mdc, adrg or drg
    field    '' for an added or dropped row, whose rule or procedures are told
    """

    level: str
    code: str
    change: Change
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class CodeChange:
    """How many codes of a set or list were added, dropped, or changed what is said of them."""

    name: str
    added: int
    dropped: int
    changed: int


@dataclass(frozen=True, slots=True)
class SchemeDiff:
    """Every difference; `choices` and the titles of the schemes are not compared, fingerprints are."""

    rows: tuple[RowChange, ...]
    codes: tuple[CodeChange, ...]

    def count(self, change: Change) -> int:
        """How many groups (DRGs or groups of DIP) were added, dropped or changed."""
        return len({row.code for row in self.rows if row.change == change and row.level in ("group", "drg")})


def scheme_diff(old: AnyScheme, new: AnyScheme) -> SchemeDiff:
    """What a new scheme says otherwise than an old one; schemes of different kinds have no row in common."""
    old_rows, new_rows = _fields(old), _fields(new)
    rows = [change for level in {**old_rows, **new_rows} for change in _row_changes(level, old_rows, new_rows)]
    old_codes, new_codes = _code_lists(old), _code_lists(new)
    codes = [_code_change(name, old_codes, new_codes) for name in {**old_codes, **new_codes}]
    return SchemeDiff(tuple(rows), tuple(code for code in codes if code.added or code.dropped or code.changed))


Fields = Mapping[str, str]
"""What a row says, by field; the field `rule` decides what is told of an added or dropped row."""


def _fields(scheme: AnyScheme) -> Mapping[str, Mapping[str, Fields]]:
    """The fields of every row by level and code."""
    if isinstance(scheme, Scheme):
        return {"group": {row.group_code: _group_fields(row) for row in scheme.rows}}
    levels = (("mdc", scheme.mdc), ("adrg", scheme.adrg), ("drg", scheme.drg))
    return {level: {row.code: _rule_fields(row, place) for row, place in _places(rows)} for level, rows in levels}


def _group_fields(row: GroupRow) -> Fields:
    return {
        "rule": " ".join(filter(None, (row.diagnosis, JOIN.join(row.procedures), row.procedure_class))),
        "kind": row.kind,
        "name": row.name,
        "name_zh": row.name_zh,
    }


def _rule_fields(row: RuleRow, before: str) -> Fields:
    return {"rule": row.rule, "name": row.name, "parent": row.parent, "tried after": before}


def _places(rows: Sequence[RuleRow]) -> Iterator[tuple[RuleRow, str]]:
    """Each row with the sibling that is tried before it."""
    last: dict[str, str] = {}
    for row in rows:
        yield row, last.get(row.parent, "")
        last[row.parent] = row.code


def _row_changes(
    level: str, old: Mapping[str, Mapping[str, Fields]], new: Mapping[str, Mapping[str, Fields]]
) -> Iterator[RowChange]:
    before, after = old.get(level, {}), new.get(level, {})
    for code, fields in before.items():
        if code not in after:
            yield RowChange(level, code, "dropped", "", fields["rule"], "")
            continue
        for field, value in fields.items():
            other = after[code][field]
            is_gone = field == "tried after" and (_is_new(value, before, after) or _is_new(other, after, before))
            if value != other and not is_gone and not (field == "rule" and _same_rule(value, other)):
                yield RowChange(level, code, "changed", field, value, other)
    for code, fields in after.items():
        if code not in before:
            yield RowChange(level, code, "added", "", "", fields["rule"])


def _is_new(code: str, here: Mapping[str, Fields], there: Mapping[str, Fields]) -> bool:
    """Whether a row stands in one scheme alone: that it is tried before another is told with the row itself."""
    return code in here and code not in there


def _same_rule(old: str, new: str) -> bool:
    """Whether two texts say the same rule; what is no rule, as the codes of DIP, is compared as text."""
    try:
        return parse(old) == parse(new)
    except PolicyError:
        return False


def _code_lists(scheme: AnyScheme) -> Mapping[str, Mapping[str, str]]:
    """Every list of codes by name, with what is said of each code."""
    if isinstance(scheme, DrgScheme):
        complications = {code: f"{found.level} {found.table}" for code, found in scheme.complications.items()}
        sets = {name: dict.fromkeys(codes, "") for name, codes in scheme.sets.items()}
        return {**sets, "MCC, CC": complications, "exclusions": scheme.exclusions}
    return {
        "excluded_diagnoses": dict.fromkeys(scheme.excluded_diagnoses, ""),
        "excluded_procedures": scheme.procedure_treatments,
        "procedure_classes": scheme.procedure_classes,
    }


def _code_change(name: str, old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> CodeChange:
    before, after = old.get(name, {}), new.get(name, {})
    changed = sum(before[code] != after[code] for code in before.keys() & after.keys())
    return CodeChange(name, len(after.keys() - before.keys()), len(before.keys() - after.keys()), changed)
