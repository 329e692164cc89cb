from __future__ import annotations

import numpy as np
import pytest

from dipsim.errors import PolicyError
from dipsim.weighting.hospital_factor import HospitalFactorParams, factors_micro
from tests import build

LEVEL = np.array([0, 2, -1], np.int64)
IDS = ("P", "T", "X")


def factors(by: str, ids: tuple[str, ...] = IDS, **level_factor: object) -> list[int]:
    stated = {"by": by, "level_factor": level_factor}
    params = HospitalFactorParams.model_validate(
        build.changed(build.base().values["weighting"]["hospital_factor"], stated)
    )
    weights = build.weights({**build.base().weights, "hospital_factor": {"P": "0.9", "T": "1.234567"}})
    return [int(factor) for factor in factors_micro(params, weights, ids, LEVEL[: len(ids)])]


def test_without_factors_every_hospital_has_one() -> None:
    assert factors("none") == [1_000_000] * 3


def test_a_factor_by_level_or_by_hospital() -> None:
    assert factors("level", ("P", "T"), primary=0.85, tertiary=1.15) == [850_000, 1_150_000]
    assert factors("hospital", ("P", "T")) == [900_000, 1_234_567]


def test_every_hospital_without_a_factor_is_named() -> None:
    with pytest.raises(PolicyError, match="no hospital factor for X"):
        factors("hospital")
    with pytest.raises(PolicyError, match="no hospital factor for P, T, X"):
        factors("level", secondary=1.0)


def test_a_long_list_of_hospitals_is_cut_short() -> None:
    ids = tuple(f"H{number:02d}" for number in range(12))
    params = HospitalFactorParams.model_validate(
        {**build.base().values["weighting"]["hospital_factor"], "by": "hospital"}
    )
    with pytest.raises(PolicyError, match="H09 and 2 more"):
        factors_micro(params, build.weights(build.base().weights), ids, np.zeros(12, np.int64))


def test_no_hospitals_have_no_factors() -> None:
    assert factors("hospital", ()) == []
