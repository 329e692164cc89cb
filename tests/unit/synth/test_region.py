from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from dipsim.errors import PolicyError
from dipsim.policy.weights import LEVELS
from dipsim.synth import demo_region, read_region
from dipsim.synth.region import DEMO_REGION


def edited(folder: Path, old: str, new: str) -> Path:
    """A copy of the demo region with one text replaced."""
    text = DEMO_REGION.read_text(encoding="utf-8")
    assert old in text
    shutil.copy(DEMO_REGION.parent / "demo_conditions.csv", folder)
    path = folder / "region.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_the_demo_city_has_three_tertiary_four_secondary_and_five_primary_hospitals() -> None:
    assert np.bincount(demo_region().level).tolist() == [5, 4, 3]


def test_cases_of_a_level_are_split_among_its_hospitals_by_volume() -> None:
    params = demo_region()
    hospitals = params.settings.hospital
    row = params.conditions.keys.index("schizophrenia")
    expected = [40.0 if hospital.hospital_id == "H07" else 0.0 for hospital in hospitals]  # the only secondary one
    expected[0] = float(params.conditions.volume[row, LEVELS.index("tertiary")])  # H01, the only tertiary one
    assert params.share[row].tolist() == expected
    assert params.share.sum() == pytest.approx(params.conditions.volume.sum())


def test_a_specialty_that_no_hospital_of_a_level_treats_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, "volume = { psychiatry = 1.0 }", "volume = { tcm = 1.0 }")
    with pytest.raises(PolicyError, match=r"no secondary hospital treats psychiatry.*schizophrenia"):
        read_region(path)


def test_a_specialty_with_two_tables_of_fees_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, 'specialties = ["oncology"]', 'specialties = ["oncology", "tcm"]')
    with pytest.raises(PolicyError, match="2 tables of fee shares for tcm"):
        read_region(path)


def test_a_misspelt_parameter_is_refused_with_the_right_name(tmp_path: Path) -> None:
    path = edited(tmp_path, "[comorbidity]", "[comorbidities]")
    with pytest.raises(PolicyError, match="did you mean 'comorbidity'"):
        read_region(path)


def test_a_missing_parameter_is_named(tmp_path: Path) -> None:
    path = edited(tmp_path, "growth_factor = 1.02", "")
    with pytest.raises(PolicyError, match=r"cost\.growth_factor: missing"):
        read_region(path)
