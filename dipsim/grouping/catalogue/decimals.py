"""Numbers of published tables as exact decimals with six places."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

SIX_PLACES = Decimal("0.000001")


def decimal_of(text: str) -> Decimal | None:
    """The number that a text states, exactly; None when it states none or one that is not finite."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def six_places(number: Decimal) -> Decimal:
    """The number rounded half to even to six decimals."""
    return number.quantize(SIX_PLACES, ROUND_HALF_EVEN)
