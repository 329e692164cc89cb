from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from pathlib import Path

from dipsim.cases.columns import COLUMNS
from dipsim.cases.mapping import mapping_of
from dipsim.cases.proposing import MAIN, Confidence, Proposed, mapping_toml, proposed_mapping, recognised
from dipsim.cases.read import read_cases
from tests.unit.cases.tables import written


def proposed(folder: Path, text: str) -> Proposed:
    return proposed_mapping(written(folder, text))


def found(answer: Proposed) -> dict[str, tuple[str, Confidence]]:
    return {proposal.column: (proposal.header, proposal.confidence) for proposal in answer.proposals}


def test_chinese_english_and_coded_headers_are_recognised(tmp_path: Path) -> None:
    answer = proposed(tmp_path, "结算流水号,fixmedins_code,D01,los,sex\nS1,H1,10.5,3,1\n")
    assert found(answer) == {
        "case_id": ("结算流水号", Confidence.CERTAIN),
        "hospital_id": ("fixmedins_code", Confidence.CERTAIN),
        "sex": ("sex", Confidence.CANONICAL),
        "length_of_stay_days": ("los", Confidence.CERTAIN),
        "total_cost_yuan": ("D01", Confidence.CERTAIN),
    }
    assert answer.unplaced == {}


def test_spelling_and_likeness_count_less(tmp_path: Path) -> None:
    answer = proposed(tmp_path, "Discharge Date,主要诊断编码(ICD),年龄 (岁)\n2025-01-01,I10,3\n")
    assert found(answer) == {
        "discharged_on": ("Discharge Date", Confidence.LIKELY),
        "age_years": ("年龄 (岁)", Confidence.LIKELY),
        "principal_diagnosis": ("主要诊断编码(ICD)", Confidence.GUESS),
    }


def test_what_is_known_of_nothing_is_said_with_examples(tmp_path: Path) -> None:
    answer = proposed(tmp_path, "case_id,zzz\n1,red\n2,\n3,blue\n")
    assert answer.unplaced == {"zzz": ("red", "blue")}
    assert "principal_diagnosis" in answer.missing
    assert '#   "zzz"; red, blue' in mapping_toml(answer)


def test_two_headers_for_one_column_leave_it_open(tmp_path: Path) -> None:
    answer = proposed(tmp_path, "case_id,总费用,医疗总费用\n1,1,1\n")
    assert answer.rivals == {"total_cost_yuan": ("总费用", "医疗总费用")}
    assert "total_cost_yuan" not in tomllib.loads(mapping_toml(answer))["columns"]


def test_numbered_columns_become_one_list_with_its_main_one(tmp_path: Path) -> None:
    answer = proposed(tmp_path, "A48,C06x01C,C06x02C,C14x01C,C35x01C,C35x02C\n1,I10,,47.0,51.2,\n")
    stated = tomllib.loads(mapping_toml(answer))["columns"]
    assert stated["other_diagnoses"] == {"numbered": "C06x##C"}
    assert stated["procedures"] == {"main": "C14x01C", "numbered": "C35x##C", "without_main": "reject"}
    assert list(answer.unplaced) == ["A48"]


def test_no_example_says_who_a_patient_is(tmp_path: Path) -> None:
    text = "case_id,psn_no,姓名,联系电话,备注,编号\n1,P77,张三,5551234,x,110101196401011234\n"
    answer = proposed(tmp_path, text)
    shown = mapping_toml(answer) + str(answer)
    assert not [word for word in ("P77", "张三", "5551234", "110101196401011234") if word in shown]


def test_the_proposal_is_a_mapping_that_reads_the_file(tmp_path: Path) -> None:
    text = "结算流水号,医保类型,主要诊断编码,其他诊断编码1,其他诊断编码2,总费用\nS1,employee,I10,E11,Z9,10.5\n"
    path = written(tmp_path, text)
    mapping = mapping_of(tomllib.loads(mapping_toml(proposed_mapping(path))), "proposed.toml")
    cases = read_cases([path], mapping).cases
    assert cases.code_list("other_diagnoses").texts(0) == ("E11", "Z9")
    assert cases.fen("total_cost_yuan").tolist() == [1050]


def test_a_header_without_rows_is_enough(tmp_path: Path) -> None:
    assert found(proposed(tmp_path, "los\n")) == {"length_of_stay_days": ("los", Confidence.CERTAIN)}


def test_every_alias_leads_to_a_column_once_and_is_recognised() -> None:
    text = files("dipsim.cases").joinpath("aliases.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    aliases = [row["alias"] for row in rows]
    assert len(set(aliases)) == len(aliases)
    assert {row["column"] for row in rows} <= set(COLUMNS)
    for row in rows:
        answer = recognised(row["alias"].removeprefix(MAIN))
        assert answer is not None
        assert answer[0] == row["column"]
