"""The hash of a text in whole numbers of Python."""

from __future__ import annotations

ALL = 2**64 - 1


def text_lanes(text: str) -> tuple[int, int]:
    """Two lanes: seed and length mixed, then every eight bytes, the first byte lowest."""
    data = text.encode()
    lanes = []
    for seed in (0x243F6A8885A308D3, 0x13198A2E03707344):
        lane = mixed(seed ^ len(data))
        for place in range(0, len(data), 8):
            lane = mixed(lane ^ int.from_bytes(data[place : place + 8], "little"))
        lanes.append(lane)
    return lanes[0], lanes[1]


def mixed(value: int) -> int:
    """The finaliser of splitmix64."""
    value = value + 0x9E3779B97F4A7C15 & ALL
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & ALL
    value = (value ^ value >> 27) * 0x94D049BB133111EB & ALL
    return value ^ value >> 31
