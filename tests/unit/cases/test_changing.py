from __future__ import annotations

import numpy as np
import pytest

from dipsim.cases.changing import with_cells
from dipsim.cases.table import CaseTable
from dipsim.errors import CaseDataError
from dipsim.money import MISSING
from tests.build import case_table


def table() -> CaseTable:
    return case_table(
        [
            {"principal_diagnosis": "B", "procedures": "2|3", "age_years": 7, "icu_hours": 1.5},
            {"principal_diagnosis": "C", "procedures": "", "age_years": None, "icu_hours": np.nan},
            {"principal_diagnosis": "B", "procedures": "3|3", "age_years": 9, "icu_hours": 0.0},
        ]
    )


def test_cells_of_every_kind_change_in_one_row_and_in_no_other() -> None:
    cells = {"principal_diagnosis": "A1.X00", "procedures": "9 | 2", "age_years": "71", "icu_hours": "0.25"}
    cells |= {"total_cost_yuan": "12.34", "sex": "2", "other_diagnoses": "D"}
    found = with_cells(table(), 1, cells)
    assert [found.code("principal_diagnosis").text(row) for row in range(3)] == ["B", "A1.x00", "B"]
    assert found.code("principal_diagnosis").values == ("A1.x00", "B", "C")
    assert [found.code_list("procedures").texts(row) for row in range(3)] == [("2", "3"), ("9", "2"), ("3", "3")]
    assert [found.code_list("other_diagnoses").texts(row) for row in range(3)] == [(), ("D",), ()]
    assert found.integer("age_years").tolist() == [7, 71, 9]
    assert found.real("icu_hours").tolist() == [1.5, 0.25, 0.0]
    assert found.fen("total_cost_yuan").tolist() == [MISSING, 1_234, MISSING]
    assert [found.code("sex").text(row) for row in range(3)] == ["", "2", ""]


def test_an_empty_text_is_a_blank_and_the_table_itself_stays() -> None:
    cases = table()
    found = with_cells(cases, 0, {"principal_diagnosis": "", "procedures": "", "age_years": ""})
    assert found.code("principal_diagnosis").text(0) == ""
    assert [found.code_list("procedures").texts(row) for row in range(3)] == [(), (), ("3", "3")]
    assert found.integer("age_years")[0] == MISSING
    assert (cases.code("principal_diagnosis").text(0), cases.integer("age_years")[0]) == ("B", 7)
    assert cases.code_list("procedures").texts(0) == ("2", "3")


def test_every_cell_that_cannot_be_read_is_named() -> None:
    with pytest.raises(CaseDataError) as caught:
        with_cells(table(), 0, {"age_years": "old", "sex": "3", "total_cost_yuan": "5"})
    assert [problem.where for problem in caught.value.problems] == ["age_years=old", "sex=3"]
