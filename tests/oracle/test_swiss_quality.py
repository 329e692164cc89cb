"""Quality of the grouping of 70,323 real stays: 626 AP-DRGs of Swiss hospitals in 2000 (costs in CHF)."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from dipsim.cases.mapping import read_mapping
from dipsim.cases.read import read_cases
from dipsim.cases.table import CaseTable
from dipsim.grouping.group import group_cases
from dipsim.lab.quality import Quality, Standing, quality_of
from dipsim.learn.relative_weight_rules import RelativeWeightRules, read_relative_weight_rules
from tests import build
from tests.shared import REPOSITORY, shared_path

MAPPING = Path(__file__).parent / "mappings" / "swiss.toml"
RULES = REPOSITORY / "groupers" / "learn" / "drg-national.toml"


@pytest.fixture(scope="module")
def cases() -> CaseTable:
    return read_cases([shared_path("data/swiss-apdrg/drg2000.csv")], read_mapping(MAPPING)).cases


@pytest.fixture(scope="module")
def costs() -> dict[str, np.ndarray]:
    """The costs of each group, read without dipsim."""
    found: dict[str, list[float]] = defaultdict(list)
    with shared_path("data/swiss-apdrg/drg2000.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["APDRG"].removesuffix(".0")].append(float(row["Cost"]))
    return {code: np.array(values) for code, values in found.items()}


def measured(cases: CaseTable, **trimming: object) -> Quality:
    """The quality under the shipped rules, trimmed in some other way."""
    rules = read_relative_weight_rules(RULES).model_dump()
    chosen = RelativeWeightRules.model_validate(build.changed(rules, {"trimming": trimming}))
    return quality_of(cases, group_cases(cases, build.brought_scheme()), chosen)


def test_riv_and_groups_of_few_stays_are_those_of_the_data(cases: CaseTable) -> None:
    found = measured(cases)
    assert found.riv_micro is not None
    assert round(found.riv_micro / 10**6, 4) == 0.3847
    assert len(found.groups) == 626
    assert len(found.few()) == 46
    assert sum(group.cases for group in found.few()) == 106
    assert found.grouping_rate_micro == 10**6


def test_every_cv_is_that_of_the_costs(cases: CaseTable, costs: dict[str, np.ndarray]) -> None:
    for group in measured(cases).groups:
        own = costs[group.group_code]
        assert group.cases == own.size
        assert group.cv_micro is not None
        assert group.cv_micro / 10**6 == pytest.approx(own.std() / own.mean(), abs=2e-6)


def test_the_cv_table_counts_every_stay_once(cases: CaseTable, costs: dict[str, np.ndarray]) -> None:
    groups = measured(cases).groups
    stable = {code for code, own in costs.items() if own.size >= 5 and own.std() < own.mean()}
    assert {group.group_code for group in groups if group.standing == Standing.STABLE} == stable
    counts = {
        standing: (sum(g.standing == standing for g in groups), sum(g.cases for g in groups if g.standing == standing))
        for standing in Standing
    }
    assert counts == {
        Standing.STABLE: (496, 61_869),
        Standing.DISPERSED: (84, 8_348),
        Standing.FEW: (46, 106),
    }


def test_stays_beyond_the_bands_are_those_of_the_data(cases: CaseTable) -> None:
    groups = measured(cases).groups
    assert sum(group.low for group in groups) / 70_323 == pytest.approx(0.141, abs=0.0005)
    assert sum(group.high for group in groups) / 70_323 == pytest.approx(0.059, abs=0.0005)


@pytest.mark.parametrize("method", ["percentile", "sigma", "iqr"])
def test_trimming_raises_riv_as_it_does_in_floating_point(
    cases: CaseTable, costs: dict[str, np.ndarray], method: str
) -> None:
    found = measured(cases, method=method)
    kept = {code: trimmed(own, method) for code, own in costs.items()}
    assert sum(group.trimmed for group in found.groups) == 70_323 - sum(own.size for own in kept.values())
    everyone = np.concatenate(list(kept.values()))
    between = sum(own.size * (own.mean() - everyone.mean()) ** 2 for own in kept.values())
    assert found.trimmed_riv_micro is not None
    assert found.trimmed_riv_micro / 10**6 == pytest.approx(between / (everyone.size * everyone.var()), abs=2e-6)
    assert found.trimmed_riv_micro > (found.riv_micro or 0)


def trimmed(own: np.ndarray, method: str) -> np.ndarray:
    """The costs of a group within the limits of a method, groups of fewer than 25 as they are."""
    if own.size < 25:
        return own
    lower, upper = (2.5, 97.5) if method == "percentile" else (25, 75)
    low, high = (np.percentile(own, percent, method="inverted_cdf") for percent in (lower, upper))
    if method == "iqr":
        low, high = low - 1.5 * (high - low), high + 1.5 * (high - low)
    if method == "sigma":
        low, high = own.mean() - 3 * own.std(), own.mean() + 3 * own.std()
    kept: np.ndarray = own[(own >= low) & (own <= high)]
    return kept
