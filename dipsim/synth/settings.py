"""What the TOML file of a synthetic region may say: hospitals, population, bills, claims and the targets to be met."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from dipsim.policy.params import Source, Strict

F8 = NDArray[np.float64]

Ratio = Annotated[float, Field(ge=0, le=1)]
Size = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]
Year = Annotated[int, Field(ge=1970, le=2200)]
Level = Literal["primary", "secondary", "tertiary"]
Specialty = Literal[
    "medicine", "surgery", "obstetrics", "paediatrics", "oncology", "psychiatry", "rehabilitation", "tcm"
]
Measure = Literal[
    "cost_yuan",
    "relative_weight",
    "readmission_30_days",
    "mortality",
    "age_years",
    "employees",
    "charlson_index",
    "tertiary",
]


class BySize(Strict):
    """A positive number for each hospital level."""

    primary: Size
    secondary: Size
    tertiary: Size

    def array(self) -> F8:
        """The numbers in the order of LEVELS."""
        return np.array([self.primary, self.secondary, self.tertiary])


class HistoryYear(Strict):
    """A year before the settlement year."""

    year: Year
    cases_ratio: Size = Field(description="Cases of the year over those of the settlement year")
    cost_factor: Size = Field(description="Cost of the year over the means of the table of conditions")
    weight: Size = Field(description="Weight of the year in the group points (三年 1:2:7)")


class Population(Strict):
    """Who is treated, and who pays."""

    employee_from_age: Count
    employee_ratio: BySize = Field(description="Employees among the adults, by hospital level")
    other_ratio: Ratio = Field(description="Cases that another payer bears")
    elsewhere_ratio: Ratio = Field(description="Cases of patients insured in another region")
    elsewhere_regions: tuple[str, ...] = Field(min_length=1)


class Stay(Strict):
    """How long cases stay and when they leave."""

    cost_correlation: Ratio = Field(description="Correlation of the logarithms of stay and cost within a condition")
    other_condition_ratio: Ratio = Field(description="Cases that may follow a stay for another condition")
    outside_year_ratio: Ratio = Field(description="Cases discharged shortly before or after the year")
    outside_year_days: Number


class Readmission(Strict):
    """How often a living patient of a specialty comes back to the same hospital, and after how many days."""

    specialties: tuple[Specialty, ...] = Field(min_length=1)
    ratio: Ratio
    first_day: Count
    last_day: Count


class DischargeWay(Strict):
    """How often living patients leave in a way; the code is that of the front page."""

    code: str
    share: Size


class Cost(Strict):
    """What lies between the mean cost of a condition and the bill of a case."""

    level_factor: BySize
    employee_factor: Size
    resident_factor: Size
    growth_factor: Size = Field(description="Cost of the settlement year over the means of the table of conditions")
    complicated_ratio: Ratio
    complicated_factor: Size
    lighter_by: Ratio = Field(
        description="e: a condition has (mean cost / overall mean)^-e times its share of the years before"
    )


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


class Claims(Strict):
    """When claims are settled, and how many are taken back or sent again."""

    settled_within_days: Count
    late_ratio: Ratio = Field(description="Claims settled in the next months or the next year")
    late_within_days: Count
    reversed_ratio: Ratio
    corrected_ratio: Ratio = Field(description="Claims that take the place of another one, in all rows")
    lowest_corrected_ratio: Size = Field(description="Corrected cost over the cost first claimed, from ...")
    highest_corrected_ratio: Size = Field(description="... to")


class Upcoding(Strict):
    """Cases of a condition that a hospital codes as a better paid one, in the settlement year (高套)."""

    hospital_id: str
    condition: str
    coded_as: str
    ratio: Ratio


class Splitting(Strict):
    """Stays that hospitals cut in two, in the settlement year (分解住院)."""

    hospital_ids: tuple[str, ...] = Field(min_length=1)
    ratio: Ratio = Field(description="Stays cut, over all rows of cases")
    from_days: Number = Field(description="The shortest stay that is cut")
    last_gap_days: Count = Field(description="Longest gap between the two parts")


class Intensive(Strict):
    """Hours of the cases in intensive care or on a ventilator: log-normal, never longer than the stay."""

    mean_icu_hours: Size
    mean_ventilation_hours: Size
    spread: Size = Field(description="Standard deviation of the logarithm of the hours")


class Newborn(Strict):
    """Weights of newborns; the mean at birth stands in the table of conditions."""

    spread_g: Size
    admission_ratio: Size = Field(description="Weight at admission over weight at birth, on average")


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


class Target(Strict):
    """A published figure that the settlement year should meet; a measure without a spread is a rate."""

    measure: Measure
    label: str
    label_zh: str
    value: Size
    spread: Size | None = Field(default=None, description="Standard deviation, for a measure that has one")


class Calibration(Strict):
    """The published figures, and how near is near enough."""

    mean_within: Ratio = Field(description="Of the target")
    spread_within: Ratio = Field(description="Of the target")
    rate_within: Ratio = Field(description="Of the target, or rate_within_points if that is less")
    rate_within_points: Ratio
    target: tuple[Target, ...]
    source: Source


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


class Deducted(Strict):
    """Money or points that a hospital loses in the settlement year."""

    hospital_id: str
    insurance: Literal["employee", "resident"]
    amount_yuan: float | None = Field(default=None, ge=0, description="Yuan; else points")
    points: float | None = Field(default=None, ge=0)
    reason: str = Field(min_length=1)


class ClearingTables(Strict):
    """What the bureau paid in advance in the settlement year, and how it judged the hospitals."""

    prepaid_ratio: Ratio = Field(description="Share of the fund's part of the claims that was prepaid (预付)")
    deposit_ratio: Ratio = Field(description="Share of that withheld (质量保证金)")
    scores: dict[str, float] = Field(description="Assessment score by hospital (考核得分)")
    deduction: tuple[Deducted, ...]


class Settings(Strict):
    """Everything the TOML file of a region says."""

    title: str
    title_zh: str
    year: Year = Field(description="The settlement year")
    conditions: str = Field(description="The table of conditions, beside this file")
    physicians: BySize = Field(description="Physicians in a department, by level")
    history: tuple[HistoryYear, ...] = Field(min_length=1)
    population: Population
    stay: Stay
    readmission: tuple[Readmission, ...]
    discharge_way: tuple[DischargeWay, ...] = Field(min_length=1)
    cost: Cost
    fees: tuple[FeeShares, ...]
    benefit: Benefit
    claims: Claims
    clearing: ClearingTables
    upcoding: tuple[Upcoding, ...]
    splitting: Splitting
    intensive: Intensive
    newborn: Newborn
    comorbidity: tuple[Comorbidity, ...]
    untidy: Untidy
    calibration: Calibration
    hospital: tuple[Hospital, ...] = Field(min_length=1)
    source: Source
