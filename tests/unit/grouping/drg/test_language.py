"""The rule language is read strictly and printed back."""

from __future__ import annotations

import pytest
from hypothesis import given

from dipsim.grouping.drg.expression import (
    Always,
    And,
    Comparison,
    Count,
    Expression,
    Membership,
    Not,
    Or,
    sets_of,
    variables_of,
)
from dipsim.grouping.drg.language import RuleSyntaxError, parse, to_text
from tests.shared import examples
from tests.unit.grouping.drg.random_rules import expressions

A = Membership(("ZYZD",), ("DI_A00",))
B = Membership(("ZYSS",), ("OP_B",))
C = Membership(("QTZD",), ("MCC", "CC"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Always()),
        (" \r\n　", Always()),
        ("1", Always()),
        ("ZYZD in DI_A00", A),
        ("ZYSS not in OP_B", Membership(("ZYSS",), ("OP_B",), negated=True)),
        ("{ZYSS, QTSS} in {OP_A, OP1_B}", Membership(("ZYSS", "QTSS"), ("OP_A", "OP1_B"))),
        ("QTZD in {MCC, CC}", C),
        ("(NL=0)", Comparison("NL", "=", 0)),
        ("XSRTZ <= 1499", Comparison("XSRTZ", "<=", 1499)),
        ("length(OP_IC2 ∩ {ZYSS, QTSS})>=2", Count("OP_IC2", ("ZYSS", "QTSS"), ">=", 2)),
        ("length(CC ∩ QTZD)>=2", Count("CC", ("QTZD",), ">=", 2)),
        ("ZYZD in DI_A00 and ZYSS in OP_B or QTZD in {MCC, CC}", Or((And((A, B)), C))),
        ("ZYZD in DI_A00 and (ZYSS in OP_B OR QTZD in {MCC, CC})", And((A, Or((B, C))))),
        ("not NL>=70 AND ZYSS in OP_B", And((Not(Comparison("NL", ">=", 70)), B))),
        ("（ZYZD in DI_A00）_x000D_\nor\r\n  ｛ZYSS｝ in ｛OP_B｝", Or((A, B))),
        ("NL＞＝70 or NL≤6", Or((Comparison("NL", ">=", 70), Comparison("NL", "<=", 6)))),
        ("NL ≥ 7", Comparison("NL", ">=", 7)),
        ("ZYZD in DI_A00 \\\nand ZYSS in OP_B", And((A, B))),
        ("icu_hours>=96", Comparison("icu_hours", ">=", 96)),
        ("department in KS_ICU", Membership(("department",), ("KS_ICU",))),
        ("discharge_way=5", Comparison("discharge_way", "=", 5)),
    ],
)
def test_a_rule_says_what_it_says(text: str, expected: Expression) -> None:
    assert parse(text) == expected
    assert parse(to_text(expected)) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("ZYXX in DI_A", 1, 1, "'ZYXX'"),
        ("ZYZDX in DI_A", 1, 1, "'ZYZDX'"),
        ("zyzd in DI_A", 1, 1, "'zyzd'"),
        ("ZYZD in DI_a", 1, 9, "'DI_a'"),
        ("ZYZD in", 1, 8, "the end of the rule"),
        ("(ZYZD in DI_A", 1, 14, "the end of the rule"),
        ("ZYZD in DI_A\r\nand ZYSS im OP_A", 2, 10, "'im'"),
        ("ZYZD in DI_A_x000D_\n\nor or", 3, 4, "'or'"),
        ("NL>=70.5", 1, 5, "'70.5'"),
        ("ZYZD in I63.900", 1, 9, "'I63.900'"),
        ("NL!=3", 1, 3, "'!'"),
        ("NL in DI_A", 1, 4, "'in'"),
        ("ZYZD in MCC", 1, 9, "'MCC'"),
        ("{ZYZD, QTZD} in {DI_A, CC}", 1, 24, "'CC'"),
        ("length(OP_A ∩ ZYSS)", 1, 20, "the end of the rule"),
        ("length(OP_A ∩ department)>1", 1, 15, "'department'"),
        ("（ZYZD in DI_A）；", 1, 15, "'；'"),
        ("ZYZD in {}", 1, 10, "'}'"),
        ("11", 1, 1, "'11'"),
        ("0", 1, 1, "'0'"),
        ("ZYZD in DI_A ZYSS in OP_A", 1, 14, "'ZYSS'"),
    ],
)
def test_what_the_language_does_not_know_stops_with_its_place(text: str, line: int, column: int, found: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column, caught.value.found) == (line, column, found)
    assert caught.value.expected
    assert str(caught.value.problem("drg.csv:7")).startswith(f"drg.csv:7: line {line}, column {column}: {found}")


@given(expression=expressions)
@examples(300)
def test_what_is_printed_reads_back_the_same(expression: Expression) -> None:
    assert parse(to_text(expression)) == expression


def test_names_of_an_expression() -> None:
    rule = parse("(ZYZD in {DI_A, DI_B} and not NL<3) or length(MCC ∩ QTZD)>1")
    assert sets_of(rule) == {"DI_A", "DI_B", "MCC"}
    assert variables_of(rule) == {"ZYZD", "NL", "QTZD"}


@pytest.mark.parametrize(("text", "column"), [("(" * 3000 + "1" + ")" * 3000, 51), ("not " * 3000 + "1", 1)])
def test_a_rule_too_deep_to_walk_is_refused_with_its_place(text: str, column: int) -> None:
    with pytest.raises(RuleSyntaxError, match="at most 50 brackets within brackets") as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (1, column)


def test_a_rule_as_deep_as_may_be_prints_and_reads_back() -> None:
    expression = parse("not (" * 50 + "NL>1" + ")" * 50)
    assert parse(to_text(expression)) == expression
