"""What a synthetic region is drawn from: a TOML file of hospitals, population and bills, and a table of conditions.

A condition is a kind of case: its codes, where it is treated, what it costs. The group it should fall into stands
beside it, so that grouping can be checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.money import MISSING
from dipsim.paths import did_you_mean
from dipsim.policy.document import read_document
from dipsim.policy.files import thawed
from dipsim.policy.tables import Column, TableSpec, read_table
from dipsim.policy.weights import LEVELS
from dipsim.synth.settings import Settings, Specialty

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Flags = NDArray[np.bool_]

DEMO_REGION = Path(__file__).resolve().parent / "demo_region.toml"

CONDITIONS = TableSpec(
    (
        Column("condition", "code", required=True),
        Column("diagnoses", "text", required=True),
        Column("secondary_diagnoses", "text"),
        Column("procedures", "text"),
        Column("group_code", "code"),
        Column("status", "choice", required=True, choices=("core", "composite", "no_match", "no_procedure_class")),
        Column("specialty", "choice", required=True, choices=get_args(Specialty)),
        Column("department", "text", required=True),
        Column("care_type", "choice", required=True, choices=("inpatient", "day_surgery")),
        *(Column(f"{level}_cases", "integer", required=True, minimum=0) for level in LEVELS),
        Column("mean_cost_yuan", "yuan", required=True, minimum=1, unit="yuan"),
        Column("cost_cv", "number", required=True, minimum=0),
        Column("mean_stay_days", "number", required=True, minimum=1, unit="days"),
        Column("stay_spread", "number", required=True, minimum=0),
        Column("mean_age_years", "number", required=True, minimum=0, unit="years"),
        Column("age_spread_years", "number", required=True, minimum=0, unit="years"),
        Column("female_ratio", "number", required=True, minimum=0, maximum=1),
        Column("death_ratio", "number", required=True, minimum=0, maximum=1),
        Column("icu_ratio", "number", required=True, minimum=0, maximum=1),
        Column("ventilation_ratio", "number", required=True, minimum=0, maximum=1),
        Column("birth_weight_g", "integer", minimum=1, unit="g"),
    ),
    unique_key=("condition",),
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The table of conditions, column by column.

    diagnoses    the principal diagnoses that a case may have, one of them drawn
    secondary_diagnoses  one of these is always among the other diagnoses; empty for most conditions
    procedures   joined by `|`, the main one first
    group_code, status   what grouping by the region's own scheme should find
    volume       int64 (conditions, levels): expected cases, relative to each other
    mean_cost_fen        int64, at a hospital whose level and own factor are 1
    stay_spread  standard deviation of the logarithm of the stay
    birth_weight_g       int64, mean weight of newborns; MISSING for a condition of others
    """

    keys: tuple[str, ...]
    diagnoses: tuple[tuple[str, ...], ...]
    secondary_diagnoses: tuple[tuple[str, ...], ...]
    procedures: tuple[str, ...]
    group_code: tuple[str, ...]
    status: tuple[str, ...]
    specialty: tuple[Specialty, ...]
    department: tuple[str, ...]
    care_type: tuple[str, ...]
    volume: I8
    mean_cost_fen: I8
    cost_cv: F8
    mean_stay_days: F8
    stay_spread: F8
    mean_age_years: F8
    age_spread_years: F8
    female_ratio: F8
    death_ratio: F8
    icu_ratio: F8
    ventilation_ratio: F8
    birth_weight_g: I8

    @property
    def is_day_surgery(self) -> Flags:
        """Conditions treated within a day."""
        return np.array([care_type == "day_surgery" for care_type in self.care_type])

    @property
    def is_newborn(self) -> Flags:
        """Conditions of newborns, whose weights are recorded."""
        return np.asarray(self.birth_weight_g != MISSING)


@dataclass(frozen=True, slots=True)
class RegionParams:
    """A region ready to be drawn; `share` (conditions, hospitals) holds the expected shares of all cases, unscaled."""

    settings: Settings
    conditions: Conditions
    share: F8

    @property
    def level(self) -> I8:
        """The level of each hospital, an index into LEVELS."""
        return np.array([LEVELS.index(hospital.level) for hospital in self.settings.hospital], np.int64)

    def hospital_row(self, hospital_id: str) -> int:
        """The place of a hospital; ValueError when it is not in the region."""
        return [hospital.hospital_id for hospital in self.settings.hospital].index(hospital_id)

    def by_specialty(self, of_specialty: Mapping[Specialty, float]) -> F8:
        """A number of each specialty as one of each condition; 0 for specialties not named."""
        return np.array([of_specialty.get(specialty, 0.0) for specialty in self.conditions.specialty])


def demo_region() -> RegionParams:
    """The bundled demo city."""
    return read_region(DEMO_REGION)


