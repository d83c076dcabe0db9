"""The kinds of things in a figure and their colours on white paper, on black, and tinted.

Each pair has a contrast of at least 4.5 to its paper; no kind is told by its colour alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Shade(NamedTuple):
    """A line colour on light and on dark paper, and a tint to fill with."""

    light: str
    dark: str
    light_tint: str = ""
    dark_tint: str = ""


KINDS: dict[str, Shade] = {
    "ink": Shade("1c1d20", "e6e6e3", "ffffff", "16171a"),
    "quiet": Shade("6a6e76", "9a9ea6", "f3f3f0", "1f2024"),
    "input": Shade("5c6068", "a2a6ae", "f4f4f2", "232529"),
    "hidden": Shade("1f5fae", "8ab8ff", "eaf1fb", "1a2738"),
    "output": Shade("1d7a3e", "6fcf8e", "e8f5ec", "18291e"),
    "bias": Shade("8f6200", "e3b341", "fff6df", "2c2410"),
    "skip": Shade("7b3fa0", "c79be6", "f4ecf9", "281d30"),
    "backward": Shade("b3261e", "ff8a80", "fcecea", "331d1b"),
    "formula": Shade("00707a", "5cc8d2", "e3f4f5", "12292b"),
    "tie1": Shade("c2410c", "fb9a5b"),
    "tie2": Shade("0f766e", "4fd1c0"),
    "tie3": Shade("9d174d", "f28ab8"),
    "tie4": Shade("4d6b00", "b5d155"),
    "tie5": Shade("4338ca", "a5a2ff"),
    "tie6": Shade("92400e", "d9a066"),
}
TIES = tuple(kind for kind in KINDS if kind.startswith("tie"))
