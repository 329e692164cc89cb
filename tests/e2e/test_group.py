"""`dipsim group` from a file of cases to a file of groups, by a DRG scheme from its folder."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq

from dipsim.policy.drg_scheme import DrgScheme
from tests.chs_drg import chs_drg
from tests.e2e.commands import dipsim
from tests.shared import shared_path

MAPPING = """
[columns]
case_id = "id"
sex = "sex"
age_years = "age"
age_days = "age_days"
admission_weight_g = "weight"
principal_diagnosis = "principal_dx"
other_diagnoses = "secondary_dx"
procedures = "procedures"
"""
HEAD = """
title = "CHS-DRG 1.1"
title_zh = "CHS-DRG 1.1"
kind = "drg"
version = "1.1"
weight = "admission_weight_g"
unknown_codes = "ignored"
fallback = []
surgery_unrelated = []
ungroupable = "0000"
source = { doc = "CHS-DRG 1.1" }
"""
CASES = """case_id,age_years,age_days,sex,principal_diagnosis,other_diagnoses,procedures,length_of_stay_days
B,60,,1,J18.900,E11.900|I50.000,,7
A,30,,2,O80.000,,,3
C,50,,1,,,,4
C,50,,1,J18.900,,,4
D,40,,1,Q99.999,,,4
"""


def write_table(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def write_scheme(scheme: DrgScheme, folder: Path) -> None:
    """A scheme as the folder that `dipsim scheme import` would write."""
    folder.mkdir(parents=True)
    (folder / "scheme.toml").write_text(HEAD, encoding="utf-8")
    levels = {"mdc": scheme.mdc, "adrg": scheme.adrg, "drg": scheme.drg}
    write_table(folder / "mdc.csv", "code,name,rule,order", [(r.code, "", r.rule, r.order) for r in scheme.mdc])
    for name, above in (("adrg", "mdc"), ("drg", "adrg")):
        rows: list[tuple[object, ...]] = [(r.code, "", r.rule, r.parent, r.order) for r in levels[name]]
        write_table(folder / f"{name}.csv", f"code,name,rule,{above},order", rows)
    members = [(name, "", code, "") for name, codes in scheme.sets.items() for code in sorted(codes)]
    write_table(folder / "sets.csv", "set,type,code,name", [*members])
    degrees = [(code, "", each.table, each.level) for code, each in scheme.complications.items()]
    write_table(folder / "cc.csv", "code,name,table,level", [*degrees])
    write_table(folder / "exclusions.csv", "table,code", [(table, code) for code, table in scheme.exclusions.items()])


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_ten_thousand_published_cases_get_their_drg_from_the_command_line(tmp_path: Path) -> None:
    cases = shared_path("oracles/chs-drg-1.1-cases.csv")
    write_scheme(chs_drg(), tmp_path / "policy" / "groupers" / "chs-drg-1.1")
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    out = tmp_path / "grouped.csv"
    options = ("--policy", tmp_path / "policy", "--mapping", tmp_path / "mapping.toml", "-o", out)
    said = dipsim("group", cases, "--scheme", "chs-drg-1.1", *options, "--threads", "2", "--lang", "en")
    assert "10,000 rows in = 10,000 grouped + 0 rejected" in said
    grouped = {row["case_id"]: row for row in read(out)}
    expected = {row["id"]: (row["expected_mdc"], row["expected_adrg"], row["expected_drg"]) for row in read(cases)}
    expected = {key: (mdc, "0000" if drg == "0000" else adrg, drg) for key, (mdc, adrg, drg) in expected.items()}
    found = {key: (row["mdc"], row["adrg"], row["group_code"]) for key, row in grouped.items()}
    wrong = {key: (expected[key], found[key]) for key in expected if expected[key] != found[key]}
    assert len(grouped) == 10_000
    assert wrong == {}


def test_drg_cases_are_grouped_with_mdc_adrg_status_and_what_decided(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    out = tmp_path / "out.csv"
    said = dipsim("group", tmp_path / "cases.csv", "--scheme", "drg-reference", "-o", out, "--lang", "en", "--reasons")
    rows = read(out)
    assert list(rows[0]) == ["case_id", "mdc", "adrg", "group_code", "status", "rule", "deciding_code"]
    assert [row["case_id"] for row in rows] == ["A", "B", "D"]
    assert rows[1]["mdc"] == "MDCE"
    assert rows[1]["group_code"].startswith(rows[1]["adrg"])
    assert rows[1]["rule"].startswith("drg-reference/drg.csv:")
    assert rows[1]["deciding_code"] in ("E11.900", "I50.000")
    assert (rows[2]["group_code"], rows[2]["status"]) == ("0000", "ungroupable")
    assert "5 rows in = 3 grouped + 2 rejected" in said
    assert "tied" not in said
    assert len(read(tmp_path / "out.rejected.csv")) == 2


def test_without_reasons_drg_cases_have_five_columns(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    out = tmp_path / "out.csv"
    dipsim("group", tmp_path / "cases.csv", "--scheme", "drg-reference", "-o", out)
    assert list(read(out)[0]) == ["case_id", "mdc", "adrg", "group_code", "status"]


def test_columns_that_the_scheme_reads_and_the_cases_lack_are_told(tmp_path: Path) -> None:
    cases, out = tmp_path / "cases.csv", tmp_path / "out.csv"
    cases.write_text(CASES.replace("sex,", "not_sex,"), encoding="utf-8")
    said = dipsim("group", cases, "--scheme", "drg-reference", "-o", out, "--lang", "en")
    assert "no column 'sex'; the rules of the scheme read it, and it is blank for every case" in said
    cases.write_text("case_id,principal_diagnosis\na,J18.900\n", encoding="utf-8")
    said = dipsim("group", cases, "--scheme", "drg-reference", "-o", tmp_path / "x.csv", "--lang", "en", exit_code=2)
    for name in ("other_diagnoses", "procedures"):
        assert f"cases.csv: no column '{name}'; the rules of drg-reference read it; add it or map it" in said
    assert not (tmp_path / "x.csv").exists()


def test_no_result_takes_the_place_of_the_cases_that_it_is_made_from(tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(CASES, encoding="utf-8")
    for given in (cases, tmp_path):
        for verb in ("group", "quality"):
            said = dipsim(verb, given, "--scheme", "drg-reference", "-o", cases, "--lang", "en", exit_code=2)
            assert "the result would overwrite them" in said
    assert cases.read_text(encoding="utf-8") == CASES


def test_groups_are_the_same_as_parquet_and_on_two_threads(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    for name, threads in (("out.csv", 1), ("out.parquet", 2)):
        options = ("--scheme", "drg-reference", "-o", tmp_path / name, "--threads", str(threads))
        dipsim("group", tmp_path / "cases.csv", *options)
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == read(tmp_path / "out.csv")


def test_a_drg_scheme_reads_no_procedure_classes(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    (tmp_path / "classes.csv").write_text("code,class\n45.2300,diagnostic\n", encoding="utf-8")
    options = ("--scheme", "drg-reference", "--procedure-classes", tmp_path / "classes.csv", "-o", tmp_path / "out.csv")
    said = dipsim("group", tmp_path / "cases.csv", *options, exit_code=2)
    assert "leave out --procedure-classes" in said
    assert not (tmp_path / "out.csv").exists()
