"""Variants as the grouper carries them out: cases go to the parts of a split, and stay where they fit none."""

from __future__ import annotations

from pathlib import Path

import pytest

from dipsim.cases.read import read_cases
from dipsim.grouping.moves import group_code_of_cases
from tests.unit.policy.small_drg import variant

HEADER = (
    "case_id,principal_diagnosis,other_diagnoses,procedures,age_years,sex,length_of_stay_days,icu_hours,"
    "discharge_way,department,specialty,care_type,ventilation_hours"
)


def groups(root: Path, toml: str, *cases: str) -> list[str]:
    """The groups of cases of the variant, whose cells follow the principal diagnosis."""
    scheme = variant(root, toml)
    lines = [HEADER, *(f"{number},O03.900,{cells}" for number, cells in enumerate(cases)), ""]
    (root / "cases.csv").write_text("\n".join(lines), encoding="utf-8")
    return group_code_of_cases(read_cases([root / "cases.csv"]).cases, scheme, 1)


@pytest.mark.parametrize(
    ("by", "part", "inside", "outside"),
    [
        ("age_years", "maximum = 17", ",,17,2,3,,,,,,", ",,18,2,3,,,,,,"),
        ("length_of_stay_days", "minimum = 2, maximum = 5", ",,30,2,5,,,,,,", ",,30,2,6,,,,,,"),
        ("icu_hours", "minimum = 24", ",,30,2,5,24,,,,,", ",,30,2,6,23,,,,,"),
        ("icu_hours", "maximum = 24", ",,30,2,5,24,,,,,", ",,30,2,6,,,,,,"),
        ("ventilation_hours", "minimum = 96", ",,30,2,5,,,,,,96", ",,30,2,6,,,,,,95"),
        ("discharge_way", 'values = ["5", "2"]', ",,30,2,5,,2,,,,", ",,30,2,6,,1,,,,"),
        ("discharge_way", 'values = ["5"]', ",,30,2,5,,5,,,,", ",,30,2,6,,,,,,"),
        ("department", 'values = ["0501"]', ",,30,2,5,,,0501,,,", ",,30,2,6,,,0502,,,"),
        ("specialty", 'values = ["rehabilitation"]', ",,30,2,5,,,,rehabilitation,,", ",,30,2,6,,,,psychiatry,,"),
        ("care_type", 'values = ["day_surgery"]', ",,30,2,5,,,,,day_surgery,", ",,30,2,6,,,,,inpatient,"),
        ("procedures", 'values = ["69.0200"]', ",69.5100|69.0200,30,2,5,,,,,,", ",69.5100,30,2,6,,,,,,"),
        ("other_diagnoses", 'values = ["D64.900"]', "D64.900,,30,2,5,,,,,,", "D62.x00,,30,2,6,,,,,,"),
    ],
)
def test_a_case_goes_to_the_part_that_it_fits_and_else_stays(
    tmp_path: Path, by: str, part: str, inside: str, outside: str
) -> None:
    toml = f'[[split]]\ndrg = "OS29"\nby = "{by}"\nparts = [{{ code = "OS2A", name = "", {part} }}]\n'
    assert groups(tmp_path, toml, inside, outside) == ["OS2A", "OS29"]


def test_a_case_goes_to_the_first_of_several_parts(tmp_path: Path) -> None:
    parts = '{ code = "OS2A", name = "", maximum = 5 }, { code = "OS2B", name = "", maximum = 9 }'
    toml = f'[[split]]\ndrg = "OS29"\nby = "length_of_stay_days"\nparts = [{parts}]\n'
    cells = [f",,30,2,{days},,,,,," for days in (5, 6, 9, 10)]
    assert groups(tmp_path, toml, *cells) == ["OS2A", "OS2B", "OS2B", "OS29"]
