from __future__ import annotations

from pathlib import Path

import numpy as np

from dipsim.cases.arrival import Superseded, joined
from dipsim.cases.read import read_cases
from dipsim.months import month_of

HEADER = "case_id,sex,discharged_on,settled_on,claim_status,replaces_case_id,procedures\n"


def read(folder: Path, rows: str) -> Superseded:
    path = folder / "cases.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    reading = read_cases([path])
    assert reading.superseded is not None
    return reading.superseded


def days(*dates: str) -> list[int]:
    return [int(day) for day in np.array(dates, "datetime64[D]").astype(np.int64)]


def test_a_claim_goes_when_the_first_row_arrives_that_names_it(tmp_path: Path) -> None:
    rows = (
        "A,1,2025-03-01,2025-03-05,normal,,\n"
        "B,1,2025-03-01,2025-08-02,corrected,A,\n"
        "C,1,2025-03-01,2025-07-01,reversed,A,\n"
    )
    gone = read(tmp_path, rows)
    assert gone.cases.case_ids.to_pylist() == ["A"]
    assert gone.gone_on.tolist() == days("2025-07-01")


def test_without_a_settlement_date_the_discharge_counts(tmp_path: Path) -> None:
    gone = read(tmp_path, "A,1,2025-03-01,,normal,,\nB,1,2025-04-30,,corrected,A,\n")
    assert gone.gone_on.tolist() == days("2025-04-30")


def test_a_claim_that_is_named_before_it_arrives_goes_on_the_day_it_comes(tmp_path: Path) -> None:
    gone = read(tmp_path, "A,1,2025-03-01,2025-08-08,normal,,\nB,1,2025-03-01,2025-07-08,corrected,A,\n")
    assert gone.gone_on.tolist() == days("2025-08-08")


def test_what_never_counted_is_not_kept(tmp_path: Path) -> None:
    rows = (
        "A,1,2025-03-01,2025-03-05,reversed,,\n"  # taken back, nobody knows when
        "B,9,2025-03-01,2025-03-05,normal,,\n"  # no such sex
        "C,1,2025-03-01,2025-05-01,corrected,B,\n"
        "D,1,2025-03-01,2025-03-05,normal,,\n"
        "E,1,,,corrected,D,\n"  # a correction without a date
        "F,1,,,normal,,\n"  # nobody knows when it came
        "G,1,2025-03-01,2025-05-01,corrected,F,\n"
    )
    assert len(read(tmp_path, rows).cases) == 0


def test_tables_are_joined_with_their_words(tmp_path: Path) -> None:
    rows = "A,1,2025-03-01,,normal,,99.1|88.1\nB,2,2025-04-30,,corrected,A,77.1\nC,2,2025-04-30,,normal,,\n"
    gone = read(tmp_path, rows)
    accepted = read_cases([tmp_path / "cases.csv"]).cases
    every = joined(accepted, gone.cases)
    assert every.case_ids.to_pylist() == ["B", "C", "A"]
    assert [every.code("sex").text(row) for row in range(3)] == ["2", "2", "1"]
    assert [every.code_list("procedures").texts(row) for row in range(3)] == [("77.1",), (), ("99.1", "88.1")]


def test_days_before_the_year_count_to_january_and_days_after_it_to_the_clearing() -> None:
    dates = np.array(days("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"), np.int64)
    assert month_of(dates, 2025).tolist() == [1, 1, 12, 13]
