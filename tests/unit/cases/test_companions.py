from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dipsim.cases.companions import read_budget, read_hospitals
from dipsim.errors import CaseDataError
from dipsim.money import MISSING
from tests.unit.cases.tables import written

BUDGET = "year,insurance,item,amount_yuan,source\n"


def hospital_problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(CaseDataError) as caught:
        read_hospitals(written(folder, text, "hospitals.csv"))
    return [str(problem) for problem in caught.value.problems]


def budget_problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(CaseDataError) as caught:
        read_budget(written(folder, text, "budget.csv"))
    return [str(problem) for problem in caught.value.problems]


def test_hospitals_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    text = "level,hospital_id,name,role,designated_from\ntertiary,H2, 市医院 ,lead,2024-01-01\n,H1,,,\n"
    found = read_hospitals(written(tmp_path, text, "hospitals.csv"))
    assert found.hospital_ids == ("H1", "H2")
    assert found.level == ("", "tertiary")
    assert found.name == ("", "市医院")
    assert found.role == ("", "lead")
    assert found.county == ("", "")
    assert found.designated_from.tolist() == [MISSING, 19723]
    assert found.designated_to.tolist() == [MISSING, MISSING]


def test_the_level_of_a_hospital_is_blank_when_nobody_knows_it(tmp_path: Path) -> None:
    found = read_hospitals(written(tmp_path, "hospital_id,level\nH1,primary\nH2,\n", "hospitals.csv"))
    assert found.level_of(["H2", "H1", "H9", "H1"]) == ("", "primary", "", "primary")


def test_hospitals_may_come_as_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {"hospital_id": [2, 1], "level": ["primary", None], "designated_from": pa.array(["2024-01-01", None])}
    )
    pq.write_table(table, tmp_path / "hospitals.parquet")
    found = read_hospitals(tmp_path / "hospitals.parquet")
    assert (found.hospital_ids, found.level) == (("1", "2"), ("", "primary"))
    assert found.designated_from.tolist() == [MISSING, 19723]


def test_all_problems_of_the_hospitals_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "hospital_id,level,role,designated_to\nH1,third,lead,\nH1,,boss,soon\n,primary,,\nH2,primary\n"
    assert hospital_problems(tmp_path, text) == [
        "hospitals.csv:5: 2 cells, but 4 columns; look for a missing or unquoted comma",
        "hospitals.csv:4: hospital_id: blank; give the hospital an id",
        "hospitals.csv:3: H1 stands in line 2 already; keep one of the two",
        "hospitals.csv:2: level: 'third' is no level; known: primary, secondary, tertiary",
        "hospitals.csv:3: role: 'boss' is no role; known: lead, township, village",
        "hospitals.csv:3: designated_to: 'soon' is no date; write it like 2025-01-31",
    ]


def test_unknown_and_missing_columns_of_a_companion_table_are_refused(tmp_path: Path) -> None:
    assert hospital_problems(tmp_path, "hospital,levle\nH1,primary\n") == [
        "hospitals.csv: 'hospital': no such column; did you mean 'hospital_id'?",
        "hospitals.csv: 'levle': no such column; did you mean 'level'?",
        "hospitals.csv: no column hospital_id; add it",
    ]


def test_the_budget_gives_exact_fen_and_none_where_it_says_nothing(tmp_path: Path) -> None:
    text = f"{BUDGET}2025,resident,inpatient_pool,600000000.10,note 3\n2025,employee,inpatient_pool,-4,note 3\n"
    budget = read_budget(written(tmp_path, text, "budget.csv"))
    assert budget.amount(2025, "resident", "inpatient_pool") == 60000000010
    assert budget.amount(2025, "employee", "inpatient_pool") == -400
    assert budget.amount(2024, "resident", "inpatient_pool") is None
    assert budget.amount(2025, "resident", "reserve") is None
    assert [line.insurance for line in budget.lines] == ["employee", "resident"]


def test_all_problems_of_the_budget_come_at_once_with_their_lines(tmp_path: Path) -> None:
    rows = '25,staff,,1.005,\n2025,other,a,1,x\n2025,other,a,2,x\n2025,other,b,"1,000",x\n'
    assert budget_problems(tmp_path, BUDGET + rows) == [
        "budget.csv:2: year: '25' is no year; write four digits, as 2025",
        "budget.csv:2: insurance: 'staff' is no insurance; known: employee, resident, other",
        "budget.csv:2: item: blank; say what the amount is for, as inpatient_pool",
        "budget.csv:2: amount_yuan: '1.005' is no amount in whole fen; write plain digits, as 400000000.00",
        "budget.csv:5: amount_yuan: '1,000' is no amount in whole fen; write plain digits, as 400000000.00",
        "budget.csv:2: source: blank; say where the amount comes from",
        "budget.csv:4: 2025, other, a stands in line 3 already; keep one of the two",
    ]


def test_a_budget_without_its_columns_is_refused(tmp_path: Path) -> None:
    assert budget_problems(tmp_path, "year,insurance,item,amount_yuan\n") == ["budget.csv: no column source; add it"]
