"""Code maps (编码映射): clinical codes into insurance codes, where the mapping file says that the codes are clinical.

A map is a CSV with the columns source_code and grouper_code. Some codes exist in both systems and mean different
things. They are translated, for the mapping file says which system the cases are in, and every such code is named. A
code that the map leads to two codes, or that it does not know, stays as it is and is named too.

```toml
diagnosis_system = "clinical"               # or "insurance": nothing is translated
[code_map]
diagnoses = "icd10_code_map.csv"            # beside the mapping file
insurance_diagnoses = "icd10_codes.csv"     # optional: all insurance codes, in the column code
```
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from dipsim.cases.celltext import as_text
from dipsim.cases.mapping import CLINICAL, CaseMapping
from dipsim.cases.normalise import Change, Example, change, normalise_code
from dipsim.cases.source import open_source, read_source
from dipsim.cases.table import BLANK_ID, I8, Coded, CodedLists
from dipsim.errors import CaseDataError, Problem

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "diagnoses": ("diagnosis_system", ("principal_diagnosis", "other_diagnoses")),
        "procedures": ("procedure_system", ("procedures",)),
    }
)
"""What a map translates: what says whether, and the columns."""
SOURCE, TARGET, CODE = "source_code", "grouper_code", "code"
MEANS_TWO, LEADS_TO_TWO, UNKNOWN = "means_two_things", "leads_to_two_codes", "not_in_code_map"
CODES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CodeMap:
    """A code map read from `name`.

    target      insurance code of each clinical code that leads to one
    ambiguous   clinical codes that the map changes and that are insurance codes of another meaning
    split       clinical codes that lead to two insurance codes
    """

    name: str
    target: Mapping[str, str]
    ambiguous: frozenset[str]
    split: frozenset[str]


@dataclass(frozen=True, slots=True)
class CodeWarning:
    """Codes of one column of which the map has a doubt: in how many cells, how many codes, the commonest first."""

    column: str
    kind: str
    cells: int
    codes: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """A column in insurance codes, what changed in it and what is in doubt."""

    column: Coded | CodedLists
    changes: tuple[Change, ...]
    warnings: tuple[CodeWarning, ...]


def read_code_maps(mapping: CaseMapping) -> dict[str, CodeMap]:
    """The maps to apply, by column: none for codes that are insurance codes already. Raises CaseDataError."""
    found: dict[str, CodeMap] = {}
    for kind, (system, columns) in KINDS.items():
        if kind in mapping.code_map and mapping.systems[system] == CLINICAL:
            listed = mapping.code_map.get(f"insurance_{kind}")
            insurance = () if listed is None else _column(mapping.folder / listed, CODE)
            found |= dict.fromkeys(columns, read_code_map(mapping.folder / mapping.code_map[kind], insurance))
    return found


def with_code_maps(mapping: CaseMapping, files: Sequence[Path]) -> CaseMapping:
    """A mapping with other code maps, of diagnoses and then of procedures.

    CaseDataError unless the mapping says which system the codes of the cases are in.
    """
    given = dict(zip(KINDS, files, strict=False))
    missing = [KINDS[kind][0] for kind in given if KINDS[kind][0] not in mapping.systems]
    if missing or len(files) > len(KINDS):
        where, why = mapping.name or "--code-map", "some codes mean one thing in each system"
        next_step = " and ".join(f'{system} = "clinical" or "insurance"' for system in missing)
        what = "nothing says what the codes of the cases are" if missing else "one map of diagnoses, one of procedures"
        raise CaseDataError(Problem(where, what, why, f"say in a mapping file {next_step}" if missing else "give two"))
    changed = {kind: str(path.resolve()) for kind, path in given.items()}
    return replace(mapping, code_map={**mapping.code_map, **changed})


def read_code_map(path: Path, insurance_codes: Collection[str] = ()) -> CodeMap:
    """Read a code map; CaseDataError when it cannot be read, lacks a column or has a blank cell.

    A changed code is ambiguous when it is among the insurance codes, or another code leads to it.
    """
    sources, targets = _column(path, SOURCE), _column(path, TARGET)
    blank = [line for line, pair in enumerate(zip(sources, targets, strict=True), 1) if "" in pair]
    if blank:
        what, why = f"row {blank[0]} has a blank cell", "every row leads a code to a code"
        raise CaseDataError(Problem(path.name, what, why, "fill it in or delete the row"))
    leads: dict[str, set[str]] = {}
    for source, code in zip(sources, targets, strict=True):
        leads.setdefault(source, set()).add(code)
    target = {source: next(iter(found)) for source, found in leads.items() if len(found) == 1}
    known = {*targets, *insurance_codes}
    return CodeMap(
        name=path.name,
        target=target,
        ambiguous=frozenset(source for source, code in target.items() if source != code and source in known),
        split=frozenset(leads) - frozenset(target),
    )


def translated(name: str, column: Coded | CodedLists, code_map: CodeMap) -> Translation:
    """A column of codes with each code that the map knows in the other system."""
    after = [code_map.target.get(code, code) for code in column.values]
    values = tuple(sorted(set(after)))
    position = {code: number for number, code in enumerate(values)}
    new_ids = np.array([*(position[code] for code in after), BLANK_ID], np.int32)
    cells = np.bincount(column.ids[column.ids != BLANK_ID], minlength=len(column.values))
    examples = [
        Example(old, new, int(count)) for old, new, count in zip(column.values, after, cells, strict=True) if old != new
    ]
    changes = (change(name, "code_map", examples),) if examples else ()
    doubts = {
        MEANS_TWO: code_map.ambiguous,
        LEADS_TO_TWO: code_map.split,
        UNKNOWN: frozenset(column.values) - frozenset(code_map.target) - code_map.split,
    }
    warnings = [_warning(name, kind, codes, column.values, cells) for kind, codes in doubts.items()]
    new = replace(column, ids=new_ids[column.ids], values=values)
    return Translation(new, changes, tuple(warning for warning in warnings if warning.codes))


def _warning(name: str, kind: str, codes: Collection[str], values: tuple[str, ...], cells: I8) -> CodeWarning:
    counts = {code: int(count) for code, count in zip(values, cells, strict=True) if code in codes}
    commonest = sorted(counts, key=lambda code: (-counts[code], code))
    return CodeWarning(name, kind, sum(counts.values()), len(counts), tuple(commonest[:CODES_SHOWN]))


def _column(path: Path, name: str) -> list[str]:
    source = open_source(path, path.name)
    if name not in source.header:
        step = f"a code map has the columns {SOURCE} and {TARGET}, a list of codes the column {CODE}"
        raise CaseDataError(Problem(path.name, f"no column {name!r}", next_step=step))
    cells = as_text(name, read_source(source, [name]).columns[name])
    return [normalise_code(cell or "") for cell in cells.to_pylist()]
