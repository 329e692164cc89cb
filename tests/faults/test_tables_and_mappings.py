"""Broken tables beside the cases and broken mappings: refused with file and line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.city import BASELINE, CASES, Fault, add, both, change, put, require_refused

RUN = ("run", "{city}/data", "-s", BASELINE, "--policy", "{city}", "-o", "{out}")
TABLES = [
    Fault(
        "hospitals without a key",
        put("data/hospitals.csv", "id,name\nA,x\n"),
        (
            "hospitals.csv: 'id': no such column",
            "known: hospital_id, name, level, grade, type, county, consortium_id, role, ownership,",
        ),
    ),
    Fault(
        "a hospital twice",
        add("data/hospitals.csv", "demo-A,x,primary\n"),
        (
            "hospitals.csv:4: demo-A stands in line 2 already",
            "keep one of the two",
        ),
    ),
    Fault(
        "a hospital of an unknown level",
        add("data/hospitals.csv", "demo-C,x,三级\n"),
        (
            "hospitals.csv:4: level: '三级' is no level",
            "known: primary, secondary, tertiary",
        ),
    ),
    Fault(
        "a hospital designated on no day",
        put("data/hospitals.csv", "hospital_id,level,designated_from\ndemo-A,primary,2025-02-30\n"),
        (
            "hospitals.csv:2: designated_from: '2025-02-30' is no date",
            "write it like 2025-01-31",
        ),
    ),
    Fault(
        "hospitals in two encodings",
        put("data/hospitals.csv", "hospital_id,name\ndemo-A,医院\n".encode() + "demo-B,乙医院\n".encode("gbk")),
        (
            "hospitals.csv:3: byte 8 of the line (0xD2)",
            "is not UTF-8, as the lines before it are",
            "save the whole file",
        ),
    ),
    Fault(
        "hospitals that lack one of the cases",
        put("data/hospitals.csv", "hospital_id,name,level\ndemo-A,x,tertiary\n"),
        (
            "hospitals: no level for demo-B",
            "read by [weighting.hospital_factor] by",
            "bring the table hospitals with a level (primary, secondary, tertiary) for each",
        ),
    ),
    Fault(
        "a budget of yuan with 3 decimals",
        put("data/budget.csv", "year,insurance,item,amount_yuan,source\n2025,employee,x,1.005,demo\n"),
        (
            "budget.csv:2: amount_yuan: '1.005' is no amount in whole fen",
            "write plain digits, as 400000000.00",
        ),
    ),
    Fault(
        "a budget of an unknown insurance",
        put("data/budget.csv", "year,insurance,item,amount_yuan,source\n2025,staff,x,1,demo\n"),
        (
            "budget.csv:2: insurance: 'staff' is no insurance",
            "known: employee, resident, other",
        ),
    ),
    Fault(
        "a budget with separators",
        put("data/budget.csv", 'year,insurance,item,amount_yuan,source\n2025,employee,x,"1,000",demo\n'),
        (
            "budget.csv:2: amount_yuan: '1,000' is no amount in whole fen",
            "write plain digits, as 400000000.00",
        ),
    ),
    Fault(
        "prepaid money of a month 13",
        put(
            "data/prepaid.csv",
            "year,month,insurance,hospital_id,prepaid_yuan,deposit_yuan\n2025,13,employee,demo-A,1,\n",
        ),
        (
            "prepaid.csv:2: month: '13' is no month",
            "known: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
        ),
    ),
    Fault(
        "a score that is none",
        put("data/assessment.csv", "year,hospital_id,score\n2025,demo-A,good\n"),
        (
            "assessment.csv:2: score: 'good' is no score",
            "write a number of 0 or more with at most 6 decimals, as 92.5",
        ),
    ),
    Fault(
        "a deduction of yuan and points",
        put(
            "data/deductions.csv", "year,insurance,hospital_id,amount_yuan,points,reason\n2025,employee,demo-A,1,1,x\n"
        ),
        (
            "deductions.csv:2: more than one of amount_yuan, points is filled",
            "fill exactly one of them",
        ),
    ),
    Fault(
        "a deduction without a reason",
        put("data/deductions.csv", "year,insurance,hospital_id,amount_yuan,points,reason\n2025,employee,demo-A,1,,\n"),
        (
            "deductions.csv:2: reason: blank",
            "say why it is deducted",
        ),
    ),
    Fault(
        "what is carried over, twice",
        put(
            "data/carry.csv", "year,insurance,hospital_id,amount_yuan\n2024,employee,demo-A,1\n2024,employee,demo-A,1\n"
        ),
        (
            "carry.csv:3: 2024, employee, demo-A stands in line 2 already",
            "keep one of the two",
        ),
    ),
]
MAP = (*RUN, "--mapping", "{city}/mapping.toml")
FURTHER = """\
[tables.diagnoses]
file = "dx.csv"
key = "id"
code = "code"
main = { column = "main", is = "1" }
without_main = "blank"
"""
FREE = change(CASES, "principal_diagnosis,other_diagnoses", "x,y")
MAPPINGS = [
    Fault(
        "no mapping",
        lambda _: None,
        (
            "mapping.toml: cannot be read: No such file or directory",
            "check the path and its permissions",
        ),
    ),
    Fault(
        "a mapping that is no TOML",
        put("mapping.toml", "[columns\n"),
        (
            "mapping.toml: not valid TOML: Expected ']' at the end of a table declaration (at line",
            "correct this line",
        ),
    ),
    Fault(
        "a mapping in GBK",
        put("mapping.toml", 'title = "映射"\n'.encode("gbk")),
        (
            "mapping.toml: not UTF-8: invalid continuation byte",
            "save it as UTF-8",
        ),
    ),
    Fault(
        "a mapping of an unknown column",
        put("mapping.toml", '[columns]\ntotal_cost = "x"\n'),
        (
            "mapping.toml: [columns] total_cost: no such column",
            "did you mean 'total_cost_yuan'?",
        ),
    ),
    Fault(
        "a mapping of an absent header",
        put("mapping.toml", '[columns]\nsex = "gend"\n'),
        (
            "cases.csv: 'gend': no such column",
            "mapping.toml maps it to sex",
            "the file has: case_id, hospital_id, insurance, insured_region, principal_diagnosis, o",
        ),
    ),
    Fault(
        "a mapping with a value of another type",
        put("mapping.toml", "[format]\ndelimiter = 7\n"),
        (
            "mapping.toml: [format] delimiter: 7",
            "give a text",
        ),
    ),
    Fault(
        "a mapping to a value that is none",
        put("mapping.toml", '[values.insurance]\n"310" = "staff"\n'),
        (
            "mapping.toml: [values.insurance] '310': 'staff' is no insurance",
            "known: employee, resident, other",
        ),
    ),
    Fault(
        "a further table that is absent",
        both(put("mapping.toml", FURTHER), FREE),
        (
            "mapping.toml: [tables.diagnoses] file: no dx.csv beside the cases",
            "searched ",
            "put it there, or correct the name",
        ),
    ),
    Fault(
        "a further table without its key",
        both(put("mapping.toml", FURTHER), FREE, put("data/dx.csv", "nr,code,main\n1,I10,1\n")),
        (
            "dx.csv: 'id': no such column",
            "mapping.toml names it",
            "the file has: nr, code, main",
        ),
    ),
    Fault(
        "a code map of codes of no system",
        put("mapping.toml", '[code_map]\ndiagnoses = "map.csv"\n'),
        (
            "mapping.toml: [code_map] diagnoses: nothing says what the codes of the cases are",
            'say diagnosis_system = "clinical" or "insurance"',
        ),
    ),
    Fault(
        "a code map that is absent",
        put("mapping.toml", 'diagnosis_system = "clinical"\n[code_map]\ndiagnoses = "map.csv"\n'),
        (
            "map.csv: cannot be read: No such file or directory",
            "check the path and its permissions",
        ),
    ),
    Fault(
        "a code map without a column",
        both(
            put("mapping.toml", 'diagnosis_system = "clinical"\n[code_map]\ndiagnoses = "map.csv"\n'),
            put("map.csv", "a,b\n1,2\n"),
        ),
        (
            "map.csv: no column 'source_code'",
            "a code map has the columns source_code and grouper_code, a list of codes the column code",
        ),
    ),
]


@pytest.mark.parametrize("fault", TABLES, ids=str)
def test_a_broken_table_beside_the_cases_is_refused_and_nothing_is_written(fault: Fault, tmp_path: Path) -> None:
    require_refused(fault, tmp_path, *RUN)


@pytest.mark.parametrize("fault", MAPPINGS, ids=str)
def test_a_broken_mapping_is_refused_and_nothing_is_written(fault: Fault, tmp_path: Path) -> None:
    require_refused(fault, tmp_path, *MAP)
