"""A small baseline, and what is refused on top of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from dipsim.errors import PolicyError
from dipsim.paths import PolicyRoots
from dipsim.policy.document import Document, load_document

BASELINE = """\
title = "Demo city, rules in force 2025"
title_zh = "示例市"
grouper = "dip-demo"
valid_from = 2025-01-01

[[route]]
when = { care_type = "inpatient", specialty = "psychiatry" }
pay = "bed_day"
[[route]]
pay = "dip"

[payment.bed_day]
unit = "points"
max_days = 90
tiers = [
  { up_to_day = 30, day_rate = 260.0 },
  { up_to_day = 90, day_rate = 200.0 },
]
source = { doc = "Demo notice 2025-3", article = "12" }

[settlement.point_value]
mode = "solve"
budget_yuan = { employee = 400_000_000, resident = 600_000_000 }
"""
EMPLOYEE = "settlement.point_value.budget_yuan.employee"
BASELINE_FILE = "scenarios/demo-city/baseline-2025.toml"
Write: TypeAlias = Callable[[str, str], None]
"""Writes a scenario of a name and a text below the policy folder."""


def refused(name: str, roots: PolicyRoots) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load_document(name, roots)
    return [str(problem) for problem in caught.value.problems]


def at(document: Document, key: str) -> object:
    return document.why(key)[-1].value
