"""The words that name functions: the logistic function, linear outputs, the cross-entropy."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = (  # the array, the function, the words
    ("phi", "logistic", r"logistic|sigmoid"),
    ("phi", "tanh", r"hyperbolic\s+tangent|tanh"),
    ("phi", "relu", r"relu|rectif\w+"),
    ("phi", "softplus", r"softplus"),
    ("phi", "", r"sigmoidal|leaky|elu|silu|gelu|gaussian|softsign"),
    ("phi", "", r"quadratic\s+(?:activations?|units?|neurons?|nonlinearit\w+)"),
    ("outputs", "softmax", r"softmax"),
    ("outputs", "linear", r"linear\s+(?:output|unit|neuron|activation)s?"),
    (
        "outputs",
        "linear",
        r"outputs?(?:\s+(?:layer|neuron|unit|node)s?)?\s+(?:is|are)\s+(?:just\s+)?linear",
    ),
    ("E", "", r"cross[-\s]entropy|log[-\s]?likelihood"),
)
_OTHER = "".join(  # leaky ReLU is another function
    rf"(?<!{word}.)"
    for word in ("non", "leaky", "hard", "log", "parametric", "scaled", "shifted", "bipolar")
)
_PATTERNS = tuple(
    (array, function, re.compile(rf"{_OTHER}\b(?:{words})\b", re.IGNORECASE))
    for array, function, words in _WORDS
)
CONDITION = re.compile(
    r"\b(?:if|when|assuming|suppose)\b[^.;:$]{0,60}?\b(?:"
    + "|".join(words for *_, words in _WORDS)
    + r")\b(?:[\"'’]|[\s-](?:activation|transfer|output|hidden))*"
    r"(?:\s(?:functions?|units?|neurons?|nodes?|outputs?|activations?|nonlinearit(?:y|ies)))?",
    re.IGNORECASE,
)
"""What names a function as a condition: if the hidden units use tanh."""


def named(text: str) -> Iterator[tuple[str, str, int]]:
    """The arrays of which words name a function, the function, and where.

    >>> list(named("With logistic units"))
    [('phi', 'logistic', 5)]
    """
    for array, function, words in _PATTERNS:
        for found in words.finditer(text):
            yield array, function, found.start()
