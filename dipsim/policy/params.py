"""What every table of policy values has in common: strict types, no unknown keys, and the source of its numbers."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator


class Strict(BaseModel):
    """A table that says exactly what is meant: strict types, frozen, no unknown keys, no infinite numbers."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Source(Strict):
    """Where a number of policy comes from."""

    doc: str = Field(min_length=1, description="The notice, catalogue or decision; 'demo' for an invented value")
    article: str = Field(default="", description="Article, table or page")


class Params(Strict):
    """What a policy table may say; every table names the source of its numbers."""

    source: Source = Field(description="Where the numbers of this table come from")


def _number_or_none(value: object) -> object:
    """Refuse what is neither a number of 0 or more nor 'none'."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value != "none" and not (is_number and math.isfinite(value) and value >= 0):  # type: ignore[arg-type, operator]
        raise ValueError("state a number of 0 or more, or 'none'")
    return value


Setting = Annotated[float | Literal["none"], PlainValidator(_number_or_none)]
"""A number of 0 or more, or 'none' where the policy has none: a baseline says so instead of leaving it out."""


class ByInsurance(Strict):
    """A setting for each insurance with a pooled fund."""

    employee: Setting
    resident: Setting

    def get(self, insurance: str) -> float | None:
        """The number of an insurance, None where there is none."""
        value = getattr(self, insurance) if insurance in type(self).model_fields else "none"
        return None if value == "none" else float(value)


class ByLevel(Strict):
    """A setting for each hospital level."""

    primary: Setting
    secondary: Setting
    tertiary: Setting

    def get(self, level: str) -> float | None:
        """The number of a level, None where there is none or the level is unknown."""
        value = getattr(self, level) if level in type(self).model_fields else "none"
        return None if value == "none" else float(value)
