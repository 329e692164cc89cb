"""`dipsim scheme import`, `check`, `diff` and `show` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dipsim.cli.main import app, main
from tests.unit.grouping.workbook.official import small, write
from tests.unit.policy.small_drg import HEAD

SPLIT = """extends = "drg"
[[split]]
drg = "BR15"
by = "length_of_stay_days"
parts = [{ code = "BR1A", name = "短住院", maximum = 2 }]
"""
CASES = """case_id,principal_diagnosis,other_diagnoses,procedures,age_years,length_of_stay_days,total_cost_yuan
1,I63.900,,,50,1,1000.00
2,I63.900,,,50,9,2000.00
3,I63.900,G40.900,,50,1,3000.50
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy folder with an imported scheme and a variant that splits one of its DRGs."""
    workbook = write(tmp_path / "drg.xlsx", small())
    run("scheme", "import", workbook, "--name", "drg", "--into", tmp_path)
    city = tmp_path / "groupers" / "city"
    city.mkdir()
    (city / "scheme.toml").write_text(HEAD + SPLIT, encoding="utf-8")
    return tmp_path


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def answer(*words: str | Path) -> Any:
    return json.loads(run(*words, "--json"))


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """What is told on the error stream by a command that ends with exit code 2."""
    monkeypatch.setattr("sys.argv", ["dipsim", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_import_counts_the_rows_and_lists_what_is_odd(tmp_path: Path) -> None:
    sheets = small()
    sheets["集合"].append(sheets["集合"][0])
    told = answer("scheme", "import", write(tmp_path / "drg.xlsx", sheets), "--name", "drg", "--into", tmp_path)
    assert told["imported"][3] == {"sheet": "集合", "rows": 10}
    assert [(row["kind"], row["where"]) for row in told["anomalies"]] == [("duplicate_row", "集合:13")]
    assert told["written"] == [str(tmp_path / "groupers" / "drg")]


def test_import_speaks_both_languages(tmp_path: Path) -> None:
    sheets = small()
    sheets["集合"].append(sheets["集合"][0])
    words = ("scheme", "import", write(tmp_path / "drg.xlsx", sheets), "--name", "drg", "--into", tmp_path)
    assert "重复行" in run(*words)
    assert "a row that repeats another" in run(*words, "--replace", "--lang", "en")


def test_a_long_rule_is_shown_by_its_beginning_and_kept_whole(tmp_path: Path) -> None:
    sheets = small()
    rule = "ZYZD  in DI_BR1 and (" + " or ".join(f"NL = {age}" for age in range(30)) + ")"
    sheets["ADRG"][3][2] = rule
    path = write(tmp_path / "drg.xlsx", sheets)
    said = run("scheme", "import", path, "--name", "drg", "--into", tmp_path, "--lang", "en")
    assert "NL = 0 or" in said
    assert "NL = 29" not in said
    assert "NL = 29" in (tmp_path / "groupers" / "drg" / "anomalies.csv").read_text(encoding="utf-8")


def test_a_dry_run_of_an_import_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "drg.xlsx", small())
    told = answer("scheme", "import", path, "--name", "drg", "--into", tmp_path, "--dry-run")
    assert "would_write" in told
    assert not (tmp_path / "groupers").exists()


def test_a_broken_workbook_ends_with_2_and_every_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets = small()
    sheets["MDC"][1][2] = "ZYZD in DI_B01"
    sheets["集合"][5][1] = 50.59
    path = write(tmp_path / "drg.xlsx", sheets)
    told = refused(monkeypatch, capsys, "scheme", "import", path, "--name", "drg", "--into", tmp_path)
    assert "drg.xlsx [MDC]!C4: no set 'DI_B01'" in told
    assert "drg.xlsx [集合]!B8: 50.59 is not text" in told
    assert not (tmp_path / "groupers").exists()


def test_options_of_the_other_kind_of_import_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("scheme", "import", tmp_path / "x.xlsx", "--name", "x")
    assert "name its --mapping" in refused(monkeypatch, capsys, *words, "--costs", tmp_path / "c.csv")
    told = refused(monkeypatch, capsys, *words, "--mapping", "pingdingshan", "--codes", tmp_path / "c.csv")
    assert "--codes: belongs to the DRG workbook" in told


def test_check_names_the_fingerprint_and_the_oddities(folder: Path) -> None:
    told = answer("scheme", "check", "city", "--policy", folder)
    assert len(told["fingerprint"]) == 64
    assert told["anomalies"] == []
    assert len(answer("scheme", "check", "dip-demo")["fingerprint"]) == 64


def test_check_reads_the_rules(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "groupers" / "drg" / "adrg.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("ZYZD in DI_BR1", "ZYZD in DI_BR2"), encoding="utf-8")
    told = refused(monkeypatch, capsys, "scheme", "check", "city", "--policy", folder)
    assert "error: drg/adrg.csv:5: rule: no set 'DI_BR2'; the rule of BR1 names it; did you mean 'DI_BR1'?" in told


def test_show_tells_what_a_variant_extends(folder: Path) -> None:
    told = {
        row["what"]: row["value"]
        for row in answer("scheme", "show", "city", "--policy", folder, "--lang", "en")["scheme"]
    }
    assert told["extends"] == "drg"
    assert (told["MDC"], told["ADRG"], told["DRG"]) == ("2", "5", "8")
    assert told["fallback"] == "B00"


def test_show_resolved_lists_every_row_in_the_order_of_trying(folder: Path) -> None:
    rows = answer("scheme", "show", "city", "--resolved", "--policy", folder)["rows"]
    codes = [row["code"] for row in rows]
    assert codes[:3] == ["MDCA", "AA1", "AA19"]
    assert codes[codes.index("BR1") :] == ["BR1", "BR13", "BR1A", "BR15", "B00", "B000"]
    assert len(rows) == 2 + 5 + 8


def test_show_of_a_group_gives_the_rules_down_to_it_and_the_sizes_of_their_sets(folder: Path) -> None:
    told = answer("scheme", "show", "city", "BR13", "--policy", folder)
    assert [(row["code"], row["rule"]) for row in told["rows"]] == [
        ("MDCB", "ZYZD in DI_B00"),
        ("BR1", "ZYZD in DI_BR1"),
        ("BR13", "QTZD in {MCC, CC}"),
    ]
    assert told["sets"] == [
        {"set": "CC", "codes": 1},
        {"set": "DI_B00", "codes": 3},
        {"set": "DI_BR1", "codes": 2},
        {"set": "MCC", "codes": 1},
    ]


@pytest.mark.parametrize(
    ("scheme", "group", "told"), [("drg", "BR14", "did you mean 'BR1"), ("dip-demo", "X", "no group 'X'")]
)
def test_show_of_a_group_that_is_not_there_is_refused(
    folder: Path,
    scheme: str,
    group: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told in refused(monkeypatch, capsys, "scheme", "show", scheme, group, "--policy", folder)


def test_diff_tells_the_groups_and_with_cases_who_moves(folder: Path) -> None:
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    told = answer("scheme", "diff", "drg", "city", "--cases", folder / "cases.csv", "--policy", folder)
    assert told["groups"] == {"added": 1, "dropped": 0, "changed": 0}
    assert [(row["code"], row["change"], row["new"]) for row in told["rows"]] == [
        ("BR1A", "added", "length_of_stay_days<=2")
    ]
    assert told["cases"] == {"cases": 3, "moved": 1, "cost_yuan": "6000.50", "moved_cost_yuan": "1000.00"}
    assert told["moves"] == [{"old": "BR15", "new": "BR1A", "cases": 1, "cost_yuan": "1000.00"}]


def test_a_program_gets_every_list_of_a_diff_even_an_empty_one(folder: Path) -> None:
    told = answer("scheme", "diff", "drg", "drg", "--policy", folder)
    assert (told["rows"], told["codes"]) == ([], [])


def test_diff_moves_cases_that_have_no_cost(folder: Path) -> None:
    cases = folder / "cases.csv"
    cases.write_text("".join(line.rpartition(",")[0] + "\n" for line in CASES.splitlines()), encoding="utf-8")
    words = ("scheme", "diff", "drg", "city", "--cases", cases, "--policy", folder)
    assert answer(*words)["cases"] == {"cases": 3, "moved": 1, "cost_yuan": None, "moved_cost_yuan": None}
    assert "1 of 3 cases move\n" in run(*words, "--lang", "en")


def test_diff_speaks_both_languages(folder: Path) -> None:
    words = ("scheme", "diff", "drg", "city", "--policy", folder)
    assert "病组：新增 1，删除 0，变更 0" in run(*words)
    assert "groups: 1 added, 0 dropped, 0 changed" in run(*words, "--lang", "en")


def test_what_was_imported_is_found_from_the_folder_that_it_was_imported_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIPSIM_POLICY", raising=False)
    monkeypatch.chdir(tmp_path)
    run("scheme", "import", write(tmp_path / "drg.xlsx", small()), "--name", "drg")
    assert "drg" in run("scheme", "check", "drg")
