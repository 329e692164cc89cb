"""`dipsim map`: a mapping is proposed, shown and written."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from dipsim.cases.mapping import read_mapping
from dipsim.cases.read import read_cases
from dipsim.cli.main import app
from tests.unit.cases.tables import written


def test_a_proposal_is_shown_in_chinese_and_written_as_a_mapping_that_reads(tmp_path: Path) -> None:
    path, output = written(tmp_path, "结算流水号,总费用,色\nS1,10.5,红\n"), tmp_path / "m.toml"
    result = CliRunner().invoke(app, ["map", str(path), "-o", str(output)])
    assert result.exit_code == 0
    for told in ("总费用", "确定", "未能识别: 色"):
        assert told in result.stdout
    assert read_cases([path], read_mapping(output)).cases.fen("total_cost_yuan").tolist() == [1050]


def test_the_file_that_is_read_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, "los\n3\n")
    result = CliRunner().invoke(app, ["map", str(path), "-o", str(path)])
    assert result.exit_code != 0
    assert "overwrite" in str(result.exception)
    assert path.read_text(encoding="utf-8") == "los\n3\n"


def test_json_names_what_is_missing_and_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    path, output = written(tmp_path, "los\n3\n"), tmp_path / "m.toml"
    result = CliRunner().invoke(app, ["map", str(path), "-o", str(output), "--json", "--dry-run"])
    answer = json.loads(result.stdout)
    assert answer["proposals"][0]["column"] == "length_of_stay_days"
    assert "case_id" in answer["missing"]
    assert not output.exists()
