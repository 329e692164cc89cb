"""Rules of learning: every choice and number that turns history into a catalogue and points, as data (TOML).

There are two kinds: those of a DIP catalogue and its points, which have a table [catalogue], and those of the relative
weights of a scheme that is given (`relative_weight_rules.py`), which have not.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import Field, ValidationError, model_validator

from dipsim.errors import PolicyError, Problem
from dipsim.grouping.catalogue.mapping import SchemeHead, WeightsHead
from dipsim.policy.document import read_document
from dipsim.policy.files import thawed
from dipsim.policy.params import Params, Strict

Cases: TypeAlias = Annotated[int, Field(ge=1)]
Share: TypeAlias = Annotated[float, Field(gt=0, le=1, multiple_of=0.000001)]
Percent: TypeAlias = Annotated[float, Field(ge=0, le=100, multiple_of=0.000001)]
Multiple: TypeAlias = Annotated[float, Field(gt=0, multiple_of=0.000001)]
NONE = Literal["none"]


class HistoryRules(Params):
    """What `[history]` may say: the window of years, which the year to be settled is not part of."""

    year_basis: Literal["discharged_on", "settled_on", "admitted_on", "none"] = Field(
        description="The date whose year a case counts to; none: all cases are one year"
    )
    years: tuple[int, ...] = Field(description="Oldest first; empty with year_basis = none")
    year_weights: tuple[Annotated[int, Field(ge=0)], ...] = Field(description="One for each year")

    @model_validator(mode="after")
    def _fits_together(self) -> HistoryRules:
        if len(self.years) != len(self.year_weights):
            raise ValueError("give one of year_weights for each of years")
        if (self.year_basis == "none") == bool(self.years):
            raise ValueError("name the years, or with year_basis = 'none' no year")
        if list(self.years) != sorted(set(self.years)):
            raise ValueError("name each year once, oldest first")
        if self.years and not sum(self.year_weights):
            raise ValueError("one of year_weights must be above 0")
        return self

    @property
    def weights(self) -> tuple[int, ...]:
        """The weight of each year; one year of weight 1 when cases have no year."""
        return self.year_weights or (1,)


class CompositeSuffixes(Strict):
    """What stands behind the category in the code of a composite group, by class."""

    conservative: str = Field(min_length=1)
    diagnostic: str = Field(min_length=1)
    therapeutic: str = Field(min_length=1)
    surgery: str = Field(min_length=1)


class CatalogueRules(Params):
    """What `[catalogue]` may say: which combinations of diagnosis and procedures become groups."""

    procedures: Literal["all", "main"] = Field(description="Which procedures of a case make its combination")
    core_threshold: Cases | NONE = Field(description="Cases from which on a combination is a core group")
    core_coverage: Share | NONE = Field(
        description="Share of all cases that core combinations must hold; the threshold is the largest that does"
    )
    minimum_cases: Cases = Field(description="A group of fewer cases is not made")
    composite_suffixes: CompositeSuffixes

    @model_validator(mode="after")
    def _fits_together(self) -> CatalogueRules:
        if (self.core_threshold == "none") == (self.core_coverage == "none"):
            raise ValueError("state one of core_threshold and core_coverage, and 'none' for the other")
        return self


class TrimmingRules(Params):
    """What `[trimming]` may say: which cases are left out of every mean."""

    method: Literal["none", "percentile", "sigma", "iqr"]
    lower_percent: Percent = Field(description="Cases below this percentile of their group, by nearest rank, are out")
    upper_percent: Percent = Field(description="Cases above this percentile of their group, by nearest rank, are out")
    sigmas: Multiple | None = Field(
        default=None, description="Cases further from the mean of their group than so many standard deviations are out"
    )
    iqr_factor: Multiple | None = Field(
        default=None, description="Cases further below the lower or above the upper quartile than so many IQR are out"
    )
    minimum_cases: Cases = Field(description="A group of fewer cases is not trimmed")
    warn_above_ratio: Share = Field(description="Warn when a larger share of all cases is trimmed")

    @model_validator(mode="after")
    def _fits_together(self) -> TrimmingRules:
        if self.lower_percent >= self.upper_percent:
            raise ValueError("lower_percent must be below upper_percent")
        if self.method == "sigma" and self.sigmas is None:
            raise ValueError("method = 'sigma' needs sigmas")
        if self.method == "iqr" and self.iqr_factor is None:
            raise ValueError("method = 'iqr' needs iqr_factor")
        return self


class MeanRules(Params):
    """What `[means]` may say: how several years become one mean, and what points are relative to."""

    mean_reading: Literal["weighted_mean_of_annual_means", "pooled"]
    overall_mean: Literal["all_cases", "grouped_cases", "fixed"] = Field(description="Whose mean is M")
    overall_mean_yuan: Annotated[float, Field(gt=0, multiple_of=0.000001)] | NONE = Field(description="M, when fixed")
    per_insurance: bool = Field(description="Whether employees and residents have weights of their own too")

    @model_validator(mode="after")
    def _fits_together(self) -> MeanRules:
        if (self.overall_mean == "fixed") == (self.overall_mean_yuan == "none"):
            raise ValueError("state overall_mean_yuan with overall_mean = 'fixed', and only then")
        return self


class FactorRules(Params):
    """What `[hospital_factor]` may say: which of the factors computed is the one that counts."""

    column: Literal["crude_by_level", "crude_by_hospital", "standardised_by_level", "standardised_by_hospital", "none"]


class StabilityRules(Params):
    """What `[stability]` may say."""

    flag_above_ratio: float = Field(gt=0, description="Change of a group's points in the last year that is flagged")


class CommonRules(Strict):
    """What rules of both kinds say."""

    history: HistoryRules
    trimming: TrimmingRules
    means: MeanRules
    hospital_factor: FactorRules
    stability: StabilityRules
    weights: WeightsHead

    @property
    @abstractmethod
    def minimum_cases(self) -> int:
        """The cases from which on a group has a mean of its own."""


class LearningRules(CommonRules):
    """A whole file of rules for a DIP catalogue and its points."""

    catalogue: CatalogueRules
    scheme: SchemeHead

    @property
    def minimum_cases(self) -> int:
        """The cases from which on a group is made."""
        return self.catalogue.minimum_cases


Rules = TypeVar("Rules", bound=CommonRules)

OWN_TABLES: Mapping[str, str] = {
    "catalogue": "a DIP catalogue, for `dipsim scheme learn`",
    "groups": "relative weights, for `dipsim weights learn`",
}
"""The table that tells each kind of rules, and what that kind is for."""


def read_rules(path: Path) -> LearningRules:
    """The rules of a TOML file; PolicyError with all its problems."""
    return checked_rules(path, LearningRules)


def checked_rules(path: Path, kind: type[Rules]) -> Rules:
    """The rules of a TOML file as one of their kinds; PolicyError with all its problems."""
    document = read_document(path, path.name, path.stem)
    other = [purpose for table, purpose in OWN_TABLES.items() if table in document.values]
    if other and not OWN_TABLES.keys() & document.values.keys() & kind.model_fields.keys():
        step = "name rules of the other kind: `dipsim list` shows those there are"
        raise PolicyError(Problem(path.name, f"rules of {other[0]}", "this command learns something else", step))
    try:
        return kind.model_validate(thawed(document.values))
    except ValidationError as error:
        known = {
            name
            for field in kind.model_fields.values()
            if isinstance(field.annotation, type) and issubclass(field.annotation, Strict)
            for name in field.annotation.model_fields
        }
        raise PolicyError(document.problems(error, "", known)) from error
