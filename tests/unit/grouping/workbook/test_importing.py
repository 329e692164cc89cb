from __future__ import annotations

import csv
import hashlib
import time
from pathlib import Path

import pytest
import xlsxwriter

from dipsim.errors import PolicyError
from dipsim.grouping.drg_check import AnomalyKind
from dipsim.grouping.drg_check.anomalies import counted
from dipsim.grouping.workbook import WorkbookReport, import_workbook
from dipsim.paths import PolicyRoots
from dipsim.policy.drg_folder import read_drg_scheme
from dipsim.policy.drg_scheme import Complication, DrgScheme
from tests.unit.grouping.workbook.official import FIRST_ROW, HEADERS, Plant, Sheets, add, full_size, put, small, write

SECONDS_AT_FULL_SIZE = 30


def imported(folder: Path, sheets: Sheets) -> tuple[WorkbookReport, DrgScheme]:
    report = import_workbook(write(folder / "drg.xlsx", sheets), "drg", folder)
    return report, read_drg_scheme(report.folder, PolicyRoots((folder,)))


def found(folder: Path, sheets: Sheets) -> list[tuple[AnomalyKind, str]]:
    report, _ = imported(folder, sheets)
    return [(anomaly.kind, anomaly.where) for anomaly in report.anomalies]


def problems(path: Path) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        import_workbook(path, "drg", path.parent)
    assert not (path.parent / "groupers").exists()
    return [str(problem) for problem in refused.value.problems]


def test_the_six_sheets_become_a_scheme(tmp_path: Path) -> None:
    report, scheme = imported(tmp_path, small())
    assert report.counts == {"MDC": 2, "ADRG": 5, "DRG": 7, "集合": 10, "CC": 2, "排除表": 3}
    assert [row.code for row in scheme.adrg] == ["AA1", "BB1", "BQY", "BR1", "B00"]
    assert scheme.drg[4].rule == "QTZD in {MCC, CC}"
    assert scheme.sets["OP_AA1"] == {"50.5900x001"}
    assert scheme.complications["G40.900"] == Complication("MCC", "EX_1")
    assert scheme.exclusions["I60.000"] == "EX_2"
    assert (scheme.choices.fallback, scheme.choices.surgery_unrelated) == (("B00",), ("BQY",))
    assert scheme.choices.weight == "admission_weight_g"


def test_a_workbook_without_oddities_has_none(tmp_path: Path) -> None:
    assert found(tmp_path, small()) == []


def test_provenance_names_the_workbook_and_its_hash(tmp_path: Path) -> None:
    report, _ = imported(tmp_path, small())
    digest = hashlib.sha256((tmp_path / "drg.xlsx").read_bytes()).hexdigest()
    text = (report.folder / "provenance.toml").read_text(encoding="utf-8")
    assert text == f'[[input]]\nfile = "drg.xlsx"\nsha256 = "{digest}"\n'


def test_columns_are_found_by_their_header_wherever_they_stand(tmp_path: Path) -> None:
    sheets = {name: [row[::-1] for row in rows] for name, rows in small().items()}
    headers = {name: tuple(f" {text} " for text in texts[::-1]) for name, texts in HEADERS.items()}
    write(tmp_path / "turned.xlsx", sheets, headers)
    turned = import_workbook(tmp_path / "turned.xlsx", "turned", tmp_path)
    straight, _ = imported(tmp_path, small())
    for name in ("mdc.csv", "adrg.csv", "drg.csv", "sets.csv", "cc.csv", "exclusions.csv"):
        assert (turned.folder / name).read_bytes() == (straight.folder / name).read_bytes()


def test_the_types_of_sets_may_be_left_out_as_in_public_copies(tmp_path: Path) -> None:
    sheets = small()
    sheets["集合"] = [row[:3] for row in sheets["集合"]]
    headers = {**HEADERS, "集合": HEADERS["集合"][:3]}
    report = import_workbook(write(tmp_path / "drg.xlsx", sheets, headers), "drg", tmp_path)
    assert [(anomaly.kind, anomaly.where, anomaly.what) for anomaly in report.anomalies] == [
        (AnomalyKind.COLUMN_LEFT_OUT, "集合:2", "类型编号")
    ]


