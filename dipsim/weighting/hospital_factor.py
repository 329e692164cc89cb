"""Hospital factors (机构系数): one factor a hospital, by its level or by name; grassroots groups have one for all."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.errors import PolicyError, Problem
from dipsim.money import MICRO, micro
from dipsim.policy.params import ByLevel, Params, Setting
from dipsim.policy.weights import LEVELS, Weights

I8 = NDArray[np.int64]


class HospitalFactorParams(Params):
    """What `[weighting.hospital_factor]` may say."""

    by: Literal["none", "level", "hospital"] = Field(
        description="One factor for all (none), a factor by hospital level, or by hospital from hospital_factors.csv"
    )
    level_factor: ByLevel = Field(description="Factor by level (by = level)")
    grassroots_factor: Setting = Field(
        description="One factor for the groups of grassroots.csv at every hospital (同病同分); 'none': no exception"
    )


def factors_micro(params: HospitalFactorParams, weights: Weights, hospital_ids: tuple[str, ...], level: I8) -> I8:
    """The factor of each hospital in millionths, int64; PolicyError naming every hospital or level without one."""
    if params.by == "none":
        return np.full(len(hospital_ids), MICRO, np.int64)
    if params.by == "hospital":
        missing = [hospital for hospital in hospital_ids if hospital not in weights.hospital_factors]
        if missing:
            raise PolicyError(_without_factor(f"weights/{weights.name}/hospital_factors.csv", missing))
        return np.array([weights.hospital_factors[hospital] for hospital in hospital_ids], np.int64)
    by_level = [params.level_factor.get(LEVELS[number]) if number >= 0 else None for number in level]
    missing = [hospital for hospital, factor in zip(hospital_ids, by_level, strict=True) if factor is None]
    if missing:
        raise PolicyError(_without_factor("[weighting.hospital_factor] level_factor", missing))
    return np.array([micro(factor) for factor in by_level if factor is not None], np.int64)


def _without_factor(where: str, hospitals: list[str]) -> Problem:
    shown = ", ".join(hospitals[:10]) + (f" and {len(hospitals) - 10} more" if len(hospitals) > 10 else "")
    return Problem(
        where,
        f"no hospital factor for {shown}",
        "their points cannot be computed",
        "state the factor, or the level of these hospitals in the table hospitals",
    )
