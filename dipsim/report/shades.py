"""Colours between three, for what goes to both sides of zero."""

from __future__ import annotations

from dataclasses import dataclass

_STEPS = 256


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of the least, of nothing and of the most."""

    least: str
    nothing: str
    most: str

    def at(self, tone: float) -> str:
        """The colour of a tone from -1 to 1, one of 256 evenly spaced."""
        step = min(int((0.5 + 0.5 * tone) * _STEPS), _STEPS - 1) / (_STEPS - 1)
        first, last, part = (
            (self.least, self.nothing, 2 * step) if step < 0.5 else (self.nothing, self.most, 2 * step - 1)
        )
        mixed = (round(a + (b - a) * part) for a, b in zip(_parts(first), _parts(last), strict=True))
        return f"#{bytes(mixed).hex()}"


def _parts(color: str) -> bytes:
    """Red, green and blue of "#rrggbb"."""
    return bytes.fromhex(color[1:])
