"""Rules that contradict each other, found by conditions: never found where a case fulfils them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.grouping.drg.group import compiled
from dipsim.grouping.drg.language import parse
from dipsim.grouping.drg.trace import case_of, columns_read, trace
from dipsim.grouping.drg_check.anomalies import AnomalyKind
from dipsim.grouping.drg_check.reach import codes_left, is_possible, taken_codes, ways
from dipsim.grouping.drg_check.rows import row_anomalies
from dipsim.policy.drg_scheme import DrgScheme
from dipsim.policy.drg_tables import DrgTables, SetMember
from tests.shared import examples
from tests.unit.grouping.drg.random_rules import random_cases, schemes, table_of

NEVER_HOLDS, UNREACHABLE_ROW = AnomalyKind.NEVER_HOLDS, AnomalyKind.UNREACHABLE_ROW
SETS = {
    "DI_A": frozenset({"A"}),
    "DI_AB": frozenset({"A", "B"}),
    "DI_BC": frozenset({"B", "C"}),
    "DI_D": frozenset({"D"}),
}


def can_hold(*rules: str) -> bool:
    return any(is_possible(way, SETS) for way in ways([parse(rule) for rule in rules]))


@pytest.mark.parametrize(
    "rules",
    [
        ("XB=1 and XB=2",),
        ("NL>=70 and NL<=6",),
        ("NL>70 and NL<=70",),
        ("ZYZD in DI_A and ZYZD in DI_BC",),
        ("ZYZD in DI_A", "ZYZD in DI_BC"),
        ("ZYZD in DI_A or ZYZD in DI_D", "ZYZD in DI_BC"),
        ("ZYSS in DI_A and ZYSS not in DI_AB",),
        ("length(DI_AB ∩ {ZYSS, QTSS}) >= 3",),
        ("length(DI_AB ∩ ZYSS) >= 2",),
        ("XB=1", "1", "XB=2 or XB=2 and NL>=70"),
    ],
)
def test_what_no_case_fulfils(rules: tuple[str, ...]) -> None:
    assert not can_hold(*rules)


@pytest.mark.parametrize(
    "rules",
    [
        ("",),
        ("XSRTZ>1499 and XSRTZ<1500",),
        ("NL>=70 and NL<=70",),
        ("NL>=70 and XSRTL<29",),
        ("QTZD in DI_A and QTZD in DI_BC",),
        ("{ZYZD, QTZD} in DI_A and ZYZD in DI_BC",),
        ("ZYZD in DI_AB", "ZYZD in DI_BC"),
        ("ZYZD not in DI_A", "ZYZD not in DI_BC"),
        ("length(DI_AB ∩ {ZYSS, QTSS}) >= 2",),
        ("length(DI_AB ∩ ZYSS) < 5",),
        ("QTZD in MCC and QTZD in CC",),
        ("ZYZD in DI_A or ZYZD in DI_BC", "ZYZD in DI_BC"),
    ],
)
def test_what_some_case_may_fulfil(rules: tuple[str, ...]) -> None:
    assert can_hold(*rules)


def test_the_codes_that_a_way_leaves_and_a_rule_takes() -> None:
    [way] = ways([parse("ZYZD in DI_AB and NL>=1"), parse("ZYZD not in DI_A")])
    assert codes_left(way, "ZYZD", SETS) == frozenset({"B"})
    assert codes_left(way, "ZYSS", SETS) is None
    assert taken_codes(parse("{ZYZD, QTZD} in DI_AB or ZYZD in DI_D or NL>=70"), "ZYZD", SETS) == {"A", "B", "D"}
    assert taken_codes(parse("ZYZD in DI_AB and NL>=70"), "ZYZD", SETS) == frozenset()
    assert taken_codes(parse("ZYZD not in DI_AB"), "ZYZD", SETS) == frozenset()


@examples(60)
@given(schemes(), st.integers(0, 2**32 - 1))
def test_no_case_comes_to_a_row_that_is_called_unreachable_or_never_true(scheme: DrgScheme, seed: int) -> None:
    rows = (*scheme.mdc, *scheme.adrg, *scheme.drg)
    members = tuple(SetMember(name, code, "", "", "") for name, codes in scheme.sets.items() for code in codes)
    tables = DrgTables(scheme.mdc, scheme.adrg, scheme.drg, members, (), ())
    found = row_anomalies(tables, {row.rule: parse(row.rule) for row in rows}, ())
    never = {anomaly.where for anomaly in found if anomaly.kind in (NEVER_HOLDS, UNREACHABLE_ROW)}
    if never:
        table = table_of(random_cases(200, seed))
        tree = compiled(scheme).tree
        columns = columns_read(scheme, tree)
        for row in range(len(table)):
            way = trace(case_of(table, row, columns), scheme, tree).way
            assert not {step.row.where for step in way} & never
