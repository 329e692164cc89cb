"""A settlement beside a run: our own agrees to the fen, planted differences come back with their cause and effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipsim.errors import PolicyError
from dipsim.lab.reconcile import Difference, Reconciliation, reconcile
from dipsim.lab.settlements import RunSettlement, Settlement, read_run, read_settlement
from dipsim.money import MICRO, MISSING
from tests.shared import examples

HEADER = "case_id,hospital_id,insurance,group_code,band,group_points,hospital_factor,points,point_value_yuan"
MONEY = "deduction_yuan,amount_yuan"
OURS = f"""{HEADER},{MONEY}
A,H1,employee,G,normal,1000,1.1,1100,2,0,2200
B,H1,employee,G,normal,1000,1.1,1100,2,0,2200
C,H2,employee,G,normal,1000,1,1000,2,0,2000
D,H2,employee,K,high_outlier,500,1,750,2,0,1500
E,H2,employee,K,normal,500,1,500,2,0,1000
F,H2,employee,K,normal,500,1,500,2,0,1000
"""
"""A point is worth exactly 2 yuan; D cost two and a half times the mean: 500 x (2.5 - 2 + 1)."""


def settlement(folder: Path, text: str) -> Settlement:
    path = folder / "settlement.csv"
    path.write_text(text, encoding="utf-8")
    return read_settlement(path)


def run_of(ours: Settlement) -> RunSettlement:
    return RunSettlement(ours, {"employee": Fraction(200, MICRO)}, "test/baseline", "0" * 64)


def compared(folder: Path, *changed: str) -> Reconciliation:
    """The run's own settlement with some lines in place of those of the same case."""
    ours = settlement(folder, OURS)
    lines = {line.partition(",")[0]: line for line in OURS.splitlines()[1:]} | {
        line.partition(",")[0]: line for line in changed
    }
    return reconcile(run_of(ours), settlement(folder, "\n".join([f"{HEADER},{MONEY}", *lines.values()]) + "\n"))