def read_region(path: Path) -> RegionParams:
    """The parameters of a region; PolicyError with the problems of its TOML file, else of its table, else of both."""
    document = read_document(path, path.name, path.stem)
    try:
        settings = Settings.model_validate({key: thawed(value) for key, value in document.values.items()})
    except ValidationError as error:
        raise PolicyError(document.problems(error, "", tuple(Settings.model_fields))) from error
    conditions = _read_conditions(path.parent / settings.conditions)
    problems = [
        *_specialty_problems(settings, path.name),
        *_place_problems(settings, conditions, path.name),
        *_planted_problems(settings, conditions, path.name),
    ]
    if problems:
        raise PolicyError(problems)
    return RegionParams(settings, conditions, _shares(settings, conditions))


def _read_conditions(path: Path) -> Conditions:
    table = read_table(path, CONDITIONS)
    return Conditions(
        keys=table.text("condition"),
        diagnoses=tuple(tuple(cell.split("|")) for cell in table.text("diagnoses")),
        secondary_diagnoses=tuple(tuple(filter(None, cell.split("|"))) for cell in table.text("secondary_diagnoses")),
        procedures=table.text("procedures"),
        group_code=table.text("group_code"),
        status=table.text("status"),
        specialty=cast(tuple[Specialty, ...], table.text("specialty")),
        department=table.text("department"),
        care_type=table.text("care_type"),
        volume=np.stack([table.integers(f"{level}_cases") for level in LEVELS], axis=1),
        mean_cost_fen=table.fen("mean_cost_yuan"),
        cost_cv=table.numbers("cost_cv"),
        mean_stay_days=table.numbers("mean_stay_days"),
        stay_spread=table.numbers("stay_spread"),
        mean_age_years=table.numbers("mean_age_years"),
        age_spread_years=table.numbers("age_spread_years"),
        female_ratio=table.numbers("female_ratio"),
        death_ratio=table.numbers("death_ratio"),
        icu_ratio=table.numbers("icu_ratio"),
        ventilation_ratio=table.numbers("ventilation_ratio"),
        birth_weight_g=table.integers("birth_weight_g"),
    )


def _specialty_problems(settings: Settings, file: str) -> Iterator[Problem]:
    """Every specialty has one table of fee shares, and no more than one of readmissions."""
    for specialty in get_args(Specialty):
        stated = sum(specialty in fees.specialties for fees in settings.fees)
        if stated != 1:
            what = f"{stated} tables of fee shares for {specialty}"
            yield Problem(f"{file}: fees", what, "every bill is split by one", "name each specialty once")
        stated = sum(specialty in table.specialties for table in settings.readmission)
        if stated > 1:
            what = f"{stated} tables of readmissions for {specialty}"
            yield Problem(f"{file}: readmission", what, "a stay has one chance", "name each specialty once")


def _place_problems(settings: Settings, conditions: Conditions, file: str) -> Iterator[Problem]:
    treated = {(hospital.level, specialty) for hospital in settings.hospital for specialty in hospital.volume}
    for key, specialty, volumes in zip(conditions.keys, conditions.specialty, conditions.volume, strict=True):
        for level, volume in zip(LEVELS, volumes, strict=True):
            if volume and (level, specialty) not in treated:
                what = f"no {level} hospital treats {specialty}"
                yield Problem(f"{file}: hospital", what, f"{key} has cases there", "add a volume or drop the cases")


def _planted_problems(settings: Settings, conditions: Conditions, file: str) -> Iterator[Problem]:
    """Upcoding and splitting name hospitals and conditions that exist."""
    hospitals = [hospital.hospital_id for hospital in settings.hospital]
    named = [("splitting.hospital_ids", name, hospitals) for name in settings.splitting.hospital_ids]
    for upcoding in settings.upcoding:
        named += [
            ("upcoding.hospital_id", upcoding.hospital_id, hospitals),
            ("upcoding.condition", upcoding.condition, list(conditions.keys)),
            ("upcoding.coded_as", upcoding.coded_as, list(conditions.keys)),
        ]
    for key, name, known in named:
        if name not in known:
            yield Problem(f"{file}: {key}", f"{name!r} is not in the region", next_step=did_you_mean(name, known))


def _shares(settings: Settings, conditions: Conditions) -> F8:
    """Expected cases of each condition at each hospital: those of its level, split by the hospitals' volumes."""
    share = np.zeros((len(conditions.keys), len(settings.hospital)))
    for number, level in enumerate(LEVELS):
        members = [column for column, hospital in enumerate(settings.hospital) if hospital.level == level]
        for row, specialty in enumerate(conditions.specialty):
            volumes = np.array([settings.hospital[column].volume.get(specialty, 0.0) for column in members])
            if conditions.volume[row, number]:
                share[row, members] = conditions.volume[row, number] * volumes / volumes.sum()
    return share