def test_an_existing_scheme_is_replaced_only_when_asked(tmp_path: Path) -> None:
    imported(tmp_path, small())
    with pytest.raises(PolicyError, match="exists already"):
        import_workbook(tmp_path / "drg.xlsx", "drg", tmp_path)
    import_workbook(tmp_path / "drg.xlsx", "drg", tmp_path, replace=True)


def test_the_spelling_of_cells_is_told_and_what_is_kept(tmp_path: Path) -> None:
    sheets = small()
    sheets["MDC"][1][2] = "ZYZD  in DI_B00 \n_x000D_\n"
    sheets["ADRG"][0][0] = "AA1 "
    sheets["ADRG"][3][1] = "脑卒中／中风"
    sheets["DRG"][1][2] = "QTZD in ＭＣＣ"
    sheets["集合"][5][1] = "50.5900X001"
    sheets["排除表"][0][1] = "　G40.900"
    report, scheme = imported(tmp_path, sheets)
    assert {(anomaly.kind.key, anomaly.where) for anomaly in report.anomalies} == {
        ("full_width_name", "ADRG:6"),
        ("full_width_rule", "DRG:4"),
        ("carriage_return", "MDC:4"),
        ("outer_blank", "MDC:4"),
        ("outer_blank", "ADRG:3"),
        ("outer_blank", "排除表:3"),
        ("inner_blank", "MDC:4"),
        ("code_form", "集合:8"),
    }
    assert scheme.mdc[1].rule == "ZYZD  in DI_B00"
    assert scheme.adrg[0].code == "AA1"
    assert scheme.drg[1].rule == "QTZD in ＭＣＣ"
    assert "50.5900x001" in scheme.sets["OP_AA1"]
    assert scheme.exclusions["G40.900"] == "EX_1"


def test_the_known_oddities_of_the_official_workbook_are_each_told(tmp_path: Path) -> None:
    sheets = small()
    sheets["MDC"] += [["MDCP", "新生儿", "NL=0", 4], ["MDCO", "妊娠", "ZYZD in DI_O00", 3]]
    sheets["ADRG"][4][4] = 3  # B00 has the order of BR1, as O00 has that of OS2
    sheets["ADRG"] += [
        ["OZ1", "其他", "ZYZD in DI_OZ1", "MDCO", 13],  # orders that do not begin at 1, as in MDCT
        ["PS1", "体重＜1000g", "(XSRTZ<=1499) and (ZYZD  in DI1_PS1)", "MDCP", 1],  # double blanks, DI1 alone
        ["PS2", "体重", "XSRTZ>=1500", "MDCP", 2],
    ]
    sheets["ADRG"][2][1] = ""  # QY rows have no name
    parents = (("OZ1", "MDCO"), ("PS1", "MDCP"), ("PS2", "MDCP"))
    sheets["DRG"] += [[f"{adrg}9", "", "", adrg, mdc, 1] for adrg, mdc in parents]
    sheets["集合"] += [["DI_O00", "O00.900", "", "1"], ["DI_OZ1", "O00.900", "", "1"], ["DI1_PS1", "P07.000", "", "1"]]
    sheets["集合"].append(sheets["集合"][0])  # a duplicated row
    del sheets["排除表"][0]  # a missing row of the exclusion tables
    assert found(tmp_path, sheets) == [
        (AnomalyKind.DUPLICATE_ROW, "集合:16"),
        (AnomalyKind.BLANK_NAME, "ADRG:5"),
        *((AnomalyKind.BLANK_NAME, f"DRG:{line}") for line in (10, 11, 12)),
        (AnomalyKind.FULL_WIDTH_NAME, "ADRG:9"),
        (AnomalyKind.INNER_BLANK, "ADRG:9"),
        (AnomalyKind.SHEET_ORDER, "MDC"),
        (AnomalyKind.REPEATED_ORDER, "ADRG:7"),
        (AnomalyKind.FALLBACK_NOT_LAST, "ADRG:7"),
        (AnomalyKind.ORDER_GAP, "ADRG:8"),
        (AnomalyKind.SET_NUMBERING, "集合:15"),
        (AnomalyKind.TABLE_WITHOUT_ROWS, "CC:3"),
        (AnomalyKind.TABLE_NUMBERING, "排除表:3"),
        (AnomalyKind.CC_NOT_EXCLUDED, "CC:3"),
        (AnomalyKind.WEIGHT_GAP, "ADRG:9"),
    ]


