"""The table `cells`: which rows count, which are rejected and why, and that no case is lost between the two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.aggregates import Calendar, read_aggregates
from dipsim.cases.read import CaseReading
from dipsim.errors import CaseDataError

HEADER = "hospital_id,insurance,group_code,cases,total_cost_yuan"
UNDATED = Calendar("none", 2025)
GROUPS = frozenset({"G", "K"})


def reading(folder: Path, *rows: str, header: str = HEADER, calendar: Calendar = UNDATED) -> CaseReading:
    path = folder / "cells.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_aggregates(path, GROUPS, calendar)


def test_a_row_is_a_cell_of_so_many_cases_and_sums(tmp_path: Path) -> None:
    found = reading(tmp_path, "H1,employee,G,30,12345.67", "H2,resident,K,2,100")
    cells = found.cases
    assert cells.is_aggregate
    assert cells.count(np.arange(2)).tolist() == [30, 2]
    assert cells.fen("total_cost_yuan").tolist() == [1234567, 10000]
    assert cells.case_ids.to_pylist() == ["H1|employee|G", "H2|resident|K"]
    assert (found.counts.rows_in, found.counts.accepted, found.counts.rejected) == (32, 32, 0)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("H1,employee,X,3,100", "group_code", "unknown_group"),
        ("H1,employee,,3,100", "group_code", "blank_but_read"),
        (",employee,G,3,100", "hospital_id", "blank_but_read"),
        ("H1,worker,G,3,100", "insurance", "unknown_category"),
        ("H1,employee,G,-3,100", "cases", "out_of_range"),
        ("H1,employee,G,0,100", "cases", "out_of_range"),
        ("H1,employee,G,,100", "cases", "blank_but_read"),
        ("H1,employee,G,2.5,100", "cases", "not_an_integer"),
        ("H1,employee,G,3,", "total_cost_yuan", "blank_but_read"),
        ("H1,employee,G,3,-1", "total_cost_yuan", "below_minimum"),
        ("H1,employee,G,3,ten", "total_cost_yuan", "not_an_amount"),
    ],
)
def test_a_cell_that_cannot_be_used_is_rejected_by_name(tmp_path: Path, row: str, field: str, reason: str) -> None:
    found = reading(tmp_path, "H9,employee,K,5,100", row)
    assert [(each.line, each.field, each.reason) for each in found.rejects] == [(3, field, reason)]
    assert len(found.cases) == 1
    assert found.counts.accepted == 5
    assert found.counts.rows_in == found.counts.accepted + found.counts.rejected


def test_cells_of_one_key_are_all_rejected_and_their_cases_counted(tmp_path: Path) -> None:
    found = reading(tmp_path, "H1,employee,G,3,100", "H1,employee,K,4,100", "H1,employee,G,5,100")
    assert [(each.line, each.reason) for each in found.rejects] == [(2, "duplicate_cell"), (4, "duplicate_cell")]
    assert "line 4" in found.rejects[0].text_en
    assert (found.counts.rows_in, found.counts.accepted, found.counts.rejected) == (12, 4, 8)


def test_a_ragged_row_is_rejected(tmp_path: Path) -> None:
    found = reading(tmp_path, "H1,employee,G,3,100,7", "H1,employee,K,4,100")
    assert [(each.line, each.reason) for each in found.rejects] == [(2, "ragged_row")]
    assert len(found.cases) == 1


def test_months_stand_under_their_first_day(tmp_path: Path) -> None:
    rows = ("H1,employee,G,3,100,1", "H1,employee,G,4,100,12", "H1,employee,K,5,100,13")
    found = reading(tmp_path, *rows, header=f"{HEADER},month", calendar=Calendar("discharged_on", 2025))
    days = found.cases.integer("discharged_on").astype("datetime64[D]")
    assert days.tolist() == np.array(["2025-01-01", "2025-12-01"], "datetime64[D]").tolist()
    assert [(each.line, each.field, each.reason) for each in found.rejects] == [(4, "month", "out_of_range")]


def test_a_table_without_its_columns_is_refused_with_all_of_them(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError) as caught:
        reading(tmp_path, "H1,G", header="hospital_id,group_code")
    assert [problem.what for problem in caught.value.problems] == [
        "no column insurance",
        "no column cases",
        "no column total_cost_yuan",
    ]


def test_an_unknown_column_is_named_and_left_out(tmp_path: Path) -> None:
    found = reading(tmp_path, "H1,employee,G,3,100,x", header=f"{HEADER},ward")
    assert [each.column for each in found.ignored_columns] == ["ward"]


def test_without_known_groups_every_group_counts(tmp_path: Path) -> None:
    path = tmp_path / "cells.csv"
    path.write_text(f"{HEADER}\nH1,employee,ANY,3,100\n", encoding="utf-8")
    assert len(read_aggregates(path, frozenset(), UNDATED).cases) == 1
