from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.grouping.drg.expression import Always, And, Comparison, Count, Expression, Membership, Not, Or
from dipsim.grouping.drg.language import parse
from dipsim.grouping.drg_check.implication import implies
from tests.shared import examples

SETS = {
    "DI_A": frozenset({"A"}),
    "DI_AB": frozenset({"A", "B"}),
    "DI_BC": frozenset({"B", "C"}),
    "DI_ABC": frozenset({"A", "B", "C"}),
}
VARIABLES = ("ZYZD", "QTZD")


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("ZYZD in DI_A", "1"),
        ("ZYZD in DI_A", "ZYZD in DI_AB"),
        ("ZYZD in DI_ABC", "ZYZD in {DI_A, DI_BC}"),
        ("ZYZD in DI_A", "{ZYZD, QTZD} in DI_AB"),
        ("ZYZD in DI_A and NL>=70", "ZYZD in DI_A"),
        ("QTZD in MCC and NL>=70", "QTZD in {MCC, CC}"),
        ("NL>=80", "NL>=70"),
        ("NL<=3", "NL<=6"),
        ("ZYZD in DI_A or ZYZD in DI_BC", "ZYZD in DI_ABC"),
        ("ZYZD in DI_A", "NL>=70 or ZYZD in DI_AB"),
    ],
)
def test_what_implies(narrow: str, wide: str) -> None:
    assert implies(parse(narrow), parse(wide), SETS)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("", "ZYZD in DI_A"),
        ("ZYZD in DI_ABC", "ZYZD in DI_AB"),
        ("{ZYZD, QTZD} in DI_A", "ZYZD in DI_A"),
        ("ZYZD not in DI_A", "ZYZD not in DI_AB"),
        ("QTZD in {MCC, CC}", "QTZD in MCC"),
        ("NL>=70", "NL>=80"),
        ("NL>=70", "NL<=80"),
        ("NL>=70", "XSRTL>=70"),
        ("ZYZD in DI_A or NL>=70", "ZYZD in DI_A"),
    ],
)
def test_what_does_not_imply(narrow: str, wide: str) -> None:
    assert not implies(parse(narrow), parse(wide), SETS)


Case = Mapping[str, frozenset[str] | int]
memberships = st.builds(
    Membership,
    st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(sorted(SETS)), min_size=1, max_size=2, unique=True).map(tuple),
    st.booleans(),
)
comparisons = st.builds(
    Comparison, st.just("NL"), st.sampled_from(("=", ">=", "<=", ">", "<")), st.integers(min_value=0, max_value=3)
)
rules = st.recursive(
    memberships | comparisons,
    lambda inner: (
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)
case_codes = st.frozensets(st.sampled_from("ABCD"), max_size=2)
cases = st.fixed_dictionaries({"ZYZD": case_codes, "QTZD": case_codes, "NL": st.integers(min_value=0, max_value=3)})


def holds(rule: Expression, case: Case) -> bool:
    match rule:
        case Always():
            return True
        case And(parts):
            return all(holds(part, case) for part in parts)
        case Or(parts):
            return any(holds(part, case) for part in parts)
        case Not(part):
            return not holds(part, case)
        case Membership(variables, sets, negated):
            members = frozenset().union(*(SETS[name] for name in sets))
            return any(code in members for name in variables for code in _codes(case[name])) != negated
        case Comparison(_, operator, number):
            age = case["NL"]
            assert isinstance(age, int)
            signs = {"=": age == number, ">=": age >= number, "<=": age <= number, ">": age > number}
            return signs.get(operator, age < number)
        case Count():
            raise AssertionError("not drawn")


def _codes(value: frozenset[str] | int) -> frozenset[str]:
    assert isinstance(value, frozenset)
    return value


@examples(400)
@given(rules, rules, st.lists(cases, min_size=1, max_size=20))
def test_no_case_fulfils_the_narrow_rule_alone(narrow: Expression, wide: Expression, drawn: list[Case]) -> None:
    if implies(narrow, wide, SETS):
        assert all(holds(wide, case) for case in drawn if holds(narrow, case))
