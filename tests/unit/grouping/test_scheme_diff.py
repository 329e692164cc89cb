from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dipsim.grouping.moves import Move, moves_of
from dipsim.grouping.scheme_diff import CodeChange, RowChange, scheme_diff
from dipsim.paths import PolicyRoots
from dipsim.policy.drg_folder import read_drg_scheme
from dipsim.policy.drg_scheme import Complication, DrgScheme
from dipsim.policy.scheme import read_scheme
from tests.shared import REPOSITORY
from tests.unit.policy.small_drg import base


def read(root: Path) -> DrgScheme:
    return read_drg_scheme(base(root), PolicyRoots((root,)))


def test_a_scheme_does_not_differ_from_itself(tmp_path: Path) -> None:
    scheme = read(tmp_path)
    diff = scheme_diff(scheme, scheme)
    assert (diff.rows, diff.codes) == ((), ())


def test_rows_added_dropped_and_changed_are_told_with_their_rules(tmp_path: Path) -> None:
    old = read(tmp_path)
    rows = tuple(row for row in old.drg if row.code != "OT11")
    ot15 = next(row for row in rows if row.code == "OT15")
    changed = replace(ot15, rule="NL>=35")
    new = replace(old, drg=(*(changed if row is ot15 else row for row in rows), replace(ot15, code="OT19", order=3)))
    diff = scheme_diff(old, new)
    assert diff.rows == (
        RowChange("drg", "OT11", "dropped", "", "QTZD in MCC", ""),
        RowChange("drg", "OT15", "changed", "rule", "", "NL>=35"),
        RowChange("drg", "OT19", "added", "", "", ""),
    )
    assert [diff.count(change) for change in ("added", "dropped", "changed")] == [1, 1, 1]


def test_the_same_rule_in_other_words_is_no_change(tmp_path: Path) -> None:
    old = read(tmp_path)
    new = replace(old, mdc=tuple(replace(row, rule=f" ({row.rule})\n" if row.rule else "1") for row in old.mdc))
    assert scheme_diff(old, new).rows == ()


def test_rows_that_change_places_are_told(tmp_path: Path) -> None:
    old = read(tmp_path)
    aa1, oqy, os2, ot1, o00 = old.adrg
    diff = scheme_diff(old, replace(old, adrg=(aa1, oqy, ot1, os2, o00)))
    assert {(row.code, row.field, row.old, row.new) for row in diff.rows} == {
        ("OS2", "tried after", "OQY", "OT1"),
        ("OT1", "tried after", "OS2", "OQY"),
        ("O00", "tried after", "OT1", "OS2"),
    }


def test_codes_that_come_go_or_change_are_counted_by_list(tmp_path: Path) -> None:
    old = read(tmp_path)
    new = replace(
        old,
        sets={**old.sets, "DI_O00": frozenset({"O00.900", "O80.000", "O80.100"})},
        complications={**old.complications, "D62.x00": Complication("MCC", "EX_1")},
        exclusions={"D62.x00": "EX_1"},
    )
    assert scheme_diff(old, new).codes == (
        CodeChange("DI_O00", 2, 1, 0),
        CodeChange("MCC, CC", 0, 0, 1),
        CodeChange("exclusions", 0, 1, 0),
    )


def test_groups_of_dip_are_compared_by_what_they_match() -> None:
    old = read_scheme(REPOSITORY / "groupers" / "dip-demo")
    first, second, *rest = old.rows
    new = replace(old, rows=(replace(first, diagnosis="Z99.9"), *rest))
    diff = scheme_diff(old, new)
    assert [(row.code, row.change, row.field) for row in diff.rows] == [
        (first.group_code, "changed", "rule"),
        (second.group_code, "dropped", ""),
    ]


def test_moves_are_counted_with_their_cost_the_most_cases_first() -> None:
    moves = moves_of(["A", "A", "B", "A", ""], ["A", "C", "C", "C", "B"], [1, 20, 300, 4000, 50000])
    assert moves.moves == (Move("A", "C", 2, 4020), Move("", "B", 1, 50000), Move("B", "C", 1, 300))
    assert (moves.cases, moves.moved, moves.cost_fen, moves.moved_cost_fen) == (5, 4, 54321, 54320)


def test_cases_without_a_cost_are_counted_all_the_same() -> None:
    moves = moves_of(["A", "A"], ["A", "C"], None)
    assert moves.moves == (Move("A", "C", 1, None),)
    assert (moves.cost_fen, moves.moved_cost_fen) == (None, None)
