"""A DRG scheme as read: the six sheets of the official workbook as rows, in the order in which they are tried.

What a row means follows from the rows (docs/sources.md); `DrgChoices` holds what rows cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from dipsim.policy.params import Source, Strict

DOCUMENT = "scheme.toml"
LEVELS = ("MCC", "CC")
"""Degrees of a complication or comorbidity (严重并发症或合并症, 并发症或合并症)."""


class DrgChoices(Strict):
    """What the rows of a DRG scheme cannot say; a scheme states each of them."""

    weight: Literal["admission_weight_g", "birth_weight_g"] = Field(description="Which weight the variable XSRTZ is")
    unknown_codes: Literal["ignored", "ungroupable"] = Field(
        description="Whether a principal diagnosis that no table of the scheme names is tried all the same"
    )
    fallback: tuple[str, ...] = Field(description="ADRGs that catch what their MDC does not group, such as B00")
    surgery_unrelated: tuple[str, ...] = Field(
        description="ADRGs of operations unrelated to the principal diagnosis (QY), such as BQY"
    )
    ungroupable: str = Field(description="The code of a case that no row takes, such as 0000")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of the sheets MDC, ADRG or DRG.

    rule     in the official rule language; blank is always true
    parent   '' for an MDC, the MDC of an ADRG, the ADRG of a DRG
    order    排序 within the parent
    where    file and line, for messages
    """

    code: str
    name: str
    rule: str
    parent: str
    order: int
    where: str


@dataclass(frozen=True, slots=True)
class Complication:
    """A code of the sheet CC: its degree, and the exclusion table that it refers to ('' for none)."""

    level: str
    table: str


@dataclass(frozen=True, slots=True)
class DrgScheme:
    """Every row of a scheme.

    mdc, adrg, drg   in the order in which they are tried: a parent's children by order, fallback rows last
    sets             codes of each set (集合)
    complications    code -> degree and exclusion table
    exclusions       principal diagnosis -> exclusion table (排除表)
    """

    name: str
    title: str
    title_zh: str
    version: str
    source: Source
    choices: DrgChoices
    mdc: tuple[RuleRow, ...]
    adrg: tuple[RuleRow, ...]
    drg: tuple[RuleRow, ...]
    sets: Mapping[str, frozenset[str]]
    complications: Mapping[str, Complication]
    exclusions: Mapping[str, str]
    fingerprint: str
