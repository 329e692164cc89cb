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


def test_the_demo_city_has_hospitals_of_every_level_and_type_and_one_consortium() -> None:
    params = demo_region()
    hospitals = params.settings.hospital
    assert np.bincount(params.level).tolist() == [6, 5, 3]
    kinds = {"general", "tcm", "maternal_child", "psychiatric", "rehabilitation", "village_clinic"}
    assert {hospital.type for hospital in hospitals} == kinds
    consortium = {hospital.county for hospital in hospitals if hospital.consortium_id == "C1"}
    assert consortium == {"青源县"}
    roles = sorted(hospital.role for hospital in hospitals if hospital.consortium_id)
    assert roles == ["lead", "township", "township", "village"]
    assert len({hospital.consortium_id for hospital in hospitals} - {""}) == 1


def test_volumes_of_groups_fall_as_zipf_says() -> None:
    # Inpatient volume of rank r is proportional to 1 / (r + 5): the 5th over the 1st as 6 to 10, the 95th as 6 to 100.
    conditions = demo_region().conditions
    volumes = np.sort(conditions.volume.sum(axis=1)[~conditions.is_day_surgery])[::-1]
    assert volumes[4] / volumes[0] == pytest.approx(0.6, rel=0.02)
    assert volumes[94] / volumes[0] == pytest.approx(0.06, rel=0.06)


def test_cases_of_a_level_are_split_among_its_hospitals_by_volume() -> None:
    params = demo_region()
    hospitals = params.settings.hospital
    row = params.conditions.keys.index("schizophrenia")
    secondary = float(params.conditions.volume[row, LEVELS.index("secondary")])
    expected = [secondary if hospital.hospital_id == "H07" else 0.0 for hospital in hospitals]  # the only secondary one
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


def test_a_specialty_with_two_tables_of_readmissions_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, '["surgery", "obstetrics", "paediatrics"]\nratio', '["surgery", "oncology"]\nratio')
    with pytest.raises(PolicyError, match="2 tables of readmissions for oncology"):
        read_region(path)


def test_upcoding_and_splitting_name_what_is_there(tmp_path: Path) -> None:
    path = edited(tmp_path, 'coded_as = "pneumonia"', 'coded_as = "pneumonias"')
    with pytest.raises(PolicyError, match=r"upcoding\.coded_as.*'pneumonias'.*did you mean 'pneumonia'"):
        read_region(path)
    path = edited(tmp_path, 'hospital_ids = ["H06", "H11"]', 'hospital_ids = ["H99"]')
    with pytest.raises(PolicyError, match=r"splitting\.hospital_ids.*'H99' is not in the region"):
        read_region(path)


def test_a_misspelt_parameter_is_refused_with_the_right_name(tmp_path: Path) -> None:
    path = edited(tmp_path, "[comorbidity]", "[comorbidities]")
    with pytest.raises(PolicyError, match="did you mean 'comorbidity'"):
        read_region(path)


def test_a_missing_parameter_is_named(tmp_path: Path) -> None:
    path = edited(tmp_path, "growth_factor = 1.02", "")
    with pytest.raises(PolicyError, match=r"cost\.growth_factor: missing"):
        read_region(path)
