"""How wide a letter is in Computer Modern, which TeX and the fonts of KaTeX share, in units of em.

With these a label is measured without any font at hand.
"""

from __future__ import annotations

import unicodedata

_UPRIGHT = {
    '0123456789$*/@aegoq\\^{}_"': 0.5,
    " .,:;!'|[]i l": 0.278,
    "()t": 0.389,
    "bdhnpu": 0.556,
    "vxyk": 0.528,
    "cez": 0.444,
    "f": 0.306,
    "j": 0.306,
    "m&%#": 0.833,
    "rs-": 0.392,
    "w": 0.722,
    "+=<>~−×→≤≥": 0.778,
    "⋯…": 1.172,
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ": 0.73,
    "MW": 1.0,
    "I": 0.361,
    "·⋅": 0.278,
    "⋮": 0.278,
    "′": 0.275,
    "∂": 0.531,
    "Σ": 0.722,
    "Δ": 0.833,
    "ℰ": 0.6,
}
_ITALIC = {
    "bcgzqrs": 0.455,
    "adepov": 0.5,
    "fyi": 0.49,
    "i": 0.345,
    "j": 0.412,
    "k": 0.521,
    "l": 0.298,
    "t": 0.361,
    "hnux": 0.58,
    "m": 0.878,
    "w": 0.716,
    "ABCDEFGHIJKLNOPQRSTUVXYZ": 0.75,
    "MW": 0.96,
    "I": 0.44,
    "αβγλμ": 0.6,
    "δ": 0.444,
    "ε": 0.466,
    "η": 0.497,
    "ξ": 0.438,
    "φ": 0.654,
    "πσ": 0.571,
}


def _table(groups: dict[str, float]) -> dict[str, float]:
    return {letter: width for letters, width in groups.items() for letter in letters}


UPRIGHT = _table(_UPRIGHT)
ITALIC = UPRIGHT | _table(_ITALIC)


def width(letters: str, italic: bool = False) -> float:
    """How wide the letters are for a size of 1; a letter that is not known counts as a wide one.

    >>> round(width("42"), 3), round(width("w", italic=True), 3)
    (1.0, 0.716)
    """
    table = ITALIC if italic else UPRIGHT
    return sum(table[c] if c in table else _other(c) for c in letters)


def _other(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    return 1.3 if unicodedata.east_asian_width(letter) in "WF" else 0.8
