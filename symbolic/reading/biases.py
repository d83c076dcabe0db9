r"""b_j as a bias, in a notation whose b is a constant and whose bias is the weight w_{j0}."""

from __future__ import annotations

import re
from dataclasses import replace

from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.profile import Profile, Symbol

BIAS = "b"
_INDEXED = re.compile(r"(?<![A-Za-z\\])b\s*_\s*(?:\{\s*)?([a-z])\b")
_ALONE = re.compile(r"(?<![A-Za-z\\_{])b(?!\s*_)(?![A-Za-z])")


def with_biases(document: Document, profile: Profile) -> Profile:
    r"""The notation in which b has the index of a neuron, where a document writes it so throughout.

    >>> from symbolic.reading.documents import cut
    >>> from symbolic.reading.profile import open_profile
    >>> document = cut(r"$v_j = \sum_i w_{ji} y_i + b_j$", "markdown")
    >>> with_biases(document, open_profile("haykin")).symbols["b"].kind
    'bias'
    """
    symbol = profile.symbols.get(BIAS)
    if symbol is None or symbol.kind != "constant" or "layer" in profile.letters.values():
        return profile
    texts = [piece.text for piece in document.pieces if isinstance(piece, Mathematics)]
    letters = {name for text in texts for name in _INDEXED.findall(text)}
    alone = any(_ALONE.search(text) for text in texts)
    if alone or not letters or any(profile.letters.get(one) != "neuron" for one in letters):
        return profile
    bias = Symbol(BIAS, "bias", "bias", ("neuron",))
    return replace(profile, symbols={**profile.symbols, BIAS: bias})
