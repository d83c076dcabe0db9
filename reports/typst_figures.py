"""Figures for a page set by Typst: it knows no CSS variables and has no fonts but its own.

Its mathematical font has the slanted letters as signs of their own, so they are put in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reports.document import Block, Figure, Fold

if TYPE_CHECKING:  # only a page with figures loads them
    from reports.figures import Scene
    from reports.figures.scene import Text

FONT = '"New Computer Modern Math"'
_VARIABLE = re.compile(r"var\((--[\w-]+)(?:,([^)]*))?\)")
_SLANTED = re.compile(r'(<tspan class="i"[^>]*>)([^<]*)')
_GREEK = "αβγδεζηθικλμνξοπρςστυφχψω"


def figures_of(blocks: Sequence[Block]) -> list[Figure]:
    """All figures of a page."""
    found: list[Figure] = []
    for block in blocks:
        if isinstance(block, Figure):
            found.append(block)
        elif isinstance(block, Fold):
            found += figures_of(block.blocks)
    return found


def drawing(scene: Scene) -> str:
    """SVG with light colours put in, every text from its left end, slanted letters as signs."""
    from reports.figures import svg  # likewise

    drawn = svg(replace(scene, texts=tuple(map(_from_left, scene.texts))))
    light = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", drawn)
    colours = {f[1]: f[2] for f in re.finditer(r"(--[\w-]+):([^;}]+)", light)}
    colours |= {"--upright": FONT, "--slanted": FONT}
    plain = _VARIABLE.sub(lambda f: str(colours.get(f[1]) or f[2] or "black"), light)
    plain = plain.replace(";font-style:italic", "")
    return _SLANTED.sub(lambda f: f[1] + "".join(map(slanted, f[2])), plain)


def _from_left(text: Text) -> Text:
    """Where gaps stand in a text, its middle and end would be counted without them."""
    back = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * text.label.width * text.size
    return replace(text, anchor="start", at=text.at._replace(x=text.at.x - back))


def slanted(letter: str) -> str:
    """The letter as a mathematical one.

    >>> slanted("v"), slanted("h"), slanted("φ"), slanted("4")
    ('𝑣', 'ℎ', '𝜑', '4')
    """
    if letter == "h":  # it was there before the others
        return "ℎ"
    for first, base in (("a", 0x1D44E), ("A", 0x1D434)):
        if 0 <= ord(letter) - ord(first) < 26:
            return chr(base + ord(letter) - ord(first))
    if letter in _GREEK:
        return chr(0x1D6FC + _GREEK.index(letter))
    return letter
