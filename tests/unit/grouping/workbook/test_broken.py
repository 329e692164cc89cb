"""Broken workbooks: each gives every fault with its sheet and cell, and nothing is written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from dipsim.errors import PolicyError
from dipsim.grouping.workbook import import_workbook
from tests.unit.grouping.workbook.official import HEADERS, Plant, add, put, small, write

Touch = Callable[[xlsxwriter.Workbook], object]


def faults(path: Path) -> list[str]:
    """The place and the fault of each problem; the name of the file and the spaces around it left out."""
    with pytest.raises(PolicyError) as refused:
        import_workbook(path, "drg", path.parent)
    assert not (path.parent / "groupers").exists()
    return [f"{problem.where}: {problem.what}".removeprefix(path.name).strip() for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("told", "plant"),
    [
        ("[MDC]!C4: no set 'DI_B01'", put("MDC", 1, 2, "ZYZD in DI_B01")),
        ("[集合]!B13: 'DI_B00' is a set, not a code", add("集合", "DI_BR1", "DI_B00", "", "1")),
        ("[集合]!B13: 'OP_NEW' is a set, not a code", add("集合", "OP_ALL", "OP_NEW", "", "2")),
        ("[ADRG]!C4: line 1, column 9: 'OP' is not expected here", put("ADRG", 1, 2, "ZYSS in OP")),
        ("[DRG]!C4: line 2, column 5: '(' is not expected here", put("DRG", 1, 2, "QTZD\n in (")),
        ("[DRG]!C4: line 1, column 8: the end of the rule is not expected here", put("DRG", 1, 2, "QTZD in")),
        ("[集合]!B8: 50.59 is not text", put("集合", 5, 1, 50.59)),
        ("[排除表]!B3: 40.0 is not text", put("排除表", 0, 1, 40)),
        ("[ADRG]!A8: 101.0 is not text", add("ADRG", 101, "", "", "MDCB", 9)),
        ("[ADRG]!D4: no MDC 'MDCX'", put("ADRG", 1, 3, "MDCX")),
        ("[DRG]!D4: no ADRG 'BX1'", put("DRG", 1, 3, "BX1")),
        ("[CC]!C3: 1.0 is not text", put("CC", 0, 2, 1)),
        ("[MDC]!D4: '2.5' is not a whole number", put("MDC", 1, 3, 2.5)),
        ("[MDC]!D4: 排序 is blank", put("MDC", 1, 3, "")),
        ("[集合]!A5: 集合编号 is blank", put("集合", 2, 0, "")),
        ("[CC]!D4: 'CCC' is no degree of a complication", put("CC", 1, 3, "CCC")),
        ("[CC]!A5: code I63.900 as in row 4", add("CC", "I63.900", "", "EX_1", "CC")),
        ("[DRG]!A10: code BB15 as in row 5", add("DRG", "BB15", "", "NL<6", "BB1", "MDCB", 3)),
        ("[CC]!A3: no rows below the header", lambda s: s["CC"].clear()),
        ("[排除表]: no such sheet", lambda s: s.pop("排除表")),
    ],
)
def test_a_fault_is_told_with_its_sheet_and_cell(tmp_path: Path, told: str, plant: Plant) -> None:
    sheets = small()
    plant(sheets)
    assert told in faults(write(tmp_path / "drg.xlsx", sheets))


def test_sets_that_hold_each_other_are_shown_as_a_circle(tmp_path: Path) -> None:
    sheets = small()
    sheets["集合"] += [["DI_B00", "DI_BR1", "", "1"], ["DI_BR1", "DI_B00", "", "1"]]
    with pytest.raises(PolicyError) as refused:
        import_workbook(write(tmp_path / "drg.xlsx", sheets), "drg", tmp_path)
    assert [problem.why for problem in refused.value.problems] == [
        "the sets hold each other: DI_B00 -> DI_BR1 -> DI_B00",
        "the sets hold each other: DI_BR1 -> DI_B00 -> DI_BR1",
    ]


def test_a_set_with_an_x_in_its_name_is_no_code_either(tmp_path: Path) -> None:
    sheets = small()
    sheets["集合"].append(["DI_B00", "DI_BX1", "", "1"])
    assert faults(write(tmp_path / "drg.xlsx", sheets)) == ["[集合]!B13: 'DI_BX1' is a set, not a code"]


@pytest.mark.parametrize(("name", "header"), [(name, text) for name, texts in HEADERS.items() for text in texts])
def test_a_renamed_column_is_told_with_its_sheet(tmp_path: Path, name: str, header: str) -> None:
    renamed = tuple(f"{text}码" if text == header else text for text in HEADERS[name])
    path = write(tmp_path / "drg.xlsx", small(), {**HEADERS, name: renamed})
    cell = f"{'ABCDEF'[HEADERS[name].index(header)]}2"
    with pytest.raises(PolicyError) as refused:
        import_workbook(path, "drg", tmp_path)
    assert [str(problem) for problem in refused.value.problems] == [
        f"drg.xlsx [{name}]!{cell}: column '{header}' is missing; did you mean '{header}码'?"
    ]


def test_a_column_with_an_unlike_header_is_told_at_the_cell_where_it_usually_stands(tmp_path: Path) -> None:
    renamed = ("编码", "名称", "表达式", "所属MDC", "MDC内排序")
    path = write(tmp_path / "drg.xlsx", small(), {**HEADERS, "ADRG": renamed})
    with pytest.raises(PolicyError) as refused:
        import_workbook(path, "drg", tmp_path)
    assert [str(problem) for problem in refused.value.problems] == [
        f"drg.xlsx [ADRG]!C2: column '规则' is missing; row 2 has: {', '.join(renamed)}"
    ]


@pytest.mark.parametrize(
    ("told", "touch"),
    [
        (
            ["[DRG]!C4:C5: merged cells"],
            lambda book: book.get_worksheet_by_name("DRG").merge_range("C4:C5", "QTZD in MCC"),
        ),
        (["[MDC]!A2:B2: merged cells"], lambda book: book.get_worksheet_by_name("MDC").merge_range("A2:B2", "编码")),
        (
            ["[ADRG]!C5: a formula"],
            lambda book: book.get_worksheet_by_name("ADRG").write_formula("C5", "=C4", None, ""),
        ),
    ],
)
def test_merged_cells_and_formulas_are_told_with_their_cells(tmp_path: Path, told: list[str], touch: Touch) -> None:
    path = write(tmp_path / "drg.xlsx", small(), touch=touch)
    assert [fault for fault in faults(path) if "merged" in fault or "formula" in fault] == told


def test_an_error_in_a_cell_is_not_read_as_a_blank_rule(tmp_path: Path) -> None:
    def touch(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("ADRG").write_formula("C5", "=NA()", None, "#N/A")

    path = write(tmp_path / "formula.xlsx", small(), touch=touch)
    pasted = tmp_path / "drg.xlsx"
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(pasted, "w") as copy:
        for name in parts.namelist():
            copy.writestr(name, parts.read(name).replace(b"<f>NA()</f>", b""))
    assert "[ADRG]!C5: an error" in faults(pasted)


@pytest.mark.parametrize("line", [1, 3, 4])
def test_a_header_in_another_row_is_told(tmp_path: Path, line: int) -> None:
    path = tmp_path / "drg.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    for name, texts in HEADERS.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate([texts, *small()[name]], start=line - 1):
            sheet.write_row(number, 0, row)
    workbook.close()
    assert faults(path) == [f"[{name}]!A{line}: the header stands in row {line}" for name in HEADERS]


def test_a_merged_title_above_the_header_is_no_fault(tmp_path: Path) -> None:
    def touch(workbook: xlsxwriter.Workbook) -> None:
        for name in HEADERS:
            workbook.get_worksheet_by_name(name).merge_range("A1:D1", "按病组付费分组方案")

    assert import_workbook(write(tmp_path / "drg.xlsx", small(), touch=touch), "drg", tmp_path).anomalies == ()


def test_every_fault_of_a_workbook_is_told_at_once(tmp_path: Path) -> None:
    sheets = small()
    sheets["MDC"][1][2] = "ZYZD in DI_B01"
    sheets["ADRG"][1][2] = "ZYSS is OP_BB1"
    sheets["DRG"][0][3] = "AA9"
    sheets["集合"][5][1] = 50.59
    sheets["集合"].append(["OP_ALL", "OP_AA1", "", "2"])
    sheets["CC"][0][3] = "severe"
    path = write(
        tmp_path / "drg.xlsx", sheets, touch=lambda book: book.get_worksheet_by_name("DRG").merge_range("B6:B7", "x")
    )
    assert faults(path) == [
        "[DRG]!B6:B7: merged cells",
        "[集合]!B8: 50.59 is not text",
        "[CC]!D3: 'severe' is no degree of a complication",
        "[DRG]!D3: no ADRG 'AA9'",
        "[ADRG]!C4: line 1, column 6: 'is' is not expected here",
        "[MDC]!C4: no set 'DI_B01'",
        "[集合]!B13: 'OP_AA1' is a set, not a code",
    ]


def test_an_absent_sheet_hides_no_fault_of_the_others(tmp_path: Path) -> None:
    sheets = small()
    del sheets["集合"]
    sheets["ADRG"][1][2] = "ZYSS is OP_BB1"
    assert faults(write(tmp_path / "drg.xlsx", sheets)) == [
        "[集合]: no such sheet",
        "[ADRG]!C4: line 1, column 6: 'is' is not expected here",
    ]


def test_a_sheet_under_another_name_is_offered(tmp_path: Path) -> None:
    sheets = small()
    sheets["集合表"] = sheets.pop("集合")
    path = write(tmp_path / "drg.xlsx", sheets, {**HEADERS, "集合表": HEADERS["集合"]})
    with pytest.raises(PolicyError, match=r"\[集合\]: no such sheet; did you mean '集合表'"):
        import_workbook(path, "drg", tmp_path)


def test_an_empty_sheet_is_told_with_the_header_that_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "drg.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    for name in HEADERS:
        workbook.add_worksheet(name)
    workbook.close()
    with pytest.raises(PolicyError) as refused:
        import_workbook(path, "drg", tmp_path)
    assert [str(problem) for problem in refused.value.problems] == [
        f"drg.xlsx [{name}]: empty; row 2 is the header: {', '.join(texts)}" for name, texts in HEADERS.items()
    ]


def test_a_rule_of_1_may_be_a_number(tmp_path: Path) -> None:
    sheets = small()
    sheets["ADRG"][4][2] = 1
    assert import_workbook(write(tmp_path / "drg.xlsx", sheets), "drg", tmp_path).anomalies == ()


@pytest.mark.parametrize(("name", "content"), [("drg.xlsx", "编码,名称"), ("drg.csv", "编码,名称")])
def test_what_is_no_workbook_is_told(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert faults(path) == [": not an .xlsx workbook"]


def test_a_workbook_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"drg.xlsx: cannot be read"):
        import_workbook(tmp_path / "drg.xlsx", "drg", tmp_path)


def test_a_workbook_with_none_of_the_sheets_is_told_once(tmp_path: Path) -> None:
    path = write(tmp_path / "dip.xlsx", {"病种目录": []}, {"病种目录": ("病种编码",)})
    with pytest.raises(PolicyError, match=r"dip.xlsx: not the official DRG workbook") as refused:
        import_workbook(path, "drg", tmp_path)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_with_a_damaged_part_cannot_be_read(tmp_path: Path, part: str) -> None:
    path = write(tmp_path / "drg.xlsx", small())
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b'"UTF-8"', b'"WTF-8"')[: -20 if name == part else None])
    with pytest.raises(PolicyError, match=r"drg\.xlsx: cannot be read; .*; check the path, and that it opens in Excel"):
        import_workbook(path, "drg", tmp_path)
