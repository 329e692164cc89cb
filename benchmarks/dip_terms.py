"""What every engine of the DIP job is told: bands, budgets, trimming; and the columns that it reads."""

from __future__ import annotations

JOB, BANDS, PRICES = "job", "other bands", "other prices"
"""The steps: the job, and for dipsim two further scenarios of the same cases."""
COLUMNS = ("hospital_id", "insurance", "principal_diagnosis", "procedures", "total_cost_yuan")
LOW, HIGH = 0.5, 2.0
"""A case below LOW x the mean of its group earns s r, one above HIGH x the mean s (r - HIGH + 1)."""
SCALE = 1000.0
LOWER, UPPER, SMALLEST = 0.025, 0.975, 25
"""Costs outside these percentiles of their group, by nearest rank, count in no mean, in groups of SMALLEST or more."""
_YUAN_A_CASE = {"employee": 2600, "resident": 3400}


def budgets(cases: int) -> dict[str, float]:
    """The money of each insurance in yuan; invented."""
    return {name: float(yuan * cases) for name, yuan in _YUAN_A_CASE.items()}