def effects(difference: Difference) -> Mapping[str, int]:
    """The effect of each cause in yuan."""
    return {cause: fen // 100 for cause, fen in difference.fen.items()}


def test_a_settlement_as_the_run_made_it_differs_in_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert found.differences == ()
    assert (found.both, found.same_group, found.paid_fen, found.settled_fen) == (6, 6, 990_000, 990_000)
    assert not any((total.cases, total.points_micro, total.fen) != (0, 0, 0) for total in found.totals)


def test_five_planted_differences_come_back_with_their_causes_and_nothing_else(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        "A,H1,employee,K,normal,500,1.1,550,2,0,1100",  # another group: 500 x 1.1 x 2
        "B,H1,employee,G,normal,1000,1.0,1000,2,0,2000",  # no factor: 1,000 x 1.0 x 2
        "D,H2,employee,K,normal,500,1,500,2,0,1000",  # paid as a normal case: 500 x 2
        "E,H2,employee,K,normal,500,1,500,1.9,0,950",  # at another point value: 500 x 1.9
        "F,H2,employee,K,normal,500,1,500,2,30,970",  # 30 yuan deducted
    )
    by_case = {each.case_id: (each.cause, effects(each)) for each in found.differences}
    assert by_case == {
        "A": ("group", {"group": -1100}),
        "B": ("factor", {"factor": -200}),
        "D": ("band", {"band": -500}),
        "E": ("point_value", {"point_value": -50}),
        "F": ("deduction", {"deduction": -30}),
    }
    assert [each.case_id for each in found.differences] == ["A", "D", "B", "E", "F"]
    totals = {total.cause: (total.cases, total.points_micro // MICRO, total.fen // 100) for total in found.totals}
    assert totals == {
        "group": (1, -550, -1100),
        "factor": (1, -100, -200),
        "band": (1, -250, -500),
        "point_value": (1, 0, -50),
        "deduction": (1, 0, -30),
        "payee": (0, 0, 0),
        "not_settled": (0, 0, 0),
        "not_in_run": (0, 0, 0),
        "rest": (0, 0, 0),
    }
    assert found.confusion == ((("G", "K"), 1),)
    assert found.same_group == 5


def test_terms_that_change_together_are_told_apart_in_order(tmp_path: Path) -> None:
    line = "D,H2,employee,G,normal,1000,1.2,1200,1.5,100,1701"
    (found,) = compared(tmp_path, line).differences
    # run 750 x 2 = 1,500; group 750 x 1,000/500 = 1,500 points, 3,000; factor x 1.2 = 1,800, 3,600; band 1,200, 2,400;
    # point value 1.5: 1,800; deduction 1,700; what was paid is 1 yuan more
    assert effects(found) == {
        "group": 1500, "factor": 600, "band": -1200, "point_value": -600, "deduction": -100, "rest": 1,
    }  # fmt: skip
    assert found.cause == "group"


def test_cases_of_one_side_only_are_named_and_those_that_earn_nothing_are_not(tmp_path: Path) -> None:
    ours = settlement(tmp_path, OURS + "Z,H2,employee,,no_match,,,0,,0,0\n")
    settled = settlement(
        tmp_path, f"{HEADER},{MONEY}\nA,H1,employee,G,normal,1000,1.1,1100,2,0,2200\nX,H9,,G,,,,7,,,14\n"
    )
    found = reconcile(run_of(ours), settled)
    causes = {each.case_id: (each.cause, effects(each)) for each in found.differences}
    assert causes["X"] == ("not_in_run", {"not_in_run": 14})
    assert causes["C"] == ("not_settled", {"not_settled": -2000})
    assert set(causes) == {"B", "C", "D", "E", "F", "X"}
    assert sum(total.fen for total in found.totals) == found.settled_fen - found.paid_fen == -768_600


def test_without_terms_the_whole_difference_is_the_rest(tmp_path: Path) -> None:
    ours = settlement(tmp_path, OURS)
    rows = "\n".join(f"{row.split(',')[0]},{row.split(',')[-1]}" for row in OURS.splitlines()[1:])
    found = reconcile(run_of(ours), settlement(tmp_path, f"case_id,amount_yuan\n{rows}\n".replace("C,2000", "C,1900")))
    assert [(each.case_id, each.cause, effects(each)) for each in found.differences] == [("C", "rest", {"rest": -100})]


def test_another_group_without_its_points_explains_the_points(tmp_path: Path) -> None:
    ours = settlement(tmp_path, OURS)
    rows = ("A,K,550,1100", "B,G,1100,2200", "C,G,1000,2000", "D,K,750,1500", "E,K,500,1000", "F,K,500,1000")
    text = "\n".join(["case_id,group_code,points,amount_yuan", *rows]) + "\n"
    found = reconcile(run_of(ours), settlement(tmp_path, text))
    assert [(each.cause, effects(each)) for each in found.differences] == [("group", {"group": -1100})]


def test_a_group_that_moves_no_money_is_told_all_the_same(tmp_path: Path) -> None:
    (found,) = compared(tmp_path, "C,H2,employee,G2,normal,1000,1,1000,2,0,2000").differences
    assert (found.cause, found.fen, found.group, found.settled_group) == ("group", {}, "G", "G2")


def test_a_case_paid_to_another_hospital_or_by_another_fund_is_told_though_no_sum_changes(tmp_path: Path) -> None:
    swapped = "A,H2,employee,G,normal,1000,1.1,1100,2,0,2200"
    other_fund = "C,H2,resident,G,normal,1000,1,1000,2,30,1970"
    first, second = compared(tmp_path, swapped, other_fund).differences
    assert (first.case_id, first.cause, effects(first)) == ("C", "payee", {"deduction": -30})
    assert (first.insurance, first.settled_insurance) == ("employee", "resident")
    assert (second.case_id, second.cause, effects(second)) == ("A", "payee", {})
    assert (second.hospital_id, second.settled_hospital_id) == ("H1", "H2")


def test_numbers_rounded_by_the_settlement_are_the_runs(tmp_path: Path) -> None:
    ours = settlement(tmp_path, f"{HEADER},{MONEY}\nA,H1,employee,G,normal,1000.004,1,1000.004,2.000049,0,2000.06\n")
    run = replace(run_of(ours), values={"employee": Fraction("200.0049") / MICRO})
    same = settlement(tmp_path, f"{HEADER},{MONEY}\nA,H1,employee,G,normal,1000.00,1,1000.00,2.0000,0,2000.06\n")
    assert reconcile(run, same).differences == ()
    other = settlement(tmp_path, f"{HEADER},{MONEY}\nA,H1,employee,G,normal,1000.00,1,1000.00,2.0001,0,2000.11\n")
    assert [each.cause for each in reconcile(run, other).differences] == ["point_value"]


def test_a_settlement_may_be_in_gb18030_and_in_no_other_encoding(tmp_path: Path) -> None:
    path = tmp_path / "settlement.csv"
    path.write_bytes("case_id,hospital_id,amount_yuan,备注\nA,甲院,1.00,已结\n".encode("gb18030"))
    assert read_settlement(path).texts["hospital_id"] == ("甲院",)
    path.write_bytes(b"case_id,amount_yuan\nA,1.00\nB\xff,2.00\n")
    with pytest.raises(PolicyError, match=r"settlement\.csv:3: not UTF-8"):
        read_settlement(path)


def test_a_doubled_case_is_refused_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="line 2 already"):
        settlement(tmp_path, "case_id,amount_yuan\nA,1\nA,2\n")


@examples(100)
@given(st.integers(0, 2**32))
def test_effects_add_up_to_the_fen_whatever_differs(seed: int) -> None:
    random = Random(seed)
    ours, settled = random_settlement(random), random_settlement(random)
    value = Fraction(random.randint(1, 10**9), random.randint(1, 10**7))
    found = reconcile(RunSettlement(ours, {"employee": value}, "", ""), settled)
    for each in found.differences:
        assert sum(each.fen.values()) == each.settled_fen - each.paid_fen
    assert sum(total.fen for total in found.totals) == found.settled_fen - found.paid_fen
    assert sum(total.cases for total in found.totals) == len(found.differences)


def random_settlement(random: Random) -> Settlement:
    """Up to twelve cases with any terms, some of them blank."""
    ids = tuple(random.sample("ABCDEFGHIJKL", random.randint(1, 12)))

    def numbers(highest: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([random.choice([MISSING, 0, random.randint(1, highest)]) for _ in ids], np.int64)

    count = len(ids)
    return Settlement(
        case_ids=ids,
        texts={
            "hospital_id": ("H1",) * count,
            "insurance": ("employee",) * count,
            "group_code": tuple(random.choice(["", "G", "K"]) for _ in ids),
            "band": tuple(random.choice(["", "normal", "high_outlier"]) for _ in ids),
        },
        micro={
            "group_points": numbers(10**9),
            "hospital_factor": numbers(2 * MICRO),
            "points": np.where((points := numbers(10**9)) == MISSING, 0, points),
            "point_value_yuan": numbers(10**8),
        },
        fen={
            "deduction_yuan": np.array([random.randint(0, 99) for _ in ids]),
            "amount_yuan": np.array([random.randint(-9, 10**6) for _ in ids]),
        },
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", "{" * 5, "[" * 5000])
def test_a_run_with_a_broken_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "cases.csv").write_text("case_id\n", encoding="utf-8")
    header = "insurance,pool_fen,points_micro,cut_remainder,cut_last_id"
    (tmp_path / "point_values.csv").write_text(f"{header}\n", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"manifest\.json: not the manifest of a run; .*; run again"):
        read_run(tmp_path)
