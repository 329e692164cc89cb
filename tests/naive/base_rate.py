"""Pay at rates by the text of METHODS F3.2, in fractions: slow, obvious, apart from the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.naive.point_value import split


@dataclass(frozen=True)
class AtRate:
    """A hospital: its weights, yuan for a weight of 1, its claims in yuan and what its patients paid, in fen."""

    name: str
    weight: Fraction
    rate_yuan: Fraction
    claims_fen: int
    patient_fen: int


def paid(hospitals: Sequence[AtRate], ceiling_fen: int, over: str) -> tuple[dict[str, int], int]:
    """What each hospital gets for its weights, and what goes to the reserve; patients' money helps to pay."""
    at_rate = {each.name: round(each.weight * each.rate_yuan * 100) for each in hospitals}
    claims = sum(each.claims_fen for each in hospitals)
    patients = sum(each.patient_fen for each in hospitals)
    left = ceiling_fen + patients - claims
    if over == "scale" and sum(at_rate.values()) > left:
        return split(left, {name: Fraction(fen) for name, fen in at_rate.items()}), 0
    return at_rate, left - sum(at_rate.values())
