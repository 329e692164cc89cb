from __future__ import annotations

import numpy as np
import pytest

from dipsim.synth import compare_to_targets, demo_region, draw_settlement_year
from dipsim.synth.calibration import Comparison, is_readmitted


@pytest.mark.large
def test_the_settlement_year_of_200_000_cases_meets_every_published_figure() -> None:
    comparisons = compare_to_targets(draw_settlement_year(demo_region(), seed=1, cases=200_000))
    assert [(found.label, found.statistic, found.reached) for found in comparisons if not found.is_met] == []


def test_the_targets_are_those_of_the_published_table() -> None:
    # PMC11368113, table 1: mean and standard deviation, or rate.
    targets = {target.measure: (target.value, target.spread) for target in demo_region().settings.calibration.target}
    assert targets == {
        "cost_yuan": (5398.51, 6857.89),
        "relative_weight": (0.96, 0.80),
        "readmission_30_days": (0.0603, None),
        "mortality": (0.0014, None),
        "age_years": (50.81, 22.53),
        "employees": (0.1185, None),
        "charlson_index": (0.43, 0.76),
        "tertiary": (0.4047, None),
    }


def test_what_is_allowed_is_a_share_of_the_target_and_for_rates_at_most_half_a_point() -> None:
    comparisons = compare_to_targets(draw_settlement_year(demo_region(), seed=1, cases=1_000))
    allowed = {(found.label, found.statistic): found.allowed for found in comparisons}
    assert len(allowed) == 12
    assert allowed["Cost of a case, yuan", "mean"] == pytest.approx(161.9553)  # 3% of 5,398.51
    assert allowed["Cost of a case, yuan", "sd"] == pytest.approx(685.789)  # 10% of 6,857.89
    assert allowed["Died", "rate"] == pytest.approx(0.00028)  # a fifth of 0.14%
    assert allowed["Readmitted within 30 days", "rate"] == pytest.approx(0.005)  # a fifth would be 1.2 points


def test_a_target_is_met_up_to_what_is_allowed() -> None:
    assert Comparison("x", "x", "mean", 100.0, 103.0, 3.0).is_met
    assert not Comparison("x", "x", "mean", 100.0, 96.9, 3.0).is_met


def test_a_patient_is_readmitted_when_admitted_within_thirty_days() -> None:
    # Patient 1 leaves on day 10, comes back on day 40 after 30 days, leaves on day 45, comes back on day 76 after 31.
    patient, discharged, days = np.array([1, 2, 1, 1]), np.array([45, 50, 10, 80]), np.array([5, 3, 2, 4])
    assert is_readmitted(patient, discharged, days).tolist() == [False, False, True, False]
