r"""b_j as a bias, in a notation whose b is a constant and whose bias is the weight w_{j0}.

So is w_{j0} where a text writes it apart from the sum:

    a_j = \sum_{i=1}^D w_{ji} x_i + w_{j0}        = \sum_{i=0}^D w_{ji} x_i
"""

from __future__ import annotations

import re
from dataclasses import replace

from symbolic.reading.documents import Document, Mathematics
from symbolic.reading.formulas import ONE, Formula, Read, inside, rebuilt
from symbolic.reading.profile import Profile, Symbol
from symbolic.reading.source import NotUnderstood

BIAS = "b"
NEURON = 0
"""The neuron whose signal is 1."""
_INDEXED = re.compile(r"(?<![A-Za-z\\])b\s*_\s*(?:\{\s*)?([a-z])\b")
_WEIGHED = re.compile(
    r"[A-Za-z]\s*(?:\^\s*\{\s*\(\d\)\s*\}\s*)?_\s*\{\s*[a-z]\s*,?\s*(?:\\,\s*)?0\s*\}"
)
_NUMBERED = re.compile(r"_\s*\{\s*[1-9]\s*,?\s*\d\s*\}")
_ALONE = re.compile(r"(?<![A-Za-z\\_{])b(?!\s*_)(?![A-Za-z])")


def with_biases(document: Document, profile: Profile) -> Profile:
    r"""The notation in which b has the index of a neuron, where a document writes it so throughout.

    Where it writes w_{j0} instead, that is the bias: `bias_apart`.

    >>> from symbolic.reading.documents import cut
    >>> from symbolic.reading.profile import open_profile
    >>> document = cut(r"$v_j = \sum_i w_{ji} y_i + b_j$", "markdown")
    >>> with_biases(document, open_profile("haykin")).symbols["b"].kind
    'bias'
    """
    texts = [piece.text for piece in document.pieces if isinstance(piece, Mathematics)]
    symbol = profile.symbols.get(BIAS)
    if profile.bias_neuron == 0 and profile.units is None:
        weighed = any(_WEIGHED.search(text) for text in texts)
        apart = weighed and not any(_NUMBERED.search(text) for text in texts)
        if apart and not any(_INDEXED.search(text) for text in texts):
            return replace(profile, bias_apart=True)
    if symbol is None or symbol.kind != "constant" or "layer" in profile.letters.values():
        return profile
    letters = {name for text in texts for name in _INDEXED.findall(text)}
    alone = any(_ALONE.search(text) for text in texts)
    if alone or not letters or any(profile.letters.get(one) != "neuron" for one in letters):
        return profile
    bias = Symbol(BIAS, "bias", "bias", ("neuron",))
    return replace(profile, symbols={**profile.symbols, BIAS: bias})


def with_bias(term: Formula, at: int) -> Formula:
    """What a sum from 0 has for neuron 0: the bias for w_{j0}, and 1 for its signal."""
    made = rebuilt(term, tuple(with_bias(part, at) for part in inside(term)))
    if isinstance(made, Read) and NEURON in made.at:
        if made.array == "w" and made.at[0] != NEURON:
            return Read("b", made.at[:1], made.sign)
        if made.array == "y":
            return ONE
        what = f"The bias neuron {NEURON} has no {made.sign}."
        raise NotUnderstood(what, "Begin the sum with 1.", at)
    return made
