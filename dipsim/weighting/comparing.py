"""Two sets of weights side by side, and weights beside the groups of a scheme."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dipsim.errors import PolicyError, Problem
from dipsim.money import MICRO, half_even
from dipsim.policy.weights import Weights

Change = Literal["added", "dropped", "changed"]


@dataclass(frozen=True, slots=True)
class WeightChange:
    """A group whose relative weight differs; weights and the ratio new / old - 1 in millionths, None for what is not.

    The ratio of a weight that was 0 is None as well.
    """

    group_code: str
    change: Change
    old_micro: int | None
    new_micro: int | None
    change_micro: int | None


@dataclass(frozen=True, slots=True)
class Match:
    """Groups on both sides, those with a weight that the scheme does not have, and those of the scheme without one."""

    matched: int
    not_in_scheme: tuple[str, ...]
    without_weight: tuple[str, ...]


def weights_diff(old: Weights, new: Weights) -> tuple[WeightChange, ...]:
    """The groups that differ, in the order of their codes; PolicyError for weights that have no table.

    Relative weights (points over scale) are compared, exactly, so that a new scale alone changes nothing.
    """
    before, after = _points(old), _points(new)
    found = []
    for code in sorted(before.keys() | after.keys()):
        was, is_now = before.get(code), after.get(code)
        if was is None or is_now is None:
            change: Change = "added" if was is None else "dropped"
            found.append(WeightChange(code, change, _relative(was, old), _relative(is_now, new), None))
        elif was * new.scale_micro != is_now * old.scale_micro:
            one = was * new.scale_micro
            ratio = half_even((is_now * old.scale_micro - one) * MICRO, one) if one else None
            found.append(WeightChange(code, "changed", _relative(was, old), _relative(is_now, new), ratio))
    return tuple(found)


def match(weights: Weights, groups: Collection[str]) -> Match:
    """The groups of a scheme and those of the weights; PolicyError for weights that have no table.

    A scheme without groups of its own cannot be held against anything: PolicyError.
    """
    if not groups:
        why, step = "the cases bring their groups", "name the scheme whose groups they are"
        raise PolicyError(Problem("scheme", "no groups of its own", why, step))
    weighed, known = set(_points(weights)), set(groups)
    return Match(len(weighed & known), tuple(sorted(weighed - known)), tuple(sorted(known - weighed)))


def _points(weights: Weights) -> dict[str, int]:
    if weights.kind != "table":
        why = "its points follow from the cases of a run"
        raise PolicyError(Problem(f"weights/{weights.name}", "no table of points", why, "name weights of kind 'table'"))
    return dict(zip(weights.group_codes, weights.points_micro.tolist(), strict=True))


def _relative(points_micro: int | None, weights: Weights) -> int | None:
    return None if points_micro is None else half_even(points_micro * MICRO, weights.scale_micro)
