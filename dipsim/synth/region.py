"""What a synthetic region is drawn from: a TOML file of hospitals, population and bills, and a table of conditions.

A condition is a kind of case: its codes, where it is treated, what it costs. The group it should fall into stands
beside it, so that grouping can be checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from dipsim.errors import PolicyError, Problem
from dipsim.policy.document import read_document
from dipsim.policy.files import thawed
from dipsim.policy.params import Source, Strict
from dipsim.policy.tables import Column, TableSpec, read_table
from dipsim.policy.weights import LEVELS

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

Ratio = Annotated[float, Field(ge=0, le=1)]
Size = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Level = Literal["primary", "secondary", "tertiary"]
Specialty = Literal[
    "medicine", "surgery", "obstetrics", "paediatrics", "oncology", "psychiatry", "rehabilitation", "tcm"
]

DEMO_REGION = Path(__file__).resolve().parent / "demo_region.toml"

CONDITIONS = TableSpec(
    (
        Column("condition", "code", required=True),
        Column("diagnoses", "text", required=True),
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
        Column("mean_age_years", "number", required=True, minimum=0, unit="years"),
        Column("age_spread_years", "number", required=True, minimum=0, unit="years"),
        Column("female_ratio", "number", required=True, minimum=0, maximum=1),
        Column("death_ratio", "number", required=True, minimum=0, maximum=1),
    ),
    unique_key=("condition",),
)


class BySize(Strict):
    """A positive number for each hospital level."""

    primary: Size
    secondary: Size
    tertiary: Size

    def array(self) -> F8:
        """The numbers in the order of LEVELS."""
        return np.array([self.primary, self.secondary, self.tertiary])


class Population(Strict):
    """Who is treated, and who pays."""

    employee_from_age: Count
    employee_ratio: BySize = Field(description="Employees among the adults, by hospital level")
    other_ratio: Ratio = Field(description="Cases that another payer bears")
    elsewhere_ratio: Ratio = Field(description="Cases of patients insured in another region")
    elsewhere_regions: tuple[str, ...] = Field(min_length=1)


class Stay(Strict):
    """How long cases stay and when they leave."""

    spread: Size = Field(description="Standard deviation of the logarithm of the stay")
    cost_correlation: Ratio = Field(description="Correlation of the logarithms of stay and cost within a condition")
    outside_year_ratio: Ratio = Field(description="Cases discharged shortly before or after the year")
    outside_year_days: Annotated[int, Field(ge=1)]
    settled_within_days: Count


class DischargeWay(Strict):
    """How often living patients leave in a way; the code is that of the front page."""

    code: str
    share: Size


class Cost(Strict):
    """What lies between the mean cost of a condition and the bill of a case."""

    level_factor: BySize
    employee_factor: Size
    resident_factor: Size
    growth_factor: Size = Field(description="Cost of the year over the means that the weights were derived from")
    complicated_ratio: Ratio
    complicated_factor: Size


class FeeShares(Strict):
    """Shares of the fee categories in a bill."""

    specialties: tuple[Specialty, ...] = Field(min_length=1)
    drug: Size
    material: Size
    examination: Size
    treatment: Size
    service: Size
    other: Size


class Benefit(Strict):
    """What the pooled fund pays at settlement: ratio x (eligible cost - deductible)."""

    lowest_eligible_ratio: Ratio
    highest_eligible_ratio: Ratio
    deductible_yuan: BySize
    employee_ratio: BySize
    resident_ratio: BySize


class Comorbidity(Strict):
    """Another diagnosis, and how often patients of an age have it."""

    code: str
    from_age: Count
    ratio: Ratio


class Fault(Strict):
    """A cell that a hospital filled in wrongly, in so many rows."""

    column: str
    text: str
    cases: Count


class Untidy(Strict):
    """What real files have wrong with them."""

    spelling_ratio: Ratio = Field(description="Cases with codes in capitals or between blanks")
    blank_diagnosis_ratio: Ratio
    repeated_case_ids: Count
    fault: tuple[Fault, ...]


class Hospital(Strict):
    """One hospital; `volume` says how many of a level's cases of a specialty it treats, relative to the others."""

    hospital_id: str
    name: str
    level: Level
    grade: str
    type: str
    county: str
    consortium_id: str
    role: str
    ownership: str
    designated_from: str
    cost_factor: Size
    volume: dict[Specialty, Size]


class Settings(Strict):
    """Everything the TOML file of a region says."""

    title: str
    title_zh: str
    year: Annotated[int, Field(ge=1970, le=2200)]
    conditions: str = Field(description="The table of conditions, beside this file")
    physicians: BySize = Field(description="Physicians in a department, by level")
    population: Population
    stay: Stay
    discharge_way: tuple[DischargeWay, ...] = Field(min_length=1)
    cost: Cost
    fees: tuple[FeeShares, ...]
    benefit: Benefit
    comorbidity: tuple[Comorbidity, ...]
    untidy: Untidy
    hospital: tuple[Hospital, ...] = Field(min_length=1)
    source: Source


@dataclass(frozen=True, slots=True)
class Conditions:
    """The table of conditions, column by column.

    diagnoses    the principal diagnoses that a case may have, one of them drawn
    procedures   joined by `|`, the main one first
    group_code, status   what grouping by the region's own scheme should find
    volume       int64 (conditions, levels): expected cases, relative to each other
    mean_cost_fen        int64, at a hospital whose level and own factor are 1
    """

    keys: tuple[str, ...]
    diagnoses: tuple[tuple[str, ...], ...]
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
    mean_age_years: F8
    age_spread_years: F8
    female_ratio: F8
    death_ratio: F8


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
    if problems := [*_fee_problems(settings, path.name), *_place_problems(settings, conditions, path.name)]:
        raise PolicyError(problems)
    return RegionParams(settings, conditions, _shares(settings, conditions))


def _read_conditions(path: Path) -> Conditions:
    table = read_table(path, CONDITIONS)
    return Conditions(
        keys=table.text("condition"),
        diagnoses=tuple(tuple(cell.split("|")) for cell in table.text("diagnoses")),
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
        mean_age_years=table.numbers("mean_age_years"),
        age_spread_years=table.numbers("age_spread_years"),
        female_ratio=table.numbers("female_ratio"),
        death_ratio=table.numbers("death_ratio"),
    )


def _fee_problems(settings: Settings, file: str) -> Iterator[Problem]:
    for specialty in get_args(Specialty):
        stated = sum(specialty in fees.specialties for fees in settings.fees)
        if stated != 1:
            what = f"{stated} tables of fee shares for {specialty}"
            yield Problem(f"{file}: fees", what, "every bill is split by one", "name each specialty once")


def _place_problems(settings: Settings, conditions: Conditions, file: str) -> Iterator[Problem]:
    treated = {(hospital.level, specialty) for hospital in settings.hospital for specialty in hospital.volume}
    for key, specialty, volumes in zip(conditions.keys, conditions.specialty, conditions.volume, strict=True):
        for level, volume in zip(LEVELS, volumes, strict=True):
            if volume and (level, specialty) not in treated:
                what = f"no {level} hospital treats {specialty}"
                yield Problem(f"{file}: hospital", what, f"{key} has cases there", "add a volume or drop the cases")


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
