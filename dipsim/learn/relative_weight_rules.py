"""Rules of learning the relative weights (权重 RW) of a scheme that is given, as data (TOML)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from dipsim.learn.rules import CommonRules, LearningRules, checked_rules
from dipsim.money import micro
from dipsim.policy.files import read_toml
from dipsim.policy.params import Params, Strict
from dipsim.policy.tables import Column, TableSpec, read_table

Factor: TypeAlias = Annotated[float, Field(gt=0, multiple_of=0.000001)]

ADJUSTMENTS = TableSpec(
    (Column("group_code", "code", required=True), Column("factor", "factor", required=True, minimum=0.000001)),
    unique_key=("group_code",),
    allow_extra=True,
)


class GroupRules(Params):
    """What `[groups]` may say: which groups have a weight of their own."""

    weighed: tuple[Literal["grouped", "fallback", "surgery_unrelated", "core", "composite", "brought"], ...] = Field(
        min_length=1, description="Cases of these statuses make the means of their groups"
    )
    minimum_cases: Annotated[int, Field(ge=1)] = Field(description="A group of fewer cases has no mean of its own")
    below_minimum: Literal["adrg_mean", "none"] = Field(
        description="What such a group gets: the weight of its whole ADRG, where that has enough cases, or none"
    )


class FeeFactors(Strict):
    """The factor of each fee category; what a bill holds beyond these categories counts as it is."""

    fee_drug_yuan: Factor
    fee_material_yuan: Factor
    fee_examination_yuan: Factor
    fee_treatment_yuan: Factor
    fee_service_yuan: Factor
    fee_other_yuan: Factor


class CostStructureRules(Params):
    """What `[cost_structure]` may say (费用结构调整): how the fees of a bill count in a weight."""

    factors: FeeFactors | Literal["none"]

    @property
    def in_force(self) -> Mapping[str, int]:
        """The factors other than 1 by column, in millionths."""
        if self.factors == "none":
            return MappingProxyType({})
        stated = {name: micro(value) for name, value in self.factors.model_dump().items()}
        return MappingProxyType({name: value for name, value in stated.items() if value != micro(1)})


class AdjustmentRules(Params):
    """What `[adjustment]` may say (难度、政策调整): the table of factors by group."""

    table: str = Field(min_length=1, description="A CSV file beside the rules: group_code, factor; or 'none'")


class QualityRules(Params):
    """What `[quality]` may say: what a good grouping is held against."""

    cv_limit: float = Field(gt=0, description="A group is stable when its CV is below this")
    riv_target_ratio: float = Field(gt=0, le=1, description="RIV that a grouping should reach")
    low_ratio: Factor = Field(description="Cases below so many means of their group are counted as low")
    high_ratio: Factor = Field(description="Cases above so many means of their group are counted as high")


class RelativeWeightRules(CommonRules):
    """A whole file of rules for relative weights."""

    groups: GroupRules
    cost_structure: CostStructureRules
    adjustment: AdjustmentRules
    quality: QualityRules

    @model_validator(mode="after")
    def _one_body(self) -> RelativeWeightRules:
        if self.means.per_insurance:
            raise ValueError("relative weights are those of all cases: state means.per_insurance = false")
        return self

    @property
    def minimum_cases(self) -> int:
        """The cases from which on a group has a mean of its own."""
        return self.groups.minimum_cases


def read_relative_weight_rules(path: Path) -> RelativeWeightRules:
    """The rules of a TOML file; PolicyError with all its problems."""
    return checked_rules(path, RelativeWeightRules)


def read_rules_of_any_kind(path: Path) -> LearningRules | RelativeWeightRules:
    """The rules of a TOML file, those of a catalogue where it has a table [catalogue]; PolicyError."""
    is_catalogue = any(key[0] == "catalogue" for key in read_toml(path, path.name).leaves)
    return checked_rules(path, LearningRules) if is_catalogue else checked_rules(path, RelativeWeightRules)


def adjustment_file(rules: RelativeWeightRules, path: Path) -> Path | None:
    """Where the table of factors stands, beside the rules at `path`; None without one."""
    return None if rules.adjustment.table == "none" else path.parent / rules.adjustment.table


def read_adjustments(path: Path) -> Mapping[str, int]:
    """Factors by group in millionths; PolicyError with all problems of the table."""
    table = read_table(path, ADJUSTMENTS)
    return dict(zip(table.text("group_code"), table.micro("factor").tolist(), strict=True))
