from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.policy.small_drg import codes, problems, variant

STAY = """[[split]]
drg = "OT11"
by = "length_of_stay_days"
parts = [
  { code = "OT1A", name = "一日", maximum = 1 },
  { code = "OT1B", name = "二至五日", minimum = 2, maximum = 5 },
]
"""


def test_the_parts_of_a_split_are_tried_just_before_the_drg_itself(tmp_path: Path) -> None:
    city = variant(tmp_path, STAY)
    assert codes(city)[3:7] == ["OT1A", "OT1B", "OT11", "OT15"]
    assert [row.rule for row in city.drg[3:6]] == [
        "(QTZD in MCC) and length_of_stay_days<=1",
        "(QTZD in MCC) and length_of_stay_days>=2 and length_of_stay_days<=5",
        "QTZD in MCC",
    ]
    assert city.drg[3].where == "groupers/city/scheme.toml:7: split of OT11"


@pytest.mark.parametrize(
    ("by", "range_or_values", "rule"),
    [
        ("age_years", "maximum = 6", "NL<=6"),
        ("icu_hours", "minimum = 24", "icu_hours>=24"),
        ("discharge_way", 'values = ["5"]', "discharge_way in SPLIT_OS2A"),
        ("department", 'values = ["0301", "0302"]', "department in SPLIT_OS2A"),
        ("procedures", 'values = ["69.0200"]', "{ZYSS, QTSS} in SPLIT_OS2A"),
        ("other_diagnoses", 'values = ["Z37.000"]', "QTZD in SPLIT_OS2A"),
    ],
)
def test_a_drg_is_split_by_what_regions_split_by(tmp_path: Path, by: str, range_or_values: str, rule: str) -> None:
    part = f'{{ code = "OS2A", name = "甲", {range_or_values} }}'
    city = variant(tmp_path, f'[[split]]\ndrg = "OS29"\nby = "{by}"\nparts = [{part}]\n')
    (row,) = (row for row in city.drg if row.code == "OS2A")
    assert row.rule == rule
    if "SPLIT" in rule:
        assert city.sets["SPLIT_OS2A"] == set(range_or_values.split('"')[1::2])


def test_faults_of_splits_are_told_together(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        STAY.replace("OT1A", "OT15").replace("minimum = 2, maximum = 5", "minimum = 5, maximum = 2")
        + '[[split]]\ndrg = "OT99"\nby = "department"\nparts = [{ code = "OT9A", name = "", maximum = 1 }]\n'
        + STAY.replace("OT1A", "OT1C").replace("OT1B", "OT1D").replace("maximum = 1", 'values = ["1"]'),
    )
    where = "groupers/city/scheme.toml:7"
    assert [line.replace(where, "") for line in told] == [
        ": split of OT11: code 'OT15' is taken; by small/drg.csv:2; give each part a code of its own",
        ": split of OT11: part OT1B: minimum is above maximum; exchange them",
        ": split of OT99: no such DRG; name a DRG of the scheme",
        ": split of OT99: part OT9A: department holds codes; state values, and neither minimum nor maximum",
        ": split of OT11: split twice; a case could go to two groups; split one of the parts instead",
        ": split of OT11: part OT1C: length_of_stay_days is a number; state minimum, maximum or both, and no values",
    ]


def test_a_column_that_no_split_knows_is_refused_with_those_it_knows(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, STAY.replace("length_of_stay_days", "length_of_stay"))
    assert "split[item 1].by: 'length_of_stay' is not allowed" in told
    assert "it must be 'age_years'" in told
