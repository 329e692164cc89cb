"""Broken rows: each is rejected with its line, its reason and what to do, and all the others are paid."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.e2e.commands import dipsim
from tests.faults.city import BASELINE, CASES, city

COLUMNS = (
    "case_id,hospital_id,insurance,insured_region,principal_diagnosis,procedures,length_of_stay_days,admitted_on,discharged_on,\
total_cost_yuan,claim_status,replaces_case_id,sex,birth_weight_g"
)
SOUND_CASES = 12
"""Of the starter city."""
SOUND = {
    "hospital_id": "demo-A",
    "insurance": "employee",
    "insured_region": "local",
    "principal_diagnosis": "J18.900",
    "admitted_on": "2025-01-03",
    "discharged_on": "2025-01-10",
    "total_cost_yuan": "5200.00",
}
REJECTED = {
    "a negative length of stay": ({"length_of_stay_days": "-1"}, "below_minimum", "小于允许的最小值 0"),
    "half a day": ({"length_of_stay_days": "1.5"}, "not_an_integer", "不是整数"),
    "a stay of 20 digits": ({"length_of_stay_days": "9" * 20}, "not_an_integer", "不是整数"),
    "discharge before admission": (
        {"discharged_on": "2025-01-02"},
        "discharged_before_admitted",
        "出院日期早于入院日期",
    ),
    "30 February": ({"admitted_on": "2025-02-30"}, "not_a_date", "不是日期"),
    "a day as Excel counts it": ({"admitted_on": "45660"}, "not_a_date", "请写成 2025-01-31 的形式"),
    "day before month": ({"admitted_on": "03/01/2025"}, "not_a_date", "date_format"),
    "1e300 yuan": ({"total_cost_yuan": "1e300"}, "not_an_amount", "不是金额"),
    "inf yuan": ({"total_cost_yuan": "inf"}, "not_an_amount", "不是金额"),
    "nan yuan": ({"total_cost_yuan": "nan"}, "not_an_amount", "不是金额"),
    "20 digits of yuan": ({"total_cost_yuan": "9" * 20}, "not_an_amount", "不是金额"),
    "separators of thousands": ({"total_cost_yuan": "5,200.00"}, "not_an_amount", "千位分隔符"),
    "yuan below 0": ({"total_cost_yuan": "-5200"}, "below_minimum", "小于允许的最小值 0"),
    "yuan in words": ({"total_cost_yuan": "5200元"}, "not_an_amount", "不是金额"),
    "an error of Excel": ({"total_cost_yuan": "#REF!"}, "not_an_amount", "不是金额"),
    "no cost": ({"total_cost_yuan": ""}, "blank_but_read", "请补填"),
    "an unknown insurance": ({"insurance": "staff"}, "unknown_category", "不在允许取值"),
    "an unknown sex": ({"sex": "男"}, "unknown_category", "[values.sex]"),
    "an unknown claim status": ({"claim_status": "ok"}, "unknown_category", "[values.claim_status]"),
    "a reversed claim": ({"claim_status": "reversed"}, "reversed", "结算已冲正"),
    "a claim that replaces itself": ({"replaces_case_id": "{case_id}"}, "replaces_itself", "请填原病例的标识"),
    "a weight in words": ({"birth_weight_g": "heavy"}, "not_a_number", "不是数字"),
    "a key that stands twice": ({"case_id": "demo-01"}, "duplicate_case_id", "全部不予采用"),
    "no key": ({"case_id": ""}, "blank_case_id", "病例标识为空"),
}
"""What a row says instead, the reason it is rejected for, and a part of what rejected.csv says of it."""
TAKEN = {
    "a day with strokes": {"admitted_on": "2025/1/3"},
    "a day without signs": {"admitted_on": "20250103"},
    "a day in Chinese": {"admitted_on": "2025年1月3日"},
    "a day with its time": {"discharged_on": "2025-01-10 23:59:00"},
    "a code in full width": {"principal_diagnosis": "Ｊ１８.９００"},
    "a code in lower case": {"principal_diagnosis": " j18.900 "},
    "a line break in quotes": {"procedures": "47.0100|\n"},
    "a third decimal": {"total_cost_yuan": "5200.005"},
    "an exponent": {"total_cost_yuan": "5.2e3"},
    "a cell of a million characters": {"procedures": "|".join(["47.0100"] * 125_000)},
}
"""What a row may say as well."""

Run: TypeAlias = tuple[dict[str, int], list[dict[str, str]]]
"""The counts of a run, and the rows of its rejected.csv."""


def written(folder: Path, rows: dict[str, dict[str, str]]) -> Path:
    """The starter city, with one more row of cases for each of these."""
    place = city(folder)
    path = place / CASES
    with path.open(encoding="utf-8", newline="") as stream:
        sound = list(csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS.split(","), extrasaction="ignore")
        table.writeheader()
        table.writerows(sound)
        for case_id, says in rows.items():
            filled = {"case_id": case_id, **SOUND, **says}
            table.writerow({name: cell.format(case_id=case_id) for name, cell in filled.items()})
    return place


def outcome(place: Path, out: Path) -> Run:
    """The counts of a run, and the rows of rejected.csv."""
    words = ("run", place / "data", "-s", BASELINE, "--policy", place, "-o", out, "--json", "--cases")
    (scenario,) = json.loads(dipsim(*words))["scenarios"]
    with (out / "rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        return scenario["counts"], list(csv.DictReader(stream))


RAGGED = "short,demo-A\n" + ",".join(["long"] * 20) + '\nquotes,"demo"A",employee,"x"y"z\n'


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What became of the starter's cases with every broken row, and three ragged ones, below them."""
    folder = tmp_path_factory.mktemp("rows")
    place = written(folder, {f"broken-{n}": says for n, (says, _, _) in enumerate(REJECTED.values())})
    with (place / CASES).open("a", encoding="utf-8", newline="") as stream:
        stream.write(RAGGED)
    return outcome(place, folder / "out")


