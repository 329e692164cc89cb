from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.errors import PolicyError
from dipsim.policy.scheme import diagnosis_category, diagnosis_key, read_procedure_classes, read_scheme

DIP = """\
title = "Test scheme"
title_zh = "测试方案"
kind = "dip"
version = "1"
main_procedure = "first"
empty_procedure = "conservative_only"
class_of = "main"
tie = "smallest_code"
source = { doc = "demo" }
"""
BROUGHT = """\
title = "Brought"
title_zh = "自带病种"
kind = "brought"
version = "1"
source = { doc = "demo" }
"""
HEADER = "group_code,kind,diagnosis,main_procedure,other_procedures,procedure_class,name_zh\n"
ROWS = "K35.9:a,core,K35.9,47.0100,54.1100|99.1500,,阑尾炎\nK35:SS,composite,K35,,,surgery,阑尾炎\n"


def folder_with(path: Path, document: str = DIP, **tables: str) -> Path:
    """A scheme folder `test` with these files; the keywords name tables without `.csv`."""
    folder = path / "groupers" / "test"
    folder.mkdir(parents=True)
    (folder / "scheme.toml").write_text(document, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        read_scheme(folder)
    return [str(problem) for problem in refused.value.problems]


def test_a_scheme_is_read_with_all_its_tables(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        groups=HEADER + ROWS,
        excluded_diagnoses="code\nZ51.100\n",
        excluded_procedures="code,treatment\n00.3101,not_main\n88.7600,conservative\n",
        procedure_classes="code,class\n47.0100,surgery\n",
    )
    scheme = read_scheme(folder)
    assert (scheme.name, scheme.kind, scheme.version) == ("test", "dip", "1")
    assert scheme.semantics is not None
    assert scheme.semantics.tie == "smallest_code"
    assert scheme.rows[0].procedures == ("47.0100", "54.1100", "99.1500")
    assert scheme.rows[1].procedures == ()
    assert scheme.rows[1].procedure_class == "surgery"
    assert scheme.excluded_diagnoses == {"Z51.100"}
    assert scheme.procedure_treatments == {"00.3101": "not_main", "88.7600": "conservative"}
    assert scheme.procedure_classes == {"47.0100": "surgery"}


def test_the_optional_tables_may_be_absent(tmp_path: Path) -> None:
    scheme = read_scheme(folder_with(tmp_path, groups=HEADER + ROWS))
    assert (scheme.excluded_diagnoses, scheme.procedure_treatments, scheme.procedure_classes) == (frozenset(), {}, {})


def test_a_scheme_of_brought_groups_needs_no_table(tmp_path: Path) -> None:
    scheme = read_scheme(folder_with(tmp_path, BROUGHT))
    assert (scheme.kind, scheme.semantics, scheme.rows) == ("brought", None, ())


def test_a_scheme_of_brought_groups_has_no_groups_table(tmp_path: Path) -> None:
    assert "groups.csv: not used" in problems_of(folder_with(tmp_path, BROUGHT, groups=HEADER + ROWS))[0]


def test_a_scheme_of_brought_groups_states_no_choices_about_rows(tmp_path: Path) -> None:
    assert "tie" in problems_of(folder_with(tmp_path, BROUGHT + 'tie = "no_match"\n'))[0]


@pytest.mark.parametrize("choice", ["main_procedure", "empty_procedure", "class_of", "tie"])
def test_every_choice_must_be_stated(tmp_path: Path, choice: str) -> None:
    without = "".join(line for line in DIP.splitlines(keepends=True) if not line.startswith(choice))
    (problem,) = problems_of(folder_with(tmp_path, without, groups=HEADER + ROWS))
    assert choice in problem
    assert "missing" in problem


def test_all_faults_of_the_document_are_reported_at_once(tmp_path: Path) -> None:
    document = DIP.replace('tie = "smallest_code"', 'tie = "largest"').replace('version = "1"', "version = 1")
    problems = problems_of(folder_with(tmp_path, document + "colour = 1\n", groups=HEADER + ROWS))
    assert len(problems) == 3
    assert all("groupers/test/scheme.toml" in problem for problem in problems)
    assert any("colour" in problem for problem in problems)


def test_all_faults_of_all_tables_are_reported_at_once(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        groups=HEADER + "A,main,K35.9,,,,\n",
        excluded_procedures="code,treatment\n88.7600,ignored\n",
        procedure_classes="code,class\n47.0100,operation\n",
    )
    text = "\n".join(problems_of(folder))
    assert "groups.csv:2" in text
    assert "excluded_procedures.csv:2" in text
    assert "procedure_classes.csv:2" in text


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A,core,K35.900x001,,,,", "write K35.9"),
        ("A,core,K35.9,,,surgery,", "no procedure_class"),
        ("A,core,K35.9,,54.1100,,", "without a main one"),
        ("A,core,K35.9,47.0100,47.0100,,", "named twice"),
        ("A,core,K35.9,47.0100,54.1100|54.1100,,", "named twice"),
        ("A,core,K35.9,47.0100,54.1100|,,", "is blank"),
        ("A,core,K35.9,88.7600,,,", "no case can reach"),
        ("A,core,K35.9,00.3101,,,", "no case can reach"),
        ("A,core,K35.9,47.0100,88.7600,,", "no case can reach"),
        ("A,composite,K35.9,,,surgery,", "write K35"),
        ("A,composite,K35,,,,", "needs a procedure_class"),
        ("A,composite,K35,47.0100,,surgery,", "has no procedures"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(tmp_path: Path, row: str, what: str) -> None:
    excluded = "code,treatment\n88.7600,conservative\n00.3101,not_main\n"
    (problem,) = problems_of(folder_with(tmp_path, groups=f"{HEADER}{row}\n", excluded_procedures=excluded))
    assert "group A" in problem
    assert what in problem


def test_a_procedure_that_cannot_be_main_may_be_another_one(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        groups=HEADER + "A,core,K35.9,47.0100,00.3101,,\n",
        excluded_procedures="code,treatment\n00.3101,not_main\n",
    )
    assert read_scheme(folder).rows[0].other_procedures == ("00.3101",)


@pytest.mark.parametrize(
    "rows",
    [
        "A,core,K35.9,47.0100,54.1100|99.1500,,\nB,core,K35.9,47.0100,99.1500|54.1100,,\n",
        "A,composite,K35,,,surgery,\nB,composite,K35,,,surgery,\n",
    ],
)
def test_the_same_row_under_two_codes_is_refused(tmp_path: Path, rows: str) -> None:
    (problem,) = problems_of(folder_with(tmp_path, groups=HEADER + rows))
    assert "group B" in problem
    assert "group A has the same" in problem


def test_a_group_code_may_stand_there_once(tmp_path: Path) -> None:
    assert "A" in problems_of(folder_with(tmp_path, groups=f"{HEADER}A,core,K35.9,,,,\nA,core,K35.8,,,,\n"))[0]


def test_a_users_classes_go_on_top_of_the_schemes_own(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, groups=HEADER + ROWS, procedure_classes="code,class\n1,surgery\n2,diagnostic\n")
    own = tmp_path / "own.csv"
    own.write_text("code,class,name\n2,therapeutic,x\n3,intervention,y\n", encoding="utf-8")
    scheme = read_scheme(folder).with_procedure_classes(read_procedure_classes(own))
    assert scheme.procedure_classes == {"1": "surgery", "2": "therapeutic", "3": "intervention"}


@pytest.mark.parametrize(
    ("code", "key", "category"),
    [
        ("K35.900x001", "K35.9", "K35"),
        ("I64.x00", "I64.x", "I64"),
        ("A02.201+J17.0*", "A02.2", "A02"),
        ("I10", "I10", "I10"),
    ],
)
def test_key_and_category_are_the_first_characters(code: str, key: str, category: str) -> None:
    assert (diagnosis_key(code), diagnosis_category(code)) == (key, category)
