"""One hospital from within, in a region small enough to reckon by hand.

Group G is worth 1,000 points and costs 10,000 yuan at every level; bands 0.5, 2 and 5; employees, budget 12,000 yuan.

    case   department   physician   charge      r      points   pay     borne    margin
    a1     surgery      P1          10,000      1      1,000    2,000   3,000    -5,000
    a2     surgery      P1          10,000      1      1,000    2,000   3,000    -5,000
    a3     surgery      P2           5,000      0.5    1,000    2,000   4,000    +1,000     at the low limit, above
    b1     medicine     P2           4,900      0.49     490      980   1,000    -2,920     below the low limit
    b2     medicine     P3          20,000      2      1,000    2,000   6,000   -12,000     at the high limit, below
    b3     (blank)      P3          25,000      2.5    1,500    3,000   7,000   -15,000
    x1     medicine     P1           1,000      -      outside the pool

5,990 points and 11,980 yuan: 2 yuan a point.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dipsim.cli.main import app
from dipsim.errors import CaseDataError
from dipsim.pipeline import Inputs, simulate
from dipsim.report.hospital_page import hospital_page, write_hospital
from dipsim.report.hospital_view import (
    HospitalView,
    department_table,
    group_margin_table,
    hospital_view,
    near_edge_table,
    parted,
    physician_table,
)
from tests import build
from tests.unit.report import region

FEN = 100
CASES = (
    ("a1", "surgery", "P1", "10000", "3000", "employee"),
    ("a2", "surgery", "P1", "10000", "3000", "employee"),
    ("a3", "surgery", "P2", "5000", "4000", "employee"),
    ("b1", "medicine", "P2", "4900", "1000", "employee"),
    ("b2", "medicine", "P3", "20000", "6000", "employee"),
    ("b3", "", "P3", "25000", "7000", "employee"),
    ("x1", "medicine", "P1", "1000", "0", "other"),
)


def inputs() -> Inputs:
    names = ("case_id", "department", "physician_id", "total_cost_yuan", "out_of_pocket_yuan", "insurance")
    rows = [
        {**dict(zip(names, case, strict=True)), "hospital_id": "H1", "group_code": "G", "patient_id": "3f2a9c"}
        for case in CASES
    ]
    return replace(region.inputs(), cases=build.case_table(rows))


def view(smallest: int = 1, changes: Mapping[str, Any] | None = None, given: Inputs | None = None) -> HospitalView:
    own = {
        "report": {"smallest_cell": smallest},
        "settlement": {"point_value": {"budget_yuan": {"employee": 11_980, "resident": "none"}}},
    }
    scenario = build.scenario(build.changed(build.changed(region.CHANGES, own), changes or {}))
    return hospital_view(simulate(given or inputs(), scenario), "H1")


def test_margin_is_pay_and_what_patients_bore_less_charges() -> None:
    table = department_table(view())
    assert table is not None
    assert {row["name"]: (row["cases"], row["pay"], row["margin"]) for row in table.rows()} == {
        "surgery": (3, 6_000 * FEN, -9_000 * FEN),
        "medicine": (2, 2_980 * FEN, -14_920 * FEN),
        "not stated": (1, 3_000 * FEN, -15_000 * FEN),
    }
    assert table.values("name_zh")[2] == "未填写"
    total = table.total
    assert (total["cases"], total["pay"], total["margin"]) == (6, 11_980 * FEN, -38_920 * FEN)
    assert table.values("margin_per_case")[0] == -3_000 * FEN
    assert table.values("margin_ratio")[0] == -9_000 / 25_000


def test_without_what_patients_bore_the_margin_holds_pay_alone_and_says_so() -> None:
    given = inputs()
    integers = {name: values for name, values in given.cases.integers.items() if name != "out_of_pocket_yuan"}
    lacking = view(given=replace(given, cases=replace(given.cases, integers=integers)))
    assert group_margin_table(lacking).total["margin"] == (11_980 - 74_900) * FEN
    assert "What patients bore is not known" in hospital_page(lacking, 0.05, False).drawn("en")


def test_in_gross_form_pay_holds_the_patients_part_already() -> None:
    # 11,980 / 0.5 = 23,960 yuan, the whole bill.
    gross = {"settlement": {"point_value": {"form": "gross", "reimbursement_ratio": {"employee": 0.5}}}}
    assert group_margin_table(view(changes=gross)).total["margin"] == (23_960 - 74_900) * FEN


def test_cases_near_a_limit_stand_by_limit_and_side() -> None:
    found = {(row["edge"], row["side"]): row["cases"] for row in near_edge_table(view(), 0.05).rows()}
    assert found == {
        ("low_limit", "below_limit"): 1,
        ("low_limit", "above_limit"): 1,
        ("high_limit", "below_limit"): 1,
        ("high_limit", "above_limit"): 0,
        ("extreme_limit", "below_limit"): 0,
        ("extreme_limit", "above_limit"): 0,
    }
    nearer = {(row["edge"], row["side"]): row["cases"] for row in near_edge_table(view(), 0.01).rows()}
    assert nearer["low_limit", "below_limit"] == 0


def test_few_cases_near_a_limit_are_not_shown_and_not_added_up() -> None:
    hidden = view(smallest=2)
    first = next(near_edge_table(hidden, 0.05).rows())
    assert (first["cases"], first["pay"], first["margin"]) == (None, None, None)
    assert "within 5.0% of a limit of the deviation bands" not in hospital_page(hidden, 0.05, False).drawn("en")
    assert "3 cases lie within 5.0% of a limit" in hospital_page(view(), 0.05, False).drawn("en")


def test_rows_of_few_cases_stand_together_with_enough_others() -> None:
    table = department_table(view(smallest=3))
    assert table is not None
    assert [(row["name"], row["cases"]) for row in table.rows()] == [("surgery", 3), ("others together", 3)]


@pytest.mark.parametrize(
    ("counts", "smallest", "alone", "together"),
    [
        ([9, 5, 2], 5, [0], [2, 1]),
        ([9, 5, 3, 2], 5, [0, 1], [2, 3]),
        ([2, 2], 5, [], [0, 1]),
        ([5, 5], 5, [0, 1], []),
        ([], 5, [], []),
    ],
)
def test_what_stands_together_is_never_few_when_it_can_be_avoided(
    counts: list[int], smallest: int, alone: list[int], together: list[int]
) -> None:
    assert parted(counts, smallest) == (alone, together)


def test_a_hospital_of_fewer_cases_than_the_smallest_cell_is_refused() -> None:
    with pytest.raises(CaseDataError, match="has 6 cases to show"):
        view(smallest=7)


def test_an_unknown_hospital_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(CaseDataError, match="has no cases"):
        hospital_view(view().result, "H9")


def test_physicians_are_shown_only_when_asked_for_and_patients_never() -> None:
    shown = view()
    assert physician_table(shown) is not None
    assert "P2" not in hospital_page(shown, 0.05, False).drawn("zh")
    text = hospital_page(shown, 0.05, True).drawn("zh")
    assert ">P2<" in text
    assert "3f2a9c" not in text
    assert ">a1<" not in text
    assert "总费用是收费金额，不是医疗机构的成本" in text


def test_page_and_tables_are_written_and_cases_only_when_asked_for(tmp_path: Path) -> None:
    write_hospital(view(), tmp_path / "out", "zh", 0.05)
    names = {"departments.csv", "groups.csv", "near_edges.csv", "hospital.html", "manifest.json"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    write_hospital(view(), tmp_path / "out", "zh", 0.05, physicians=True, cases=True)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, "physicians.csv", "near_edge_cases.csv"}
    with (tmp_path / "out" / "near_edge_cases.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["case_id"], row["limit"], row["side"]) for row in rows] == [
        ("a3", "low_limit", "above_limit"),
        ("b1", "low_limit", "below_limit"),
        ("b2", "high_limit", "below_limit"),
    ]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["near"] == 0.05


def test_the_command_names_its_options() -> None:
    shown = CliRunner().invoke(app, ["hospital", "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "--near" in shown.output
    assert "--physicians" in shown.output
