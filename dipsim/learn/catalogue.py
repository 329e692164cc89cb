"""A catalogue from combinations: the frequent ones become core groups, the rest falls to composite groups.

A case of a rare combination may still hold all that a core group asks for; it then belongs there, as it will when it is
paid. So the cases are grouped by the new catalogue as by any other, and the means are those of the groups so found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dipsim.cases.table import CaseTable
from dipsim.errors import CaseDataError, Problem
from dipsim.grouping.catalogue.mapping import SchemeHead
from dipsim.grouping.dip import group_cases
from dipsim.grouping.result import Grouping, Status
from dipsim.learn.combinations import Combinations, combinations
from dipsim.learn.rules import CatalogueRules, LearningRules
from dipsim.money import MICRO, micro
from dipsim.policy.scheme import GROUP_CLASSES, GroupRow, Scheme, Semantics, diagnosis_category

I8 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A learned catalogue and the cases grouped by it.

    threshold            cases from which on a combination is a core group
    distinct             distinct combinations in the history
    core_cases           cases whose own combination is a core group
    without_class        cases that a composite group may have taken, had their procedure a class
    """

    scheme: Scheme
    grouping: Grouping
    threshold: int
    distinct: int
    core_cases: int
    without_class: int


def learned_catalogue(
    cases: CaseTable, rules: LearningRules, classes: Mapping[str, str], name: str, threads: int
) -> Catalogue:
    """The catalogue of a history; groups of fewer cases than `minimum_cases` are not made.

    Raises CaseDataError when no threshold reaches the coverage.
    """
    found = combinations(cases, rules.catalogue.procedures)
    threshold = core_threshold(found.cases, len(cases), rules.catalogue)
    rows = (*_core_rows(found, threshold), *_composite_rows(cases, rules.catalogue))
    candidate = _scheme(rules.scheme, rows, classes, name)
    grouping = group_cases(cases, candidate, threads)
    counts = np.bincount(grouping.group[grouping.group >= 0], minlength=len(grouping.group_codes))
    is_made = dict(zip(grouping.group_codes, counts >= rules.catalogue.minimum_cases, strict=True))
    scheme = replace(candidate, rows=tuple(row for row in rows if is_made[row.group_code]))
    return Catalogue(
        scheme=scheme,
        grouping=group_cases(cases, scheme, threads),
        threshold=threshold,
        distinct=int((found.cases > 0).sum()),
        core_cases=int(found.cases[found.cases >= threshold].sum()),
        without_class=int((grouping.status == Status.NO_PROCEDURE_CLASS).sum()),
    )


def core_threshold(cases: I8, all_cases: int, rules: CatalogueRules) -> int:
    """The stated threshold, or the largest n* for which combinations of n* cases or more hold the stated share of all.

    cases   int64, cases of each combination
    """
    if rules.core_threshold != "none":
        return rules.core_threshold
    sizes, times = np.unique(cases[cases > 0], return_counts=True)
    held = np.cumsum((sizes * times)[::-1])[::-1]  # cases in combinations of this size or more
    share = micro(rules.core_coverage)
    enough = np.flatnonzero([int(count) * MICRO >= share * all_cases for count in held])
    if not enough.size:
        what = f"core groups cannot hold {rules.core_coverage:.1%} of the {all_cases} cases"
        why = f"only {int(cases.sum())} have a principal diagnosis"
        raise CaseDataError(Problem("[catalogue] core_coverage", what, why, "complete the diagnoses, or lower it"))
    return int(sizes[enough[-1]])


def _core_rows(found: Combinations, threshold: int) -> list[GroupRow]:
    rows = []
    for number in np.flatnonzero(found.cases >= threshold):
        diagnosis, procedures = found.parts(int(number))
        main, others = (procedures[0], procedures[1:]) if procedures else ("", ())
        code = diagnosis + (f":{main}" if main else "") + (f"_{'+'.join(others)}" if others else "")
        rows.append(GroupRow(code, "core", diagnosis, main, others, "", "", ""))
    return sorted(rows, key=lambda row: row.group_code)


def _composite_rows(cases: CaseTable, rules: CatalogueRules) -> list[GroupRow]:
    """A composite group for each class in each category that occurs; those that no case needs are dropped later."""
    categories = sorted({diagnosis_category(code) for code in cases.code("principal_diagnosis").values})
    suffix = {name: getattr(rules.composite_suffixes, name) for name in GROUP_CLASSES}
    return [
        GroupRow(f"{category}:{suffix[name]}", "composite", category, "", (), name, "", "")
        for category in categories
        for name in GROUP_CLASSES
    ]


def _scheme(head: SchemeHead, rows: tuple[GroupRow, ...], classes: Mapping[str, str], name: str) -> Scheme:
    return Scheme(
        name=name,
        title=head.title,
        title_zh=head.title_zh,
        kind="dip",
        version=head.version,
        source=head.source,
        semantics=Semantics(**{key: getattr(head, key) for key in Semantics.model_fields}),
        rows=rows,
        excluded_diagnoses=frozenset(),
        procedure_treatments={},
        procedure_classes=classes,
        fingerprint="",
    )
