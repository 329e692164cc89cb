"""Random schemes and random cases, small enough that every set, number and code matters often."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from dipsim.cases.table import CaseTable
from dipsim.grouping.drg.expression import (
    OPERATORS,
    Always,
    And,
    Comparison,
    Count,
    Expression,
    Membership,
    Not,
    Or,
)
from dipsim.grouping.drg.language import to_text
from dipsim.policy.drg_scheme import Complication, DrgChoices, DrgScheme, RuleRow
from dipsim.policy.params import Source
from tests.build import case_table
from tests.naive.drg import Case

DIAGNOSES = [f"D{number}" for number in range(12)]
PROCEDURES = [f"P{number}" for number in range(8)]
DEPARTMENTS = ["1", "30", "surgery"]
SETS = {
    "DI_A": frozenset(DIAGNOSES[:4]),
    "DI_B": frozenset(DIAGNOSES[2:7]),
    "DI_C": frozenset({"D0", "D9"}),
    "OP_A": frozenset(PROCEDURES[:3]),
    "OP_B": frozenset(PROCEDURES[2:5]),
    "OP_C": frozenset({"P0", "P6"}),
    "KB_A": frozenset({"30", "surgery"}),
    "KB_B": frozenset({"1"}),
}
COMPLICATIONS = {
    "D3": Complication("MCC", "EX_1"),
    "D4": Complication("MCC", ""),
    "D5": Complication("CC", "EX_1"),
    "D6": Complication("CC", "EX_2"),
    "D10": Complication("CC", ""),
    "D11": Complication("MCC", "EX_3"),
}
EXCLUSIONS = {"D0": "EX_1", "D1": "EX_2", "D3": "EX_1", "D8": "EX_9"}
NUMBERS = {"NL": (0, 6, 70), "XB": (1, 2), "XSRTL": (29, 366), "XSRTZ": (1499, 1500), "department": (1, 30)}

_variables = st.lists(st.sampled_from(["ZYZD", "QTZD", "ZYSS", "QTSS"]), min_size=1, max_size=3, unique=True)
_sets = st.lists(st.sampled_from(sorted(SETS)), min_size=1, max_size=2, unique=True)
_levels = st.lists(st.sampled_from(["MCC", "CC", "DI_A"]), min_size=1, max_size=3, unique=True)
_operators = st.sampled_from(OPERATORS)


def _comparisons(variable: str) -> st.SearchStrategy[Expression]:
    return st.builds(Comparison, st.just(variable), _operators, st.sampled_from(NUMBERS[variable]))


_conditions: st.SearchStrategy[Expression] = st.one_of(
    st.just(Always()),
    st.builds(Membership, _variables.map(tuple), _sets.map(tuple), st.booleans()),
    st.builds(Membership, st.just(("QTZD",)), _levels.map(tuple), st.booleans()),
    st.builds(Membership, st.just(("department",)), _sets.map(tuple), st.booleans()),
    st.sampled_from(sorted(NUMBERS)).flatmap(_comparisons),
    st.builds(Count, st.sampled_from(sorted(SETS)), _variables.map(tuple), _operators, st.integers(0, 3)),
    st.builds(Count, st.sampled_from(["MCC", "CC"]), st.just(("QTZD",)), _operators, st.integers(0, 3)),
)


def _joined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, parts))


expressions: st.SearchStrategy[Expression] = st.recursive(_conditions, _joined, max_leaves=6)


def scheme_of(mdc: Sequence[str], adrg: Sequence[str], drg: Sequence[str], name: str = "random") -> DrgScheme:
    """A scheme of rules as text: the ADRGs are dealt to the MDCs in turn, the DRGs to the ADRGs."""

    def rows(prefix: str, rules: Sequence[str], parents: Sequence[RuleRow]) -> tuple[RuleRow, ...]:
        return tuple(
            RuleRow(f"{prefix}{n}", "", rule, parents[n % len(parents)].code if parents else "", n, f"{prefix} {n}")
            for n, rule in enumerate(rules)
        )

    mdcs = rows("M", mdc, ())
    adrgs = rows("A", adrg, mdcs)
    return DrgScheme(
        name=name,
        title="Random",
        title_zh="随机",
        version="1",
        source=Source(doc="made up"),
        choices=DrgChoices(
            weight="admission_weight_g", unknown_codes="ignored", fallback=(), surgery_unrelated=(), ungroupable="0000"
        ),
        mdc=mdcs,
        adrg=adrgs,
        drg=rows("G", drg, adrgs),
        sets=SETS,
        complications=COMPLICATIONS,
        exclusions=EXCLUSIONS,
        fingerprint="\n".join((name, *mdc, "|", *adrg, "|", *drg)),
    )


@st.composite
def schemes(draw: st.DrawFn) -> DrgScheme:
    """A scheme of random rules on each level."""

    def rules(most: int) -> list[str]:
        return [to_text(expression) for expression in draw(st.lists(expressions, min_size=1, max_size=most))]

    return scheme_of(rules(3), rules(4), rules(5))


def random_cases(count: int, seed: int) -> list[Case]:
    """Cases with missing numbers, unknown codes, repeated codes, none at all of either kind."""
    draw = random.Random(seed)

    def codes(known: list[str], most: int) -> tuple[str, ...]:
        return tuple(draw.choice([*known, "unknown"]) for _ in range(draw.randrange(most)))

    found = []
    for _ in range(count):
        numbers: dict[str, float] = {}
        for name, cuts in NUMBERS.items():
            if name != "department" and draw.random() < 0.8:
                numbers[name] = draw.choice(cuts) + draw.choice((-1, 0, 1))
        if "XSRTZ" in numbers:
            numbers["XSRTZ"] += draw.choice((0.0, 0.5))
        if numbers.get("XB") not in (1, 2):
            numbers.pop("XB", None)
        department = draw.choice([*DEPARTMENTS, ""])
        if department.isdecimal():
            numbers["department"] = int(department)
        texts = {"department": department} if department else {}
        principal = draw.choice([*DIAGNOSES, "unknown", ""])
        found.append(Case(principal, codes(DIAGNOSES, 5), codes(PROCEDURES, 4), numbers, texts))
    return found


def table_of(cases: Sequence[Case]) -> CaseTable:
    """The same cases as a table."""
    return case_table(
        [
            {
                "principal_diagnosis": case.principal,
                "other_diagnoses": "|".join(case.others),
                "procedures": "|".join(case.procedures),
                "age_years": case.numbers.get("NL"),
                "sex": str(int(case.numbers["XB"])) if "XB" in case.numbers else "",
                "age_days": case.numbers.get("XSRTL"),
                "admission_weight_g": case.numbers.get("XSRTZ", np.nan),
                "department": case.texts.get("department", ""),
            }
            for case in cases
        ]
    )
