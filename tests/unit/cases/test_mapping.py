from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.mapping import mapping_of, read_mapping
from dipsim.cases.read import read_cases
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import read_text, refused, written


def problems(**document: object) -> list[str]:
    with pytest.raises(CaseDataError) as caught:
        mapping_of(document, "m.toml")
    return [str(problem) for problem in caught.value.problems]


def test_columns_constants_values_and_formats_lead_to_the_canonical_table(tmp_path: Path) -> None:
    mapping = """
        case_id = "row_number"
        [columns]
        total_cost_yuan = "Cost"
        admitted_on = "in"
        other_diagnoses = "dx"
        [constants]
        hospital_id = "ALL"
        [values.insurance]
        "310" = "employee"
        "-" = ""
        [format]
        delimiter = ";"
        list_separator = ","
        decimal = ","
        thousands = "."
        date_format = "%d.%m.%Y"
        blanks = ["?"]
        strip_trailing_zero = ["group_code"]
    """
    text = "Cost;in;dx;insurance;group_code\n1.234,50;31.01.2025;I10,E11;310;217.0\n?;?;?;-;A.0x\n"
    path = written(tmp_path, mapping, "m.toml")
    found = read_mapping(path)
    cases = read_cases([written(tmp_path, text)], found).cases
    assert cases.case_ids.to_pylist() == ["1", "2"]
    assert cases.fen("total_cost_yuan").tolist()[0] == 123450
    assert str(cases.integer("admitted_on").astype("datetime64[D]")[0]) == "2025-01-31"
    assert cases.code_list("other_diagnoses").texts(0) == ("I10", "E11")
    assert cases.code_list("other_diagnoses").texts(1) == ()
    assert [cases.code("insurance").text(row) for row in (0, 1)] == ["employee", ""]
    assert cases.code("group_code").values == ("217", "A.0x")
    assert cases.code("hospital_id").values == ("ALL",)


def test_row_number_may_stand_among_the_constants(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "sex\n1\n2\n", constants={"case_id": "row_number"})
    assert reading.cases.case_ids.to_pylist() == ["1", "2"]


def test_a_key_that_no_mapping_has_is_refused_with_the_near_one() -> None:
    assert problems(column={}) == ["m.toml: column: no such key; did you mean 'columns'?"]
    assert problems(format={"delimeter": ";"}) == ["m.toml: [format] delimeter: no such key; did you mean 'delimiter'?"]


def test_a_column_that_the_dictionary_lacks_is_refused_with_the_near_one() -> None:
    said = "m.toml: [columns] total_cost: no such column; did you mean 'total_cost_yuan'?"
    assert problems(columns={"total_cost": "Cost"}) == [said]
    assert problems(constants={"hospital": "A"})[0].startswith("m.toml: [constants] hospital: no such column; did you")
    assert problems(values={"insurence": {"1": "x"}})[0].endswith("did you mean 'insurance'?")


def test_all_problems_of_a_mapping_come_at_once() -> None:
    assert len(problems(case_id="nr", colums={}, format={"delimiter": ";;", "blanks": "-"}, constants={"sex": 1})) == 5


def test_a_translation_to_no_permitted_value_is_refused() -> None:
    said = "m.toml: [values.insurance] '310': 'employees' is no insurance; did you mean 'employee'?"
    assert problems(values={"insurance": {"310": "employees"}}) == [said]
    assert problems(constants={"insurance": "all"}) == [
        "m.toml: [constants] insurance: 'all' is no insurance; known: employee, resident, other"
    ]


def test_numbers_are_not_translated_word_by_word() -> None:
    said = "m.toml: [values.age_years]: is no column of words; use [format] blanks for blanks"
    assert problems(values={"age_years": {"x": ""}}) == [said]


def test_a_column_stated_twice_is_refused() -> None:
    said = "m.toml: [columns] sex: stated twice; keep one: the column, the constant or the table"
    assert problems(columns={"sex": "S"}, constants={"sex": "1"}) == [said]


def test_a_constant_that_is_not_text_is_refused() -> None:
    assert problems(constants={"hospital_id": 7}) == [
        "m.toml: [constants] hospital_id: 7 is not text; put it in quotes"
    ]


def test_broken_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match=r"m\.toml: not valid TOML: .*line 2.*; correct this line"):
        read_mapping(written(tmp_path, "[columns]\nx = \n", "m.toml"))


def test_a_mapped_header_that_the_file_lacks_is_refused_with_the_near_one(tmp_path: Path) -> None:
    said = refused(tmp_path, "case_id,Costs\n1,2\n", columns={"total_cost_yuan": "Cost"})
    expected = "no such column; mapping.toml maps it to total_cost_yuan; did you mean 'Costs'?"
    assert said == f"cases.csv: 'Cost': {expected}"


def test_a_column_that_the_mapping_states_too_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "case_id,insurance\n1,other\n", constants={"insurance": "employee"})
    assert said == "cases.csv: insurance: mapping.toml states it too; take it out of the mapping or rename the column"


def test_a_header_may_bear_the_name_of_another_column(tmp_path: Path) -> None:
    swapped = {"age_years": "age_days", "age_days": "age_years"}
    cases = read_text(tmp_path, "case_id,age_days,age_years\nA,0,20\n", columns=swapped).cases
    assert (cases.integer("age_years").tolist(), cases.integer("age_days").tolist()) == ([0], [20])


@pytest.mark.parametrize("value", ["[" * 3000, "9" * 5000])
def test_a_value_too_long_or_too_deep_for_toml_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(CaseDataError, match=r"m\.toml: not valid TOML: .*; correct this line"):
        read_mapping(written(tmp_path, f"x = {value}", "m.toml"))
