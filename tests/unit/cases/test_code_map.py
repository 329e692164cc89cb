from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.code_map import CodeWarning, read_code_map, translated, with_code_maps
from dipsim.cases.mapping import mapping_of
from dipsim.cases.read import CaseReading, read_cases
from dipsim.cases.table import Coded
from dipsim.errors import CaseDataError
from tests.unit.cases.tables import written

MAP = "source_code,grouper_code\nA1,B1\nB1,C1\nC1,C1\nD1,E1\nD1,F1\nG1,H1\n"


def read(folder: Path, system: str, **code_map: str) -> CaseReading:
    written(folder, MAP, "map.csv")
    written(folder, "code\nG1\nH1\n", "insurance.csv")
    document = {"diagnosis_system": system, "code_map": {"diagnoses": "map.csv", **code_map}}
    cases = written(folder, "case_id,principal_diagnosis,other_diagnoses\n1,A1,B1|B1\n2,D1,C1|Z1\n3,,G1\n")
    return read_cases([cases], mapping_of(document, "m.toml", folder))


def codes(reading: CaseReading) -> list[tuple[str, tuple[str, ...]]]:
    cases = reading.cases
    principal, others = cases.code("principal_diagnosis"), cases.code_list("other_diagnoses")
    return [(principal.text(row), others.texts(row)) for row in range(len(cases))]


def test_clinical_codes_become_insurance_codes_one_step_only_and_are_counted(tmp_path: Path) -> None:
    reading = read(tmp_path, "clinical")
    assert codes(reading) == [("B1", ("C1", "C1")), ("D1", ("C1", "Z1")), ("", ("H1",))]
    counts = {change.column: change.cells for change in reading.changes if change.kind == "code_map"}
    assert counts == {"principal_diagnosis": 1, "other_diagnoses": 3}


def test_insurance_codes_are_never_translated(tmp_path: Path) -> None:
    reading = read(tmp_path, "insurance")
    assert codes(reading)[0] == ("A1", ("B1", "B1"))
    assert reading.code_warnings == ()


def test_codes_of_two_meanings_of_two_targets_and_of_none_are_named(tmp_path: Path) -> None:
    assert read(tmp_path, "clinical").code_warnings == (
        CodeWarning("principal_diagnosis", "leads_to_two_codes", 1, 1, ("D1",)),
        CodeWarning("other_diagnoses", "means_two_things", 2, 1, ("B1",)),
        CodeWarning("other_diagnoses", "not_in_code_map", 1, 1, ("Z1",)),
    )


def test_a_list_of_insurance_codes_shows_more_codes_of_two_meanings(tmp_path: Path) -> None:
    reading = read(tmp_path, "clinical", insurance_diagnoses="insurance.csv")
    assert [warning.codes for warning in reading.code_warnings if warning.kind == "means_two_things"] == [2]


def test_the_system_of_the_codes_must_be_stated(tmp_path: Path) -> None:
    with pytest.raises(
        CaseDataError, match=r'\[code_map\] diagnoses: nothing says .* say diagnosis_system = "clinical"'
    ):
        mapping_of({"code_map": {"diagnoses": "map.csv"}}, "m.toml")
    with pytest.raises(CaseDataError, match='procedure_system = "clinical" or "insurance"'):
        with_code_maps(mapping_of({"diagnosis_system": "clinical"}, "m.toml"), [tmp_path, tmp_path])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source_code,grouper_code\nA1,\n", r"map\.csv: row 1 has a blank cell"),
        ("source,grouper_code\nA1,B1\n", r"map\.csv: no column 'source_code'"),
    ],
)
def test_a_faulty_map_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CaseDataError, match=said):
        read_code_map(written(tmp_path, text, "map.csv"))


def test_a_spelling_of_the_map_is_made_uniform_as_that_of_the_cases(tmp_path: Path) -> None:
    code_map = read_code_map(written(tmp_path, "source_code,grouper_code\n a1X ,ｂ1\n", "map.csv"))
    column = translated("principal_diagnosis", Coded(np.zeros(1, np.int32), ("A1x",)), code_map).column
    assert column.values == ("B1",)
