"""The six sheets of the official workbook: header texts and what each column holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

HEADER_LINE = 2

Content: TypeAlias = Literal["code", "table", "icd", "text", "name", "rule", "order"]
"""code: a group or set; table: exclusions, may be blank; icd: a diagnosis or procedure; a blank rule is true."""
NUMBERS_ALLOWED: tuple[Content, ...] = ("text", "name", "rule", "order")
"""Contents that may stand in a cell of numbers: a number has lost the zeros of a code."""
BLANKS_ALLOWED: tuple[Content, ...] = ("table", "text", "name", "rule")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet: its header text, its name in the table of the scheme folder, and what it holds.

    is_required   whether a sheet without it cannot be read; public copies leave out the types of sets
    """

    header: str
    name: str
    content: Content
    is_required: bool = True


def _rule_columns(*above: SheetColumn, order: str) -> tuple[SheetColumn, ...]:
    return (
        SheetColumn("编码", "code", "code"),
        SheetColumn("名称", "name", "name"),
        SheetColumn("规则", "rule", "rule"),
        *above,
        SheetColumn(order, "order", "order"),
    )


_MDC = SheetColumn("所属MDC", "mdc", "code")
SHEETS: Mapping[str, tuple[SheetColumn, ...]] = {
    "MDC": _rule_columns(order="排序"),
    "ADRG": _rule_columns(_MDC, order="MDC内排序"),
    "DRG": _rule_columns(SheetColumn("所属ADRG", "adrg", "code"), _MDC, order="排序"),
    "集合": (
        SheetColumn("集合编号", "set", "code"),
        SheetColumn("ICD编码", "code", "icd"),
        SheetColumn("ICD名称", "name", "text"),
        SheetColumn("类型编号", "type", "text", is_required=False),
    ),
    "CC": (
        SheetColumn("编码", "code", "icd"),
        SheetColumn("名称", "name", "text"),
        SheetColumn("排除表", "table", "table"),
        SheetColumn("类型", "level", "code"),
    ),
    "排除表": (
        SheetColumn("集合编号", "table", "code"),
        SheetColumn("ICD编码", "code", "icd"),
        SheetColumn("名称", "name", "text"),
    ),
}
