"""What every table of policy values has in common: strict types, no unknown keys, and the source of its numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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


Setting = float | Literal["none"]
"""A number, or 'none' where the policy has none: a baseline says so instead of leaving it out."""


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
