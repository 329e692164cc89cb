"""Whether the engines found the same: checked before any time counts."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.registry import Answer, Tolerance


def disagreements(answers: Mapping[str, Answer], tolerances: Mapping[str, Tolerance]) -> list[str]:
    """One line for each engine and quantity that is further from the first engine's than the tolerance.

    A quantity or a unit that one engine has and the other has not is a disagreement too, and so is no number at all.
    """
    if not answers:
        return []
    (first, expected), *others = answers.items()
    found = []
    for name, answer in others:
        for quantity, tolerance in tolerances.items():
            line = _difference(expected.get(quantity, {}), answer.get(quantity, {}), tolerance)
            if line:
                found.append(f"{quantity}: {name} differs from {first}: {line}")
    return found


def _difference(expected: Mapping[str, float], found: Mapping[str, float], tolerance: Tolerance) -> str:
    """The first unit that is too far apart, in words; '' when there is none."""
    if not expected or set(expected) != set(found):
        return f"{len(expected)} and {len(found)} units, {len(set(expected) & set(found))} in common"
    for unit, value in expected.items():
        is_near = abs(found[unit] - value) <= tolerance.absolute + tolerance.relative * abs(value)
        if not is_near:
            return f"{unit} is {found[unit]!r}, not {value!r}"
    return ""
