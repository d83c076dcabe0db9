"""Letters that a notation leaves free, where a document writes them as neurons: v_m, w_{mi}."""

from __future__ import annotations

import re
from dataclasses import replace

from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.profile import Profile

_BELOW = re.compile(
    r"(\\[A-Za-z]+(?:\{\\?[A-Za-z]+\})?|[A-Za-z])'*\s*_\s*(?:\{([^{}]*)\}|(\\?[A-Za-z]))"
)
_NUMBER = r"\^\s*\{{?\s*{0}(?![A-Za-z])|(?<![A-Za-z\\]){0}_"


def with_spare(document: Document, profile: Profile) -> Profile:
    """The notation with its spare letters that stand below signs of neurons, and nowhere else.

    A letter that ends a sum, or has a number below it as m_0 has, is a size.
    """
    texts = [piece.text for piece in document.pieces if isinstance(piece, Mathematics)]
    found: dict[str, str] = {}
    for letter in profile.spare:
        below = any(
            letter in re.findall(r"\\[A-Za-z]+|[A-Za-z]", match[2] or match[3] or "")
            for text in texts
            for match in _BELOW.finditer(text)
            if (symbol := profile.symbol(match[1])) is not None and "neuron" in symbol.subscript
        )
        size = any(re.search(_NUMBER.format(letter), text) for text in texts)
        if below and not size:
            found[letter] = "neuron"
    return replace(profile, letters={**profile.letters, **found}) if found else profile
