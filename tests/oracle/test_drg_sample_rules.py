"""Real rows of the official DRG 3.0 workbook, imported: every rule is read, every known oddity of them is told.

The rows are a sample; ADRGs and DRGs that it leaves out are filled in, and every set gets a code of its own.
"""

from __future__ import annotations

import csv

import pytest

from dipsim.grouping.drg.expression import sets_of
from dipsim.grouping.drg.language import parse
from dipsim.grouping.workbook import WorkbookReport, import_workbook
from dipsim.paths import PolicyRoots
from dipsim.policy.drg_folder import read_drg_scheme
from tests.shared import shared_path
from tests.unit.grouping.workbook.official import Sheets, write

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def sample() -> Rows:
    with shared_path("methods/drg3_rule_samples.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def report(sample: Rows, tmp_path_factory: pytest.TempPathFactory) -> WorkbookReport:
    folder = tmp_path_factory.mktemp("official")
    return import_workbook(write(folder / "drg.xlsx", workbook_of(sample)), "drg-3.0", folder)


def workbook_of(sample: Rows) -> Sheets:
    rows: Sheets = {"MDC": [], "ADRG": [], "DRG": []}
    for row in sample:
        parent = [row["parent"]] if row["sheet"] != "MDC" else []
        mdc = [f"MDC{row['code'][0]}"] if row["sheet"] == "DRG" else []
        rows[row["sheet"]].append([row["code"], row["name_zh"], row["rule"], *parent, *mdc, int(row["order"])])
    adrgs = {row[0] for row in rows["ADRG"]}
    for adrg in sorted({row[3] for row in rows["DRG"]} - adrgs):
        rule = "" if adrg.endswith("00") else f"ZYZD in DI_{adrg}"
        rows["ADRG"].append([adrg, "补", rule, f"MDC{adrg[0]}", 90 + len(rows["ADRG"])])
    for adrg, _, _, mdc, _ in rows["ADRG"]:
        if adrg not in {drg[3] for drg in rows["DRG"]}:
            rows["DRG"].append([f"{adrg}9", "补", "", adrg, mdc, 1])
    names = sorted(
        {name for sheet in rows.values() for row in sheet for name in sets_of(parse(row[2]))} - {"MCC", "CC"}
    )
    sets = [[name, f"{name[:2]}{number}.000", "", name[:2]] for number, name in enumerate(names)]
    return {**rows, "集合": sets, "CC": [[sets[0][1], "", "EX_1", "MCC"]], "排除表": [["EX_1", sets[0][1], ""]]}


def told(report: WorkbookReport, kind: str) -> list[str]:
    """What is told of a kind of oddity."""
    return [anomaly.what for anomaly in report.anomalies if anomaly.kind.key == kind]


def test_every_rule_is_kept_as_published(sample: Rows, report: WorkbookReport) -> None:
    scheme = read_drg_scheme(report.folder, PolicyRoots((report.folder.parent.parent,)))
    levels = {"MDC": scheme.mdc, "ADRG": scheme.adrg, "DRG": scheme.drg}
    kept = {(level, row.code): row.rule for level, rows in levels.items() for row in rows}
    for row in sample:
        assert kept[row["sheet"], row["code"]].split() == row["rule"].split()


def test_mdcs_and_fallback_rows_are_tried_in_the_official_order(report: WorkbookReport) -> None:
    scheme = read_drg_scheme(report.folder, PolicyRoots((report.folder.parent.parent,)))
    assert "".join(row.code[3] for row in scheme.mdc) == "APZBCDEFGHIJKLMNOQRSTUVWXY"
    assert [row.code for row in scheme.adrg if row.parent == "MDCO"][-4:] == ["OS2", "OT1", "OZ1", "O00"]
    assert {row.code for row in scheme.adrg if not row.rule} == set(scheme.choices.fallback)


@pytest.mark.parametrize(
    ("kind", "subjects"),
    [
        ("repeated_order", {"OS2, O00: 18"}),
        ("fallback_not_last", {"O00 (18); OS2, OT1, OZ1"}),
        ("inner_blank", {"规则: (ZYZD in DI_DC5) and (ZYSS in OP_DC5)", "规则: (ZYZD in DI_DC6) and (ZYSS in OP_DC6)"}),
        ("weight_gap", {"PS2: 1499-1500 g"}),
        ("blank_name", {"BQY", "B00", "O00", "B000"}),
        ("full_width_name", {"名称: 自体骨髓／造血干细胞移植", "名称: 极度发育不全（入院体重＜1000g）"}),
    ],
)
def test_a_known_oddity_is_told(report: WorkbookReport, kind: str, subjects: set[str]) -> None:
    assert subjects <= set(told(report, kind))