def test_dagger_pairs_and_the_rows_of_0000_are_as_any_other(tmp_path: Path) -> None:
    sheets = small()
    sheets["MDC"].append(["0000", "未入组", "", 3])
    sheets["ADRG"].append(["0000", "未入组", "", "0000", 1])
    sheets["DRG"].append(["0000", "未入组", "", "0000", "0000", 1])
    sheets["集合"].append(["DI_B00", "T66.x02+H47.5*", "放射性视神经病", "1"])
    report, scheme = imported(tmp_path, sheets)
    assert report.anomalies == ()
    assert "T66.x02+H47.5*" in scheme.sets["DI_B00"]
    assert (scheme.mdc[-1].code, scheme.drg[-1].code) == ("0000", "0000")
    assert scheme.choices.fallback == ("B00",)


def plant_codes_of_two_earlier_rows(sheets: Sheets) -> None:
    """BR3 has one code of BR1 and that of BR2, which are tried before it."""
    sheets["ADRG"] += [["BR2", "癫痫", "ZYZD in DI_BR2", "MDCB", 3], ["BR3", "其他", "ZYZD in DI_BR3", "MDCB", 3]]
    sheets["DRG"] += [["BR29", "癫痫", "", "BR2", "MDCB", 1], ["BR39", "其他", "", "BR3", "MDCB", 1]]
    members = (("DI_BR2", "G40.900"), ("DI_BR3", "G40.900"), ("DI_BR3", "I63.900"))
    sheets["集合"] += [[name, code, "", "1"] for name, code in members]


def plant_codes_outside_the_mdc(sheets: Sheets) -> None:
    sheets["集合"].append(["DI_BX1", "O00.900", "", "1"])
    sheets["ADRG"][3][2] = "ZYZD in DI_BX1"


