from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dipsim.errors import OutputError
from dipsim.pipeline import Result, simulate
from dipsim.report.html import page, write_report
from tests import build
from tests.unit.report import region

NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


class Links(HTMLParser):
    """Collects everything that a page could load, and every id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def result_with(case: dict[str, object], names: dict[str, str]) -> Result:
    rows = [{"insurance": "employee", "group_code": "G", **each, **case} for each in region.CASES]
    hospitals = build.hospitals(region.LEVELS)
    hospitals = replace(hospitals, name=tuple(names.get(key, "") for key in hospitals.hospital_ids))
    return simulate(
        replace(region.inputs(), cases=build.case_table(rows), hospitals=hospitals), build.scenario(region.CHANGES)
    )


def test_a_page_loads_nothing_from_outside() -> None:
    text = page(region.comparison(), "zh")
    assert [link for link in Links(text).links if not link.startswith("#")] == []
    for space in NAMESPACES:
        text = text.replace(space, "")
    assert re.findall(r"https?://|@import|url\((?!#)", text) == []


def test_no_id_occurs_twice() -> None:
    ids = Links(page(region.comparison(), "en")).ids
    assert len(ids) == len(set(ids)) > 20


def test_a_page_answers_first_in_both_languages_and_opens_in_the_one_asked_for() -> None:
    text = page(region.comparison(), "en")
    assert '<html lang="en">' in text
    assert "与基准相比，收窄界限：基金支付总额不变。点值：职工 2.0000 → 1.7959（−10.2%）。" in text
    assert "Narrow bands, against the baseline: the fund pays the same in all." in text
    assert (
        text.index('id="answer"')
        < text.index('id="changes"')
        < text.index('id="funds"')
        < text.index('id="parameters"')
    )


def test_the_answer_tells_money_point_value_fund_extremes_and_rows_left_out() -> None:
    text = page(region.result(), "zh")
    for sentence in (
        "算例基准：2 家机构收治纳入预算的病例 4 例，总费用 5.40 万元，基金支付 8,800 元；",
        "每 1 元费用基金支付 0.1630 元。",
        "职工：点值 2.0000 元，支付额等于预算 8,800 元。",
        "每元费用应付最高的是H1（0.200），最低的是H2（0.141）。",
        "全部 7 行中，剔除 2 行，不纳入预算 1 行。",
    ):
        assert sentence in text


def test_a_binding_limit_is_told_with_what_the_reserve_takes_and_gives() -> None:
    highest = region.result({"settlement": {"point_value": {"maximum_yuan": {"employee": 1.5}}}})
    assert "点值上下限或机构封顶触发，预算 8,800 元 中有 2,200 元 转入风险金。" in page(highest, "zh")
    lowest = region.result({"settlement": {"point_value": {"minimum_yuan": {"employee": 2.5}}}})
    assert "由风险金补足 2,200 元" in page(lowest, "zh")


def test_the_full_fingerprint_stands_in_the_footer() -> None:
    result = region.result()
    text = page(result, "zh")
    assert result.fingerprint in text[text.index("<footer>") :]


def test_a_name_with_markup_is_shown_and_not_obeyed() -> None:
    text = page(result_with({}, {"H1": "<script>alert(1)</script>"}), "zh")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_no_patient_and_no_case_is_named() -> None:
    text = page(result_with({"patient_id": "3f2a9c"}, {}), "zh")
    assert "3f2a9c" not in text
    assert not any(f">{case['case_id']}<" in text for case in region.CASES)


def test_charges_are_said_not_to_be_costs() -> None:
    text = page(region.result(), "en")
    assert "not what the care cost the hospital" in text
    assert "Fund form: pay is fund money only" in text


@pytest.mark.parametrize("others", ["no hospital is paid", "no hospital is known"])
def test_a_region_that_pays_nobody_still_has_its_page(others: str) -> None:
    rows: list[dict[str, object]] = [{"case_id": "c1", "insurance": "other", "group_code": "G"}]
    if others == "no hospital is paid":
        rows[0]["hospital_id"] = "H1"
    cases = build.case_table(rows)
    given = replace(region.inputs(), cases=cases)
    assert "没有应付的医疗机构" in page(simulate(given, build.scenario(region.CHANGES)), "zh")
    assert "算例基准 / 收窄界限" in page(region.comparison(given), "zh")


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_report(region.result(), tmp_path / "report.html", "en")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(region.result(), tmp_path / "absent" / "report.html")
