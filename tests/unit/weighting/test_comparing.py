"""Weights side by side, and beside the groups of a scheme."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dipsim.errors import PolicyError
from dipsim.policy.weights import Weights
from dipsim.weighting.comparing import Match, WeightChange, match, weights_diff
from dipsim.weighting.weighable import weighable_groups
from tests import build
from tests.tiny_drg import tiny_scheme


def weights(points: Mapping[str, str], scale: int = 1) -> Weights:
    group = [{"group_code": code, "group_points": own} for code, own in points.items()]
    return build.weights({"kind": "table", "scale": scale, "group": group})


def test_groups_are_added_dropped_and_changed() -> None:
    found = weights_diff(weights({"A": "1.5", "B": "2", "C": "1"}), weights({"B": "2.5", "C": "1", "D": "3"}))
    assert found == (
        WeightChange("A", "dropped", 1_500_000, None, None),
        WeightChange("B", "changed", 2_000_000, 2_500_000, 250_000),
        WeightChange("D", "added", None, 3_000_000, None),
    )


def test_another_scale_alone_changes_nothing() -> None:
    assert weights_diff(weights({"A": "1.5"}), weights({"A": "150"}, scale=100)) == ()


def test_a_change_below_what_a_weight_shows_is_still_a_change() -> None:
    found = weights_diff(weights({"A": "1.5"}), weights({"A": "150.000001"}, scale=100))
    assert [(change.old_micro, change.new_micro) for change in found] == [(1_500_000, 1_500_000)]


def test_a_weight_that_was_nothing_has_no_ratio() -> None:
    assert weights_diff(weights({"A": "0"}), weights({"A": "1"}))[0].change_micro is None


def test_codes_are_matched_both_ways() -> None:
    found = match(weights({"AA11": "1", "AB19": "1", "ZZ99": "1"}), weighable_groups(tiny_scheme()))
    assert found == Match(2, ("ZZ99",), ("AA15",))


def test_fallback_groups_need_no_weight() -> None:
    assert weighable_groups(tiny_scheme()) == {"AA11": "AA1", "AA15": "AA1", "AB19": "AB1"}


def test_what_has_no_codes_is_refused() -> None:
    own = build.weights({"kind": "own_means", "scale": 1, "mean_over": "all_cases", "group": []})
    with pytest.raises(PolicyError, match="no table of points"):
        weights_diff(own, weights({"A": "1"}))
    with pytest.raises(PolicyError, match="no groups of its own"):
        match(weights({"A": "1"}), weighable_groups(build.brought_scheme()))