@pytest.mark.parametrize(
    ("kind", "where", "plant"),
    [
        ("name_differs", "集合:6", put("集合", 3, 2, "别名")),
        ("mdc_disagrees", "DRG:4", put("DRG", 1, 4, "MDCA")),
        ("type_disagrees", "集合:3", put("集合", 0, 3, "2")),
        ("two_tables", "排除表:6", add("排除表", "EX_1", "I63.900", "")),
        ("duplicate_row", "排除表:6", add("排除表", "EX_2", "I63.900", "")),
        ("duplicate_row", "CC:5", add("CC", "I63.900", "脑梗死", "EX_2", "CC")),
        ("duplicate_row", "DRG:10", lambda s: s["DRG"].append(s["DRG"][0])),
        ("unreachable_row", "DRG:10", add("DRG", "BB19", "末", "NL>=70", "BB1", "MDCB", 3)),
        ("unreachable_row", "ADRG:5", put("ADRG", 1, 2, "1")),
        ("unreachable_row", "ADRG:6", put("ADRG", 3, 2, "(ZYSS in OP_BB1)")),
        ("unreachable_row", "MDC:4", put("ADRG", 0, 2, "")),
        ("unreachable_row", "ADRG:9", plant_codes_of_two_earlier_rows),
        ("never_holds", "ADRG:4", put("ADRG", 1, 2, "ZYSS in OP_BB1 and NL>=70 and NL<=6")),
        ("never_holds", "ADRG:6", plant_codes_outside_the_mdc),
        ("never_holds", "DRG:4", put("DRG", 1, 2, "length(OP_BB1 ∩ {ZYSS, QTSS}) >= 2")),
        ("code_other_kind", "集合:13", add("集合", "DI_B00", "51.2300", "", "1")),
        ("code_other_kind", "CC:5", add("CC", "糖尿病", "", "EX_1", "CC")),
        ("code_of_another_parent", "DRG:10", add("DRG", "BB17", "末", "", "BR1", "MDCB", 3)),
        ("code_of_another_parent", "ADRG:3", put("ADRG", 0, 3, "MDCB")),
        ("mdc_without_adrg", "MDC:5", add("MDC", "MDCC", "眼", "ZYZD in DI_BR1", 3)),
        ("adrg_without_drg", "ADRG:3", lambda s: s["DRG"].pop(0)),
        ("last_drg_has_rule", "DRG:8", put("DRG", 5, 2, "NL>=18")),
        ("unused_set", "集合:13", add("集合", "DI_BX1", "G40.900", "癫痫", "1")),
        ("set_prefix", "集合:13", add("集合", "XX_BX1", "G40.900", "癫痫", "3")),
        ("set_other_kind", "ADRG:4", put("ADRG", 1, 2, "ZYSS in DI_BR1")),
        ("cc_without_table", "CC:3", put("CC", 0, 2, "")),
        ("unused_table", "排除表:6", add("排除表", "EX_3", "G40.900x001", "")),
        ("not_in_sets", "CC:5", add("CC", "E11.900", "糖尿病", "EX_1", "CC")),
    ],
)
def test_a_planted_oddity_is_told_with_its_row(tmp_path: Path, kind: str, where: str, plant: Plant) -> None:
    sheets = small()
    plant(sheets)
    report, _ = imported(tmp_path, sheets)
    assert (kind, where) in [(anomaly.kind.key, anomaly.where) for anomaly in report.anomalies]
    with (report.folder / "anomalies.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["kind"], f"{row['sheet']}:{row['row']}") for row in csv.DictReader(stream)]
    assert (kind, where) in rows


def test_codes_that_a_list_of_codes_does_not_have_are_told_once(tmp_path: Path) -> None:
    listed = {row[1] for row in small()["集合"]} - {"I63.900"}
    codes = tmp_path / "codes.csv"
    codes.write_text("\n".join(["code,name", *(f"{code},x" for code in sorted(listed)), ""]), encoding="utf-8")
    report = import_workbook(write(tmp_path / "drg.xlsx", small()), "drg", tmp_path, codes)
    assert [(a.kind, a.where, a.what) for a in report.anomalies] == [
        (AnomalyKind.NOT_IN_CODE_LIST, "集合:4", "I63.900")
    ]


def test_hidden_and_further_sheets_and_columns_are_told(tmp_path: Path) -> None:
    def touch(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("CC").hide()
        workbook.add_worksheet("说明")
        workbook.get_worksheet_by_name("MDC").write_string(1, 4, "备注")

    report = import_workbook(write(tmp_path / "drg.xlsx", small(), touch=touch), "drg", tmp_path)
    assert [(anomaly.kind.key, anomaly.where) for anomaly in report.anomalies] == [
        ("hidden_sheet", "CC"),
        ("other_sheet", "说明"),
        ("other_column", "MDC:2"),
    ]


@pytest.mark.large
def test_a_workbook_of_full_size_is_imported_in_time_with_every_planted_oddity(tmp_path: Path) -> None:
    sheets = full_size()
    assert [len(sheets[name]) for name in ("ADRG", "DRG", "集合")] == [500, 870, 100_000]
    end = {name: len(rows) + FIRST_ROW for name, rows in sheets.items()}
    sheets["集合"] += sheets["集合"][1000:1113]
    sheets["DRG"].append(["BA2X", "多余", "NL>=70", "BA2", "MDCB", 9])
    sheets["CC"].append(["A01.100", "伤寒", "EX_999", "MCC"])
    sheets["排除表"].append(["EX_2", sheets["排除表"][0][1], ""])
    path = write(tmp_path / "full.xlsx", sheets)
    began = time.process_time()
    report = import_workbook(path, "full", tmp_path)
    seconds = time.process_time() - began
    assert seconds < SECONDS_AT_FULL_SIZE
    told = {(anomaly.kind.key, anomaly.where) for anomaly in report.anomalies}
    planted = {("duplicate_row", f"集合:{end['集合'] + number}") for number in range(113)} | {
        ("unreachable_row", f"DRG:{end['DRG']}"),
        ("order_gap", "DRG:3"),
        ("table_without_rows", f"CC:{end['CC']}"),
        ("cc_not_excluded", f"CC:{end['CC']}"),
        ("not_in_sets", f"CC:{end['CC']}"),
        ("two_tables", f"排除表:{end['排除表']}"),
        ("unused_set", "集合:3"),
    }
    assert told == planted
    assert counted(report.anomalies)[AnomalyKind.DUPLICATE_ROW] == 113
    assert report.counts["集合"] == 100_000