@pytest.mark.parametrize("kind", REJECTED)
def test_a_broken_row_is_rejected_with_its_line_and_reason(kind: str, run: Run) -> None:
    says, reason, told = REJECTED[kind]
    line = str(SOUND_CASES + 2 + list(REJECTED).index(kind))
    (row,) = [row for row in run[1] if row["line"] == line]
    assert (row["file"], row["reason"]) == ("cases.csv", reason)
    assert row["field"] in says
    assert told in row["text_zh"]
    assert ";" in row["text_en"]  # the fault; what to do


def test_ragged_rows_are_rejected_with_their_lines(run: Run) -> None:
    first = SOUND_CASES + 2 + len(REJECTED)
    ragged = [(int(row["line"]), row["text_en"]) for row in run[1] if row["reason"] == "ragged_row"]
    assert [line for line, _ in ragged] == [first, first + 1, first + 2]
    assert all("look for a missing or an unquoted delimiter" in text for _, text in ragged)


def test_cases_in_are_grouped_rejected_and_outside(run: Run) -> None:
    counts, rejected = run
    grouped = sum(count for name, count in counts.items() if name.startswith("rule."))
    assert counts["rows_in"] == SOUND_CASES + len(REJECTED) + RAGGED.count("\n")
    assert counts["rejected_reading"] + counts["rejected_rule"] == len(rejected)
    assert len(rejected) == len(REJECTED) + RAGGED.count("\n") + 1  # demo-01: its key stands twice now
    assert counts["rows_in"] == grouped + len(rejected) + counts["outside_year"] + counts["outside_route"]


def test_what_looks_odd_and_is_not_wrong_is_paid(tmp_path: Path) -> None:
    place = written(tmp_path, {f"odd-{n}": says for n, says in enumerate(TAKEN.values())})
    counts, rejected = outcome(place, tmp_path / "out")
    assert rejected == []
    assert counts["rows_in"] == SOUND_CASES + len(TAKEN)
