from __future__ import annotations

import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from dipsim.pipeline import Result, simulate
from dipsim.report.labels import Lang
from dipsim.report.workbook import write_workbook
from tests import build
from tests.unit.report import region

Rows = list[list[Any]]


def written(path: Path, results: tuple[Result, ...], lang: Lang = "zh") -> dict[str, Rows]:
    write_workbook(results, path, lang)
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def result_named(name: str) -> Result:
    given = region.inputs()
    assert given.hospitals is not None
    hospitals = replace(given.hospitals, name=tuple(name for _ in given.hospitals.hospital_ids))
    return simulate(replace(given, hospitals=hospitals), build.scenario(region.CHANGES))


def test_a_sheet_has_a_header_in_each_language_then_numbers_then_the_total(tmp_path: Path) -> None:
    rows = written(tmp_path / "a.xlsx", region.comparison().results)["应付对比"]
    assert rows[0][:2] == ["机构编码", "等级"]
    assert rows[1][:3] == ["Hospital", "Level", "Charges (yuan)"]
    # Pay of H1 and H2 before and after, as worked by hand in tests/unit/report/region.py.
    assert rows[2][:6] == ["H1", "三级", 20_000.0, 4_000.0, 3_591.84, -408.16]
    assert rows[3][:6] == ["H2", "一级及以下", 34_000.0, 4_800.0, 5_208.16, 408.16]
    assert rows[4][:6] == ["合计", "", 54_000.0, 8_800.0, 8_800.0, 0.0]


def test_the_language_asked_for_stands_first_and_names_the_sheets(tmp_path: Path) -> None:
    book = written(tmp_path / "a.xlsx", (region.result(),), "en")
    assert list(book) == [
        "About",
        "Funds",
        "Hospitals",
        "Levels",
        "Groups",
        "Deviation bands",
        "Rows",
        "Rejected",
        "Checks",
        "Parameters",
    ]
    assert (book["Hospitals"][0][0], book["Hospitals"][1][0], book["Hospitals"][2][1]) == (
        "Hospital",
        "机构编码",
        "Tertiary",
    )


def test_the_cover_says_what_it_is_the_fingerprints_the_units_and_what_was_left_out(tmp_path: Path) -> None:
    comparison = region.comparison()
    cover = written(tmp_path / "a.xlsx", comparison.results, "en")["About"]
    told = {row[0]: row[1] for row in cover}
    assert told["dipsim"] == "Payment by disease points (DIP), 2025"
    assert told["Baseline"] == "Golden base (test/baseline; brought; test)"
    assert told["Scenario 1"] == "Narrow bands (test/narrow; brought; test)"
    assert [row[1] for row in cover if row[0] == "Fingerprint"] == [r.fingerprint for r in comparison.results]
    assert "exact to the fen" in told["Units"]
    assert told["Left out"].startswith("2 rows rejected and 1 outside the pool")
    assert "not what the care cost" in told["Charges"]


def test_points_and_money_are_numbers_to_the_last_digit(tmp_path: Path) -> None:
    funds = written(tmp_path / "a.xlsx", region.comparison().results)["基金与点值"]
    assert funds[3][funds[0].index("点值（元）")] == 1.795918  # 8,800 / 4,900, to the millionth
    assert funds[3][funds[0].index("分值")] == 4_900.0


def test_a_groups_single_case_is_not_shown_by_itself(tmp_path: Path) -> None:
    result = region.result({"report": {"smallest_cell": 5}})
    groups = written(tmp_path / "a.xlsx", (result,), "en")["Groups"]
    assert [row[0] for row in groups[2:]] == ["", "Total"]
    assert groups[2][1] == "small groups together"


@pytest.mark.parametrize("name", ["=1+1", "+A1", "@SUM(A1)", "http://example.org", "<b>", "007"])
def test_a_name_is_text_whatever_it_begins_with(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.xlsx"
    hospitals = written(path, (result_named(name),))["医疗机构"]
    assert hospitals[2][1] == name
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(part).decode() for part in archive.namelist() if "worksheets/" in part]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_the_same_results_give_the_same_bytes_at_another_time(tmp_path: Path) -> None:
    write_workbook(region.comparison().results, tmp_path / "a.xlsx")
    time.sleep(2.1)  # an archive keeps time in steps of two seconds
    write_workbook(region.comparison().results, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_headers_are_frozen_filtered_and_columns_wide_enough_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = written(path, (result_named("示例市第一人民医院（示例医科大学附属医院）"),))
    number = list(book).index("医疗机构") + 1
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
    assert 'state="frozen"' in sheet
    assert 'ySplit="2"' in sheet
    assert "<autoFilter" in sheet
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    assert widths[1] > 42  # 21 characters of two columns each
