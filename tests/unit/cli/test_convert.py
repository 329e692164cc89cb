"""`dipsim convert`: files of any make become one canonical file, with an account of what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet
from typer.testing import CliRunner, Result

from dipsim.cases.identity import content_fingerprint
from dipsim.cases.read import read_cases
from dipsim.cli.main import app
from dipsim.errors import OutputError
from tests.unit.cases.tables import written

MAPPING = """
diagnosis_system = "clinical"
[tables.diagnoses]
file = "dx.csv"
key = "id"
code = "code"
main = { column = "main", is = "1" }
without_main = "blank"
"""
CASES = "case_id,patient_id,sex\na,p,1\nb,p,2\nc,q,x\n"
DIAGNOSES = "id,code,main\na,I10,1\nb,I10,0\nb,E11,1\nz,I10,1\n"
CODE_MAP = "source_code,grouper_code\nI10,I10.x00\nE11,I10\n"


def converted(folder: Path, *words: str) -> Result:
    cases = written(folder, CASES)
    written(folder, DIAGNOSES, "dx.csv")
    mapping = written(folder, MAPPING, "m.toml")
    output = folder / "out.parquet"
    return CliRunner().invoke(
        app, ["convert", str(cases), "--mapping", str(mapping), "-o", str(output), "--lang", "en", *words]
    )


def test_a_converted_file_reads_as_the_files_did(tmp_path: Path) -> None:
    result = converted(tmp_path)
    assert result.exit_code == 0
    assert "3 rows in = 2 converted + 1 rejected" in result.stdout
    again = read_cases([tmp_path / "out.parquet"]).cases
    assert again.case_ids.to_pylist() == ["a", "b"]
    assert again.code("principal_diagnosis").values == ("E11", "I10")
    assert (tmp_path / "out.rejected.csv").read_text(encoding="utf-8").count("unknown_category") == 1


def test_the_rows_of_further_tables_are_accounted_for(tmp_path: Path) -> None:
    result = converted(tmp_path)
    assert "diagnoses: 4 rows = 3 used + 1 left out; 1 cases have none" in result.stderr
    assert "diagnoses: 1 rows whose case is not in the case file: dx.csv:5" in result.stderr


def test_a_sign_for_a_blank_is_told_in_the_readers_language(tmp_path: Path) -> None:
    path, out = written(tmp_path, "case_id,procedures\n1,-\n"), str(tmp_path / "out.parquet")
    told = CliRunner().invoke(app, ["convert", str(path), "-o", out, "--lang", "en"]).stderr
    assert "procedures: '-' in 1 cells is taken as a value; if it means a blank, say blanks = ['-']" in told
    assert "1 处的 '-' 按取值读入" in CliRunner().invoke(app, ["convert", str(path), "-o", out]).stderr


def test_a_code_map_translates_and_warns_of_codes_that_mean_two_things(tmp_path: Path) -> None:
    code_map = written(tmp_path, CODE_MAP, "map.csv")
    result = converted(tmp_path, "--code-map", str(code_map), "--json")
    notes = json.loads(result.stdout)["notes"]
    assert "principal_diagnosis: code_map changed in 2 cells, as 'E11' -> 'I10'" in notes
    assert any(note.startswith("principal_diagnosis: 1 codes in 1 cells were translated and are") for note in notes)
    cases = read_cases([tmp_path / "out.parquet"]).cases
    assert [cases.code("principal_diagnosis").text(row) for row in (0, 1)] == ["I10.x00", "I10"]


def test_a_code_map_without_a_word_on_the_system_is_refused(tmp_path: Path) -> None:
    cases, code_map = written(tmp_path, CASES), written(tmp_path, CODE_MAP, "map.csv")
    words = ["convert", str(cases), "-o", str(tmp_path / "out.parquet"), "--code-map", str(code_map)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code != 0
    assert not (tmp_path / "out.parquet").exists()
    assert "diagnosis_system" in str(result.exception)


def test_one_salt_gives_one_pseudonym_and_another_conversion_none_in_common(tmp_path: Path) -> None:
    salt = written(tmp_path, "0123456789abcdef", "salt")
    seen = []
    for words in (["--salt", str(salt)], ["--salt", str(salt)], []):
        converted(tmp_path, *words)
        seen.append(pyarrow.parquet.read_table(tmp_path / "out.parquet").column("patient_id").to_pylist()[0])
    assert seen[0] == seen[1] != seen[2]


def test_a_dry_run_writes_nothing_and_two_conversions_hold_the_same(tmp_path: Path) -> None:
    converted(tmp_path, "--dry-run")
    assert not (tmp_path / "out.parquet").exists()
    fingerprints = set()
    for _ in range(2):
        converted(tmp_path)
        fingerprints.add(content_fingerprint(read_cases([tmp_path / "out.parquet"]).cases))
    assert len(fingerprints) == 1


def test_a_converted_file_does_not_take_the_place_of_its_source(tmp_path: Path) -> None:
    assert converted(tmp_path).exit_code == 0
    source = tmp_path / "out.parquet"
    before = source.read_bytes()
    done = CliRunner().invoke(app, ["convert", str(source), "-o", str(source), "--lang", "en"])
    assert isinstance(done.exception, OutputError)
    assert "the result would overwrite them" in str(done.exception)
    assert source.read_bytes() == before
